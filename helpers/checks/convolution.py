"""The exercises of notebook 01."""

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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


def _correlated(image: Tensor, kernel: Tensor, stride: int = 1) -> Tensor:
    return F.conv2d(image[None, None], kernel[None, None], stride=stride)[0, 0]


def _image_and_kernel(r: Draw) -> tuple:
    (height, width), (rows, columns) = r.sides(3, 3), r.sides(4, 4)
    return r.tensor(height + rows, width + columns), r.tensor(height, width), r.randint(1, 4)


correlate_with_stride = Exercise(
    _correlated,
    [(torch.arange(49.0).reshape(7, 7) % 5, torch.tensor([[1.0, 2, 0], [0, -1, 3], [2, 0, -2]]), 2)],
    _image_and_kernel,
    ("the stride is not used: row i starts at pixel i·stride.", lambda x, k, s: _correlated(x, k)),
    ("the kernel is turned round: that is convolution.", lambda x, k, s: _correlated(x, k.flip(0, 1), s)),
)

parameter_count = Exercise(
    lambda c_in, c_out, k: sum(p.numel() for p in nn.Conv2d(c_in, c_out, k, device="meta").parameters()),
    [(1, 32, 3), (32, 64, 3), (3, 8, 5)],
    lambda r: (*r.sides(20, 20, 7),),
    ("each output channel has a bias, too.", lambda i, o, k: i * o * k * k),
    ("there is one bias for each output channel.", lambda i, o, k: i * o * k * k + 1),
)


def _measured_field(layers: list[tuple[int, int]]) -> int:
    """The last input pixel from which a gradient of the first output pixel comes."""
    signal = torch.zeros(1, 1, 400, requires_grad=True)
    output: Tensor = signal
    for kernel, stride in layers:
        output = F.avg_pool1d(output, kernel, stride)
    return int(torch.autograd.grad(output[0, 0, 0], signal)[0].nonzero()[:, 2].max()) + 1


receptive_field = Exercise(
    _measured_field,
    [([(3, 1), (3, 1)],), ([(3, 1), (2, 2), (3, 1), (2, 2)],), ([(5, 3), (3, 2), (4, 1)],)],
    lambda r: ([(r.randint(1, 5), r.randint(1, 3)) for _ in range(r.randint(1, 4))],),
    ("after a stride of 2 each further step counts double.", lambda layers: 1 + sum(k - 1 for k, _ in layers)),
    ("neighbouring windows overlap: a layer adds k - 1, not k.", lambda layers: sum(k for k, _ in layers)),
)

multiply_adds = Exercise(
    lambda c_in, c_out, k, height, width: nn.Conv2d(c_in, c_out, k, device="meta").weight.numel() * height * width,
    [(1, 32, 3, 28, 28), (3, 8, 5, 10, 20)],
    lambda r: (*r.sides(9, 9, 5, 20, 20),),
    ("one multiplication with its addition counts once.", lambda i, o, k, h, w: 2 * i * o * k * k * h * w),
    ("each weight is used at every place.", lambda i, o, k, h, w: i * o * k * k),
)
