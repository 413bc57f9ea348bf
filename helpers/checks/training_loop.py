"""The exercises of notebook 06."""

import math

import torch
from torch import Tensor

from helpers.checking import Exercise

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
