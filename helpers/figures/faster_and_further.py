"""The live picture of notebook 11: what a step takes on more and more machines."""

from helpers.figures import BLUE, INK, ORANGE, RED, new_figure

import torch
from torch import Tensor

MOST = 32  # machines
MESSAGE = 0.05  # ms, however short: an assumption, of the order of what Ethernet takes


class Scaling:
    """The time of a step by the number of machines, computing and averaging, and by how much the step got faster.

    compute: ms that one machine takes for 64 images. megabytes: size of the gradient.
    """

    def __init__(self, compute: float, megabytes: float) -> None:
        self.compute, self.megabytes, self.figure = compute, megabytes, new_figure(10, 4.4)
        axes = self.figure.add_axes((0.12, 0.17, 0.86, 0.7))
        self.machines = torch.arange(1, MOST + 1)
        axes.set(xlabel="machines", ylabel="ms a step", xscale="log", yscale="log", xlim=(0.95, 34), ylim=(0.1, 2000))
        axes.set_xticks((1, 2, 4, 8, 16, 32), ("1", "2", "4", "8", "16", "32"))
        axes.set_yticks((0.1, 1, 10, 100, 1000), ("0.1", "1", "10", "100", "1000"))
        axes.minorticks_off()
        looks = (("computing", BLUE, "--"), ("averaging", ORANGE, ":"), ("both", INK, "-"))
        self.lines = [axes.plot([], [], style, color=colour, label=name)[0] for name, colour, style in looks]
        self.dot = axes.plot([], [], "o", color=RED, markersize=12)[0]
        self.title = axes.set_title("")
        axes.legend(loc="upper right", ncols=3)
        self.moving = [*self.lines, self.dot, self.title]

    def update(self, images: int, gigabits: float, machines: int) -> str:
        """Draw the times for a batch of `images`, a cable of `gigabits` a second, and mark a number of machines."""
        parts = step_times(self.compute * images / 64, self.megabytes, gigabits, self.machines)
        both = parts[0] + parts[1]
        for line, times in zip(self.lines, (*parts, both), strict=True):
            line.set_data(self.machines[times > 0], times[times > 0])  # one machine has nothing to average
        now = both[machines - 1]
        self.dot.set_data([machines], [now])
        many = f"{machines} machine{'s' * (machines > 1)}"
        told = f"{many}: {now:.1f} ms a step, {both[0] / now:.2g} times as fast as one"
        self.title.set_text(told)
        return f"The time of a step of {images} images by the number of machines, {gigabits} gigabits a second. {told}."


def step_times(compute: float, megabytes: float, gigabits: float, machines: Tensor) -> tuple[Tensor, Tensor]:
    """Milliseconds of computing and of averaging by a ring, for each of some numbers of machines (n,)."""
    rounds = 2 * (machines - 1)
    return compute / machines, rounds * (megabytes * 8 / gigabits / machines + MESSAGE)
