"""Muon by hand, the optimiser of notebook 07's last rungs; SGD stands in the cells of notebook 06."""

from collections.abc import Iterable

import torch
from torch import Tensor

# The quintic polynomial of Muon's source: a few rounds bring every singular value between 0 and 1 near 1.
A, B, C, ROUNDS = 3.4445, -4.7750, 2.0315, 5


class Muon(torch.optim.Optimizer):
    """Nesterov's momentum, made orthogonal before the step is taken; for weights of two or more axes.

    The first axis counts the rows, so a kernel of a convolution is one row (torch.optim.Muon takes matrices only).
    The step of r rows of c numbers is scaled by sqrt(max(1, r / c)).
    Raises ValueError for a negative setting and for a parameter with fewer than two axes.
    Source: Jordan and others, 2024 (https://kellerjordan.github.io/posts/muon/).
    """

    def __init__(self, params: Iterable[Tensor], lr: float = 0.02, momentum: float = 0.95) -> None:
        if lr < 0 or momentum < 0:
            raise ValueError(f"lr is {lr}, momentum {momentum}: give numbers of at least 0")
        super().__init__(params, {"lr": lr, "momentum": momentum})
        if short := [tuple(p.shape) for group in self.param_groups for p in group["params"] if p.dim() < 2]:
            raise ValueError(f"parameters of shape {short} have no rows: leave biases to another optimizer")

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Change every parameter that has a gradient, in place."""
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
                velocity.mul_(group["momentum"]).add_(p.grad)
                ahead = (p.grad + group["momentum"] * velocity).flatten(1)
                rows, columns = ahead.shape
                direction = orthogonalize(ahead) if rows <= columns else orthogonalize(ahead.T).T
                p.sub_(direction.view_as(p), alpha=group["lr"] * max(1, rows / columns) ** 0.5)


def orthogonalize(matrix: Tensor) -> Tensor:
    """`matrix` (rows, columns) with all its singular values near 1 (about 0.7 to 1.2) and its directions kept.

    Exactly 1 would take a singular value decomposition and many times as long. Every round multiplies by a polynomial
    of matrix @ matrix.T; the rounds are gathered in that square (rows, rows): give the short side as rows.
    Raises ValueError when `matrix` is not of two axes.
    """
    if matrix.dim() != 2:
        raise ValueError(f"matrix is of shape {tuple(matrix.shape)}: expected two axes, give weight.flatten(1)")
    matrix = matrix / (matrix.norm() + 1e-7)  # now no singular value exceeds 1
    square = matrix @ matrix.T
    gathered = identity = torch.eye(len(square), dtype=matrix.dtype, device=matrix.device)
    for _ in range(ROUNDS):
        factor = A * identity + B * square + C * square @ square
        gathered = factor @ gathered
        square = factor @ square @ factor
    return gathered @ matrix
