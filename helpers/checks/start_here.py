"""The exercises of notebook 00."""

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor


def _digits_to_average(r: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Images in rows, of two or three kinds, each kind at least once; other images."""
    kinds, pixels = r.randint(2, 3), r.randint(2, 4)
    labels = torch.tensor(r.sample([*range(kinds), *r.choices(range(kinds), k=2)], kinds + 2))
    off_the_grid = torch.tensor([0.1, 0.03, 0.07, 0.01])[:pixels]  # no two averages are equally near
    return r.distinct(len(labels), pixels), labels, r.distinct(r.randint(1, 3), pixels) + off_the_grid


def _squared_differences(images: Tensor, labels: Tensor, new: Tensor) -> Tensor:
    averages = [images[labels == kind].double().mean(0) for kind in range(int(labels.max()) + 1)]
    return torch.stack([(new.double() - average).square().sum(1) for average in averages], dim=1)


def _logits_and_labels(r: Draw) -> tuple[Tensor, Tensor]:
    return r.distinct(n := r.randint(1, 5), c := r.randint(2, 5)), r.labels(n, c)


def _one_wrong(r: Draw) -> tuple[Tensor, Tensor]:
    """Logits and labels, of which the first at least is answered wrongly."""
    logits, labels = torch.randn(5, 3, generator=torch.Generator().manual_seed(r.randrange(10**6))), r.labels(5, 3)
    labels[0] = (logits[0].argmax() + 1) % 3
    return (2 * logits).round(decimals=1) + torch.tensor([0.0, 0.01, 0.02]), labels


def _surest(logits: Tensor, labels: Tensor) -> int:
    largest, answers = logits.double().softmax(1).max(1)
    return int((largest - 2.0 * (answers == labels)).argmax())


accuracy_of = Exercise(
    lambda logits, labels: sum(row.max() == row[y] for row, y in zip(logits, labels, strict=True)).item() / len(labels),
    [(torch.tensor([[2.0, 1], [0, 3]]), torch.tensor([0, 0]))],
    _logits_and_labels,
    ("a number from 0 to 1, not per cent.", lambda x, y: 100 * (x.argmax(1) == y).float().mean()),
    ("that is how many are right; divide by the number of images.", lambda x, y: (x.argmax(1) == y).sum()),
    ("the largest of each row, dim=1, not of each column.", lambda x, y: (x.argmax(0) == y).float().mean()),
    ("softmax goes along each row, dim=1.", lambda x, y: (x.softmax(0).argmax(1) == y).float().mean()),
)

nearest_average = Exercise(
    lambda images, labels, new: _squared_differences(images, labels, new).argmin(1),
    [(torch.tensor([[0.0, 0], [2, 2], [9, 8]]), torch.tensor([0, 0, 1]), torch.tensor([[7.0, 6], [1, 0]]))],
    _digits_to_average,
    ("that finds the average that is farthest away.", lambda x, y, new: _squared_differences(x, y, new).argmax(1)),
    ("that is the label of the nearest image, not of the nearest average.",
     lambda x, y, n: y[torch.cdist(n, x).argmin(1)]),
    ("with ten averages, those of absent digits are NaN: average only the digits that `labels` holds.",
     lambda x, y, n: torch.cdist(n, torch.stack([x[y == k].mean(0) for k in range(10)])).argmin(1)),
    ("each new digit needs an answer: `torch.cdist(new, averages)`, in this order.",
     lambda x, y, n: torch.cdist(torch.stack([x[y == k].mean(0) for k in range(int(y.max()) + 1)]), n).argmin(1)),
    ("square the differences, or take their size, before you add them up.",
     lambda x, y, n: torch.stack([(n - x[y == k].mean(0)).sum(1) for k in range(int(y.max()) + 1)], 1).argmin(1)),
)  # fmt: skip

surest_mistake = Exercise(
    _surest,
    [(torch.tensor([[1.0, 3, 0], [2, 1, 0], [0, 0, 9]]), torch.tensor([0, 1, 2]))],
    _one_wrong,
    ("that is its place among the mistakes; return its place among all images.",
     lambda x, y: x[x.argmax(1) != y].softmax(1).amax(1).argmax()),
    ("that one may be answered rightly: leave those out.", lambda x, y: x.softmax(1).amax(1).argmax()),
    ("compare probabilities: a logit says little without the others of its row.",
     lambda x, y: (x.amax(1) - 1e6 * (x.argmax(1) == y)).argmax()),
    ("that is where the right digit got the least; look at what the answer got.",
     lambda x, y: x.softmax(1).gather(1, y[:, None]).argmin()),
)  # fmt: skip

neighbours = Exercise(
    lambda image: torch.stack(
        [image.flatten().index_fill(0, place, -image.flatten()[place]).view_as(image)
         for place in torch.arange(image.numel())]),
    [(torch.tensor([[1.0, -1], [-1, -1]]),), (torch.tensor([[1.0, -1, 0.5]]),)],
    lambda r: (r.tensor(*r.sides(3, 3), low=-1, high=1),),
    ("every image differs in one pixel from the first, not from the one before.",
     lambda x: torch.stack([torch.cat([-x.flatten()[: k + 1], x.flatten()[k + 1 :]]).view_as(x)
                            for k in range(x.numel())])),
    ("go row by row, as `flatten` does.",
     lambda x: torch.stack([x * (1 - 2 * one) for one in torch.eye(x.numel()).view(-1, *x.T.shape).mT])),
)  # fmt: skip
