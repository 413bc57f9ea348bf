"""Digits found on a canvas, for notebook 09."""

from collections.abc import Callable

from helpers.detection import LEAST, SIDE, STRIDE, detect
from helpers.figures import ORANGE, PALE, new_figure

import torch
from matplotlib.artist import Artist
from matplotlib.patches import Rectangle
from torch import Tensor


class FoundDigits:
    """A canvas with the boxes of the digits found on it, beside the map of scores; one digit can be moved.

    everywhere: images (N, 1, H, W) -> logits (N, 10, rows, columns), one for each window. canvas: (1, H, W) from -1
    to 1. digit: (1, 28, 28), laid over the canvas where `update` says; None to leave it out.
    """

    def __init__(self, everywhere: Callable[[Tensor], Tensor], canvas: Tensor, digit: Tensor | None = None) -> None:
        self.everywhere, self.canvas, self.digit = everywhere, canvas, digit
        self.figure = new_figure(10, 3.6)
        self.left, right = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.84, wspace=0.04)
        height, width = canvas.shape[1:]
        for axes in (self.left, right):
            axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal", xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        right.set_facecolor(PALE)
        right.set_title(f"score of the window centred here\n(dark 2, bright 20; boxes from {LEAST:.0f})", fontsize=14)
        self.image = self.left.imshow(canvas[0], cmap="gray", vmin=-1, vmax=1, extent=(0, width, height, 0))
        self.scores = right.imshow(torch.zeros(1, 1), cmap="cividis", vmin=2, vmax=20)
        self.title = self.left.set_title("", fontsize=16)
        self.boxes: list[Artist] = []
        self.moving = [self.image, self.scores, self.title]

    @torch.no_grad()
    def update(self, right: int = 0, down: int = 0) -> str:
        """Lay the digit's top left corner at (right, down), in pixels, and look for digits."""
        canvas = self.canvas.clone()
        if self.digit is not None:
            place = canvas[:, down : down + SIDE, right : right + SIDE]
            torch.maximum(place, self.digit, out=place)
        logits = self.everywhere(canvas[None])[0]
        _, rows, columns = logits.shape
        edge = (SIDE - STRIDE) / 2  # a window's score is drawn at its centre
        self.image.set_data(canvas[0])
        self.scores.set_data(logits.logsumexp(dim=0))
        self.scores.set_extent((edge, edge + STRIDE * columns, edge + STRIDE * rows, edge))
        for artist in self.boxes:
            artist.remove()
        self.boxes = []
        boxes, classes = detect(logits)
        for (left, top, _, _), number in zip(boxes.tolist(), classes.tolist(), strict=True):
            frame = Rectangle((left, top), SIDE, SIDE, fill=False, linewidth=3, color=ORANGE)
            name = self.left.text(left + 1.5, top + 1, number, color=ORANGE, fontsize=17, fontweight="bold", va="top")
            self.boxes += [self.left.add_patch(frame), name]
        self.moving = [self.image, self.scores, self.title, *self.boxes]
        self.title.set_text(f"{len(boxes)} digit{'s' * (len(boxes) != 1)} found")
        read = ", ".join(map(str, classes.tolist()))
        return f"A canvas and its map of scores; boxes are drawn around {len(boxes)} digits, read as {read}."
