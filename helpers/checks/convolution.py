"""The exercises of notebook 01."""

from dataclasses import dataclass, field
from functools import cache
from itertools import product

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.data import sample_digit

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass
class Mystery:
    """Convolves an image (H, W) with nine numbers of its own, without padding; it answers once."""

    numbers: tuple[float, ...]
    asked: bool = field(default=False, compare=False)

    def __call__(self, image: Tensor) -> Tensor:
        """The feature map (H - 2, W - 2). Raises RuntimeError when asked again."""
        if self.asked:
            raise RuntimeError("the mystery answers only once")
        self.asked = True
        return _correlated(torch.as_tensor(image).float(), self.kernel)

    @property
    def kernel(self) -> Tensor:
        """The nine numbers, (3, 3)."""
        return torch.tensor(self.numbers).reshape(3, 3)

    def __repr__(self) -> str:
        return f"the mystery {[*self.numbers]}"


def _mystery(r: Draw) -> tuple[Mystery]:
    return (Mystery(tuple(r.distinct(9).tolist())),)


mystery_kernel = Exercise(
    lambda mystery: mystery.kernel,
    [(Mystery((1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)),)],
    _mystery,
    (
        "right numbers, turned by 180°. From which side does the window reach the bright pixel first?",
        lambda mystery: mystery.kernel.flip(0, 1),
    ),
    ("right numbers, rows and columns exchanged.", lambda mystery: mystery.kernel.T),
)


@dataclass(frozen=True)
class Round:
    """One round of kernel golf: the 4, moved by a few pixels. Call it with your kernel (3, 3) and your bias."""

    down: int
    right: int

    def __call__(self, kernel: Tensor, bias: float) -> str:
        """How far it is from the goal, in words; a place is the pixel under the middle of the window."""
        padded = F.pad(sample_four(), (4, 4, 4, 4), value=-1.0).roll((self.down, self.right), (0, 1))
        answers = _correlated(padded, torch.as_tensor(kernel).float()) + float(bias)
        # The left stroke of the 4 runs from row 6, column 14 to row 13, column 6.
        row, column = torch.meshgrid(torch.arange(34) - 3, torch.arange(34) - 3, indexing="ij")
        stroke = (row - self.down <= 12) & (column - self.right <= 14) & (row + column - self.down - self.right <= 22)
        fifth = float(answers[stroke].sort(descending=True).values[4])
        others = answers.masked_fill(stroke, -torch.inf)
        elsewhere = float(others.max())
        if fifth > 0 >= elsewhere:
            return "the left stroke alone lights up"
        down, right = divmod(int(others.argmax()), 34)
        todo = "" if fifth <= elsewhere else f": {'raise' if fifth <= 0 else 'lower'} the bias"
        return f"stroke {fifth:.2f}, elsewhere {elsewhere:.2f} in row {down - 3}, column {right - 3}{todo}"

    def __repr__(self) -> str:
        return f"the 4, moved {self.down} down and {self.right} to the right"


@cache
def sample_four() -> Tensor:
    """The 4 of the notebook, (28, 28), black -1 and white 1."""
    return sample_digit(4)[0]


kernel_golf = Exercise(
    lambda play: "the left stroke alone lights up",
    [(Round(0, 0),)],
    lambda r: (Round(r.randint(-3, 3), r.randint(-3, 3)),),
    (
        "it lights up in every part of the 4. Which number makes all answers smaller?",
        lambda play: play(torch.tensor([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]), 0),
    ),
)


