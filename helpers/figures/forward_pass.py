"""The pictures of notebook 03: a line that ReLU bends, rows that flatten mixes, and what every layer answers."""

import math

import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.image import AxesImage
from torch import Tensor
from torch.nn import functional as F

from helpers.figures import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, SKY, new_figure, show
from helpers.figures.canvas import ink_of, like_mnist
from helpers.model import SimpleCNN

SIGNED = colormaps["PuOr"].with_extremes(bad=PALE)  # orange below zero, white at zero, purple above


class OneInput:
    """Two layers with 8 units between them, from one number to one: what they answer on the numbers -3 to 3."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 3.9)
        axes = self.figure.add_axes((0.08, 0.17, 0.9, 0.7))
        self.x = torch.linspace(-3, 3, 241)[:, None]
        axes.set(xlim=(-3, 3), ylim=(-1.1, 1.1), xlabel="x", ylabel="answer", yticks=[])
        (self.line,) = axes.plot(self.x, self.x, color=BLUE, linewidth=4)
        self.bends = axes.plot([], [], "o", color=ORANGE, markersize=11)[0]
        self.title = axes.set_title("")
        self.moving = [self.line, self.bends, self.title]

    def update(self, network: int, relu: bool) -> str:
        """Draw the network whose random weights have the seed `network`, with or without ReLU between its layers.

        The answers are scaled to fill the picture.
        """
        w, b, v = torch.randn(3, 8, generator=torch.Generator().manual_seed(network))
        corners = (-b / w)[:, None] if relu else torch.empty(0, 1)  # where a unit begins or ceases to answer

        def answer(x: Tensor) -> Tensor:
            hidden = x * w + b
            return (hidden.relu() if relu else hidden) @ v

        corners = corners[corners.abs() < 3][:, None]
        low, high = answer(self.x).aminmax()
        self.line.set_data(self.x[:, 0], (2 * answer(self.x) - low - high) / (high - low))
        self.bends.set_data(corners[:, 0], (2 * answer(corners) - low - high) / (high - low))
        self.title.set_text(f"with ReLU: {len(corners)} bends" if relu else "without ReLU: a straight line")
        return f"What network {network} answers, {self.title.get_text()}."


class FlattenRows:
    """Which image the numbers of each row come from, after flatten(1) and after view(-1, 3136).

    Drawn for the 64 feature maps that the network's second pool gives for square images.
    """

    ROWS, FIXED, WIDEST = 8, 49, 100  # rows drawn; 3136 and the widest row, counted in 64 numbers
    COLOURS = ["white", SKY, ORANGE, GREEN, PURPLE]

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.3)
        panels = self.figure.add_axes((0.03, 0.02, 0.46, 0.76)), self.figure.add_axes((0.52, 0.02, 0.46, 0.76))
        self.rows = [self._cells(axes) for axes in panels]
        lines = [axes.hlines(range(self.ROWS + 1), 0, self.WIDEST, colors="white", linewidth=3) for axes in panels]
        self.texts = [[axes.text(0, 0, "", ha="center", va="center") for _ in range(30)] for axes in panels]
        self.titles = [axes.set_title("", loc="left") for axes in panels]
        self.input = self.figure.text(0.03, 0.91, "", fontsize=16, color=INK)
        self.moving = [*self.rows, *lines, *self.texts[0], *self.texts[1], *self.titles, self.input]

    def _cells(self, axes: Axes) -> AxesImage:
        axes.axis("off")
        blank = torch.zeros(self.ROWS, self.WIDEST)
        extent = (0, self.WIDEST, self.ROWS, 0)
        colours = ListedColormap(self.COLOURS)
        return axes.imshow(blank, colours, vmin=0, vmax=4, extent=extent, aspect="auto", interpolation="nearest")

    def update(self, images: int, side: int) -> str:
        """Flatten the maps of `images` images of `side` x `side` pixels in both ways."""
        width = (side // 4) ** 2  # two pools halve a side twice; in 64 numbers, like all widths here
        owners = torch.arange(images).repeat_interleave(width)
        fits = len(owners) % self.FIXED == 0
        self._draw(0, owners.view(-1, width))
        self._draw(1, owners.view(-1, self.FIXED) if fits else owners[:0].view(0, self.FIXED))
        given, maps = f"{images} image{'s'[: images > 1]} of {side}×{side}", f"64 maps of {side // 4}×{side // 4} each"
        self.input.set_text(f"{given}, {maps}")
        self.titles[0].set_text(f"flatten(1): {images} rows of {64 * width}")
        rows = len(owners) // self.FIXED
        self.titles[1].set_text(f"view(-1, 3136): {rows} rows" if fits else "view(-1, 3136): an error")
        return (
            f"{given}. Left, {self.titles[0].get_text()}, each from one image. "
            f"Right, {self.titles[1].get_text()}. Of the first {self.ROWS} rows colours and numbers name the images."
        )

    def _draw(self, panel: int, owners: Tensor) -> None:
        """Colour the first rows by the image that owns each cell, and write its number on each stretch."""
        owners = owners[: self.ROWS]
        cells = torch.zeros(self.ROWS, self.WIDEST)
        cells[: len(owners), : owners.shape[1]] = owners % 4 + 1
        self.rows[panel].set_data(cells)
        stretches = []
        for row, line in enumerate(owners):
            images, lengths = line.unique_consecutive(return_counts=True)
            ends = lengths.cumsum(0)
            stretches += [(float(e - n / 2), row, i) for i, n, e in zip(images.tolist(), lengths, ends, strict=True)]
        for text in self.texts[panel]:
            text.set_visible(False)
        for text, (x, row, image) in zip(self.texts[panel], stretches, strict=False):
            text.set(visible=True, x=x, y=row + 0.5, text=str(image))


class FeatureMaps:
    """A digit with its 32 feature maps of the first and 64 of the second convolution.

    digits: (N, 1, 28, 28), pixels from -1 to 1.
    """

    def __init__(self, model: SimpleCNN, digits: Tensor) -> None:
        self.model, self.digits = model, digits
        self.figure = new_figure(10, 5.5)
        self.image = mosaic_axes(self.figure.add_axes((0.005, 0.28, 0.19, 0.345)))
        self.first = mosaic_axes(self.figure.add_axes((0.215, 0.01, 0.25, 0.9)))
        self.second = mosaic_axes(self.figure.add_axes((0.49, 0.01, 0.5, 0.9)))
        self.image.set_cmap("gray")
        self.titles = [shown.axes.set_title("") for shown in (self.image, self.first, self.second)]
        self.moving = [self.image, self.first, self.second, *self.titles]

    def update(self, digit: int, step: str) -> str:
        """Show both layers' maps of the digit at this place, after "conv", "ReLU" or "pool"."""
        every = activations(self.model, self.digits[digit])
        set_maps(self.image, self.digits[digit], 1, limit=1.0)
        first, second = every[f"{step}1"], every[f"{step}2"]
        set_maps(self.first, first, 4)
        set_maps(self.second, second, 8)
        shapes = ["×".join(map(str, maps.shape)) for maps in (first, second)]
        texts = ("digit", *(f"{shape} after {step}" for shape in shapes))
        for title, text in zip(self.titles, texts, strict=True):
            title.set_text(text)
        return f"A digit and its feature maps after {step}: {shapes[0]} of conv1 and {shapes[1]} of conv2."


