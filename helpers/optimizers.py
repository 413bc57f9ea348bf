"""Two optimisers by hand: what `torch.optim.SGD` does to the weights, step for step, and Muon."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


def refuse_negative(**settings: float) -> None:
    """Raise ValueError when one of the settings is below 0, naming it."""
    for name, value in settings.items():
        if value < 0:
            raise ValueError(f"{name} is {value}: give a number of at least 0")


class SGD:
    """Gradient descent with momentum, dampening, Nesterov's variant and weight decay.

    Arguments, defaults and results are those of torch.optim.SGD. Left out are parameter groups and what only
    changes how fast torch computes (`foreach`, `fused`, `differentiable`).
    Raises ValueError for a negative lr, momentum or weight decay, for nesterov without momentum or with
    dampening, for no parameters and for a parameter that was computed from others.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        refuse_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError(
                f"nesterov with momentum {momentum}, dampening {dampening}: it needs momentum and no dampening"
            )
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters given: hand over model.parameters(), and only once if it is stored")
        if not all(p.is_leaf for p in self.params):
            raise ValueError("a parameter was computed from others: only leaves can be optimised")
        self.lr, self.momentum, self.dampening = lr, momentum, dampening
        self.weight_decay, self.nesterov, self.maximize = weight_decay, nesterov, maximize
        self.velocities: list[Tensor | None] = [None] * len(self.params)

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient, in place."""
        for k, p in enumerate(self.params):
            if p.grad is None:
                continue
            step = -p.grad if self.maximize else p.grad
            if self.weight_decay:
                step = step + self.weight_decay * p
            if self.momentum:
                velocity = self.velocities[k] = self._velocity(self.velocities[k], step)
                step = step + self.momentum * velocity if self.nesterov else velocity
            p -= self.lr * step

    def _velocity(self, before: Tensor | None, step: Tensor) -> Tensor:
        """The gradients so far, older ones weighing less; dampening spares the very first, as in torch."""
        return step.clone() if before is None else self.momentum * before + (1 - self.dampening) * step


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
    if matrix.dim() != 2:
        raise ValueError(f"matrix is of shape {tuple(matrix.shape)}: expected two axes, give weight.flatten(1)")
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
    """Momentum whose step is made orthogonal before it is taken, for weights of two or more axes.

    torch.optim.Muon takes matrices only; here a kernel of a convolution counts as one row.
    Source: Jordan and others, Muon: an optimizer for hidden layers in neural networks, 2024
    (https://kellerjordan.github.io/posts/muon/).

    The step of a weight with r rows of c numbers is scaled by sqrt(max(1, r / c)), as in the source.
    Raises ValueError for a learning rate or momentum below 0 and for a parameter with fewer than two axes.
    """

    def __init__(self, params: Iterable[Tensor], lr: float = 0.02, momentum: float = 0.95) -> None:
        refuse_negative(lr=lr, momentum=momentum)
        super().__init__(params, {"lr": lr, "momentum": momentum})
        short = [tuple(p.shape) for group in self.param_groups for p in group["params"] if p.dim() < 2]
        if short:
            raise ValueError(f"parameters of shape {short} have no rows: leave biases to another optimizer")

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
