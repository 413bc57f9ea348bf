"""The exercises of notebook 05."""

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor, optim
from torch.func import vjp
from torch.nn import functional as F


def _walked(w: float, lr: float, steps: int) -> float:
    """Each step multiplies the distance to 3 by the same factor."""
    return 3 + (w - 3) * (1 - 2 * lr) ** steps


descend = Exercise(
    _walked,
    [(0.0, 0.1, 4), (0.0, 0.1, 1), (5.0, 0.25, 3), (-1.0, 0.9, 2)],
    lambda r: (r.decimal(-5, 9), r.decimal(0.1, 1.2), r.randint(0, 5)),
    ("compute the slope anew at each step.", lambda w, lr, n: w - n * lr * 2 * (w - 3)),
    ("that is one step too many.", lambda w, lr, n: _walked(w, lr, n + 1)),
    ("one step is missing.", lambda w, lr, n: _walked(w, lr, n - 1)),
)

rate_limit = Exercise(
    lambda a: 2 / (2 * a),  # 2 over the second derivative
    [(1.0,), (4.0,), (0.05,), (2.5,)],
    lambda r: (r.decimal(0.1, 20),),
    ("the slope is 2a(w - 3), and so the factor 1 - 2·a·lr.", lambda a: 2 / a),
    ("there the first step hits the minimum; the limit is where the factor is -1.", lambda a: 1 / (2 * a)),
)


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


def _measured_momentum(w: float, velocity: float, gradient: float, lr: float, momentum: float) -> tuple[float, float]:
    weight, buffer = torch.tensor([w, velocity], dtype=torch.float64)
    optimizer = optim.SGD([weight], lr=lr, momentum=momentum)
    optimizer.state[weight]["momentum_buffer"] = buffer
    weight.grad = torch.tensor(gradient, dtype=torch.float64)
    optimizer.step()
    return weight.item(), buffer.item()


momentum_step = Exercise(
    _measured_momentum,
    [(4.0, 0.0, 1.0, 0.1, 0.5), (3.9, 1.0, 1.0, 0.1, 0.5)],
    lambda r: (*r.decimals(3, -5, 5), r.decimal(0.1, 1), r.decimal(0.1, 0.9)),
    ("add the whole gradient.", lambda w, v, g, lr, m: (w - lr * (m * v + (1 - m) * g), m * v + (1 - m) * g)),
    ("first the velocity, then the step with the new one.", lambda w, v, g, lr, m: (w - lr * v, m * v + g)),
    ("lr belongs to the step only.", lambda w, v, g, lr, m: (w - (m * v + lr * g), m * v + lr * g)),
)
