"""The pictures of notebook 01: the sliding window over a digit, its geometry, a number of many channels."""

from helpers.figures import BLUE, INK, ORANGE, PALE, SIGNED, SKY, WINDOW, new_figure
from helpers.from_scratch import conv2d, windows

import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from torch import Tensor, nn
from torch.nn.functional import pad


class SlidingWindow:
    """A 3x3 kernel on a digit framed in black: the nine products, summed, are one pixel of the feature map.

    image: (28, 28), pixels from -1 to 1.
    """

    def __init__(self, image: Tensor) -> None:
        self.padded = pad(image, (1, 1, 1, 1), value=-1.0)
        self.figure = new_figure(10, 4.7)
        places = self.figure.subplot_mosaic("dpf;dkf;dqf", width_ratios=(9, 5, 9))
        digit, feature_map, grids = places["d"], places["f"], [places[name] for name in "pkq"]
        self.figure.subplots_adjust(left=0.005, right=0.995, bottom=0.02, top=0.93, wspace=0.08, hspace=0.3)
        digit.imshow(self.padded, cmap="gray", vmin=-1, vmax=1)
        digit.set_title("digit")
        self.map = feature_map.imshow(image, cmap=SIGNED)
        self.value = feature_map.set_title("")
        self.window, self.target = outline(digit, 3, 3), outline(feature_map)
        for axes in (digit, feature_map):
            axes.axis("off")
        names = ("patch", "× kernel", "= nine products")
        edges = torch.arange(4) - 0.5
        self.shades = [
            axes.pcolormesh(edges, edges, torch.zeros(3, 3), cmap=SIGNED, edgecolors=BLUE, linewidth=1)
            for axes in grids
        ]
        self.cells = [write_numbers(axes, torch.zeros(3, 3), name, 14) for axes, name in zip(grids, names, strict=True)]
        for axes in grids:
            axes.set_aspect("auto")
        texts = [cell for cells in self.cells for cell in cells]
        self.moving = [self.map, *self.shades, self.window, self.target, *texts, self.value]

    def update(self, row: int, column: int, kernel: Tensor) -> str:
        """Put the window on pixel `row`, `column` (0 to 27) and use this 3x3 kernel."""
        kernel = torch.as_tensor(kernel, dtype=torch.float32)
        output = conv2d(self.padded[None], kernel[None, None])[0]
        patch = self.padded[row : row + 3, column : column + 3]
        for shade, cells, numbers in zip(self.shades, self.cells, (patch, kernel, patch * kernel), strict=True):
            largest = 2.5 * float(numbers.abs().max()) or 1.0  # pale, so that the numbers can be read
            shade.set(array=numbers, clim=(-largest, largest))
            for cell, number in zip(cells, numbers.flatten().tolist(), strict=True):
                cell.set_text(f"{round(number, 2) + 0.0:.2f}".removesuffix(".00").replace("-", "−"))
        limit = float(output.abs().max()) or 1.0
        self.map.set(data=output, clim=(-limit, limit))
        for marked in (self.window, self.target):
            marked.set_xy((column - 0.5, row - 0.5))
        self.value.set_text(f"map, their sum here: {float(output[row, column]):.2f}".replace("-", "−"))
        return f"The window at row {row}, column {column}, the nine products, the {self.value.get_text()}."


