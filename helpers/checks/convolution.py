"""The exercises of notebook 01."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from helpers.checks.cases import small_image
from helpers.checks.exercise import Exercise


def _measured_output_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    image, weight = torch.zeros(1, 1, size, size), torch.zeros(1, 1, kernel, kernel)
    return F.conv2d(image, weight, stride=stride, padding=padding, dilation=dilation).shape[-1]


output_size = Exercise(
    solve=_measured_output_size,
    cases=(
        *((7, 3, 2, 1, 1), (28, 3, 2, 1, 1), (28, 3, 1, 1, 1), (5, 3, 1, 0, 1)),
        *((28, 2, 2, 0, 1), (8, 3, 2, 0, 1), (28, 5, 3, 2, 1), (11, 3, 2, 1, 3)),
    ),
    mistakes=(
        (lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s, "the first place counts too: add 1."),
        (lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1, "padding is added on both sides."),
        (lambda n, k, s, p, d: math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1, "round down (//)."),
        (lambda n, k, s, p, d: round((n + 2 * p - d * (k - 1) - 1) / s) + 1, "always round down: //, not round()."),
        (lambda n, k, s, p, d: (n + 2 * p - k) // s + 1, "the kernel reaches over d·(k - 1) + 1 pixels."),
        (lambda n, k, s, p, d: n + 2 * p - d * (k - 1), "the stride is missing: the window moves by s pixels."),
    ),
)  # fmt: skip


def _torch_correlate(image: Tensor, kernel: Tensor, stride: int) -> Tensor:
    return F.conv2d(image[None, None], kernel[None, None], stride=stride)[0, 0]


KERNEL = torch.tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [2.0, 0.0, -2.0]])

correlate_with_stride = Exercise(
    solve=_torch_correlate,
    cases=(
        (small_image(4, 4), KERNEL, 1),
        (small_image(4, 4), KERNEL[:2, :2], 2),
        (small_image(7, 7), KERNEL, 2),
        (small_image(6, 9), KERNEL[:2], 3),
    ),
    mistakes=(
        (
            lambda x, k, s: _torch_correlate(x, k, 1),
            "the stride is not used: row i starts at pixel i·stride.",
        ),
        (
            lambda x, k, s: _torch_correlate(x, k, 1)[:: s + 1, :: s + 1],
            "the window moves by stride, not stride + 1.",
        ),
        (
            lambda x, k, s: _torch_correlate(x, k.flip(0, 1), s),
            "the kernel is turned round: that is convolution.",
        ),
        (lambda x, k, s: _torch_correlate(x, k.T, s), "the kernel's rows and columns are swapped."),
        (lambda x, k, s: F.pad(_torch_correlate(x, k, s), (0, 1, 0, 1)), "the result is one row too large."),
        (
            lambda x, k, s: _torch_correlate(x, k, s)[:-1, :-1],
            "the last place is missing: add 1 to the size.",
        ),
        (
            lambda x, k, s: _torch_correlate(x, k, 1)[
                : (x.shape[0] - len(k)) // s + 1, : (x.shape[1] - k.shape[1]) // s + 1
            ],
            "output (row, column) belongs to the window that starts at pixel (row·stride, column·stride).",
        ),
    ),
)


def _counted_parameters(c_in: int, c_out: int, kernel: int) -> int:
    return sum(p.numel() for p in nn.Conv2d(c_in, c_out, kernel).parameters())


parameter_count = Exercise(
    solve=_counted_parameters,
    cases=((1, 32, 3), (32, 64, 3), (3, 8, 5), (16, 4, 1)),
    mistakes=(
        (lambda i, o, k: i * o * k * k, "each output channel has a bias, too."),
        (lambda i, o, k: i * o * k * k + 1, "there is one bias for each output channel."),
        (lambda i, o, k: i * o * k * k + i, "the biases belong to the output channels."),
        (lambda i, o, k: o * k * k + o, "each kernel spans all input channels."),
        (lambda i, o, k: i * o * k + o, "a kernel of side k has k·k numbers."),
    ),
)


def _measured_receptive_field(layers: list[tuple[int, int]]) -> int:
    """Count the input pixels that reach one output pixel: those with a gradient."""
    signal = torch.zeros(1, 1, 400, requires_grad=True)
    output = signal
    for kernel, stride in layers:
        output = F.avg_pool1d(output, kernel, stride)
    output[0, 0, output.shape[-1] // 2].backward()
    return int((signal.grad != 0).sum())


def _stride_first(layers: list[tuple[int, int]]) -> int:
    """A wrong answer: the step is multiplied before it is used."""
    field, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        field += (kernel - 1) * step
    return field


receptive_field = Exercise(
    solve=_measured_receptive_field,
    cases=(
        ([(3, 1)],),
        ([(3, 1), (3, 1)],),
        ([(3, 1), (2, 2), (3, 1), (2, 2)],),
        ([(5, 2), (3, 2), (3, 1)],),
    ),
    mistakes=(
        (
            lambda layers: 1 + sum(k - 1 for k, _ in layers),
            "after a stride of 2 each further step counts double.",
        ),
        (
            lambda layers: sum(k for k, _ in layers),
            "neighbouring windows overlap: a layer adds k - 1, not k.",
        ),
        (lambda layers: math.prod(k for k, _ in layers), "the fields overlap, they do not multiply."),
        (lambda layers: layers[-1][0], "the layers before it widen the field, too."),
        (_stride_first, "a layer's own stride counts only for the layers after it."),
    ),
)


def _counted_multiply_adds(c_in: int, c_out: int, kernel: int, height: int, width: int) -> int:
    layer, image = nn.Conv2d(c_in, c_out, kernel, padding="same"), torch.zeros(1, c_in, height, width)
    with FlopCounterMode(display=False) as counter:
        layer(image)
    return counter.get_total_flops() // 2  # torch counts a multiplication and an addition as two


multiply_adds = Exercise(
    solve=_counted_multiply_adds,
    cases=((1, 32, 3, 28, 28), (32, 64, 3, 14, 14), (3, 8, 5, 10, 20), (64, 16, 1, 7, 7)),
    mistakes=(
        (
            lambda i, o, k, h, w: 2 * i * o * k * k * h * w,
            "one multiplication with its addition counts once.",
        ),
        (lambda i, o, k, h, w: o * k * k * h * w, "each output value sums over all input channels."),
        (lambda i, o, k, h, w: i * k * k * h * w, "every output channel is computed anew."),
        (lambda i, o, k, h, w: i * o * k * k * h, "the feature map has height·width pixels."),
        (lambda i, o, k, h, w: i * o * k * k, "that is the number of weights; each is used at every place."),
        (lambda i, o, k, h, w: i * o * k * h * w, "a kernel of side k has k·k numbers."),
    ),
)
