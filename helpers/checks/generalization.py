"""The exercises of notebook 08."""

from functools import partial
from statistics import mean, stdev

from helpers.checks.exercise import Exercise

import numpy as np
import torch
from torch import Tensor, nn, optim

mean_and_spread = Exercise(
    lambda values: (float(np.mean(values)), float(np.std(values, ddof=1))),
    [([0.9, 0.94],), ([1.0, 2.0, 6.0],)],
    lambda r: (r.decimals(r.randint(2, 5), -3, 9),),
    ("that is the error of the mean, not the spread of the values.", lambda v: (mean(v), stdev(v) / len(v) ** 0.5)),
)

drop = Exercise(
    lambda x, keep, p: torch.where(keep, x / (1 - p), 0.0),
    [(torch.tensor([1.0, 2, 3, 4]), torch.tensor([True, False, True, True]), 0.5)],
    lambda r: (r.tensor(*(shape := r.sides(3, 4))), r.mask(*shape), r.decimal(0, 0.9)),
    ("divide by 1 - p, do not multiply.", lambda x, keep, p: x * keep * (1 - p)),
    ("keep is True where a number stays.", lambda x, keep, p: x * ~keep / (1 - p)),
)


def _decayed(w: float, gradient: float, lr: float, decay: float) -> float:
    weight = torch.tensor(w, dtype=torch.float64)
    weight.grad = torch.tensor(gradient, dtype=torch.float64)
    optim.SGD([weight], lr=lr, weight_decay=decay).step()
    return weight.item()


decayed_step = Exercise(
    _decayed,
    [(4.0, 0.5, 0.1, 0.1), (-2.0, 1.0, 0.5, 0.2), (3.0, 0.0, 1.0, 0.3)],
    lambda r: (*r.decimals(2, -5, 5), r.decimal(0.1, 1), r.decimal(0, 0.9)),
    ("the gradient of decay/2 · w² is decay · w, without a 2.", lambda w, g, lr, d: w - lr * (g + 2 * d * w)),
    ("the decay, too, is multiplied by lr.", lambda w, g, lr, d: w - lr * g - d * w),
    ("that is the penalty; its gradient is asked.", lambda w, g, lr, d: w - lr * (g + d * w * w)),
)


def _stopped(losses: list[float], patience: int) -> int:
    for epoch in range(1, len(losses) + 1):
        best = min(range(epoch), key=losses.__getitem__) + 1
        if epoch - best >= patience:
            return epoch
    return len(losses)


def _counting(losses: list[float], patience: int, *, neighbours: bool) -> int:
    """Two mistakes: to compare with the epoch before, or never to begin the count anew."""
    worse = 0
    for epoch in range(1, len(losses)):
        better = losses[epoch] < (losses[epoch - 1] if neighbours else min(losses[:epoch]))
        worse = 0 if better and neighbours else worse + (not better)
        if worse == patience:
            return epoch + 1
    return len(losses)


stop_epoch = Exercise(
    _stopped,
    [([0.9, 0.6, 0.5, 0.55, 0.52, 0.6, 0.7], 2), ([2.3, 2.1, 2.2, 1.9, 2.0, 2.0, 1.0], 2), ([0.9, 0.8, 0.7], 2)],
    lambda r: (r.decimals(r.randint(1, 9), 0.1, r.choice([0.6, 2.5])), r.randint(1, 4)),
    ("compare with the best epoch so far, not with the one before.", partial(_counting, neighbours=True)),
    ("a new best begins the count anew.", partial(_counting, neighbours=False)),
    ("training goes on for `patience` epochs after the best.", lambda x, n: 1 + x.index(min(x[: _stopped(x, n)]))),
)


def _normalised(x: Tensor, eps: float, axes: tuple[int, ...], **settings: bool) -> Tensor:
    return (x - x.mean(axes, keepdim=True)) / (x.var(axes, keepdim=True, **settings) + eps).sqrt()


def _outside(x: Tensor, eps: float) -> Tensor:
    spread = x.var((0, 2, 3), keepdim=True, unbiased=False).sqrt()
    return spread / (spread + eps)


batch_normalize = Exercise(
    lambda x, eps: nn.BatchNorm2d(x.shape[1], eps=eps, affine=False)(x),
    [(torch.tensor([[[[1.0, 3]]], [[[5, 7]]]]), 1.0)],
    lambda r: (r.tensor(r.randint(2, 3), *r.sides(3, 3, 3)), r.choice([0.1, 0.5, 1.0])),
    ("eps is added under the root.", lambda x, eps: _normalised(x, 0, (0, 2, 3), unbiased=False) * _outside(x, eps)),
    ("a channel counts alone.", lambda x, eps: _normalised(x, eps, (1, 2, 3), unbiased=False)),
    ("average over the images, axis 0, as well.", lambda x, eps: _normalised(x, eps, (2, 3), unbiased=False)),
    ("average over rows and columns, axes 2 and 3.", lambda x, eps: _normalised(x, eps, (0, 3), unbiased=False)),
)
