"""Muon by hand: momentum whose step is made orthogonal before it is taken.

Source: Jordan and others, Muon: an optimizer for hidden layers in neural networks, 2024
(https://kellerjordan.github.io/posts/muon/). torch.optim.Muon takes matrices only; here a kernel of a convolution
counts as one row, so that conv1 and conv2 can be trained with it, too.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer

from helpers.refusals import require

# The quintic polynomial of the source: a few rounds bring every singular value between 0 and 1 near 1.
A, B, C = 3.4445, -4.7750, 2.0315
ROUNDS = 5


def orthogonalize(matrix: Tensor) -> Tensor:
    """`matrix` (rows, columns) with all its singular values near 1 (about 0.7 to 1.2) and its directions kept.

    Exactly 1 would be U @ V.T of the singular value decomposition, which takes many times as long. Every round
    multiplies from the left by a polynomial of matrix @ matrix.T; the rounds are gathered in that small square
    matrix (rows, rows), and the large one is multiplied once. Give the short side as rows.
    Raises ValueError when `matrix` is not of two axes.
    """
    require(matrix.dim() == 2, f"matrix is of shape {tuple(matrix.shape)}: expected two axes, give weight.flatten(1)")
    matrix = matrix / (matrix.norm() + 1e-7)  # now no singular value exceeds 1
    square = matrix @ matrix.T
    identity = torch.eye(len(square), dtype=matrix.dtype, device=matrix.device)
    gathered = identity
    for _ in range(ROUNDS):
        factor = A * identity + B * square + C * square @ square
        gathered = factor @ gathered
        square = factor @ square @ factor
    return gathered @ matrix


class Muon(Optimizer):
    """Muon with Nesterov momentum, for weights of two or more axes; the first axis counts the rows.

    The step of a weight with r rows of c numbers is scaled by sqrt(max(1, r / c)), as in the source.
    Raises ValueError for a learning rate or momentum below 0 and for a parameter with fewer than two axes.
    """

    def __init__(self, params: Iterable[Tensor], lr: float = 0.02, momentum: float = 0.95) -> None:
        for name, value in (("lr", lr), ("momentum", momentum)):
            require(value >= 0, f"{name} is {value}: give a number of at least 0")
        super().__init__(params, {"lr": lr, "momentum": momentum})
        short = [tuple(p.shape) for group in self.param_groups for p in group["params"] if p.dim() < 2]
        require(not short, f"parameters of shape {short} have no rows: leave biases to another optimizer")

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Change every parameter that has a gradient, in place."""
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
                velocity.mul_(group["momentum"]).add_(p.grad)
                ahead = (p.grad + group["momentum"] * velocity).flatten(1)
                rows, columns = ahead.shape
                direction = orthogonalize(ahead) if rows <= columns else orthogonalize(ahead.T).T
                p.sub_(direction.view_as(p), alpha=group["lr"] * max(1, rows / columns) ** 0.5)
