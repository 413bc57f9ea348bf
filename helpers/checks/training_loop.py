"""The exercises of notebook 06."""

import math

import torch
from torch import Tensor

from helpers.checks.exercise import Exercise

mean_loss = Exercise(
    solve=lambda losses, sizes: float(
        torch.repeat_interleave(torch.tensor(losses, dtype=torch.float64), torch.tensor(sizes)).mean()
    ),
    cases=(([1.0, 1.0, 4.0], [64, 64, 32]), ([0.5], [7]), ([2.0, 3.0], [1, 3])),
    mistakes=(
        (lambda losses, sizes: sum(losses) / len(losses), "that is the mean of the means; weigh each by its size."),
        (lambda losses, sizes: sum(a * b for a, b in zip(losses, sizes, strict=True)) / len(losses),
         "divide by the number of images, not of batches."),
        (lambda losses, sizes: sum(losses) / sum(sizes), "a batch mean stands for all images of its batch."),
        (lambda losses, sizes: sum(losses[:-1]) / max(1, len(losses) - 1), "the last batch counts, too."),
    ),
)  # fmt: skip


def _counted_confusion(labels: Tensor, predictions: Tensor) -> Tensor:
    return torch.bincount(10 * labels + predictions, minlength=100).reshape(10, 10)


confusion = Exercise(
    solve=_counted_confusion,
    cases=(
        (torch.tensor([7, 7]), torch.tensor([7, 1])),
        (torch.tensor([0, 0, 9, 3, 3]), torch.tensor([0, 0, 4, 5, 3])),
    ),
    mistakes=(
        (lambda y, p: _counted_confusion(p, y), "the row is the label, the column the prediction."),
        (lambda y, p: (_counted_confusion(y, p) > 0).long(), "count the pairs; do not only mark them."),
        (lambda y, p: _counted_confusion(y, y), "the column is the prediction."),
        (lambda y, p: _counted_confusion(y[y != p], p[y != p]), "count the right ones, too."),
        (lambda y, p: _counted_confusion(y, p).float(), "counts are whole numbers: dtype=torch.int64."),
    ),
)  # fmt: skip

first_loss = Exercise(
    solve=lambda loss, classes: ("suspicious", "good")[abs(loss + torch.tensor(1 / classes).log().item()) < 0.3],
    cases=((2.31, 10), (0.9, 10), (4.7, 100), (6.9, 10), (0.69, 2), (float("nan"), 10)),
    mistakes=(
        (lambda loss, classes: "good" if abs(loss - 2.303) < 0.3 else "suspicious", "ln 10 is for 10 classes only."),
        (lambda loss, classes: "good" if loss < math.log(classes) + 0.3 else "suspicious",
         "a loss that is too low is suspicious as well."),
        (lambda loss, classes: "good" if abs(loss - math.log10(classes)) < 0.3 else "suspicious",
         "math.log is the natural logarithm, math.log10 is not."),
        (lambda loss, classes: "suspicious" if abs(loss - math.log(classes)) >= 0.3 else "good",
         "NaN is suspicious: comparing anything with NaN is False."),
    ),
)  # fmt: skip


def _named_by_torch(losses: list[float], classes: int) -> str:
    values = torch.tensor(losses, dtype=torch.float64)
    if not values.isfinite().all() or values[-10:].mean() > 1.5 * values[0]:
        return "diverges"
    return "stuck" if values[-10:].mean() > math.log(classes) - 0.1 else "learns"


def _by_the_last(losses: list[float], classes: int) -> str:
    return _named_by_torch([losses[0]] + losses[-1:] * 10, classes)


diagnose = Exercise(
    solve=_named_by_torch,
    cases=(
        ([2.3] * 15 + [1.0] * 5 + [0.3] * 10, 10),
        ([2.31, 2.29] * 20, 10),
        ([2.3, 9e15] + [float("nan")] * 20, 10),
        ([2.3, 1.0, 2.5] + [4.0] * 10, 10),
        ([0.7] * 12, 2),
        ([4.6, 3.9] + [2.3] * 10, 100),
        ([2.3] + [0.3] * 15 + [2.3], 10),
        ([2.3, 3.9, 2.6] + [0.5] * 12, 10),
        ([2.3, float("nan")] + [2.3] * 10, 10),
        ([2.3] * 90 + [1.5] * 10, 10),
        ([2.3] * 5 + [2.9] * 12, 10),
    ),
    mistakes=(
        (lambda c, k: _named_by_torch(c, 10), "ln 10 is for 10 classes only."),
        (_by_the_last, "one loss is noise: take the mean of the last ten."),
        (lambda c, k: _named_by_torch([x for x in c if x == x], k), "a NaN anywhere is a divergence."),
        (lambda c, k: "diverges" if max(c) > 1.5 * c[0] else _named_by_torch(c, k),
         "a peak on the way is no divergence when the last ten are low."),
        (lambda c, k: "learns" if _named_by_torch(c, k) == "stuck" and sum(c[-10:]) / 10 > math.log(k) + 0.1
         else _named_by_torch(c, k), "a mean far above ln(classes) has not learned either."),
        (lambda c, k: _named_by_torch([c[0]] + [sum(c) / len(c)] * 10, k), "take the last ten, not all."),
    ),
)  # fmt: skip

speed_up = Exercise(
    solve=lambda share, factor: 100.0 / (100.0 * (1 - share) + 100.0 * share / factor),
    cases=((0.25, 2), (0.25, 1000), (0.5, 4), (0.0, 10), (0.9, 10), (1.0, 3)),
    mistakes=(
        (lambda share, factor: factor, "only the share becomes faster."),
        (lambda share, factor: share * factor + 1 - share, "add times, not speeds: what is left of the time?"),
        (lambda share, factor: 1 - share + share / factor, "that is the time that is left; the speed-up is 1 / time."),
        (lambda share, factor: 1 / (share + (1 - share) / factor), "the share is what becomes faster."),
    ),
)  # fmt: skip