class Answers:
    """What every layer of the network answers to one image, down to the ten probabilities."""

    def __init__(self, model: SimpleCNN) -> None:
        self.model = model
        self.figure = new_figure(10, 4.5)
        places = {
            "image": (0.005, 0.475, 0.19, 0.43), "relu1": (0.215, 0.475, 0.385, 0.43),
            "relu2": (0.005, 0.01, 0.595, 0.36), "fc1": (0.63, 0.01, 0.36, 0.36),
        }  # fmt: skip
        self.shown = {name: mosaic_axes(self.figure.add_axes(place)) for name, place in places.items()}
        titles = "what it sees", "conv1, ReLU: 32 maps", "conv2, ReLU: 64 maps", "fc1, ReLU: 128 numbers"
        for name, title in zip(places, titles, strict=True):
            self.shown[name].axes.set_title(title, fontsize=15, pad=3)
        self.shown["image"].set_cmap("gray")
        bars = self.figure.add_axes((0.63, 0.535, 0.36, 0.37))
        bars.set(xticks=range(10), yticks=[], ylim=(0, 1.02), xlim=(-0.6, 9.6))
        bars.tick_params(length=0)
        bars.spines["left"].set_visible(False)
        self.bars = bars.bar(range(10), [0.0] * 10, color=SKY)
        self.title = bars.set_title("", fontsize=15, pad=3)
        self.moving = [*self.shown.values(), *self.bars, self.title]
        self.answer = ""

    def update(self, drawing: bytes | Tensor) -> str:
        """Show the answers to a canvas's bytes, or to an image (1, 28, 28) with pixels from -1 to 1."""
        image = drawing if isinstance(drawing, Tensor) else like_mnist(ink_of(drawing))
        empty = not bool((image > -1).any())
        every = activations(self.model, image)
        if empty:  # the network would answer something to a black square, and it would mean nothing
            every = {name: torch.zeros_like(values) for name, values in every.items()}
        set_maps(self.shown["image"], image, 1, limit=1.0)
        set_maps(self.shown["relu1"], every["ReLU1"], 8)
        set_maps(self.shown["relu2"], every["ReLU2"], 16)
        set_maps(self.shown["fc1"], every["fc1"].view(1, 8, 16), 1)
        probabilities = every["logits"].softmax(dim=0) if not empty else every["logits"]
        best = int(probabilities.argmax())
        for digit, (bar, probability) in enumerate(zip(self.bars, probabilities.tolist(), strict=True)):
            bar.set_height(probability)
            bar.set_color(GREEN if digit == best else SKY)
        self.answer = "nothing drawn yet" if empty else f"answer {best}, probability {probabilities[best]:.2f}"
        self.title.set_text(self.answer)
        return f"The image, its feature maps after both convolutions, fc1, and the answer: {self.answer}."


