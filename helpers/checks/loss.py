"""The exercises of notebook 04."""

import functools

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor
from torch.func import grad
from torch.nn import functional as F

# As many rows as classes, because then a wrong axis still fits.
ROWS = torch.tensor([[2.0, 0, -1], [1, 3, 0.5], [-2, 0, 4]])
LARGE = torch.tensor([[1000.0, 999, -1000], [-1000, -998, -1001]])

softmax_rows = Exercise(
    lambda logits: F.softmax(logits, dim=1),
    [(torch.zeros(2, 4),), (ROWS,)],
    lambda r: (r.tensor(*r.sides(4, 4)),),
    ("every row sums to 1 by itself: sum over dim=1, with keepdim=True.", lambda x: x.exp() / x.exp().sum()),
)


def _logits_and_labels(r: Draw) -> tuple[Tensor, Tensor]:
    images, classes = r.randint(1, 4), r.randint(2, 5)
    return r.tensor(images, classes) * r.choice([1, 250]), r.labels(images, classes)


mean_nll = Exercise(
    lambda log_p, labels: F.nll_loss(log_p, labels),
    [(ROWS.log_softmax(dim=1), torch.tensor([0, 2, 1]))],
    lambda r: ((pair := _logits_and_labels(r))[0].log_softmax(dim=1), pair[1]),
    ("[:, labels] takes whole columns; one entry a row is log_p[rows, labels].", lambda log_p, y: -log_p[:, y].mean()),
    ("the label decides, not the largest entry.", lambda log_p, y: -log_p.amax(dim=1).mean()),
)

log_softmax_rows = Exercise(
    lambda logits: F.log_softmax(logits, dim=1),
    [(torch.tensor([[1000.0, 1000]]),), (ROWS,), (LARGE,)],
    lambda r: (_logits_and_labels(r)[0],),
    ("a probability that has become 0 has no logarithm: form none.", lambda x: F.softmax(x, dim=1).log()),
    ("exp(1000) is inf: subtract the largest first.", lambda x: x - x.exp().sum(dim=1, keepdim=True).log()),
    ("that is along the columns; an image is a row.", lambda x: F.log_softmax(x, dim=0)),
)


def _p_minus_y(logits: Tensor, labels: Tensor) -> Tensor:
    return logits.softmax(dim=1) - F.one_hot(labels, logits.shape[1])


loss_gradient = Exercise(
    grad(F.cross_entropy),
    [(torch.zeros(1, 2), torch.tensor([0])), (ROWS, torch.tensor([0, 2, 1])), (LARGE, torch.tensor([1, 1]))],
    _logits_and_labels,
    ("the loss is a mean over the images: divide by their number.", _p_minus_y),
    ("exp(1000) is inf: subtract the largest first.", lambda x, y: _p_minus_y(x, y) / len(x) + 0 * x.exp()),
)


def _target(labels: Tensor, classes: int, true: float, other: float) -> Tensor:
    return torch.where(F.one_hot(labels, classes).bool(), true, other)


def _measured_target(labels: Tensor, classes: int, smoothing: float) -> Tensor:
    """The target y that torch uses, read off the gradient p - y at equal logits."""
    loss = functools.partial(F.cross_entropy, reduction="sum", label_smoothing=smoothing)
    return 1 / classes - grad(loss)(torch.zeros(len(labels), classes), labels)


smooth_target = Exercise(
    _measured_target,
    [(torch.tensor([1]), 2, 0.2), (torch.tensor([4, 0, 9]), 10, 0.1)],
    lambda r: (r.labels(r.randint(1, 4), c := r.randint(2, 6)), c, r.decimal(0, 0.9)),
    ("the true class gets its part of the even share, too.", lambda y, k, e: _target(y, k, 1 - e, e / (k - 1))),
    ("each row must sum to 1: the true class gets e/K, too.", lambda y, k, e: _target(y, k, 1 - e, e / k)),
    ("1 - e stays with the label; e is spread.", lambda y, k, e: _target(y, k, e + (1 - e) / k, (1 - e) / k)),
)
