"""The pictures of notebook 07: train and test curves, remedies compared, digits moved and mirrored."""

from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from torch import Tensor

from helpers.figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, new_figure, show
from helpers.refusals import require
from helpers.regularization import Watch, move
from helpers.studies.generalization import mean_spread, values

LOOKS = {"train": (BLUE, "-"), "validation": (GREEN, "-."), "test": (ORANGE, "--")}  # colour and dashes of a curve
FLOOR = 0.003  # a smaller loss is drawn here


class Curves:
    """Accuracy and loss by epoch of one training, with a line at one epoch and the numbers there.

    best: the epoch (counted from 1) of the lowest validation loss, marked by a star; 0 for none.
    """

    def __init__(self, watch: Watch, best: int = 0) -> None:
        require(bool(watch.accuracy), "No epoch was completed yet: run the training cell again, then this one")
        self.watch, self.figure = watch, new_figure(10, 4.2)
        panels = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.09, right=0.99, bottom=0.16, top=0.8, wspace=0.24)
        self.series = (watch.accuracy, watch.loss)
        for axes, series in zip(panels, self.series, strict=True):
            for name, numbers in series.items():
                colour, dashes = LOOKS[name]
                heights = [max(FLOOR, number) for number in numbers]
                axes.plot(range(1, len(heights) + 1), heights, dashes, color=colour, label=name)
            axes.set_xlabel("epoch")
            axes.grid(color=PALE)
        panels[0].set(ylabel="accuracy", ylim=(0.5, 1.02))
        panels[1].set(ylabel="loss (logarithmic)", yscale="log")
        panels[1].set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        panels[0].legend(frameon=False, loc="lower right")
        if best:
            height = watch.loss["validation"][best - 1]
            panels[1].plot(best, height, "*", color=GREEN, markersize=22, markeredgecolor=INK, zorder=4)
        self.lines = [axes.axvline(1, color=INK, linewidth=1.5) for axes in panels]
        self.titles = [axes.set_title("", fontsize=14) for axes in panels]
        self.moving = [*self.lines, *self.titles]

    def update(self, epoch: int) -> str:
        """Move the line to `epoch` (counted from 1; the last one if there are fewer) and write the values there."""
        told = []
        for line, title, series, form in zip(self.lines, self.titles, self.series, ("{:.1%}", "{:.3f}"), strict=True):
            at = max(1, min(epoch, *map(len, series.values())))
            line.set_xdata([at, at])
            title.set_text("\n".join(f"{name} {form.format(numbers[at - 1])}" for name, numbers in series.items()))
            told.append(title.get_text().replace("\n", ", "))
        return f"Curves by epoch; at epoch {at}: accuracy {told[0]}; loss {told[1]}."


class MovedDigit:
    """A digit (1, 28, 28) as it is, and turned, scaled and moved."""

    def __init__(self, digit: Tensor) -> None:
        self.digit, self.figure = digit, new_figure(8, 4.1)
        left, right = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.9, wspace=0.05)
        for axes, title in ((left, "as it is"), (right, "moved")):
            axes.axis("off")
            axes.set_title(title)
        left.imshow(digit[0].numpy(), cmap="gray", vmin=-1, vmax=1)
        self.image = right.imshow(digit[0].numpy(), cmap="gray", vmin=-1, vmax=1)
        self.moving = [self.image]

    def update(self, degrees: float, scale: float, right: float, down: float = 0.0) -> str:
        """Turn (anticlockwise), scale and move the digit on the right side."""
        amounts = (torch.tensor([float(value)]) for value in (degrees, scale, right, down))
        self.image.set_data(move(self.digit[None], *amounts)[0, 0].numpy())
        return f"A digit, and the same turned by {degrees}°, scaled by {scale:.2f} and moved right by {right} pixels."


