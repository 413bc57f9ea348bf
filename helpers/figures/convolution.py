"""The pictures of notebook 01: the sliding window over small numbers and over a digit, and its geometry."""

import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.figures import BLUE, INK, ORANGE, PALE, SKY, new_figure
from helpers.from_scratch import conv2d

EDGE = {"fill": False, "edgecolor": ORANGE, "linewidth": 4, "clip_on": False}


class NumberWindow:
    """A kernel on a small image of whole numbers, every product written out.

    image: (H, W), kernel: (kh, kw), both of small whole numbers.
    """

    def __init__(self, image: Tensor, kernel: Tensor) -> None:
        self.image, self.kernel = image, kernel
        self.output = conv2d(image[None].float(), kernel[None, None].float())[0]
        self.figure = new_figure(10, 4.1)
        left, middle, right = self.figure.subplots(1, 3, width_ratios=(5, 3, 3))
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.16, top=0.88, wspace=0.18)
        write_numbers(left, image, "image")
        write_numbers(middle, kernel, "kernel")
        self.cells = write_numbers(right, self.output, "feature map")
        self.window = left.add_patch(Rectangle((0, 0), kernel.shape[1], kernel.shape[0], zorder=3, **EDGE))
        self.target = right.add_patch(Rectangle((0, 0), 1, 1, zorder=3, **EDGE))
        self.sum = self.figure.text(0.5, 0.05, "", ha="center", fontsize=17, color=INK)
        self.moving = [*self.cells, self.window, self.target, self.sum]

    def update(self, row: int, column: int) -> str:
        """Put the window at `row`, `column` of the feature map; the pixels after it stay hidden."""
        kh, kw = self.kernel.shape
        patch = self.image[row : row + kh, column : column + kw]
        terms = [f"{int(p)}·{_signed(k)}" for p, k in zip(patch.flatten(), self.kernel.flatten(), strict=True)]
        total = int(self.output[row, column])
        self.window.set_xy((column - 0.5, row - 0.5))
        self.target.set_xy((column - 0.5, row - 0.5))
        for index, cell in enumerate(self.cells):
            cell.set_visible(index <= row * self.output.shape[1] + column)
        self.sum.set_text(" + ".join(terms) + f" = {total}")
        return f"The window at row {row}, column {column} of the feature map: {self.sum.get_text()}."


class SlidingWindow:
    """A 3x3 kernel on a digit with padding 1: patch times kernel, summed, is one pixel of the feature map.

    image: (28, 28), pixels from -1 to 1.
    """

    def __init__(self, image: Tensor) -> None:
        self.padded = torch.nn.functional.pad(image, (1, 1, 1, 1))
        self.figure = new_figure(10, 4.6)
        self.left = self._axes(0.005, 0.04, 0.36, 0.85)
        self.right = self._axes(0.635, 0.04, 0.36, 0.85)
        patch, kernel = self._axes(0.385, 0.52, 0.23, 0.37), self._axes(0.385, 0.04, 0.23, 0.37)
        self.left.imshow(self.padded, cmap="gray", vmin=-1, vmax=1)
        self.left.set_title("digit, padding 1")
        self.map = self.right.imshow(image, cmap="PuOr", vmin=-1, vmax=1)
        self.window = self.left.add_patch(Rectangle((0, 0), 3, 3, **EDGE))
        self.target = self.right.add_patch(Rectangle((0, 0), 1, 1, **EDGE))
        self.patch_cells = write_numbers(patch, torch.zeros(3, 3), "patch", 13)
        self.kernel_cells = write_numbers(kernel, torch.zeros(3, 3), "kernel", 13)
        self.value = self.right.set_title("")
        self.moving = [self.map, self.window, self.target, *self.patch_cells, *self.kernel_cells, self.value]

    def _axes(self, *place: float) -> Axes:
        axes = self.figure.add_axes(place)
        axes.axis("off")
        return axes

    def update(self, row: int, column: int, kernel: Tensor) -> str:
        """Put the window on pixel `row`, `column` (0 to 27) and use this 3x3 kernel."""
        kernel = torch.as_tensor(kernel, dtype=torch.float32)
        patch = self.padded[row : row + 3, column : column + 3]
        output = conv2d(self.padded[None], kernel[None, None])[0]
        for cells, numbers in ((self.patch_cells, patch), (self.kernel_cells, kernel)):
            for cell, number in zip(cells, numbers.flatten().tolist(), strict=True):
                cell.set_text(f"{number:.2f}".removesuffix(".00"))
        limit = float(output.abs().max()) or 1.0
        self.map.set_data(output)
        self.map.set_clim(-limit, limit)
        self.window.set_xy((column - 0.5, row - 0.5))
        self.target.set_xy((column - 0.5, row - 0.5))
        self.value.set_text(f"sum of products: {float(output[row, column]):.2f}")
        return (
            f"Left the digit with the window on row {row}, column {column}; in the middle patch and kernel; "
            f"right the feature map, where this pixel is {float(output[row, column]):.2f}."
        )


