"""The live figures of notebook 03: feature maps, what a channel looks for, and what every layer answers."""

import math

from helpers.figures import BLUE, GREEN, SIGNED, SKY, new_figure
from helpers.figures.canvas import ink_of, like_mnist
from helpers.model import SimpleCNN

import torch
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from torch import Tensor
from torchvision.utils import make_grid


class Maps:
    """Pictures side by side in rows of `columns` under a title, in colours from -limit to limit."""

    def __init__(
        self, axes: Axes, columns: int, title: str = "", colours: str | Colormap = SIGNED, limit: float = 3
    ) -> None:
        axes.axis("off")
        self.columns = columns
        self.picture = axes.imshow([[0]], colours, aspect="auto", interpolation="nearest", extent=(0, 1, 0, 1))
        self.picture.set_clim(-limit, limit)
        self.title = axes.set_title(title, fontsize=15, pad=3)
        self.moving = [self.picture, self.title]

    def update(self, maps: Tensor) -> None:
        """Show maps (C, H, W)."""
        self.picture.set_data(make_grid(maps[:, None], self.columns, padding=1, pad_value=math.nan)[0].numpy())


class FeatureMaps:
    """Eight feature maps of one of the digits (N, 1, 28, 28), pixels -1 to 1, after each of a layer's three steps."""

    def __init__(self, model: SimpleCNN, digits: Tensor) -> None:
        self.model, self.digits = model, digits
        self.figure = new_figure(10, 4.4)
        place = self.figure.add_axes
        self.image = Maps(place((0.005, 0.69, 0.1, 0.227)), 1, "digit", "gray", 1)
        bottoms = {"conv": 0.69, "ReLU": 0.35, "pool": 0.01}
        self.rows = {step: Maps(place((0.12, bottom, 0.8, 0.227)), 8) for step, bottom in bottoms.items()}
        scale = self.figure.colorbar(self.rows["conv"].picture, cax=place((0.935, 0.15, 0.015, 0.65)), extend="both")
        scale.ax.tick_params(labelsize=14)
        self.moving = [*self.image.moving, *(artist for row in self.rows.values() for artist in row.moving)]

    def update(self, digit: int, eight: int) -> str:
        """Show the digit at this place and eight maps: the 1st to 4th eight are of conv1, the 5th to 12th of conv2."""
        layer, first = (1, 8 * eight - 8) if eight < 5 else (2, 8 * eight - 40)
        every = activations(self.model, self.digits[digit])
        self.image.update(self.digits[digit])
        for step, row in self.rows.items():
            maps = every[f"{step}{layer}"][first : first + 8]
            row.update(maps)
            row.title.set_text(f"conv{layer}, maps {first} to {first + 7}, after {step}: {len(maps[0])}×{len(maps[0])}")
        return f"A digit, and maps {first} to {first + 7} of conv{layer} after conv, after ReLU and after pool."


class Favourites:
    """What excites each of C channels: favourite patches (C, n, h, w), and the mean answer to each digit (C, 10)."""

    def __init__(self, patches: Tensor, by_digit: Tensor) -> None:
        self.patches, self.by_digit = patches, by_digit
        self.figure = new_figure(10, 3.8)
        self.row = Maps(self.figure.add_axes((0.01, 0.6, 0.98, 0.29)), patches.shape[1], "", "gray", 1)
        axes = self.figure.add_axes((0.09, 0.1, 0.9, 0.36))
        axes.set(xticks=range(10), ylim=(0, float(by_digit.max())), ylabel="answer")
        self.bars = axes.bar(range(10), [0.0] * 10, color=BLUE)
        self.moving = [*self.row.moving, *self.bars]

    def update(self, channel: int) -> str:
        """Show the channel of this number."""
        self.row.update(self.patches[channel])
        self.row.title.set_text(f"channel {channel}: its favourite patches, and its mean answer to each digit")
        for bar, height in zip(self.bars, self.by_digit[channel].tolist(), strict=True):
            bar.set_height(height)
        return f"The favourite patches of channel {channel}; it answers most to {int(self.by_digit[channel].argmax())}."