def show_remedies(results: dict, names: Sequence[str]) -> None:
    """Show train and test accuracy of each recipe as two points, mean ± standard deviation, joined by the gap."""
    height = 0.95 + 0.4 * len(names)
    figure = new_figure(10, height)
    axes = figure.add_axes((0.33, 0.75 / height, 0.65, 1 - 0.95 / height))
    for row, name in enumerate(names):
        means = []
        for key, colour, marker in (("train", BLUE, "o"), ("test", ORANGE, "s")):
            mean, spread = mean_spread([100 * v for v in values(results, name, f"{key} accuracy")])
            style = {"color": colour, "markersize": 10, "capsize": 5, "zorder": 3}
            axes.errorbar(mean, row, xerr=spread, fmt=marker, label=key if row == 0 else None, **style)
            means.append(mean)
        axes.plot(means, [row, row], color=GREY, linewidth=1.5)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="accuracy in percent", ylim=(len(names) - 0.4, -0.6))
    axes.grid(axis="x", color=PALE)
    axes.legend(frameon=False, loc="upper left", ncols=2, bbox_to_anchor=(-0.5, -0.02), columnspacing=1)
    told = "; ".join(f"{name} {mean_spread(values(results, name, 'test accuracy'))[0]:.1%}" for name in names)
    show(figure, f"Train and test accuracy of each recipe, with error bars. Mean test accuracy: {told}.")


def show_growth(results: dict, sizes: Sequence[int], names: Sequence[str], labels: Sequence[str]) -> None:
    """Show the test accuracy against the number of training digits, on a logarithmic axis, with error bars."""
    figure = new_figure(9, 4.2)
    axes = figure.add_axes((0.1, 0.17, 0.87, 0.79))
    told = []
    for name, label, colour, marker in zip(names, labels, (BLUE, ORANGE), "os", strict=False):
        pairs = [mean_spread([100 * v for v in values(results, f"{name}, {n:,}", "test accuracy")]) for n in sizes]
        means, spreads = zip(*pairs, strict=True)
        axes.errorbar(sizes, means, yerr=spreads, fmt=f"{marker}-", color=colour, markersize=9, capsize=5, label=label)
        told.append(f"{label}: " + ", ".join(f"{mean:.1f} % with {n:,}" for n, mean in zip(sizes, means, strict=True)))
    axes.set(xlabel="training digits (logarithmic)", ylabel="test accuracy in percent", xscale="log")
    axes.set_xticks(sizes, [f"{n:,}" for n in sizes])
    axes.minorticks_off()
    axes.grid(color=PALE)
    axes.legend(frameon=False, loc="lower right")
    show(figure, f"Test accuracy against the number of training digits. {'; '.join(told)}.")


def show_mirrored(upright: Sequence[float], mirrored: Sequence[float]) -> None:
    """Show for each digit the accuracy on its images as they are, and mirrored left to right."""
    figure = new_figure(10, 3.9)
    axes = figure.add_axes((0.09, 0.17, 0.9, 0.68))
    places = torch.arange(10)
    for numbers, offset, colour, label in ((upright, -0.2, BLUE, "as it is"), (mirrored, 0.2, ORANGE, "mirrored")):
        _bars(axes, (places + offset).tolist(), numbers, colour, label)
    axes.set(xlabel="digit", ylabel="accuracy in percent", ylim=(0, 112))
    axes.set_xticks(range(10))
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 0.99))
    told = ", ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(mirrored))
    show(figure, f"Accuracy by digit, as it is and mirrored. Mirrored, {told}.")


def _bars(axes: Axes, places: Sequence[float], shares: Sequence[float], colour: str, label: str) -> None:
    heights = [100 * share for share in shares]
    axes.bar(places, heights, width=0.38, color=colour, label=label)
    for x, height in zip(places, heights, strict=True):
        axes.text(x, height + 1, f"{height:.0f}", ha="center", va="bottom", fontsize=14)


def show_spread(shares: dict[str, Sequence[float]]) -> None:
    """Show accuracies (0 to 1) measured again and again, one row of points for each name."""
    height = 1 + 0.55 * len(shares)
    figure = new_figure(9, height)
    axes = figure.add_axes((0.3, 0.75 / height, 0.67, 0.55 * len(shares) / height))
    for row, numbers in enumerate(shares.values()):
        colour = RED if row else BLUE
        axes.plot([100 * v for v in numbers], [row] * len(numbers), "o", color=colour, markersize=10, alpha=0.6)
    axes.set_yticks(range(len(shares)), list(shares))
    axes.set(xlabel="accuracy in percent", ylim=(len(shares) - 0.4, -0.6))
    axes.grid(axis="x", color=PALE)
    told = "; ".join(f"{name} {min(v):.1%} to {max(v):.1%}" for name, v in shares.items())
    show(figure, f"Accuracies of repeated tests: {told}.")
