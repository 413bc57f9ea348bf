"""The exercises of notebook 07."""

import math

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import numpy as np
import torch
from torch import Tensor

mean_loss = Exercise(
    lambda losses, sizes: float(np.repeat(losses, sizes).mean()),
    [([1.0, 1.0, 4.0], [64, 64, 32]), ([0.5], [7])],
    lambda r: (r.decimals(n := r.randint(1, 4), 0, 5), [r.randint(1, 64) for _ in range(n)]),
    ("that is the mean of the means; weigh each by its size.", lambda losses, sizes: sum(losses) / len(losses)),
)


def _counted(labels: Tensor, predictions: Tensor) -> Tensor:
    return torch.bincount(10 * labels + predictions, minlength=100).reshape(10, 10)


confusion = Exercise(
    _counted,
    [(torch.tensor([7, 7]), torch.tensor([7, 1])), (torch.tensor([0, 0, 9, 3]), torch.tensor([0, 0, 4, 3]))],
    lambda r: (r.labels(n := r.randint(1, 12), c := r.choice([2, 10])), r.labels(n, c)),
    ("the row is the label, the column the prediction.", lambda y, p: _counted(p, y)),
)


def _near_the_limits(r: Draw) -> tuple[float, int]:
    """A first loss on either side of what is expected, near the limit of 0.3 or far from it."""
    classes, distance = r.choice([2, 3, 10, 50, 100]), r.choice([0, 0.1, 0.296, 0.304, 0.6, 2])
    return round(max(0, math.log(classes) + r.choice([-1, 1]) * distance), 3), classes


def _good(near: bool) -> str:
    return "good" if near else "suspicious"


first_loss = Exercise(
    lambda loss, classes: _good(abs(loss + torch.tensor(1 / classes).log().item()) < 0.3),
    [(2.31, 10), (0.9, 10), (4.7, 100), (math.nan, 10), (math.inf, 10)],
    _near_the_limits,
    ("ln 10 is for 10 classes only.", lambda loss, classes: _good(abs(loss - 2.303) < 0.3)),
    ("NaN is suspicious.", lambda loss, classes: _good(not abs(loss - math.log(classes)) >= 0.3)),
)


def _curve(r: Draw) -> tuple[list[float], int]:
    """At least eleven losses; the mean of the last ten is a little or far above or below a limit."""
    classes = r.choice([2, 3, 10, 100])
    first = r.choice([round(math.log(classes), 2), r.decimal(0.3, 6)])
    limit = r.choice([1.5 * first, math.log(classes) - 0.1])
    last, wave = abs(limit + r.choice([-1, 1]) * r.choice([0.03, 0.1, 0.5])), r.choice([0, 0.1, 1.5])
    losses = [first, *r.decimals(r.randint(0, 5), 0, 6), *[round(last + wave, 2), round(last - wave, 2)] * 5]
    if r.random() < 0.2:
        losses[r.randrange(len(losses))] = r.choice([math.nan, math.inf, -math.inf])
    return losses, classes


def _diagnosed(losses: list[float], classes: int) -> str:
    values = torch.tensor(losses, dtype=torch.float64)
    if not values.isfinite().all() or values[-10:].mean() > 1.5 * values[0]:
        return "diverges"
    return "stuck" if values[-10:].mean() > math.log(classes) - 0.1 else "learns"


diagnose = Exercise(
    _diagnosed,
    [([2.3] * 20, 10), ([0.7] * 10, 2), ([2.0] + [3.0] * 10, 10), ([2.3] * 90 + [1.5] * 10, 10)],
    _curve,
    ("ln 10 is for 10 classes only.", lambda c, k: _diagnosed(c, 10)),
    ("one loss is noise: take the mean of the last ten.", lambda c, k: _diagnosed([c[0]] + c[-1:] * 10, k)),
    ("a NaN anywhere is a divergence.", lambda c, k: _diagnosed([x for x in c if x == x], k)),
    ("a high peak is no divergence.", lambda c, k: "diverges" if max(c) > 1.5 * c[0] else _diagnosed(c, k)),
    ("take the last ten, not all.", lambda c, k: _diagnosed([c[0]] + [sum(c) / len(c)] * 10, k)),
)

speed_up = Exercise(
    lambda share, factor: 100.0 / (100.0 * (1 - share) + 100.0 * share / factor),
    [(0.25, 1000), (0.25, 2), (0.0, 10), (1.0, 3)],
    lambda r: (r.decimal(0, 1), r.choice([r.randint(1, 30), r.decimal(1, 9)])),
    ("add times, not speeds: what is left of the time?", lambda share, factor: share * factor + 1 - share),
    ("the share is what becomes faster.", lambda share, factor: 1 / (share + (1 - share) / factor)),
)
