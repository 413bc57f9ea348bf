"""The exercises of notebook 05."""

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor
from torch.func import vjp
from torch.nn import functional as F


def _layer(r: Draw) -> tuple[Tensor, ...]:
    images, inputs, outputs = r.sides(4, 3, 3)
    return r.tensor(images, inputs), r.tensor(outputs, inputs), r.tensor(images, outputs)


layer_gradient = Exercise(
    lambda x, W, d_a: vjp(lambda weight: F.relu(F.linear(x, weight)), W)[1](d_a)[0],
    [(torch.tensor([[1.0, 2]]), torch.tensor([[1.0, 1], [-1, 0], [2, 1]]), torch.tensor([[3.0, 4, -5]]))],
    _layer,
    ("the images are summed, not averaged.", lambda x, w, d: (d * (x @ w.T > 0)).T @ x / len(x)),
    ("pass on the number that arrives, not 1.", lambda x, w, d: (x @ w.T > 0).float().T @ x),
)


def _laid(kernel: Tensor, d_output: Tensor) -> Tensor:
    return F.conv_transpose2d(d_output[None, None], kernel[None, None])[0, 0]


conv_input_gradient = Exercise(
    _laid,
    [(torch.tensor([[1.0, 2], [-1, 3]]), torch.tensor([[2.0]]))],
    lambda r: (r.tensor(*r.sides(3, 3)), r.tensor(*r.sides(3, 3))),
    ("do not turn the kernel here: lay it down as it is.", lambda k, d: _laid(k.flip(0, 1), d)),
)
