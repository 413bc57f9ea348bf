"""The exercises of notebook 04."""

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.checks.exercise import Exercise

# Several rows, because with one alone a mean is a sum and every axis is the same; as many rows as classes,
# because then a wrong axis still fits.
ROWS = torch.tensor([[2.0, 0.0, -1.0], [1.0, 3.0, 0.5], [-2.0, 0.0, 4.0]])
LARGE = torch.tensor([[1000.0, 999.0, -1000.0], [-1000.0, -998.0, -1001.0]])
WIDE = torch.tensor([[0.5, -1.5, 2.0, 1.0], [3.0, 0.0, 0.0, -2.0]])

softmax_rows = Exercise(
    solve=lambda logits: F.softmax(logits, dim=1),
    cases=((ROWS[:1],), (ROWS,), (WIDE,)),
    mistakes=(
        (lambda x: F.softmax(x, dim=0), "that is along the columns; an image is a row."),
        (lambda x: x.exp() / x.exp().sum(), "every row sums to 1 by itself: sum over dim=1, with keepdim=True."),
        (lambda x: x / x.sum(dim=1, keepdim=True), "exponentiate first: a logit can be negative."),
        (lambda x: x.exp(), "divide each row by its sum."),
        (lambda x: F.log_softmax(x, dim=1), "that is its logarithm."),
        (lambda x: x.sigmoid(), "softmax compares the logits of a row, sigmoid takes each alone."),
    ),
)  # fmt: skip

log_softmax_rows = Exercise(
    solve=lambda logits: F.log_softmax(logits, dim=1),
    cases=((ROWS[:1],), (ROWS,), (WIDE,), (LARGE,)),
    mistakes=(
        (lambda x: F.softmax(x, dim=1).log(), "a probability that has become 0 has no logarithm: form none."),
        (lambda x: x - x.exp().sum(dim=1, keepdim=True).log(), "take the largest logit out before exp."),
        (lambda x: x - x.logsumexp(dim=0), "that is along the columns; an image is a row."),
        (lambda x: x - x.max(dim=1, keepdim=True).values, "the logarithm of the sum is still missing."),
        (lambda x: -F.log_softmax(x, dim=1), "the sign: logarithms of probabilities are negative."),
        (lambda x: F.softmax(x, dim=1), "that is softmax, without the logarithm."),
        (lambda x: (x.exp() / x.exp().sum(dim=1, keepdim=True)).log(), "exp(1000) is inf: subtract the largest first."),
    ),
)  # fmt: skip

LABELS = torch.tensor([0, 2, 1])

mean_nll = Exercise(
    solve=F.nll_loss,
    cases=(
        (ROWS.log_softmax(dim=1), LABELS),
        (WIDE.log_softmax(dim=1), torch.tensor([3, 0])),
        (LARGE.log_softmax(dim=1), torch.tensor([2, 1])),
    ),
    mistakes=(
        (lambda log_p, y: F.nll_loss(log_p, y, reduction="sum"), "divide by the number of images."),
        (lambda log_p, y: -F.nll_loss(log_p, y), "the sign: a loss is positive."),
        (lambda log_p, y: -log_p.mean(), "only the entry of the label counts in each row."),
        (lambda log_p, y: -log_p[:, y].mean(),
         "log_p[:, labels] takes these columns from every row; one entry a row is log_p[torch.arange(N), labels]."),
        (lambda log_p, y: -log_p.max(dim=1).values.mean(), "the label decides, not the largest entry."),
        (lambda log_p, y: -log_p.exp()[torch.arange(len(y)), y].mean(), "keep the logarithms as they are."),
    ),
)  # fmt: skip


def _measured_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    leaf = logits.clone().requires_grad_()
    F.cross_entropy(leaf, labels).backward()
    return leaf.grad


def _p_minus_y(logits: Tensor, labels: Tensor) -> Tensor:
    return logits.softmax(dim=1) - F.one_hot(labels, logits.shape[1])


loss_gradient = Exercise(
    solve=_measured_gradient,
    cases=((ROWS, LABELS), (WIDE, torch.tensor([3, 0])), (LARGE, torch.tensor([1, 1]))),
    mistakes=(
        (_p_minus_y, "the loss is a mean over the images: divide by their number."),
        (lambda x, y: -_measured_gradient(x, y), "the sign: it is p - y."),
        (lambda x, y: x.softmax(dim=1) / len(x), "subtract 1 at the label."),
        (lambda x, y: _p_minus_y(x, y) / x.numel(), "divide by the number of images, not of all logits."),
        (lambda x, y: (x - F.one_hot(y, x.shape[1])) / len(x), "p are the probabilities, not the logits."),
        (lambda x, y: _measured_gradient(x, y) * F.one_hot(y, x.shape[1]),
         "the other classes have a gradient, too: p."),
        (lambda x, y: (x.exp() / x.exp().sum(dim=1, keepdim=True) - F.one_hot(y, x.shape[1])) / len(x),
         "exp(1000) is infinite: subtract the largest logit of each row before exp."),
    ),
)  # fmt: skip


def _measured_target(labels: Tensor, classes: int, smoothing: float) -> Tensor:
    """The target y that torch uses, read off the gradient p - y at equal logits."""
    logits = torch.zeros(len(labels), classes, requires_grad=True)
    F.cross_entropy(logits, labels, reduction="sum", label_smoothing=smoothing).backward()
    return 1 / classes - logits.grad


def _target(labels: Tensor, classes: int, true: float, other: float) -> Tensor:
    return torch.where(F.one_hot(labels, classes).bool(), true, other)


smooth_target = Exercise(
    solve=_measured_target,
    cases=((torch.tensor([1, 0]), 2, 0.2), (torch.tensor([4, 0, 9]), 10, 0.1), (torch.tensor([2, 0]), 4, 0.4)),
    mistakes=(
        (lambda y, k, e: _target(y, k, 1 - e, e / (k - 1)), "the true class gets its part of the even share, too."),
        (lambda y, k, e: _target(y, k, 1 - e, e / k), "each row must sum to 1: all classes get e/K, the true one too."),
        (lambda y, k, e: _target(y, k, e + (1 - e) / k, (1 - e) / k), "1 - e stays with the label; e is spread."),
        (lambda y, k, e: _target(y, k, 1 - e + e, e), "spread e over all classes: each gets e/K."),
        (lambda y, k, e: _target(y, k, 1.0, 0.0), "that is the target without smoothing."),
    ),
)  # fmt: skip
