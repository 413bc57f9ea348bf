"""The exercises of notebook 02."""

import math
from dataclasses import dataclass

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor
from torch.nn import functional as F


def _image_and_window(r: Draw) -> tuple:
    k, (rows, columns) = r.randint(1, 3), r.sides(5, 5)
    return r.tensor(k + rows - 1, k + columns - 1, high=r.choice([-1, 4])), k, r.randint(1, 4)


def _by_stride(x: Tensor, k: int, stride: int) -> Tensor:
    """As many places as the stride fits into the image."""
    framed = F.pad(x, (0, k, 0, k), value=-torch.inf)
    return F.max_pool2d(framed[None], k, stride)[0, : x.shape[0] // stride, : x.shape[1] // stride]


max_pool = Exercise(
    lambda image, k, stride: F.max_pool2d(image[None], k, stride)[0],
    [(torch.tensor([[1.0, 3], [0, 2]]), 2, 2), (torch.tensor([[-300.0, -200, -250], [-400, -500, -600]]), 2, 1)],
    _image_and_window,
    ("a window that sticks out is dropped.", lambda x, k, s: F.max_pool2d(x[None], k, s, ceil_mode=True)[0]),
    ("the first place counts, too: add 1 in each direction.", lambda x, k, s: F.max_pool2d(x[None], k, s)[0, :-1, :-1]),
    ("a window that sticks out is dropped: (height - k) // stride + 1 rows.", _by_stride),
    ("start from -inf, not from 0.", lambda x, k, s: F.max_pool2d(x[None], k, s)[0].relu()),
)


@dataclass(frozen=True)
class HiddenPool:
    """A max pool for maps (H, W) that does not say its window and its stride."""

    window: int
    stride: int

    def __call__(self, image: Tensor) -> Tensor:
        """The pooled map. Raises torch's RuntimeError for a map that is smaller than the window."""
        return F.max_pool2d(image[None].float(), self.window, self.stride)[0]

    def __repr__(self) -> str:
        return "a hidden pool"


mystery_pool = Exercise(
    lambda pool: (pool.window, pool.stride),
    [(HiddenPool(2, 2),), (HiddenPool(3, 2),), (HiddenPool(2, 3),), (HiddenPool(1, 1),), (HiddenPool(6, 5),)],
    lambda r: (HiddenPool(*r.sides(6, 6)),),
    ("the window comes first, then the stride.", lambda pool: (pool.stride, pool.window)),
    ("windows may overlap or leave gaps: the stride is a number of its own.", lambda pool: (pool.window, pool.window)),
    ("windows may overlap or leave gaps: the window is a number of its own.", lambda pool: (pool.stride, pool.stride)),
)

pooled_size = Exercise(
    lambda n, k, s, ceil_mode: F.max_pool1d(torch.zeros(1, 1, n), k, s, ceil_mode=ceil_mode).shape[-1],
    [(7, 2, 2, True), (7, 2, 2, False), (14, 3, 2, True), (5, 1, 3, True), (6, 2, 3, True)],
    lambda r: ((k := r.randint(1, 5)) + r.randint(0, 15), k, r.randint(1, 6), r.random() < 0.7),
    ("with ceil_mode an incomplete last window counts.", lambda n, k, s, c: (n - k) // s + 1),
    ("without ceil_mode an incomplete last window is dropped.", lambda n, k, s, c: math.ceil((n - k) / s) + 1),
    ("a window that begins beyond the last pixel never counts.", lambda n, k, s, c: (n - k + c * (s - 1)) // s + 1),
)
