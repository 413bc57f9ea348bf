"""The exercises of notebook 06."""

from helpers.checks.exercise import Exercise

import torch
from torch import optim


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