@dataclass(frozen=True)
class Look:
    """Whether a network of convolutions sees one pixel of 28x28. Call it with a list of (channels, k, stride)."""

    row: int
    column: int

    def __call__(self, layers: list[tuple[int, int, int]]) -> str:
        """What is seen or wrong, in words."""
        pixel, weights, before = f"pixel ({self.row}, {self.column})", 0, 1
        image = torch.zeros(1, 1, 28, 28, dtype=torch.float64)
        image[0, 0, self.row, self.column] = 1
        for channels, k, stride in layers:
            if channels < 32 or k > 5:
                return f"{pixel}: a layer has at least 32 channels, kernels of at most 5x5"
            weights, before = weights + channels * (before * k * k + 1), channels
            if k > image.shape[-1]:
                return f"{pixel} is lost: a {k}x{k} kernel does not fit on {image.shape[-1]}x{image.shape[-1]} numbers"
            image = F.conv2d(image, image.new_ones(1, 1, k, k), stride=stride)
        if image.numel() > 1:
            return f"{pixel}: the last map has {image.shape[-1]}x{image.shape[-1]} places, not one"
        if image.item() == 0:
            return f"{pixel} changes nothing"
        return f"{weights:,} weights to see {pixel}" if weights >= 50_000 else "seen"


see_everything = Exercise(
    lambda look: "seen",
    [(Look(0, 0),), (Look(27, 27),)],
    lambda r: (Look(r.randint(0, 27), r.randint(0, 27)),),
    (
        "a stride leaves a remainder: the last row and column are never looked at.",
        lambda look: look([(32, 4, 2), (32, 4, 2), (32, 5, 1)]),
    ),
)


def _correlated(image: Tensor, kernel: Tensor) -> Tensor:
    return F.conv2d(image[None, None], kernel[None, None])[0, 0]


def _maps(x: Tensor, w: Tensor, b: Tensor | None, stride: int, padding: int) -> Tensor:
    return F.conv2d(x[None], w, b, stride, padding)[0]


def _image_and_weights(r: Draw) -> tuple:
    (c_out, c_in, height, width), (rows, columns) = r.sides(3, 3, 3, 3), r.sides(3, 3)
    image = r.tensor(c_in, height + rows, width + columns)
    return image, r.tensor(c_out, c_in, height, width), r.tensor(c_out), r.randint(1, 3), r.randint(0, 2)


def _always_three(x: Tensor, w: Tensor, b: Tensor, stride: int, padding: int) -> Tensor:
    x = F.pad(x, (padding,) * 4)
    maps = torch.zeros(len(w), *((side - 3) // stride + 1 for side in x.shape[1:]))
    for row, column in product(*map(range, maps.shape[1:])):
        top, left = row * stride, column * stride
        maps[:, row, column] = (x[:, top : top + 3, left : left + 3] * w).sum(dim=(1, 2, 3)) + b
    return maps


conv_layer = Exercise(
    _maps,
    [(torch.arange(50.0).reshape(2, 5, 5) % 7, torch.arange(36.0).reshape(2, 2, 3, 3) % 5 - 2, torch.ones(2), 2, 1)],
    _image_and_weights,
    ("the stride is not used: row r starts at pixel r·stride.", lambda x, w, b, s, p: _maps(x, w, b, 1, p)),
    ("the image needs its frame of `padding` zeros first.", lambda x, w, b, s, p: _maps(x, w, b, s, 0)),
    ("the bias is missing: one number for each map.", lambda x, w, b, s, p: _maps(x, w, None, s, p)),
    ("its window is always 3x3. Here the kernel may have any height and width.", _always_three),
    ("the kernel is turned round: that is convolution.", lambda x, w, b, s, p: _maps(x, w.flip(2, 3), b, s, p)),
)


def _layer(r: Draw) -> tuple[int, ...]:
    """n, k, s, p, d: the kernel fits on the image even without padding."""
    k, d = r.randint(1, 6), r.randint(1, 4)
    return d * (k - 1) + r.randint(1, 12), k, r.randint(1, 5), r.randint(0, 3), d


output_size = Exercise(
    lambda n, k, s, p, d: F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), None, s, p, d).shape[-1],
    [(7, 3, 2, 1, 1), (28, 3, 1, 1, 1), (28, 5, 3, 2, 1), (11, 4, 2, 1, 3), (2, 5, 1, 2, 1)],
    _layer,
    ("the first place counts too: add 1.", lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s),
    ("the kernel reaches over d·(k - 1) + 1 pixels.", lambda n, k, s, p, d: (n + 2 * p - k) // s + 1),
)
