"""The exercises of the notebooks: `checks.<exercise>(your_function)` prints one line.

What an answer must equal comes from torch or from a measurement; the written solutions stand in the
notebooks alone, folded under their exercises.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from helpers.checking import Exercise

# Notebook 01 -------------------------------------------------------------------------------------


def _measured_output_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    image, weight = torch.zeros(1, 1, size, size), torch.zeros(1, 1, kernel, kernel)
    return F.conv2d(image, weight, stride=stride, padding=padding, dilation=dilation).shape[-1]


output_size = Exercise(
    solve=_measured_output_size,
    cases=((28, 3, 1, 1, 1), (5, 3, 1, 0, 1), (28, 2, 2, 0, 1), (8, 3, 2, 0, 1), (28, 5, 3, 2, 1), (11, 3, 2, 1, 3)),
    mistakes=(
        (lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s, "the first place counts too: add 1."),
        (lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1, "padding is added on both sides."),
        (lambda n, k, s, p, d: math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1, "round down (//)."),
        (lambda n, k, s, p, d: (n + 2 * p - k) // s + 1, "the kernel reaches over d·(k - 1) + 1 pixels."),
        (lambda n, k, s, p, d: n + 2 * p - d * (k - 1), "the stride is missing: the window moves by s pixels."),
    ),
)  # fmt: skip


def _image(height: int, width: int) -> Tensor:
    """An image of small whole numbers as floats, no two rows or columns alike."""
    rows, columns = torch.arange(height)[:, None], torch.arange(width)
    return ((3 * rows * rows + 5 * columns + rows * columns) % 7).float()


def _torch_correlate(image: Tensor, kernel: Tensor, stride: int) -> Tensor:
    return F.conv2d(image[None, None], kernel[None, None], stride=stride)[0, 0]


KERNEL = torch.tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [2.0, 0.0, -2.0]])

correlate_with_stride = Exercise(
    solve=_torch_correlate,
    cases=(
        (_image(4, 4), KERNEL, 1),
        (_image(4, 4), KERNEL[:2, :2], 2),
        (_image(7, 7), KERNEL, 2),
        (_image(6, 9), KERNEL[:2], 3),
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


# Notebook 02 -------------------------------------------------------------------------------------


def _torch_max_pool(image: Tensor, k: int, stride: int) -> Tensor:
    return F.max_pool2d(image[None], k, stride)[0]


max_pool = Exercise(
    solve=_torch_max_pool,
    cases=((_image(4, 4), 2, 2), (-1 - _image(4, 6), 2, 2), (_image(7, 7), 3, 2), (_image(5, 5), 2, 2)),
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
    cases=((28, 2, 2, False), (7, 2, 2, False), (7, 2, 2, True), (14, 3, 2, True), (8, 3, 3, False), (5, 1, 3, True)),
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
    cases=((_image(4, 6).reshape(1, 2, 3, 4),), (_image(6, 20).reshape(2, 3, 4, 5),)),
    mistakes=(
        (lambda x: F.adaptive_avg_pool2d(x, 1), "flatten the result: one number for each image and channel."),
        (lambda x: x.mean(dim=(1, 2, 3)), "the channels stay apart: average over height and width only."),
        (lambda x: x.mean(dim=(0, 2, 3)), "the images of a batch stay apart."),
        (lambda x: x.sum(dim=(2, 3)), "divide by the number of pixels."),
        (lambda x: x.amax(dim=(2, 3)), "that is the maximum."),
        (lambda x: x.mean(dim=-1), "average over the height, too."),
    ),
)
