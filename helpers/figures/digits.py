"""Digits beside the ten answers of a model: a digit of a data set, or one that is being drawn."""

from helpers.data import Digits
from helpers.figures import BLUE, GREEN, PALE, RED, new_figure
from helpers.figures.canvas import ink_of, like_mnist
from helpers.training import device_of

import torch
from torch import Tensor, nn


class TenAnswers:
    """An image, and a bar for the probability that a model gives each of the ten digits."""

    def __init__(self, model: nn.Module, height: float = 4.1) -> None:
        self.model = model
        self.figure = new_figure(10, height)
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 1.6))
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.11, top=0.86, wspace=0.08)
        left.axis("off")
        self.image = left.imshow(torch.zeros(28, 28).numpy(), cmap="gray", vmin=-1, vmax=1)
        self.bars = right.bar(range(10), [0.0] * 10, color=PALE)
        right.set(xticks=range(10), yticks=[], ylim=(0, 1.05))
        right.spines["left"].set_visible(False)
        self.heading, self.title = left.set_title(""), right.set_title("")
        self.moving = [self.image, *self.bars, right.spines["bottom"], self.heading, self.title]

    @torch.no_grad()
    def ask(self, image: Tensor) -> Tensor:
        """The model's ten probabilities (10,) for an image (1, 28, 28)."""
        self.model.eval()
        return self.model(image[None].to(device_of(self.model))).softmax(dim=1)[0].cpu()

    def show(self, image: Tensor, probabilities: Tensor, colours: dict[int, str]) -> None:
        """Draw the image and the bars, those of some digits in `colours`."""
        self.image.set_data(image[0].numpy())
        for digit, height in enumerate(probabilities.tolist()):
            self.bars[digit].set(height=height, color=colours.get(digit, PALE))


class Prediction(TenAnswers):
    """One digit of a data set; the bar of the right digit is green, that of a wrong answer red-orange.

    digits: where the images and true labels come from; order: the indices to show, all by default.
    """

    def __init__(self, model: nn.Module, digits: Digits, order: Tensor | None = None) -> None:
        super().__init__(model)
        self.digits, self.order = digits, torch.arange(len(digits)) if order is None else order

    def update(self, number: int) -> str:
        """Show the digit at place `number` of the order."""
        image, label = self.digits[int(self.order[number])]
        probabilities = self.ask(image)
        guess = int(probabilities.argmax())
        self.heading.set_text(f"label {label}")
        self.title.set_text(f"answer {guess} with probability {probabilities[guess]:.2f}")
        probabilities[int(label)].clamp_(min=0.015)  # the right digit's bar is seen where its probability is 0, too
        self.show(image, probabilities, {guess: RED, int(label): GREEN})
        return f"A digit with label {label}; the model answers {guess} with {probabilities[guess]:.2f}."


class Reading(TenAnswers):
    """What is drawn on a canvas, as the model sees it, and its `answer` in words."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, height=3.4)
        self.answer = ""
        self.heading.set_text("what it sees")

    def update(self, drawing: bytes) -> str:
        """Read the bytes of a canvas."""
        image = like_mnist(ink_of(drawing))
        probabilities = self.ask(image)
        best = int(probabilities.argmax())
        self.answer = f"answer {best}, probability {probabilities[best]:.2f}"
        if image.max() == -1:  # the model would answer something to a black square, and it would mean nothing
            probabilities, self.answer = torch.zeros(10), "nothing drawn yet"
        self.show(image, probabilities, {best: BLUE})
        self.title.set_text(self.answer)
        return f"What is drawn, and ten bars: {self.answer}."
