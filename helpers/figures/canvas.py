"""A canvas to draw a digit on, and the way from its ink to an image like those of MNIST."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from helpers.figures.live import Picture, explore

import anywidget
import numpy as np
import torch
import traitlets
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn.functional import interpolate

SIDE = 112  # pixels of the canvas along a side; the page shows them larger
PEN = 11  # pixels, the width of its line, which canvas.js draws with
BOX, SIZE = 20, 28  # pixels: the box that MNIST fitted the ink into, and the whole image


class DigitCanvas(anywidget.AnyWidget):
    """A black square to draw on, with a line of text, the `answer`, beside it.

    value: its ink as SIDE * SIDE bytes, 0 to 255, row by row.
    """

    _esm = Path(__file__).with_name("canvas.js")
    _css = Path(__file__).with_name("canvas.css")
    side = traitlets.Int(SIDE).tag(sync=True)
    value = traitlets.CBytes(bytes(SIDE * SIDE)).tag(sync=True)
    answer = traitlets.Unicode("").tag(sync=True)

    def __repr__(self) -> str:
        return "[A canvas to draw a digit on. It works when the notebook runs.]"


class Answering(Picture, Protocol):
    """A picture whose `update` takes the bytes of a canvas as `drawing`, and leaves its `answer` in words."""

    answer: str


def draw_digit(picture: Answering, ink: Tensor | None = None) -> None:
    """Show `picture` under a canvas; it follows each stroke, and its answer is written beside the canvas.

    ink: what the canvas holds at first, (SIDE, SIDE), 0 to 1; nothing by default.
    """
    canvas = DigitCanvas() if ink is None else DigitCanvas(value=(ink * 255).byte().numpy().tobytes())
    explore(picture, drawing=canvas)
    canvas.answer = picture.answer
    canvas.observe(lambda _: canvas.set_trait("answer", picture.answer), names="value")


def ink_of(value: bytes) -> Tensor:
    """The ink of a canvas's `value` as float32 (SIDE, SIDE), 0 to 1."""
    return torch.frombuffer(bytearray(value), dtype=torch.uint8).view(SIDE, SIDE) / 255


def drawn(*strokes: Sequence[tuple[float, float]]) -> Tensor:
    """The ink (SIDE, SIDE), 0 to 1, that the canvas's pen leaves on its way from point to point of each stroke.

    A point is (right, down) in per cent of the side.
    """
    finer = 4  # times, so that the edges come out smooth
    image, half = Image.new("L", (SIDE * finer, SIDE * finer)), PEN * finer / 2
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(right * image.width / 100, down * image.height / 100) for right, down in stroke]
        pen.line(points, fill=255, width=PEN * finer)
        for right, down in points:
            pen.ellipse((right - half, down - half, right + half, down + half), fill=255)
    return torch.from_numpy(np.asarray(image.reduce(finer), np.float32) / 255)


def like_mnist(ink: Tensor) -> Tensor:
    """Ink (H, W), 0 none and 1 full, prepared as MNIST was: (1, 28, 28), black -1 and white 1.

    The ink is scaled into 20x20 pixels, its aspect kept, and its centre of mass is put in the middle of 28x28
    (https://web.archive.org/web/20220331130319/https://yann.lecun.com/exdb/mnist/). No ink gives a black image.
    """
    image = torch.zeros(SIZE, SIZE)
    rows, columns = (ink.amax(dim).gt(0.1).nonzero().flatten() for dim in (1, 0))
    if len(rows):
        inked = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        scale = BOX / max(inked.shape)
        size = [max(1, round(side * scale)) for side in inked.shape]
        small = interpolate(inked[None, None], size, mode="bilinear", antialias=True)[0, 0].clamp(0, 1)
        top, left = (_offset(small.sum(dim)) for dim in (1, 0))
        image[top : top + size[0], left : left + size[1]] = small
    return image[None] * 2 - 1


def _offset(mass: Tensor) -> int:
    """Where ink of this mass (n,) must begin so that its centre of mass lies in the middle, all of it inside."""
    middle = float((mass * (torch.arange(len(mass)) + 0.5)).sum() / mass.sum())
    first = round(SIZE / 2 - middle, 3)  # a tie, such as 3.5, is one wherever the sums are rounded, in the page, too
    return min(max(round(first), 0), SIZE - len(mass))