@torch.no_grad()
def activations(model: SimpleCNN, image: Tensor) -> dict[str, Tensor]:
    """Every intermediate result for one image (1, 28, 28), without the batch axis."""
    conv1 = model.conv1(image[None])
    relu1 = conv1.relu()
    pool1 = model.pool(relu1)
    conv2 = model.conv2(pool1)
    relu2 = conv2.relu()
    pool2 = model.pool(relu2)
    fc1 = model.fc1(pool2.flatten(1)).relu()
    every = {"conv1": conv1, "ReLU1": relu1, "pool1": pool1, "conv2": conv2, "ReLU2": relu2}
    every |= {"pool2": pool2, "fc1": fc1, "logits": model.fc2(fc1)}
    return {name: values[0] for name, values in every.items()}


def mosaic_axes(axes: Axes) -> AxesImage:
    """An empty image that fills `axes`, for `set_maps`."""
    axes.axis("off")
    return axes.imshow(torch.zeros(1, 1), SIGNED, aspect="auto", interpolation="nearest", extent=(0, 1, 0, 1))


def set_maps(shown: AxesImage, maps: Tensor, columns: int, limit: float | None = None) -> None:
    """Show maps (C, H, W) in rows of `columns`, on one scale: -limit to limit, by default their largest size."""
    shown.set_data(mosaic(maps, columns))
    limit = limit or float(maps.abs().max()) or 1.0
    shown.set_clim(-limit, limit)


def mosaic(maps: Tensor, columns: int) -> Tensor:
    """Maps (C, H, W) side by side in rows of `columns`, one image with lines of NaN between them."""
    rows = math.ceil(len(maps) / columns)
    framed = F.pad(maps, (1, 1, 1, 1), value=math.nan) if len(maps) > 1 else maps
    return framed.unflatten(0, (rows, columns)).permute(0, 2, 1, 3).flatten(2).flatten(0, 1)


def show_shares(parameters: dict[str, int], work: dict[str, int]) -> None:
    """Show how the parameters and the multiply-adds divide among the layers, in percent, as pairs of bars."""
    figure = new_figure(10, 3.9)
    axes = figure.add_axes((0.02, 0.12, 0.96, 0.74))
    spoken = []
    for shift, colour, label, counts in ((-0.2, BLUE, "parameters", parameters), (0.2, ORANGE, "multiply-adds", work)):
        shares = [100 * count / sum(counts.values()) for count in counts.values()]
        places = [place + shift for place in range(len(counts))]
        axes.bar_label(axes.bar(places, shares, 0.38, color=colour, label=label), fmt="%.1f %%", fontsize=14)
        spoken.append(f"{label}: " + ", ".join(f"{n} {s:.1f} %" for n, s in zip(counts, shares, strict=True)))
    axes.set(xticks=range(len(parameters)), xticklabels=list(parameters), yticks=[], ylim=(0, 105))
    axes.spines["left"].set_visible(False)
    axes.tick_params(colors=INK, length=0)
    figure.legend(loc="upper center", ncols=2, frameon=False)
    show(figure, "Share of each layer. " + "; ".join(spoken) + ".")
