"""Pictures of notebook 08: digits found on a canvas, and how well pairs of digits are told apart."""

from collections.abc import Mapping

import torch
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.detection import LEAST, SIDE, STRIDE, Everywhere, detect
from helpers.figures import BLUE, GREY, INK, ORANGE, RED, new_figure, show

MOST_BOXES = 12  # more boxes than this are not drawn


class FoundDigits:
    """A canvas with the boxes of the digits found on it, beside the map of scores; one digit can be moved.

    canvas: (1, H, W) from -1 to 1. digit: (1, 28, 28), laid over the canvas where `update` says; None to leave it out.
    """

    def __init__(self, everywhere: Everywhere, canvas: Tensor, digit: Tensor | None = None) -> None:
        self.everywhere, self.canvas, self.digit = everywhere, canvas, digit
        self.figure = new_figure(10, 3.6)
        left, right = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.84, wspace=0.04)
        height, width = canvas.shape[1:]
        for axes in (left, right):
            axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal", xticks=[], yticks=[])
            axes.spines[["top", "right"]].set_visible(True)
        self.image = left.imshow(canvas[0], cmap="gray", vmin=-1, vmax=1, extent=(0, width, height, 0))
        self.scores = right.imshow(torch.zeros(1, 1), cmap="cividis", vmin=2, vmax=20)
        right.set_facecolor("#DDDDDD")
        right.set_title(
            f"score of the window centred here\n(dark {2}, bright {20}; boxes from {LEAST:.0f})", fontsize=14
        )
        self.title = left.set_title("", fontsize=16)
        self.frames = [
            left.add_patch(Rectangle((0, 0), SIDE, SIDE, fill=False, linewidth=3)) for _ in range(MOST_BOXES)
        ]
        self.names = [left.text(0, 0, "", fontsize=17, fontweight="bold", va="top") for _ in range(MOST_BOXES)]
        for part in (*self.frames, *self.names):
            part.set_color(ORANGE)
        self.moving = [self.image, self.scores, *self.frames, *self.names, self.title]

    def update(self, right: int = 0, down: int = 0) -> str:
        """Lay the digit's top left corner at (right, down), in pixels, and look for digits."""
        canvas = self.canvas.clone()
        if self.digit is not None:
            place = canvas[:, down : down + SIDE, right : right + SIDE]
            torch.maximum(place, self.digit, out=place)
        with torch.no_grad():
            scores = self.everywhere(canvas[None])[0].logsumexp(dim=0)
        rows, columns = scores.shape
        edge = (SIDE - STRIDE) / 2  # a window's score is drawn at its centre
        self.image.set_data(canvas[0])
        self.scores.set_data(scores)
        self.scores.set_extent((edge, edge + STRIDE * columns, edge + STRIDE * rows, edge))
        found, classes, _ = detect(self.everywhere, canvas)
        self._draw_boxes(found, classes)
        self.title.set_text(f"{len(found)} digit{'s' * (len(found) != 1)} found")
        read = ", ".join(str(number) for number in classes.tolist())
        return f"A canvas and its map of scores; boxes are drawn around {len(found)} digits, read as {read}."

    def _draw_boxes(self, boxes: Tensor, classes: Tensor) -> None:
        for k, (frame, name) in enumerate(zip(self.frames, self.names, strict=True)):
            shown = k < len(boxes)
            frame.set_visible(shown)
            name.set_text(str(int(classes[k])) if shown else "")
            if shown:
                left, top = boxes[k, :2].tolist()
                frame.set_xy((left, top))
                name.set_position((left + 1.5, top + 1))


def show_distances(distance: Tensor, same: Tensor) -> None:
    """Show how the distances of pairs of the same digit and of different digits lie, as shares of each kind."""
    figure = new_figure(9, 3.9)
    axes = figure.add_axes((0.1, 0.19, 0.87, 0.72))
    edges = torch.linspace(0, float(distance.max()), 41)
    for kind, chosen, colour in (("same digit", same, BLUE), ("different digits", ~same, ORANGE)):
        shares = torch.histogram(distance[chosen], edges).hist / chosen.sum()
        axes.stairs(shares, edges, fill=True, alpha=0.55, color=colour, label=kind)
    axes.set(xlabel="distance of the features", ylabel="share of pairs", yticks=[])
    axes.legend(frameon=False, fontsize=15)
    means = [float(distance[chosen].mean()) for chosen in (same, ~same)]
    show(
        figure,
        f"Two histograms of distances: pairs of the same digit around {means[0]:.2f}, of different digits around "
        f"{means[1]:.2f}; they overlap a little.",
    )


def show_roc(curves: Mapping[str, tuple[Tensor, Tensor, float]]) -> None:
    """Show ROC curves: name -> (false alarm rates, hit rates, area under the curve)."""
    figure = new_figure(10, 4.1)
    axes = figure.add_axes((0.09, 0.18, 0.38, 0.76))
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.5, linestyle=":")
    styles = zip(curves.items(), (BLUE, RED, INK, ORANGE), ("-", "--", "-.", "-"), strict=False)
    for (name, (false_alarms, hits, area)), colour, style in styles:
        axes.plot(false_alarms, hits, color=colour, linestyle=style, label=f"{name}: {area:.2f}")
    axes.set(xlabel="false alarms", ylabel="hits", xlim=(0, 1), ylim=(0, 1.01), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    axes.legend(
        frameon=False,
        fontsize=14,
        loc="center left",
        bbox_to_anchor=(1.05, 0.5),
        labelspacing=1,
        title="area under the curve",
        title_fontsize=15,
    )
    listed = "; ".join(f"{name}: area {area:.2f}" for name, (_, _, area) in curves.items())
    show(figure, f"ROC curves, hits against false alarms, {listed}.")
