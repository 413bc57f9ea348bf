"""The pictures of notebook 02: pooling over small numbers, and how far a moved digit reaches into the network."""

from collections.abc import Callable

from helpers.figures import INK, SIGNED, new_figure
from helpers.figures.convolution import outline, write_numbers
from helpers.from_scratch import avg_pool2d, max_pool2d

import torch
from torch import Tensor

POOLS = {"max": max_pool2d, "average": avg_pool2d}


class PoolWindow:
    """A 2x2 window with stride 2 on a small image; image: (H, W) floats, H and W even."""

    def __init__(self, image: Tensor) -> None:
        self.image = image
        self.figure = new_figure(10, 3.6)
        left, right = self.figure.subplots(1, 2, width_ratios=(4, 3))
        self.figure.subplots_adjust(left=0.05, right=0.9, bottom=0.16, top=0.88, wspace=0.2)
        write_numbers(left, image, "feature map")
        self.cells = write_numbers(right, max_pool2d(image[None], 2)[0], "pooled")
        self.window, self.target = outline(left, 2, 2), outline(right)
        self.rule = self.figure.text(0.5, 0.05, "", ha="center", fontsize=17, color=INK)
        self.moving = [*self.cells, self.window, self.target, self.rule]

    def update(self, row: int, column: int, pool: str = "max") -> str:
        """Put the window at `row`, `column` of the pooled map, whose later numbers stay hidden.

        pool: "max" or "average".
        """
        pooled = POOLS[pool](self.image[None], 2)[0]
        for index, (cell, number) in enumerate(zip(self.cells, pooled.flatten().tolist(), strict=True)):
            cell.set(text=f"{number:.3g}", visible=index <= row * pooled.shape[1] + column)
        self.window.set_xy((2 * column - 0.5, 2 * row - 0.5))
        self.target.set_xy((column - 0.5, row - 0.5))
        patch = self.image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].flatten().tolist()
        numbers = ", ".join(f"{number:.3g}" for number in patch)
        self.rule.set_text(f"{pool} of {numbers} = {float(pooled[row, column]):.3g}")
        return f"The 2x2 window for row {row}, column {column} of the pooled map: {self.rule.get_text()}."


class ShiftedDigit:
    """A digit before a move, after it, and the difference, at every stage of a network.

    stages: images (1, 1, 28, 28) -> {name: maps (1, C, H, W) or numbers (1, C)}; image: (1, 28, 28).
    """

    def __init__(self, stages: Callable[[Tensor], dict[str, Tensor]], image: Tensor) -> None:
        self.stages, self.image, self.before = stages, image[None], stages(image[None])
        self.figure = new_figure(10, 4.4)
        axes = self.figure.subplots(3, len(self.before))
        self.figure.subplots_adjust(left=0.05, right=0.995, bottom=0.01, top=0.94, wspace=0.05, hspace=0.32)
        for row, name in zip(axes, ("before", "after", "difference"), strict=True):
            row[0].text(-0.14, 0.5, name, rotation=90, ha="center", va="center", fontsize=15, color=INK)
            for place in row:
                place.axis("off")
        blank = torch.zeros(1, 1).numpy()
        self.artists = [[place.imshow(blank, SIGNED, extent=(0, 1, 0, 1)) for place in row] for row in axes]
        for place, name in zip(axes[0], self.before, strict=True):
            place.set_title(name, fontsize=15)
        self.changes = [place.set_title("", fontsize=15) for place in axes[2]]
        self.moving = [*sum(self.artists, []), *self.changes]

    def update(self, right: int, down: int, map: int) -> str:
        """Move the digit by whole pixels; of each stage the `map`-th map is drawn, the change is that of all maps."""
        after = self.stages(torch.roll(self.image, (down, right), (-2, -1)))
        for column, (name, old) in enumerate(self.before.items()):
            first, second = drawn(old, map), drawn(after[name], map)
            limit = float(first.abs().max()) or 1.0
            for row, data in zip(self.artists, (first, second, second - first), strict=True):
                row[column].set(data=data.numpy(), clim=(-limit, limit))
            self.changes[column].set_text(f"{float((after[name] - old).norm() / old.norm()):.0%}")
        changes = ", ".join(f"{name} {text.get_text()}" for name, text in zip(after, self.changes, strict=True))
        return f"The digit moved by {right}, {down} pixels, and map {map} of each stage; change of all maps: {changes}."


def drawn(values: Tensor, map: int) -> Tensor:
    """One of the maps (1, C, H, W), counted from the front again where there are fewer; numbers (1, C) as stripes."""
    return values if values.dim() == 2 else values[0, map % values.shape[1]]
