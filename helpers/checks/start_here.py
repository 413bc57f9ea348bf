"""The exercises of notebook 00."""

import math

from helpers.checks.exercise import Exercise

import torch

normalize = Exercise(
    lambda byte: torch.tensor(byte, dtype=torch.float64).div(255).sub(0.5).div(0.5).item(),
    [(255,), (0,), (51,)],
    lambda r: (r.randint(0, 255),),
    ("that is ToTensor alone; Normalize follows.", lambda b: b / 255),
    ("Normalize also divides by 0.5.", lambda b: b / 255 - 0.5),
    ("first divide by 255.", lambda b: (b - 0.5) / 0.5),
)

steps = Exercise(
    lambda images, batch_size, epochs: epochs * len(range(0, images, batch_size)),
    [(60000, 64, 10), (100, 10, 3), (65, 64, 1), (63, 64, 2)],
    lambda r: (r.randint(1, 99), r.randint(1, 20), r.randint(1, 9)),
    ("the last, smaller batch makes a step, too.", lambda n, b, e: n // b * e),
    ("when the batches fit exactly there is none left over.", lambda n, b, e: (n // b + 1) * e),
    ("every epoch ends with its own last batch.", lambda n, b, e: math.ceil(n * e / b)),
)

accuracy_of = Exercise(
    lambda logits, labels: sum(row.max() == row[y] for row, y in zip(logits, labels, strict=True)).item() / len(labels),
    [(torch.tensor([[2.0, 1], [0, 3]]), torch.tensor([0, 0]))],
    lambda r: (r.distinct(n := r.randint(1, 5), c := r.randint(2, 5)), r.labels(n, c)),
    ("a number from 0 to 1, not per cent.", lambda x, y: 100 * (x.argmax(1) == y).float().mean()),
    ("softmax goes along each row, dim=1.", lambda x, y: (x.softmax(0).argmax(1) == y).float().mean()),
)
