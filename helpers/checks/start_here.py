"""The exercises of notebook 00."""

import math

import torch

from helpers.checks.exercise import Exercise

normalize = Exercise(
    solve=lambda byte: float(torch.tensor(byte, dtype=torch.float64).div(255).sub(0.5).div(0.5)),
    cases=((255,), (0,), (51,), (200,)),
    mistakes=(
        (lambda b: b / 255, "that is ToTensor alone; Normalize follows."),
        (lambda b: b / 255 - 0.5, "Normalize also divides by 0.5."),
        (lambda b: (b - 0.5) / 0.5, "first divide by 255."),
        (lambda b: b / 256 * 2 - 1, "white is 255, and must become exactly 1."),
    ),
)

steps = Exercise(
    solve=lambda images, batch_size, epochs: epochs * len(torch.arange(images).split(batch_size)),
    cases=((60000, 64, 10), (100, 10, 3), (65, 64, 1), (63, 64, 2)),
    mistakes=(
        (lambda n, b, e: n // b * e, "the last, smaller batch makes a step, too."),
        (lambda n, b, e: (n // b + 1) * e, "when the batches fit exactly there is none left over."),
        (lambda n, b, e: math.ceil(n * e / b), "every epoch ends with its own last batch."),
        (lambda n, b, e: math.ceil(n / b), "there are several epochs."),
    ),
)

accuracy_of = Exercise(
    solve=lambda logits, labels: (
        sum(float(row.max() == row[y]) for row, y in zip(logits, labels, strict=True)) / len(labels)
    ),
    cases=(
        (torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 4.0]]), torch.tensor([0, 1])),
        (torch.tensor([[-2.0, -1.0, -5.0], [4.0, 3.0, 0.0], [0.0, 1.0, 2.0]]), torch.tensor([1, 0, 1])),
        (torch.eye(4), torch.tensor([0, 1, 2, 3])),
    ),
    mistakes=(
        (lambda x, y: (x.argmax(1) == y).float().sum().item(), "divide by the number of images."),
        (lambda x, y: (x.argmin(1) == y).float().mean(), "the largest logit decides, not the smallest."),
        (lambda x, y: (x.argmax(1) != y).float().mean(), "that is the share of mistakes."),
        (lambda x, y: 100 * (x.argmax(1) == y).float().mean(), "a number from 0 to 1, not per cent."),
        (lambda x, y: (x.abs().argmax(1) == y).float().mean(), "the sign matters: a large negative logit is a no."),
    ),
)