class OneNumber:
    """One number of a convolution, opened: what each input channel brings, and how that adds up.

    layer: 3x3 kernels with padding 1; maps: (C_in, H, W), what it reads.
    """

    def __init__(self, layer: nn.Conv2d, maps: Tensor) -> None:
        self.kernels, bias = (values.detach() for values in layer.parameters())
        self.patches = windows(pad(maps, (1, 1, 1, 1)), 3)  # (C_in, H, W, 3, 3)
        sums = torch.einsum("irchw,oihw->oirc", self.patches, self.kernels)
        self.terms = torch.cat([sums, bias.view(-1, 1, 1, 1).expand_as(sums[:, :1])], dim=1)
        self.figure, ends = new_figure(10, 4.9), self.terms.cumsum(dim=1)
        places = self.figure.subplot_mosaic("mabc;msss", width_ratios=(5, 3, 3, 3), height_ratios=(4, 5))
        self.figure.subplots_adjust(left=0.005, right=0.985, bottom=0.12, top=0.93, wspace=0.15, hspace=0.25)
        colours = SIGNED.with_extremes(bad="white")
        self.map, *self.pairs = [places[name].imshow(torch.zeros(1, 1), colours) for name in "mabc"]
        self.map.set_extent((-0.5, maps.shape[2] - 0.5, maps.shape[1] - 0.5, -0.5))
        for pair in self.pairs:  # a patch, a gap, its slice of the kernel
            pair.set(extent=(0, 7, 0, 3), clim=(-1, 1))
        for name in "mabc":
            places[name].axis("off")
        self.titles = [places[name].set_title("", fontsize=15) for name in "mabc"]
        self.times = [places[name].text(3.5, 1.5, "×", ha="center", va="center", fontsize=17) for name in "abc"]
        self.window, self.value = outline(places["m"]), places["s"].set_title("")
        self.bars = places["s"].bar(range(len(maps) + 1), 0)
        places["s"].set(ylim=(float(ends.min()), float(ends.max())), xlabel="channel after channel, then the bias")
        self.moving = [self.map, *self.pairs, *self.times, *self.titles, self.window, *self.bars, self.value]

    def update(self, map: int, row: int, column: int) -> str:
        """Open the number at `row`, `column` of map `map`; above, the three channels that matter most to it."""
        terms, output = self.terms[map, :, row, column], self.terms[map].sum(dim=0)
        self.map.set(data=output, clim=(-output.abs().max(), output.abs().max()))
        self.window.set_xy((column - 0.5, row - 0.5))
        self.titles[0].set_text(f"map {map}")
        strongest = terms[:-1].abs().argsort(descending=True).tolist()
        for pair, title, channel in zip(self.pairs, self.titles[1:], strongest, strict=False):
            patch, kernel = self.patches[channel, row, column], self.kernels[map, channel]
            shades = [patch / self.patches.max(), torch.full((3, 1), torch.nan), kernel / self.kernels[map].abs().max()]
            pair.set_data(torch.cat(shades, dim=1))
            title.set_text(f"channel {channel}: {terms[channel]:.2f}".replace("-", "−"))
        for bar, term, end in zip(self.bars, terms.tolist(), terms.cumsum(dim=0).tolist(), strict=True):
            bar.set(y=end - term, height=term, color=SIGNED(float(term > 0)))
        up, down = int((terms[:-1] > 0).sum()), int((terms[:-1] < 0).sum())
        self.value.set_text(f"{up} sums up, {down} down, bias {terms[-1]:.2f}: {terms.sum():.2f}".replace("-", "−"))
        return f"The number at row {row}, column {column} of map {map}, added up: {self.value.get_text()}."


