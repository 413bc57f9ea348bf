"""The exercises of notebook 02."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.checks.cases import small_image
from helpers.checks.exercise import Exercise


def _torch_max_pool(image: Tensor, k: int, stride: int) -> Tensor:
    return F.max_pool2d(image[None], k, stride)[0]


max_pool = Exercise(
    solve=_torch_max_pool,
    cases=(
        (small_image(4, 4), 2, 2),
        (-1 - small_image(4, 6), 2, 2),
        (small_image(7, 7), 3, 2),
        (small_image(5, 5), 2, 2),
        (small_image(6, 6), 3, 2),
    ),
    mistakes=(
        (lambda x, k, s: F.avg_pool2d(x[None], k, s)[0], "that is the average of the window, not its maximum."),
        (lambda x, k, s: F.max_pool2d(x[None], k, 1)[0], "the stride is not used."),
        (lambda x, k, s: F.max_pool2d(x[None], k, k)[0], "the window moves by stride, which need not equal k."),
        (lambda x, k, s: F.max_pool2d(x[None], k, s, ceil_mode=True)[0], "a window that sticks out is dropped."),
        (lambda x, k, s: _torch_max_pool(x, k, s).clamp(min=0), "start from -inf, not from 0."),
    ),
)  # fmt: skip


def _measured_pooled_size(n: int, k: int, s: int, ceil_mode: bool) -> int:
    return F.max_pool1d(torch.zeros(1, 1, n), k, s, ceil_mode=ceil_mode).shape[-1]


pooled_size = Exercise(
    solve=_measured_pooled_size,
    cases=(
        *((28, 2, 2, False), (7, 2, 2, False), (7, 2, 2, True), (14, 3, 2, True), (8, 3, 3, False)),
        *((5, 1, 3, True), (6, 2, 3, True), (5, 3, 1, True), (6, 3, 2, False)),
    ),
    mistakes=(
        (lambda n, k, s, c: (n - k) // s + 1, "with ceil_mode an incomplete last window counts."),
        (lambda n, k, s, c: math.ceil((n - k) / s) + 1, "without ceil_mode an incomplete last window is dropped."),
        (lambda n, k, s, c: math.ceil((n - k) / s) + 1 if c else (n - k) // s + 1,
         "a window that would begin beyond the last pixel never counts."),
        (lambda n, k, s, c: n // k, "the window need not move by its own size."),
        (lambda n, k, s, c: math.ceil((n - k) / s) if c else (n - k) // s, "the first place counts too: add 1."),
    ),
)  # fmt: skip


def _measured_pool_gradient(image: Tensor, gradient: Tensor) -> Tensor:
    leaf = image.clone().requires_grad_()
    F.max_pool2d(leaf[None], 2)[0].backward(gradient)
    return leaf.grad


def _spread(image: Tensor, gradient: Tensor) -> Tensor:
    return gradient.repeat_interleave(2, 0).repeat_interleave(2, 1)


max_pool_gradient = Exercise(
    solve=_measured_pool_gradient,
    cases=(
        (torch.tensor([[1.0, 5.0], [2.0, 3.0]]), torch.tensor([[4.0]])),
        (
            torch.tensor([[1.0, 0, 2, 3], [4, 2, 1, 0], [0, 1, 5, 6], [3, 2, 8, 7]]),
            torch.tensor([[1.0, 2], [3, 4]]),
        ),
        (-1 - torch.arange(16.0).reshape(4, 4), torch.tensor([[1.0, -2], [3, -4]])),
        (small_image(2, 4), torch.tensor([[3.0, 1.0]])),
    ),
    mistakes=(
        (_spread, "only the largest pixel of each window passes the gradient on."),
        (lambda x, g: _spread(x, g) / 4, "that is average pooling: the maximum does not share."),
        (
            lambda x, g: (_measured_pool_gradient(x, g) != 0).float(),
            "pass the number on that arrives from behind.",
        ),
        (
            lambda x, g: _measured_pool_gradient(-x, g),
            "the largest pixel gets the gradient, not the smallest.",
        ),
    ),
)

global_average = Exercise(
    solve=lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
    cases=((small_image(4, 6).reshape(1, 2, 3, 4),), (small_image(6, 20).reshape(2, 3, 4, 5),)),
    mistakes=(
        (lambda x: F.adaptive_avg_pool2d(x, 1), "flatten the result: one number for each image and channel."),
        (lambda x: x.mean(dim=(1, 2, 3)), "the channels stay apart: average over height and width only."),
        (lambda x: x.mean(dim=(0, 2, 3)), "the images of a batch stay apart."),
        (lambda x: x.sum(dim=(2, 3)), "divide by the number of pixels."),
        (lambda x: x.amax(dim=(2, 3)), "that is the maximum."),
        (lambda x: x.mean(dim=-1), "average over the height, too."),
    ),
)
