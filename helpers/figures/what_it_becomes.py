"""Live figures of notebook 10: digits found on a canvas, and a threshold in a histogram and on its ROC curve."""

from collections.abc import Callable

from helpers.detection import SIDE, STRIDE
from helpers.figures import BLUE, GREY, ORANGE, PALE, RED, new_figure

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.patches import Rectangle
from torch import Tensor


class FoundDigits:
    """A canvas with the boxes of the digits found on it, beside the scores of all windows; one digit can be moved.

    everywhere: images (N, 1, H, W) -> logits (N, 10, rows, columns), one for each window. detect: the logits of one
    image and a threshold -> boxes (N, 4), scores (N,), digits (N,). canvas: (1, H, W) from -1 to 1.
    digit: (1, 28, 28), laid over the canvas where `update` says; None to leave it out.
    """

    def __init__(
        self, everywhere: Callable[[Tensor], Tensor], detect: Callable, threshold: float, canvas: Tensor,
        digit: Tensor | None = None,
    ) -> None:  # fmt: skip
        self.everywhere, self.detect, self.threshold = everywhere, detect, threshold
        self.canvas, self.digit = canvas, digit
        self.figure = new_figure(10, 3.6)
        self.left, self.right = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.84, wspace=0.04)
        height, width = canvas.shape[1:]
        for axes in (self.left, self.right):
            axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal", xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        self.right.set_facecolor(PALE)
        self.right.set_title(f"score of the window centred here\n(line: the threshold {threshold:.1f})", fontsize=14)
        self.image = self.left.imshow(canvas[0], cmap="gray", vmin=-1, vmax=1, extent=(0, width, height, 0))
        self.scores = self.right.imshow(torch.zeros(1, 1), cmap="cividis", vmin=2, vmax=20)
        self.title = self.left.set_title("", fontsize=16)
        self.marks: list[Artist] = []
        self.moving = [self.image, self.scores, self.title]

    @torch.no_grad()
    def update(self, right: int = 0, down: int = 0) -> str:
        """Lay the digit's top left corner at (right, down), in pixels, and look for digits."""
        canvas = self.canvas.clone()
        if self.digit is not None:
            place = canvas[:, down : down + SIDE, right : right + SIDE]
            torch.maximum(place, self.digit, out=place)
        logits = self.everywhere(canvas[None])[0]
        scores, (rows, columns) = logits.logsumexp(dim=0), logits.shape[1:]
        edge = (SIDE - STRIDE) / 2  # a window's score is drawn at its centre
        self.image.set_data(canvas[0])
        self.scores.set_data(scores)
        self.scores.set_extent((edge, edge + STRIDE * columns, edge + STRIDE * rows, edge))
        for artist in self.marks:
            artist.remove()
        self.marks = []
        if scores.min() < self.threshold < scores.max():
            across, along = (SIDE / 2 + STRIDE * np.arange(count) for count in (columns, rows))
            line = self.right.contour(across, along, scores.numpy(), [self.threshold], colors=ORANGE, linewidths=2)
            self.marks.append(line)
        boxes, _, digits = self.detect(logits, self.threshold)
        for (left, top, _, _), number in zip(boxes.tolist(), digits.tolist(), strict=True):
            frame = Rectangle((left, top), SIDE, SIDE, fill=False, linewidth=3, color=ORANGE)
            name = self.left.text(left + 1.5, top + 1, number, color=ORANGE, fontsize=17, fontweight="bold", va="top")
            self.marks += [self.left.add_patch(frame), name]
        self.moving = [self.image, self.scores, self.title, *self.marks]
        self.title.set_text(f"{len(boxes)} digit{'s' * (len(boxes) != 1)} found")
        read = ", ".join(map(str, digits.tolist()))
        return f"A canvas and its map of scores; boxes are drawn around {len(boxes)} digits, read as {read}."


class Threshold:
    """Pairs by their distance (N,), those that are the same (N,) bool and the others, cut by a movable threshold."""

    def __init__(self, distance: Tensor, same: Tensor) -> None:
        self.same, self.different = distance[same], distance[~same]
        self.figure = new_figure(10, 3.8)
        left, right = self.figure.subplots(1, 2, width_ratios=(1.5, 1))
        self.figure.subplots_adjust(left=0.03, right=0.98, bottom=0.2, top=0.86, wspace=0.25)
        for part, colour, name in ((self.same, BLUE, "same digit"), (self.different, ORANGE, "different digits")):
            left.hist(part.numpy(), bins=40, density=True, alpha=0.6, color=colour, label=name)
        left.set(xlabel="distance; left of the line: called the same", yticks=[], ylim=(0, 1.35 * left.get_ylim()[1]))
        left.legend(loc="upper center", ncols=2)
        cuts = distance.sort().values[:: max(1, len(distance) // 300)]
        right.plot(*zip(*map(self.rates, cuts.tolist()), strict=True), color=GREY)
        right.set(xlabel="false alarms", ylabel="hits", xlim=(-0.03, 1.03), ylim=(-0.03, 1.05))
        self.line = left.axvline(0, color=RED, linewidth=3)
        (self.dot,) = right.plot([0], [0], "o", color=RED, markersize=12)
        self.title = right.set_title("", fontsize=15)
        self.moving: list[Artist] = [self.line, self.dot, self.title]

    def rates(self, threshold: float) -> tuple[float, float]:
        """The shares of different pairs (false alarms) and of same pairs (hits) nearer than `threshold`."""
        return (self.different < threshold).double().mean().item(), (self.same < threshold).double().mean().item()

    def update(self, threshold: float) -> str:
        """Draw line and dot for this threshold."""
        false_alarms, hits = self.rates(threshold)
        self.line.set_xdata([threshold, threshold])
        self.dot.set_data([false_alarms], [hits])
        self.title.set_text(f"{hits:.0%} hits, {false_alarms:.0%} false alarms")
        return f"Histograms of distances cut at {threshold:.2f}: {hits:.0%} hits, {false_alarms:.0%} false alarms."