class Geometry:
    """Where a kernel lies for a given stride, padding and dilation, and the size that results."""

    OUTSIDE, PADDING, PIXEL, TAP = range(4)
    SIDE = 12  # pixels at most, padding included
    SMOOTH, DIFFERENCE = ([1], [1, 1], [1, 2, 1], [1, 3, 3, 1]), ([1], [1, -1], [1, 0, -1], [1, 1, -1, -1])

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.3)
        colours, nothing = ListedColormap(["white", PALE, SKY, ORANGE]), torch.zeros(self.SIDE, self.SIDE)
        self.grids = []
        image, result = self.figure.subplots(1, 2)
        for axes, title in ((image, "image"), (result, "feature map")):
            axes.set(xlim=(-2.4, self.SIDE), ylim=(self.SIDE, -1.4), aspect="equal")
            axes.axis("off")
            axes.set_title(title, loc="left")
            self.grids.append(axes.pcolormesh(nothing, cmap=colours, vmin=0, vmax=3, edgecolors="white", linewidth=2))
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.12, top=0.93, wspace=0.04)
        letters = {"ha": "center", "va": "center", "fontsize": 14, "color": INK}
        self.numbers = [image.text(0, 0, "", **letters) for _ in range(16)]
        self.rulers = [image.plot([], [], "|-", color=INK, markersize=11)[0] for _ in range(2)]
        self.rulers += [image.plot([], [], "_-", color=INK, markersize=11)[0] for _ in range(2)]
        self.labels = [image.text(0, 0, "", **letters) for _ in range(4)]
        self.size = self.figure.text(0.5, 0.04, "", ha="center", fontsize=18, color=INK)
        self.moving = [*self.grids, *self.numbers, *self.rulers, *self.labels, self.size]

    def update(self, size: int, kernel: int, stride: int, padding: int, dilation: int, place: int = 0) -> str:
        """Draw the window's `place`-th place (counted along the rows) on a `size` x `size` image."""
        reach = dilation * (kernel - 1) + 1
        out = max(0, (size + 2 * padding - reach) // stride + 1)
        image, result = torch.zeros(2, self.SIDE, self.SIDE)
        image[: size + 2 * padding, : size + 2 * padding] = self.PADDING
        image[padding : padding + size, padding : padding + size] = self.PIXEL
        result[:out, :out] = self.PIXEL
        top, left = 0, 0
        if out > 0:
            row, column = divmod(place % (out * out), out)
            top, left = row * stride, column * stride
            image[top : top + reach : dilation, left : left + reach : dilation] = self.TAP
            result[row, column] = self.TAP
        for grid, cells in zip(self.grids, (image, result), strict=True):
            grid.set_array(cells)
        self._write_kernel(kernel if out else 0, top, left, dilation)
        self._measure(kernel, stride, padding, dilation, top, left)
        settings = f"n = {size}, k = {kernel}, s = {stride}, p = {padding}, d = {dilation}"
        self.size.set_text(f"{settings}:  {out} places a side" if out else f"{settings}:  the kernel does not fit")
        return f"A kernel on the pixels of an image, and the feature map that results. {self.size.get_text()}."

    def _write_kernel(self, kernel: int, top: int, left: int, dilation: int) -> None:
        """The numbers of an edge detector on the pixels that they meet."""
        for index, text in enumerate(self.numbers):
            text.set_visible(index < kernel * kernel)
            if index < kernel * kernel:
                i, j = divmod(index, kernel)
                number = self.SMOOTH[kernel - 1][i] * self.DIFFERENCE[kernel - 1][j]
                text.set(
                    text=f"{number}".replace("-", "−"), position=(left + j * dilation + 0.5, top + i * dilation + 0.5)
                )

    def _measure(self, kernel: int, stride: int, padding: int, dilation: int, top: int, left: int) -> None:
        """Rulers above the image for what the kernel reaches over and a step, beside it for padding and dilation."""
        reach = dilation * (kernel - 1) + 1
        across = [(left, reach, "k" if dilation == 1 else "reach", -0.4), (left, stride, "s", -1.1)]
        down = [(0, padding, "p"), (top + 0.5, dilation * (kernel > 1), "d")]
        for line, label, (start, length, name, y) in zip(self.rulers[:2], self.labels[:2], across, strict=True):
            line.set_data([start, start + length], [y, y])
            label.set(text=f"{name} = {length}", position=(start + length + 0.3, y), ha="left")
        for line, label, (begin, length, name) in zip(self.rulers[2:], self.labels[2:], down, strict=True):
            line.set(data=([-0.4, -0.4], [begin, begin + length]), visible=length > 0)
            label.set(text=f"{name} = {length}", position=(-0.7, begin + length / 2), ha="right", visible=length > 0)


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
    frame = Rectangle((-0.5, -0.5), width, height, fill=False, edgecolor=WINDOW, linewidth=4, clip_on=False, zorder=3)
    axes.add_patch(frame)
    return frame
