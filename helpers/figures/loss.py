"""The live figures of notebook 04: logits with their loss and its gradient, and probabilities at a temperature."""

from helpers.figures import BLUE, GREY, INK, ORANGE, SKY, new_figure

import torch
from matplotlib.axes import Axes
from torch import Tensor


class Bars:
    """Bars with their numbers at their ends, so that they need no scale."""

    def __init__(self, axes: Axes, count: int, title: str, limits: tuple[float, float]) -> None:
        axes.set(title=title, ylim=limits, yticks=[], xticks=[])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.axhline(0, color=INK, linewidth=1, clip_on=False)
        self.bars = axes.bar(range(count), [0.0] * count, width=0.7)
        self.numbers = [axes.text(k, 0, "", ha="center") for k in range(count)]
        self.moving = [*self.bars, *self.numbers]

    def update(self, values: Tensor, decimals: int, blue: int) -> None:
        """Show these values (count,); the bar at the place `blue` stands out."""
        for k, (bar, number, value) in enumerate(zip(self.bars, self.numbers, values.tolist(), strict=True)):
            bar.set(height=value, color=BLUE if k == blue else SKY)
            number.set(y=value if value >= 0 else value - 0.06, va="bottom" if value >= 0 else "top")
            number.set_text(f"{value:.{decimals}f}".replace("-", "−"))  # a minus is longer than a hyphen


class LossBars:
    """The probabilities of three logits, their loss on the curve -ln p, and its gradient p - y."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.0)
        left, middle, right = self.figure.subplots(1, 3)
        self.figure.subplots_adjust(left=0.02, right=0.98, bottom=0.2, top=0.86, wspace=0.2)
        self.probabilities = Bars(left, 3, "probabilities p", (0, 1.18))
        self.names = [left.text(k, -0.05, "", ha="center", va="top", linespacing=1.3) for k in range(3)]
        p = torch.linspace(1e-5, 1, 800)
        middle.plot(p, -p.log(), color=GREY, linewidth=1.5)
        middle.set(xlim=(0, 1.03), ylim=(0, 10.5), xlabel="p of the true class", xticks=(0, 0.5, 1))
        self.dot = middle.plot([], [], "o", color=ORANGE, markersize=13, clip_on=False)[0]
        self.title = middle.set_title("")
        self.gradient = Bars(right, 3, "gradient p − y", (-1.3, 1.3))
        self.moving = [*self.probabilities.moving, *self.names, self.dot, self.title, *self.gradient.moving]

    def update(self, z0: float, z1: float, z2: float, label: int) -> str:
        """Set the three logits and the true class (0, 1 or 2)."""
        z = torch.tensor([z0, z1, z2], dtype=torch.float64)
        p, loss = z.softmax(0), -z.log_softmax(0)[label].item()
        gradient = p - torch.eye(3)[label]
        self.probabilities.update(p, 3, label)
        self.gradient.update(gradient, 3, label)
        for k, name in enumerate(self.names):
            name.set_text(f"z{'₀₁₂'[k]} = {z[k]:g}".replace("-", "−") + "\ntrue class" * (k == label))
        self.dot.set_data([p[label]], [min(loss, 10.5)])
        self.title.set_text(f"loss −ln p = {loss:.3f}")
        listed = ", ".join(f"{slope:.3f}" for slope in gradient.tolist())
        return f"Logits {z0}, {z1}, {z2}, true class {label}: loss {loss:.3f}, gradient {listed}."


class Tempered:
    """The ten probabilities of one image when its logits (10,) are divided by a temperature."""

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits
        self.figure = new_figure(10, 3.8)
        axes = self.figure.add_axes((0.04, 0.13, 0.92, 0.73))
        self.probabilities = Bars(axes, 10, "", (0, 1.12))
        axes.set_xticks(range(10))
        axes.tick_params(length=0)
        self.title = axes.set_title("")
        self.moving = [*self.probabilities.moving, self.title]

    def update(self, temperature: float) -> str:
        """Show softmax(logits / temperature)."""
        p = (self.logits / temperature).softmax(0)
        best = int(p.argmax())
        self.probabilities.update(p, 2, best)
        self.title.set_text(f"T = {temperature:g}: answer {best} with probability {p[best]:.3f}")
        return f"Ten probabilities at temperature {temperature:g}: answer {best} with {p[best]:.3f}."
