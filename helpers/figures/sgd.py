"""The live picture of notebook 06: descent on a curve and in a bowl."""

from helpers.figures import BLUE, INK, ORANGE, RED, new_figure

import torch
from torch import Tensor

MINIMUM = 3.0  # of the curve (w - 3)²
FLATNESS = 20  # the bowl (w - 3)² + v² / 20 is 20 times less curved along v
START = (0.0, 5.0)  # w, v
STEPS = 20


class Descent:
    """Twenty steps with one learning rate and momentum: left on the curve, right in the bowl."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.2)
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.figure.subplots_adjust(left=0.08, right=0.98, bottom=0.15, top=0.87, wspace=0.2)
        w, v = torch.linspace(-2, 8, 200), torch.linspace(-6, 6, 120)
        left.plot(w, (w - MINIMUM) ** 2, color=BLUE, zorder=1)
        left.set(xlabel="w", ylabel="loss", xlim=(-2, 8), ylim=(-1, 25), xticks=(0, 3, 6), yticks=(0, 10, 20))
        w = torch.linspace(-2, 8, 120)
        bowl = (w - MINIMUM) ** 2 + v[:, None] ** 2 / FLATNESS
        right.contour(w, v, bowl, levels=(0.1, 1, 4, 9, 16), colors=BLUE, linewidths=1)
        right.plot([MINIMUM], [0], "+", color=INK, markersize=14)
        right.set(xlabel="w", ylabel="v", xlim=(-2, 8), ylim=(-6, 6), xticks=(0, 3, 6))
        self.paths = [axes.plot([], [], "o-", color=ORANGE, markersize=7, linewidth=1.5)[0] for axes in (left, right)]
        self.ends = [axes.plot([], [], "o", color=RED, markersize=12)[0] for axes in (left, right)]
        self.titles = [left.set_title(""), right.set_title("")]
        self.moving = [*self.paths, *self.ends, *self.titles]

    def update(self, lr: float, momentum: float = 0.0) -> str:
        """Draw the two paths, and the loss after the last step."""
        w, v = descend(lr, momentum).T
        curve, bowl = (w - MINIMUM) ** 2, v**2 / FLATNESS
        for title, name, loss in zip(self.titles, ("curve", "bowl"), (curve[-1], curve[-1] + bowl[-1]), strict=True):
            told = "< 0.0001" if loss < 1e-4 else "> 1000" if loss > 1000 else f"{loss:.2g}"
            title.set_text(f"{name}: loss {told} after {STEPS} steps")
        for line, end, heights in zip(self.paths, self.ends, (curve, v), strict=True):
            line.set_data(w, heights)
            end.set_data(w[-1:], heights[-1:])
        settings = f"{STEPS} steps of gradient descent with learning rate {lr:.2f} and momentum {momentum:.2f}"
        return f"{settings}. Left, {self.titles[0].get_text()}; right, {self.titles[1].get_text()}."


def descend(lr: float, momentum: float) -> Tensor:
    """The path (STEPS + 1, 2) of w and v in the bowl from START, cut off where it is far outside the picture."""
    path, velocity = [torch.tensor(START, dtype=torch.float64)], torch.zeros(2)
    for _ in range(STEPS):
        w, v = path[-1]
        velocity = momentum * velocity + torch.stack([2 * (w - MINIMUM), 2 * v / FLATNESS])
        path.append(path[-1] - lr * velocity)
    return torch.stack(path).clamp(-100, 100)
