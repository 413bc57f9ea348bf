"""The live picture of notebook 06: descent in a bowl."""

from helpers.figures import BLUE, INK, ORANGE, RED, new_figure

import torch
from torch import Tensor

MINIMUM = 3.0  # of (w - 3)²
FLATNESS = 20  # the bowl (w - 3)² + v² / 20 is 20 times less curved along v
START = (0.0, 9.0)  # w, v
STEPS = 20


class Descent:
    """Twenty steps with one learning rate and momentum: left the loss after each, right the way through the bowl."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.2)
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 2))
        self.figure.subplots_adjust(left=0.115, right=0.985, bottom=0.16, top=0.88, wspace=0.2)
        left.set(xlabel="step", ylabel="loss", xlim=(-1, STEPS + 1), ylim=(5e-7, 2e3), xticks=(0, 10, 20), yscale="log")
        left.set_yticks((1e-4, 1e-2, 1, 100), ("0.0001", "0.01", "1", "100"))
        left.minorticks_off()
        w, v = torch.linspace(-1.5, 7.5, 120), torch.linspace(-6, 11, 200)
        right.contour(v, w, loss(w[:, None], v), levels=(0.1, 1, 4, 9, 16), colors=BLUE, linewidths=1)
        right.plot([0], [MINIMUM], "+", color=INK, markersize=14)
        right.set(xlabel="v", ylabel="w", xlim=(-6, 11), ylim=(-1.5, 7.5), xticks=(0, 5, 10), yticks=(0, 3, 6))
        right.set_aspect("equal")  # only then do the steps cross the rings at right angles
        self.paths = [axes.plot([], [], "o-", color=ORANGE, markersize=6, linewidth=1.5)[0] for axes in (left, right)]
        self.ends = [axes.plot([], [], "o", color=RED, markersize=12)[0] for axes in (left, right)]
        self.title = right.set_title("")
        self.moving = [*self.paths, *self.ends, self.title]

    def update(self, lr: float, momentum: float = 0.0) -> str:
        """Draw the losses and the way, and tell the loss after the last step."""
        w, v = descend(lr, momentum).T
        losses = loss(w, v)
        told = "< 0.0001" if losses[-1] < 1e-4 else "> 1000" if losses[-1] > 1000 else f"{losses[-1]:.2g}"
        self.title.set_text(f"loss {told} after {STEPS} steps")
        for line, end, x, y in zip(self.paths, self.ends, (torch.arange(STEPS + 1), v), (losses, w), strict=True):
            line.set_data(x, y)
            end.set_data(x[-1:], y[-1:])
        settings = f"{STEPS} steps of gradient descent with learning rate {lr:.2f} and momentum {momentum:.2f}"
        return f"{settings}, from w = 0 and v = 9: a loss of {told} in the bowl."


def loss(w: Tensor, v: Tensor) -> Tensor:
    """How high the bowl is at w, v."""
    return (w - MINIMUM) ** 2 + v**2 / FLATNESS


def descend(lr: float, momentum: float) -> Tensor:
    """The path (STEPS + 1, 2) of w and v in the bowl from START, cut off where it is far outside the picture."""
    path, velocity = [torch.tensor(START, dtype=torch.float64)], torch.zeros(2)
    for _ in range(STEPS):
        w, v = path[-1]
        velocity = momentum * velocity + torch.stack([2 * (w - MINIMUM), 2 * v / FLATNESS])
        path.append(path[-1] - lr * velocity)
    return torch.stack(path).clamp(-100, 100)
