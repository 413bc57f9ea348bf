"""The exercises of notebook 07."""

import statistics

import numpy as np
import torch
from torch import Tensor, nn, optim

from helpers.checks.exercise import Exercise

mean_and_spread = Exercise(
    solve=lambda values: (float(np.mean(values)), float(np.std(values, ddof=1))),
    cases=(([0.9, 0.94],), ([1.0, 2.0, 6.0],), ([0.91, 0.93, 0.92, 0.96, 0.95],)),
    mistakes=(
        (lambda v: (statistics.mean(v), statistics.pstdev(v)), "divide the squares by n - 1, not by n."),
        (lambda v: (statistics.mean(v), statistics.variance(v)), "the square root is missing."),
        (lambda v: (statistics.mean(v), statistics.stdev(v) / len(v) ** 0.5),
         "that is the standard error of the mean; here the spread of the values themselves is asked."),
        (lambda v: (statistics.median(v), statistics.stdev(v)), "that is the median, not the mean."),
        (lambda v: (statistics.stdev(v), statistics.mean(v)), "the mean comes first."),
        (lambda v: (statistics.mean(v), sum(abs(x - statistics.mean(v)) for x in v) / len(v)),
         "square the distances from the mean; do not take their absolute values."),
    ),
)  # fmt: skip


def _masked(x: Tensor, keep: Tensor, p: float) -> Tensor:
    return torch.where(keep, x / (1 - p), 0.0)


drop = Exercise(
    solve=_masked,
    cases=(
        (torch.tensor([1.0, 2, 3, 4]), torch.tensor([True, False, True, True]), 0.5),
        (torch.tensor([1.0, -2, 3, 4]), torch.tensor([False, True, True, False]), 0.2),
        (torch.tensor([[2.0, 8], [-4, 6]]), torch.tensor([[True, True], [False, True]]), 0.75),
    ),
    mistakes=(
        (lambda x, keep, p: x * keep, "scale what is left by 1/(1 - p)."),
        (lambda x, keep, p: x * keep * (1 - p), "divide by 1 - p, do not multiply."),
        (lambda x, keep, p: x * keep / p, "p is the probability to drop; a number stays with probability 1 - p."),
        (lambda x, keep, p: x * ~keep / (1 - p), "keep is True where a number stays."),
        (lambda x, keep, p: x / (1 - p), "the numbers where keep is False become 0."),
        (lambda x, keep, p: x[keep] / (1 - p), "the shape stays: dropped numbers become 0."),
    ),
)


def _torch_batch_norm(x: Tensor, eps: float) -> Tensor:
    return nn.BatchNorm2d(x.shape[1], eps=eps, affine=False)(x)


def _normalized_over(x: Tensor, eps: float, axes: tuple[int, ...], **settings: bool) -> Tensor:
    return (x - x.mean(axes, keepdim=True)) / (x.var(axes, keepdim=True, **settings) + eps).sqrt()


batch_normalize = Exercise(
    solve=_torch_batch_norm,
    cases=(
        (torch.tensor([[[[1.0, 3]]], [[[5.0, 7]]]]), 1.0),
        (torch.tensor([[[[1.0, 2]], [[10.0, 30]]], [[[4.0, 9]], [[20.0, 0]]]]), 0.5),
    ),
    mistakes=(
        (lambda x, eps: _normalized_over(x, eps, (0, 2, 3)), "torch divides by the variance with n, unbiased=False."),
        (lambda x, eps: (x - x.mean((0, 2, 3), True)) / (x.std((0, 2, 3), unbiased=False, keepdim=True) + eps),
         "eps is added to the variance, under the root."),
        (lambda x, eps: _normalized_over(x, eps, (1, 2, 3), unbiased=False),
         "each channel is normalised over all images, not each image over its channels."),
        (lambda x, eps: _normalized_over(x, eps, (2, 3), unbiased=False),
         "the images of the batch count together: average over axis 0 as well."),
        (lambda x, eps: _normalized_over(x, 0.0, (0, 2, 3), unbiased=False), "eps is missing."),
        (lambda x, eps: (x - x.mean((0, 2, 3), True)) / (x.var((0, 2, 3), unbiased=False, keepdim=True) + eps),
         "divide by the root of the variance."),
        (lambda x, eps: x / (x.var((0, 2, 3), unbiased=False, keepdim=True) + eps).sqrt(), "subtract the mean."),
    ),
)  # fmt: skip


