"""The live picture of notebook 06: descent on a curve and in a bowl."""

from helpers.figures import BLUE, INK, ORANGE, RED, new_figure

import torch
from torch import Tensor

MINIMUM = 3.0  # of the curve (w - 3)²
FLATNESS = 20  # the bowl (w - 3)² + v² / 20 is 20 times less curved along v
START = (0.0, 9.0)  # w, v
STEPS = 20


class Descent:
    """Twenty steps with one learning rate and momentum: left on the curve, right in the bowl."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.2)
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 2))
        self.figure.subplots_adjust(left=0.075, right=0.985, bottom=0.16, top=0.88, wspace=0.22)
        w, v = torch.linspace(-1.5, 7.5, 120), torch.linspace(-6, 11, 200)
        left.plot(w, (w - MINIMUM) ** 2, color=BLUE, zorder=1)
        left.set(xlabel="w", ylabel="loss", xlim=(-1.5, 7.5), ylim=(-1, 20), xticks=(0, 3, 6), yticks=(0, 10, 20))
        bowl = (w[:, None] - MINIMUM) ** 2 + v**2 / FLATNESS
        right.contour(v, w, bowl, levels=(0.1, 1, 4, 9, 16), colors=BLUE, linewidths=1)
        right.plot([0], [MINIMUM], "+", color=INK, markersize=14)
        right.set(xlabel="v", ylabel="w", xlim=(-6, 11), ylim=(-1.5, 7.5), xticks=(0, 5, 10), yticks=(0, 3, 6))
        right.set_aspect("equal")  # only then do the steps cross the rings at right angles
        self.paths = [axes.plot([], [], "o-", color=ORANGE, markersize=6, linewidth=1.5)[0] for axes in (left, right)]
        self.ends = [axes.plot([], [], "o", color=RED, markersize=12)[0] for axes in (left, right)]
        self.titles = [left.set_title(""), right.set_title("")]
        self.moving = [*self.paths, *self.ends, *self.titles]

    def update(self, lr: float, momentum: float = 0.0) -> str:
        """Draw the two paths, and the loss after the last step."""
        w, v = descend(lr, momentum).T
        curve, bowl = (w - MINIMUM) ** 2, v**2 / FLATNESS
        losses = (curve[-1], curve[-1] + bowl[-1])
        told = ["< 0.0001" if loss < 1e-4 else "> 1000" if loss > 1000 else f"{loss:.2g}" for loss in losses]
        self.titles[0].set_text(f"curve: loss {told[0]}")
        self.titles[1].set_text(f"bowl: loss {told[1]} after {STEPS} steps")
        for line, end, x, y in zip(self.paths, self.ends, (w, v), (curve, w), strict=True):
            line.set_data(x, y)
            end.set_data(x[-1:], y[-1:])
        settings = f"{STEPS} steps of gradient descent with learning rate {lr:.2f} and momentum {momentum:.2f}"
        return f"{settings}: a loss of {told[0]} on the curve, {told[1]} in the bowl."


def descend(lr: float, momentum: float) -> Tensor:
    """The path (STEPS + 1, 2) of w and v in the bowl from START, cut off where it is far outside the picture."""
    path, velocity = [torch.tensor(START, dtype=torch.float64)], torch.zeros(2)
    for _ in range(STEPS):
        w, v = path[-1]
        velocity = momentum * velocity + torch.stack([2 * (w - MINIMUM), 2 * v / FLATNESS])
        path.append(path[-1] - lr * velocity)
    return torch.stack(path).clamp(-100, 100)
