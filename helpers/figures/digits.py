"""Pictures of digits: their pixels as numbers, and what a model answers."""

from helpers.data import Digits
from helpers.figures import GREEN, PALE, RED, new_figure
from helpers.figures.convolution import outline, write_numbers
from helpers.training import device_of

import torch
from torch import Tensor, nn


class PixelNumbers:
    """A digit, uint8 (28, 28), and a window of its pixels, as bytes and as the network sees them (-1 to 1)."""

    SIDE = 5

    def __init__(self, pixels: Tensor) -> None:
        self.pixels = pixels
        self.figure = new_figure(10, 4.1)
        axes = self.figure.subplots(1, 3)
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.03, top=0.88, wspace=0.1)
        axes[0].imshow(pixels.numpy(), cmap="gray", vmin=0, vmax=255)
        axes[0].set_title("28×28 pixels")
        axes[0].axis("off")
        zeros = torch.zeros(self.SIDE, self.SIDE)
        self.raw = write_numbers(axes[1], zeros, "bytes, 0 to 255", 15)
        self.scaled = write_numbers(axes[2], zeros, "after ToTensor, Normalize", 14)
        self.window = outline(axes[0], self.SIDE, self.SIDE)
        self.moving = [self.window, *self.raw, *self.scaled]

    def update(self, row: int, column: int) -> str:
        """Put the window's top left corner on pixel `row`, `column`."""
        patch = self.pixels[row : row + self.SIDE, column : column + self.SIDE].flatten().tolist()
        self.window.set_xy((column - 0.5, row - 0.5))
        for raw, scaled, byte in zip(self.raw, self.scaled, patch, strict=True):
            raw.set_text(str(byte))
            scaled.set_text(f"{byte / 255 * 2 - 1:.2f}")
        return f"A digit, and its {self.SIDE}×{self.SIDE} pixels from row {row}, column {column} as numbers."


class Prediction:
    """One digit beside the ten probabilities that a model gives it.

    digits: where the images and true labels come from; order: the indices to show, all by default.
    """

    def __init__(self, model: nn.Module, digits: Digits, order: Tensor | None = None) -> None:
        self.model, self.digits = model, digits
        self.order = torch.arange(len(digits)) if order is None else order
        self.figure = new_figure(10, 4.1)
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 1.6))
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.11, top=0.86, wspace=0.08)
        left.axis("off")
        self.image = left.imshow(digits.images[0, 0].numpy(), cmap="gray", vmin=-1, vmax=1)
        self.bars = right.bar(range(10), [0.0] * 10, color=PALE)
        right.set(xticks=range(10), yticks=[], ylim=(0, 1.05))
        right.spines["left"].set_visible(False)
        self.label, self.answer = left.set_title(""), right.set_title("")
        self.moving = [self.image, *self.bars, self.label, self.answer]

    @torch.no_grad()
    def update(self, number: int) -> str:
        """Show the digit at place `number` of the order."""
        index = int(self.order[number])
        image, label = self.digits.images[index : index + 1], int(self.digits.labels[index])
        self.model.eval()
        probabilities = self.model(image.to(device_of(self.model))).softmax(dim=1)[0].cpu()
        guess = int(probabilities.argmax())
        self.image.set_data(image[0, 0].numpy())
        for digit, (bar, height) in enumerate(zip(self.bars, probabilities.tolist(), strict=True)):
            bar.set_height(height)
            bar.set_color(PALE if digit != guess else GREEN if guess == label else RED)
        self.label.set_text(f"label {label}")
        self.answer.set_text(f"answer {guess} with probability {probabilities[guess]:.2f}")
        return f"A digit with label {label}; the model answers {guess} with {probabilities[guess]:.2f}."
