"""The live figure of notebook 04: ten logits, the push on each, and what pushing does."""

from helpers.figures import BLUE, INK, ORANGE, SKY, new_figure

import torch
from matplotlib.patches import FancyArrowPatch
from torch import Tensor

LENGTH = 3.5  # of the arrow of a push of 1, in logits
SHOWN = 0.05  # a smaller push has no arrow, only its number


class Pushes:
    """Ten logits as bars and y - p as arrows, after any number of pushes of size 1 towards a label.

    networks: the logits (10,) that each network, by name, gives the image.
    """

    def __init__(self, networks: dict[str, Tensor]) -> None:
        self.networks = {name: logits.double() for name, logits in networks.items()}
        low, high = torch.stack([*self.networks.values()]).aminmax()
        self.bottom = low.item() - 3.5
        self.figure = new_figure(10, 4.2)
        axes = self.figure.add_axes((0.085, 0.1, 0.905, 0.79))
        axes.set(xlim=(-0.6, 9.6), ylim=(self.bottom, high.item() + 5), ylabel="logit", xticks=range(10))
        axes.tick_params(axis="x", length=0)
        axes.spines["bottom"].set_visible(False)
        axes.axhline(0, color=INK, linewidth=1)
        self.bars = axes.bar(range(10), [0.0] * 10, width=0.62)
        self.arrows = [FancyArrowPatch((0, 0), (0, 1), shrinkA=0, shrinkB=0, color=ORANGE, zorder=3) for _ in range(10)]
        for arrow in self.arrows:
            arrow.set_arrowstyle("simple", head_length=9, head_width=15, tail_width=6)
            axes.add_patch(arrow)
        self.numbers = [axes.text(k, self.bottom + 0.3, "", ha="center") for k in range(10)]
        axes.text(-0.68, self.bottom + 0.3, "push", ha="right")
        self.title = axes.set_title("")
        self.moving = [*self.bars, *self.arrows, *self.numbers, self.title]

    def update(self, network: str, pushes: int, label: int) -> str:
        """Show the logits after so many pushes, and as arrows the next push; label: the true class, 0 to 9."""
        target = torch.eye(10, dtype=torch.float64)[label]
        z = self.networks[network]
        for _ in range(pushes):
            z = z - (z.softmax(0) - target)
        push, p = target - z.softmax(0), z.softmax(0)[label]
        for k, (height, strength) in enumerate(zip(z.tolist(), push.tolist(), strict=True)):
            self.bars[k].set(height=height, color=BLUE if k == label else SKY)
            self.arrows[k].set_positions((k, height), (k, height + LENGTH * strength))
            self.arrows[k].set_visible(abs(strength) > SHOWN)
            number = f"{strength:+.2f}" if abs(strength) >= 0.005 else "0.00"
            self.numbers[k].set_text(number.replace("-", "−"))  # a minus is longer than a hyphen
        self.title.set_text(f"{pushes} pushes: answer {int(z.argmax())}, p({label}) = {p:.3f}, loss {-p.log():.2f}")
        listed = ", ".join(number.get_text() for number in self.numbers)
        return f"Ten logits as bars. {self.title.get_text()}. The next push on each: {listed}."