class LayerAnswers:
    """What every layer answers to one image: some maps of both convolutions, the products of fc2 behind the largest
    logit, and the ten logits.

    first: eight channels of conv1; second: eight of conv2, each after its name.
    """

    def __init__(self, model: SimpleCNN, first: list[int], second: dict[str, int]) -> None:
        self.model, self.answer, self.named = model, "", second
        self.channels = {"ReLU1": first, "ReLU2": list(second.values())}
        self.figure = new_figure(10, 4.5)
        place = self.figure.add_axes
        self.maps = {
            "image": Maps(place((0.005, 0.43, 0.22, 0.49)), 1, "what it sees", "gray", 1),
            "ReLU1": Maps(place((0.24, 0.72, 0.755, 0.2)), 8, "8 of 32 maps of conv1, after ReLU", limit=2),
            "ReLU2": Maps(place((0.24, 0.41, 0.755, 0.2)), 8, "8 of 64 maps of conv2, after ReLU", limit=2),
        }
        for k, name in enumerate(second):
            self.figure.text(0.24 + 0.755 * (k + 0.5) / 8, 0.4, name, ha="center", va="top", fontsize=14)
        axes = place((0.035, 0.07, 0.36, 0.19))
        axes.set(xticks=[], yticks=(0, 4), ylim=(-1.5, 5), xlim=(0, 128))
        axes.axhline(0, color="black", linewidth=1)
        self.products = axes.stairs(torch.zeros(128).numpy(), fill=True, color=BLUE)
        self.committee = self.figure.text(0.215, 0.275, "", ha="center", fontsize=15)
        axes = place((0.46, 0.07, 0.535, 0.19))
        axes.set(xticks=range(10), yticks=(-15, 0, 15), ylim=(-20, 20), xlim=(-0.6, 9.6))
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="x", length=0, pad=-1)
        axes.axhline(0, color="black", linewidth=1)
        self.bars = axes.bar(range(10), [0.0] * 10)
        self.title = self.figure.text(0.7275, 0.275, "", ha="center", fontsize=15)
        self.moving = [artist for maps in self.maps.values() for artist in maps.moving]
        self.moving += [self.products, self.committee, *self.bars, self.title]

    def update(self, drawing: bytes | Tensor) -> str:
        """Show the answers to a canvas's bytes, or to an image (1, 28, 28) with pixels from -1 to 1."""
        image = drawing if isinstance(drawing, Tensor) else like_mnist(ink_of(drawing))
        every = activations(self.model, image)
        best = int(every["logits"].argmax())
        self.answer = f"answer {best}, logit {every['logits'][best]:.1f}"
        if image.max() == -1:  # the network would answer something to a black square, and it would mean nothing
            every = {name: torch.zeros_like(values) for name, values in every.items()}
            self.answer = "nothing drawn yet"
        every |= {name: every[name][channels] for name, channels in self.channels.items()}
        every["image"] = image
        for name, maps in self.maps.items():
            maps.update(every[name])
        products = self.model.fc2.weight[best].detach() * every["fc1"]
        self.products.set_data(products.sort(descending=True).values.numpy())
        self.committee.set_text(f"128 products, which make the {best}" if products.any() else "128 products")
        for digit, (bar, logit) in enumerate(zip(self.bars, every["logits"].tolist(), strict=True)):
            bar.set(height=logit, color=GREEN if digit == best else SKY)
        self.title.set_text(f"ten logits: {self.answer}")
        return f"The image, eight maps of each convolution, the products of fc2, and ten logits: {self.answer}."


@torch.no_grad()
def activations(model: SimpleCNN, image: Tensor) -> dict[str, Tensor]:
    """Every intermediate result for one image (1, 28, 28), without the batch axis."""
    every = {"conv1": model.conv1(image[None])}
    every["ReLU1"] = every["conv1"].relu()
    every["pool1"] = model.pool(every["ReLU1"])
    every["conv2"] = model.conv2(every["pool1"])
    every["ReLU2"] = every["conv2"].relu()
    every["pool2"] = model.pool(every["ReLU2"])
    every["fc1"] = model.fc1(every["pool2"].flatten(1)).relu()
    every["logits"] = model.fc2(every["fc1"])
    return {name: values[0] for name, values in every.items()}
