"""The live figures of notebook 03: a line that ReLU bends, feature maps, and what every layer answers."""

import math

from helpers.figures import BLUE, GREEN, ORANGE, SIGNED, SKY, new_figure
from helpers.figures.canvas import ink_of, like_mnist
from helpers.model import SimpleCNN

import torch
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from torch import Tensor
from torchvision.utils import make_grid


class OneInput:
    """Two layers with 8 units between them, from one number to one: what they answer on the numbers -3 to 3."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 3.9)
        self.axes = self.figure.add_axes((0.08, 0.17, 0.9, 0.7))
        self.axes.set(xlim=(-3, 3), xlabel="x", ylabel="answer", yticks=[])
        self.line = self.axes.plot([], [], color=BLUE, linewidth=4)[0]
        self.bends = self.axes.plot([], [], "o", color=ORANGE, markersize=11)[0]
        self.title = self.axes.set_title("")
        self.moving = [self.line, self.bends, self.title]

    def update(self, network: int, relu: bool) -> str:
        """Draw the network whose random weights have the seed `network`, with or without ReLU between its layers."""
        w, b, v = torch.randn(3, 8, generator=torch.Generator().manual_seed(network))

        def answer(x: Tensor) -> Tensor:
            hidden = x[:, None] * w + b
            return (hidden.relu() if relu else hidden) @ v

        x = torch.linspace(-3, 3, 241)
        bends = -b / w if relu else torch.empty(0)  # where a unit begins or ceases to answer
        bends = bends[bends.abs() < 3]
        self.line.set_data(x, answer(x))
        self.bends.set_data(bends, answer(bends))
        self.axes.relim()
        self.axes.autoscale_view(scalex=False)
        self.title.set_text(f"with ReLU: {len(bends)} bends" if relu else "without ReLU: a straight line")
        return f"What network {network} answers, {self.title.get_text()}."


class Maps:
    """Feature maps side by side in rows of `columns` under a title, on one scale."""

    def __init__(self, axes: Axes, columns: int, title: str = "", colours: str | Colormap = SIGNED) -> None:
        axes.axis("off")
        self.columns = columns
        self.picture = axes.imshow([[0]], colours, aspect="auto", interpolation="nearest", extent=(0, 1, 0, 1))
        self.title = axes.set_title(title, fontsize=15, pad=3)
        self.moving = [self.picture, self.title]

    def update(self, maps: Tensor) -> None:
        """Show maps (C, H, W), each number's size by its colour's depth, 0 white."""
        limit = float(maps.abs().max()) or 1.0
        self.picture.set_data(make_grid(maps[:, None], self.columns, padding=1, pad_value=math.nan)[0].numpy())
        self.picture.set_clim(-limit, limit)


class FeatureMaps:
    """One of the digits (N, 1, 28, 28), pixels -1 to 1, with its 32 and 64 feature maps of both convolutions."""

    def __init__(self, model: SimpleCNN, digits: Tensor) -> None:
        self.model, self.digits = model, digits
        self.figure = new_figure(10, 5.5)
        self.image = Maps(self.figure.add_axes((0.005, 0.28, 0.19, 0.345)), 1, "digit", "gray")
        self.first = Maps(self.figure.add_axes((0.215, 0.01, 0.25, 0.9)), 4)
        self.second = Maps(self.figure.add_axes((0.49, 0.01, 0.5, 0.9)), 8)
        self.moving = [*self.image.moving, *self.first.moving, *self.second.moving]

    def update(self, digit: int, step: str) -> str:
        """Show both layers' maps of the digit at this place, after "conv", "ReLU" or "pool"."""
        every = activations(self.model, self.digits[digit])
        self.image.update(self.digits[digit])
        shapes = []
        for shown, maps in ((self.first, every[f"{step}1"]), (self.second, every[f"{step}2"])):
            shown.update(maps)
            shapes.append("×".join(map(str, maps.shape)))
            shown.title.set_text(f"{shapes[-1]} after {step}")
        return f"A digit and its feature maps after {step}: {shapes[0]} of conv1 and {shapes[1]} of conv2."


class Answers:
    """What every layer of the network answers to one image, down to the ten probabilities."""

    def __init__(self, model: SimpleCNN) -> None:
        self.model, self.answer = model, ""
        self.figure = new_figure(10, 4.5)
        place = self.figure.add_axes
        self.maps = {
            "image": Maps(place((0.005, 0.475, 0.19, 0.43)), 1, "what it sees", "gray"),
            "ReLU1": Maps(place((0.215, 0.475, 0.385, 0.43)), 8, "conv1, ReLU: 32 maps"),
            "ReLU2": Maps(place((0.005, 0.01, 0.595, 0.36)), 16, "conv2, ReLU: 64 maps"),
            "fc1": Maps(place((0.63, 0.01, 0.36, 0.36)), 1, "fc1, ReLU: 128 numbers"),
        }
        axes = place((0.63, 0.535, 0.36, 0.37))
        axes.set(xticks=range(10), yticks=[], ylim=(0, 1.02), xlim=(-0.6, 9.6))
        axes.spines["left"].set_visible(False)
        self.bars = axes.bar(range(10), [0.0] * 10)
        self.title = axes.set_title("", fontsize=15, pad=3)
        self.moving = [*(artist for maps in self.maps.values() for artist in maps.moving), *self.bars, self.title]

    def update(self, drawing: bytes | Tensor) -> str:
        """Show the answers to a canvas's bytes, or to an image (1, 28, 28) with pixels from -1 to 1."""
        image = drawing if isinstance(drawing, Tensor) else like_mnist(ink_of(drawing))
        every = activations(self.model, image)
        probabilities = every["logits"].softmax(dim=0)
        best = int(probabilities.argmax())
        self.answer = f"answer {best}, probability {probabilities[best]:.2f}"
        if image.max() == -1:  # the network would answer something to a black square, and it would mean nothing
            every = {name: torch.zeros_like(values) for name, values in every.items()}
            probabilities, self.answer = every["logits"], "nothing drawn yet"
        every |= {"image": image, "fc1": every["fc1"].view(1, 8, 16)}
        for name, maps in self.maps.items():
            maps.update(every[name])
        for digit, (bar, probability) in enumerate(zip(self.bars, probabilities.tolist(), strict=True)):
            bar.set(height=probability, color=GREEN if digit == best else SKY)
        self.title.set_text(self.answer)
        return f"The image, its feature maps after both convolutions, fc1, and the answer: {self.answer}."


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
