"""The pictures of notebook 02: pooling over small numbers, and what pooling forgives when a digit is shifted."""

from helpers.figures import INK, new_figure
from helpers.figures.convolution import outline, write_numbers
from helpers.from_scratch import avg_pool2d, conv2d, max_pool2d, relu

import torch
from torch import Tensor
from torch.nn.functional import pad

POOLS = {"max": max_pool2d, "average": avg_pool2d}
EDGES = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])[None, None]


class PoolWindow:
    """A 2x2 window with stride 2 on a small image; image: (H, W) floats, H and W even."""

    def __init__(self, image: Tensor) -> None:
        self.image = image
        self.figure = new_figure(10, 4.1)
        left, right = self.figure.subplots(1, 2, width_ratios=(4, 3))
        self.figure.subplots_adjust(left=0.05, right=0.9, bottom=0.16, top=0.88, wspace=0.2)
        write_numbers(left, image, "feature map")
        self.cells = write_numbers(right, max_pool2d(image[None], 2)[0], "pooled")
        self.window, self.target = outline(left, 2, 2), outline(right)
        self.rule = self.figure.text(0.5, 0.05, "", ha="center", fontsize=17, color=INK)
        self.moving = [*self.cells, self.window, self.target, self.rule]

    def update(self, row: int, column: int, pool: str = "max") -> str:
        """Put the window at `row`, `column` of the pooled map; `pool` is "max" or "average"."""
        pooled = POOLS[pool](self.image[None], 2)[0]
        for cell, number in zip(self.cells, pooled.flatten().tolist(), strict=True):
            cell.set_text(f"{number:.3g}")
        self.window.set_xy((2 * column - 0.5, 2 * row - 0.5))
        self.target.set_xy((column - 0.5, row - 0.5))
        patch = self.image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].flatten().tolist()
        numbers = ", ".join(f"{number:.3g}" for number in patch)
        self.rule.set_text(f"{pool} of {numbers} = {float(pooled[row, column]):.3g}")
        return f"The 2x2 window for row {row}, column {column} of the pooled map: {self.rule.get_text()}."


class ShiftedDigit:
    """A digit (28, 28) of pixels from -1 to 1, its vertical edges, and these pooled: what does a shift change?"""

    def __init__(self, image: Tensor) -> None:
        self.image = image
        self.figure = new_figure(10, 4.1)
        panels = self.figure.subplots(1, 3)
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.85, wspace=0.05)
        self.titles = [axes.set_title("") for axes in panels]
        self.artists = [
            axes.imshow(image, cmap="gray", vmin=low, vmax=high, extent=(0, 28, 28, 0))
            for axes, (low, high) in zip(panels, ((-1, 1), (0, 8), (0, 8)), strict=True)
        ]
        for axes in panels:
            axes.axis("off")
        self.moving = [*self.artists, *self.titles]

    def update(self, right: int, down: int, window: int) -> str:
        """Shift the digit by whole pixels, pool its edge map over `window` x `window`, and say what changed."""
        shifted = torch.roll(self.image, (down, right), (0, 1))
        # The frame is as black as the background, so that no edge is found at the border.
        before, after = (relu(conv2d(pad(x[None], (1,) * 4, value=-1), EDGES)) for x in (self.image, shifted))
        pooled = max_pool2d(after, window)
        titles = (
            f"shifted by {right}, {down}",
            f"edges: change {change(before, after):.0%}",
            f"max {window}×{window}: change {change(max_pool2d(before, window), pooled):.0%}",
        )
        maps = (shifted, after[0], pooled[0])
        for artist, data, title, text in zip(self.artists, maps, self.titles, titles, strict=True):
            artist.set_data(data)
            title.set_text(text)
        return f"The digit {titles[0]} pixels; its {titles[1]}; after {titles[2]}."


def change(before: Tensor, after: Tensor) -> float:
    """How far `after` is from `before`: the length of the difference over the length of `before`."""
    return float((after - before).norm() / before.norm())
