"""The pictures of notebook 01: the sliding window over small numbers and over a digit, and its geometry."""

from helpers.figures import BLUE, INK, ORANGE, PALE, SIGNED, SKY, new_figure
from helpers.from_scratch import conv2d

import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from torch import Tensor
from torch.nn.functional import pad


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
        self.window, self.target = outline(left, *kernel.shape), outline(right)
        self.sum = self.figure.text(0.5, 0.05, "", ha="center", fontsize=17, color=INK)
        self.moving = [*self.cells, self.window, self.target, self.sum]

    def update(self, row: int, column: int) -> str:
        """Put the window at `row`, `column` of the feature map; the pixels after it stay hidden."""
        kh, kw = self.kernel.shape
        patch = self.image[row : row + kh, column : column + kw].flatten().tolist()
        for marked in (self.window, self.target):
            marked.set_xy((column - 0.5, row - 0.5))
        for index, cell in enumerate(self.cells):
            cell.set_visible(index <= row * self.output.shape[1] + column)
        products = zip(patch, self.kernel.flatten().tolist(), strict=True)
        terms = [f"{int(p)}·{int(k)}" if k >= 0 else f"{int(p)}·({int(k)})" for p, k in products]
        self.sum.set_text(f"{' + '.join(terms)} = {int(self.output[row, column])}")
        return f"The window at row {row}, column {column} of the feature map: {self.sum.get_text()}."


class SlidingWindow:
    """A 3x3 kernel on a digit with padding 1: patch times kernel, summed, is one pixel of the feature map.

    image: (28, 28), pixels from -1 to 1.
    """

    def __init__(self, image: Tensor) -> None:
        self.padded = pad(image, (1, 1, 1, 1))
        self.figure = new_figure(10, 4.6)
        digit, patch, feature_map, kernel = self.figure.subplot_mosaic("dpf;dkf", width_ratios=(8, 5, 8)).values()
        self.figure.subplots_adjust(left=0.005, right=0.995, bottom=0.03, top=0.9, wspace=0.06, hspace=0.25)
        digit.imshow(self.padded, cmap="gray", vmin=-1, vmax=1)
        digit.set_title("digit, padding 1")
        self.map = feature_map.imshow(image, cmap=SIGNED)
        self.value = feature_map.set_title("")
        self.window, self.target = outline(digit, 3, 3), outline(feature_map)
        for axes in (digit, feature_map):
            axes.axis("off")
        zeros = torch.zeros(3, 3)
        self.cells = write_numbers(patch, zeros, "patch", 14), write_numbers(kernel, zeros, "kernel", 14)
        self.moving = [self.map, self.window, self.target, *self.cells[0], *self.cells[1], self.value]

    def update(self, row: int, column: int, kernel: Tensor) -> str:
        """Put the window on pixel `row`, `column` (0 to 27) and use this 3x3 kernel."""
        kernel = torch.as_tensor(kernel, dtype=torch.float32)
        output = conv2d(self.padded[None], kernel[None, None])[0]
        patch = self.padded[row : row + 3, column : column + 3]
        for cells, numbers in zip(self.cells, (patch, kernel), strict=True):
            for cell, number in zip(cells, numbers.flatten().tolist(), strict=True):
                cell.set_text(f"{number:.2f}".removesuffix(".00"))
        limit = float(output.abs().max()) or 1.0
        self.map.set(data=output, clim=(-limit, limit))
        for marked in (self.window, self.target):
            marked.set_xy((column - 0.5, row - 0.5))
        self.value.set_text(f"sum of products: {float(output[row, column]):.2f}")
        return f"A window at row {row}, column {column} of a digit, its patch, kernel and map; {self.value.get_text()}."


class Geometry:
    """Which pixels the kernel touches for a given stride, padding and dilation, and the size that results."""

    OUTSIDE, PADDING, PIXEL, TAP = range(4)
    SIDE = 12  # pixels at most, padding included

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.8)
        colours, nothing = ListedColormap(["white", PALE, SKY, ORANGE]), torch.zeros(self.SIDE, self.SIDE)
        self.grids = []
        for axes, title in zip(self.figure.subplots(1, 2), ("image", "feature map"), strict=True):
            axes.set(ylim=(self.SIDE, 0), aspect="equal")
            axes.axis("off")
            axes.set_title(title, loc="left")
            self.grids.append(axes.pcolormesh(nothing, cmap=colours, vmin=0, vmax=3, edgecolors="white", linewidth=2))
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.14, top=0.91, wspace=0.08)
        self.formula = self.figure.text(0.5, 0.04, "", ha="center", fontsize=18, color=INK)
        self.moving = [*self.grids, self.formula]

    def update(self, size: int, kernel: int, stride: int, padding: int, dilation: int, place: int = 0) -> str:
        """Draw the window's `place`-th place (counted along the rows) on a `size` x `size` image."""
        reach = dilation * (kernel - 1) + 1
        out = max(0, (size + 2 * padding - reach) // stride + 1)
        image, result = torch.zeros(2, self.SIDE, self.SIDE)
        image[: size + 2 * padding, : size + 2 * padding] = self.PADDING
        image[padding : padding + size, padding : padding + size] = self.PIXEL
        result[:out, :out] = self.PIXEL
        formula = f"a reach of {reach} does not fit into {size} + 2·{padding} pixels"
        if out > 0:
            formula = f"⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1 = {out}"
            row, column = divmod(place % (out * out), out)
            top, left = row * stride, column * stride
            image[top : top + reach : dilation, left : left + reach : dilation] = self.TAP
            result[row, column] = self.TAP
        for grid, cells in zip(self.grids, (image, result), strict=True):
            grid.set_array(cells)
        self.formula.set_text(formula)
        settings = f"stride {stride}, padding {padding} and dilation {dilation}"
        return f"A {kernel}x{kernel} kernel with {settings} on an image of {size}x{size}: {formula}."


def write_numbers(axes: Axes, numbers: Tensor, title: str, fontsize: int = 17) -> list[Text]:
    """Write a small 2-D tensor into cells; returns the texts, row by row."""
    height, width = numbers.shape
    axes.axis("off")
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal", title=title)
    axes.hlines([k - 0.5 for k in range(height + 1)], -0.5, width - 0.5, colors=BLUE, linewidth=1, clip_on=False)
    axes.vlines([k - 0.5 for k in range(width + 1)], -0.5, height - 0.5, colors=BLUE, linewidth=1, clip_on=False)
    return [
        axes.text(k % width, k // width, f"{number:.3g}", ha="center", va="center", fontsize=fontsize, color=INK)
        for k, number in enumerate(numbers.flatten().tolist())
    ]


def outline(axes: Axes, height: int = 1, width: int = 1) -> Rectangle:
    """A frame around `height` x `width` cells or pixels, to be moved by its top left corner."""
    frame = Rectangle((-0.5, -0.5), width, height, fill=False, edgecolor=ORANGE, linewidth=4, clip_on=False, zorder=3)
    axes.add_patch(frame)
    return frame