def _torch_decayed_step(w: float, gradient: float, lr: float, decay: float) -> float:
    weight = torch.tensor(w, dtype=torch.float64)
    weight.grad = torch.tensor(gradient, dtype=torch.float64)
    optim.SGD([weight], lr=lr, weight_decay=decay).step()
    return weight.item()


decayed_step = Exercise(
    solve=_torch_decayed_step,
    cases=((4.0, 0.5, 0.1, 0.1), (-2.0, 1.0, 0.5, 0.2), (3.0, 0.0, 1.0, 0.3)),
    mistakes=(
        (lambda w, g, lr, d: w - lr * g, "the decay is missing."),
        (lambda w, g, lr, d: w - lr * (g + 2 * d * w), "the gradient of decay/2 · w² is decay · w, without a 2."),
        (lambda w, g, lr, d: w - lr * g - d * w, "the decay, too, is multiplied by lr."),
        (lambda w, g, lr, d: w - lr * (g - d * w), "the weight is drawn towards 0: the decay adds to the gradient."),
        (lambda w, g, lr, d: w - lr * (g + d * abs(w)), "the sign of w counts: the pull is towards 0 from both sides."),
        (lambda w, g, lr, d: w - lr * (g + d), "the pull grows with the weight: decay times w."),
        (lambda w, g, lr, d: w - lr * (g + d * w * w), "that is the penalty; its gradient is asked."),
    ),
)


def _stopped_by_hand(losses: list[float], patience: int) -> int:
    for epoch in range(1, len(losses) + 1):
        best = min(range(epoch), key=losses.__getitem__) + 1
        if epoch - best >= patience:
            return epoch
    return len(losses)


def _best_epoch(losses: list[float], patience: int) -> int:
    return min(range(_stopped_by_hand(losses, patience)), key=losses.__getitem__) + 1


def _risen_in_a_row(losses: list[float], patience: int) -> int:
    """Counts how often the loss is above that of the epoch before, not above the lowest."""
    bad = 0
    for epoch in range(2, len(losses) + 1):
        bad = bad + 1 if losses[epoch - 1] >= losses[epoch - 2] else 0
        if bad >= patience:
            return epoch
    return len(losses)


def _never_reset(losses: list[float], patience: int) -> int:
    best, bad = float("inf"), 0
    for epoch, loss in enumerate(losses, 1):
        bad += loss >= best
        best = min(best, loss)
        if bad >= patience:
            return epoch
    return len(losses)


stop_epoch = Exercise(
    solve=_stopped_by_hand,
    cases=(
        ([0.9, 0.6, 0.5, 0.55, 0.52, 0.6, 0.7], 2),
        ([0.9, 0.6, 0.7, 0.5, 0.55, 0.4, 0.45, 0.44, 0.3], 2),
        ([0.9, 0.8, 0.7], 2),
        ([1.0, 0.5, 0.8, 0.7, 0.6, 0.4, 0.9, 0.8, 0.7], 3),
        ([0.7, 0.7, 0.7, 0.6], 2),
    ),
    mistakes=(
        (_best_epoch, "that is the best epoch; training goes on for `patience` epochs after it."),
        (_risen_in_a_row, "compare with the lowest loss so far, not with the epoch before."),
        (_never_reset, "a new lowest loss starts the count again."),
        (lambda losses, patience: _stopped_by_hand(losses, patience) - 1, "the first epoch is number 1."),
        (lambda losses, patience: _stopped_by_hand(losses, patience + 1), "that waits one epoch too long."),
        (lambda losses, patience: len(losses), "training ends before the last epoch when the patience is used up."),
    ),
)