class Geometry:
    """Which pixels the kernel touches for a given stride, padding and dilation, and the size that results."""

    OUTSIDE, PADDING, PIXEL, TAP = range(4)
    LARGEST = 12  # pixels along a side, padding included

    def __init__(self) -> None:
        colours = ListedColormap(["white", PALE, SKY, ORANGE])
        self.figure = new_figure(10, 4.8)
        left, right = (
            self.figure.add_axes((0.01, 0.14, 0.48, 0.77)),
            self.figure.add_axes((0.53, 0.14, 0.46, 0.77)),
        )
        self.images = [axes.imshow(torch.zeros(1, 1), cmap=colours, vmin=0, vmax=3) for axes in (left, right)]
        grids = []
        for axes, image, title in zip((left, right), self.images, ("image", "feature map"), strict=True):
            side = self.LARGEST
            image.set_extent((0, side, side, 0))
            axes.set(xlim=(0, side), ylim=(side, 0))
            axes.axis("off")
            axes.set_title(title, loc="left")
            lines = range(side + 1)
            grids.append(axes.hlines(lines, 0, side, colors="white", linewidth=2))
            grids.append(axes.vlines(lines, 0, side, colors="white", linewidth=2))
        self.formula = self.figure.text(0.5, 0.04, "", ha="center", fontsize=18, color=INK)
        self.moving = [*self.images, *grids, self.formula]

    def update(self, size: int, kernel: int, stride: int, padding: int, dilation: int, place: int = 0) -> str:
        """Draw the window's `place`-th place (counted along the rows) on a `size` x `size` image."""
        reach = dilation * (kernel - 1) + 1
        out = (size + 2 * padding - reach) // stride + 1 if size + 2 * padding >= reach else 0
        image, result = torch.zeros(2, self.LARGEST, self.LARGEST)
        image[: size + 2 * padding, : size + 2 * padding] = self.PADDING
        image[padding : padding + size, padding : padding + size] = self.PIXEL
        result[:out, :out] = self.PIXEL
        if out > 0:
            row, column = divmod(place % (out * out), out)
            rows = [row * stride + dilation * k for k in range(kernel)]
            columns = [column * stride + dilation * k for k in range(kernel)]
            image[torch.tensor(rows)[:, None], torch.tensor(columns)] = self.TAP
            result[row, column] = self.TAP
        for artist, cells in zip(self.images, (image, result), strict=True):
            artist.set_data(cells)
        return self._say(size, kernel, stride, padding, dilation, out)

    def _say(self, size: int, kernel: int, stride: int, padding: int, dilation: int, out: int) -> str:
        formula = f"⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1 = {out}"
        if out == 0:
            formula = f"a reach of {dilation * (kernel - 1) + 1} does not fit into {size} + 2·{padding} pixels"
        self.formula.set_text(formula)
        settings = f"stride {stride}, padding {padding} and dilation {dilation}"
        return f"A {kernel}x{kernel} kernel with {settings} on an image of {size}x{size}: {formula}."


def write_numbers(axes: Axes, numbers: Tensor, title: str, fontsize: int = 17) -> list:
    """Write a small 2-D tensor into cells; returns the texts, row by row."""
    height, width = numbers.shape
    axes.axis("off")
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal", title=title)
    axes.hlines([k - 0.5 for k in range(height + 1)], -0.5, width - 0.5, colors=BLUE, linewidth=1, clip_on=False)
    axes.vlines([k - 0.5 for k in range(width + 1)], -0.5, height - 0.5, colors=BLUE, linewidth=1, clip_on=False)
    return [
        axes.text(x, y, f"{float(numbers[y, x]):.3g}", ha="center", va="center", fontsize=fontsize, color=INK)
        for y in range(height)
        for x in range(width)
    ]


def _signed(number: Tensor) -> str:
    return f"{int(number)}" if number >= 0 else f"({int(number)})"
