"""Stochastic gradient descent by hand: what `torch.optim.SGD` does to the weights, step for step."""

from collections.abc import Iterable

import torch
from torch import Tensor

from helpers.refusals import require


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
        for name, value in (("lr", lr), ("momentum", momentum), ("weight_decay", weight_decay)):
            require(not value < 0, f"{name} is {value}: give a number of at least 0")
        require(
            not nesterov or (momentum > 0 and dampening == 0),
            f"nesterov with momentum {momentum}, dampening {dampening}: it needs a momentum above 0 and no dampening",
        )
        self.params = list(params)
        require(
            len(self.params) > 0, "no parameters given: hand over model.parameters(), and only once if it is stored"
        )
        require(
            all(p.is_leaf for p in self.params), "a parameter was computed from others: only leaves can be optimised"
        )
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
