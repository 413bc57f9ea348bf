"""The live pictures of notebook 08: train and test curves of one training, and a digit that is moved."""

from helpers.figures import BLUE, INK, ORANGE, new_figure
from helpers.regularization import move

import torch
from torch import Tensor

LOOKS = {"train": (BLUE, "-"), "test": (ORANGE, "--")}  # colour and dashes of a curve


class Curves:
    """Accuracy and loss by epoch of one training, with a line at one epoch and the numbers there.

    curves: "train" or "test" -> (accuracy, loss) after each epoch.
    """

    def __init__(self, curves: dict[str, list[tuple[float, float]]]) -> None:
        self.curves, self.last, self.figure = curves, min(map(len, curves.values())), new_figure(10, 4.2)
        if not self.last:
            raise ValueError("No epoch was completed yet: run the training cell again, then this one")
        left, right = panels = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.09, right=0.99, bottom=0.16, top=0.8, wspace=0.24)
        for name, pairs in curves.items():
            colour, dashes = LOOKS[name]
            for axes, numbers in zip(panels, zip(*pairs, strict=True), strict=True):
                axes.plot(range(1, len(pairs) + 1), numbers, dashes, color=colour, label=name)
        left.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
        right.set(xlabel="epoch", ylabel="loss (logarithmic)", yscale="log", ylim=(0.002, 4))
        right.legend(loc="lower left")
        right.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        self.lines = [axes.axvline(1, color=INK, linewidth=1.5) for axes in panels]
        self.titles = [axes.set_title("", fontsize=14) for axes in panels]
        self.moving = [*self.lines, *self.titles]

    def update(self, epoch: int) -> str:
        """Move the line to `epoch` (counted from 1; the last one if there are fewer) and write the values there."""
        at = min(epoch, self.last)
        now = [(name, *pairs[at - 1]) for name, pairs in self.curves.items()]
        told = [f"{name} {accuracy:.1%}" for name, accuracy, _ in now], [f"{name} {loss:.3f}" for name, _, loss in now]
        for line, title, parts in zip(self.lines, self.titles, told, strict=True):
            line.set_xdata([at, at])
            title.set_text("\n".join(parts))
        return f"Curves by epoch; at epoch {at}: accuracy {', '.join(told[0])}; loss {', '.join(told[1])}."


class MovedDigit:
    """A digit (1, 28, 28) as it is, and turned, scaled and moved."""

    def __init__(self, digit: Tensor) -> None:
        self.digit, self.figure = digit, new_figure(8, 4.1)
        panels = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.9, wspace=0.05)
        for axes, title in zip(panels, ("as it is", "moved"), strict=True):
            axes.axis("off")
            axes.set_title(title)
            self.image = axes.imshow(digit[0].numpy(), cmap="gray", vmin=-1, vmax=1)  # the right one stays
        self.moving = [self.image]

    def update(self, degrees: float, scale: float, right: float) -> str:
        """Turn (anticlockwise), scale and move the digit on the right side."""
        amounts = (torch.tensor([float(value)]) for value in (degrees, scale, right, 0))
        self.image.set_data(move(self.digit[None], *amounts)[0, 0].numpy())
        return f"A digit, and the same turned by {degrees}°, scaled by {scale:.2f} and moved right by {right} pixels."
