"""The exercises of notebook 09: occlusion, the least noise that fools, integrated gradients, a calibration error."""

from collections.abc import Callable

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slip

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F


def _score(weights: Tensor) -> Callable:
    return lambda image: ((weights * image).sum() ** 2).item()


def _drops(side: int, image: Tensor, weights: Tensor) -> Tensor:
    """All covered images at once: a square of ones is laid down around each place."""
    rows, columns = (length - side + 1 for length in image.shape)
    places = torch.eye(rows * columns).view(-1, 1, rows, columns)
    hidden = image.masked_fill(F.conv_transpose2d(places, torch.ones(1, 1, side, side))[:, 0] > 0, -1)
    sums = (weights * torch.stack([image, *hidden])).sum(dim=(1, 2)) ** 2
    return (sums[0] - sums[1:]).view(rows, columns)


def _draw_image(r: Draw) -> tuple[int, Tensor, Tensor]:
    rows, columns = r.sides(4, 4)
    return r.randint(1, min(rows, columns)), r.tensor(rows, columns), r.tensor(rows, columns)


SQUARE = torch.tensor([[1.0, 0], [-1, 0.5]])
covered_drops = Exercise(
    _drops,
    [(1, SQUARE, torch.tensor([[1.0, 2], [3, 4]])), (2, torch.ones(2, 3), torch.tensor([[1.0, 2, 3], [0, 1, 0]]))],
    _draw_image,
    ("black is -1, as the network sees pixels.", slip("covered_drops", "= -1", "= 0")),
    ("a drop is what is lost: the score of the whole image minus that of the covered one.",
     slip("covered_drops", "score(image) - score(hidden)", "score(hidden) - score(image)")),
    ("cover one place at a time, on a fresh copy.",
     slip("covered_drops", "            hidden = image.clone()\n", "",
           "    for row", "    hidden = image.clone()\n    for row")),
    use=lambda learners, side, image, weights: learners(_score(weights), image, side),
)  # fmt: skip


def _least(W: Tensor, x: Tensor, label: int) -> float:
    logits = F.linear(x, W)
    strengths = (logits[label] - logits) / torch.cdist(W[[label]], W, p=1)[0]
    return strengths[torch.arange(len(W)) != label].min().item()


def _read_right(r: Draw) -> tuple[Tensor, Tensor, int]:
    classes, pixels = r.randint(2, 4), r.randint(1, 4)
    W, x = r.distinct(classes, pixels) / 4, r.tensor(pixels, low=-2, high=2)
    return W, x, int((W @ x).argmax())


least_noise = Exercise(
    _least,
    [(torch.tensor([[1.0, 2], [0, -1], [2, 1]]), torch.tensor([0.5, 1.0]), 0),
     (torch.tensor([[2.0, 0], [1, 0], [-6, 0]]), torch.tensor([1.0, 1.0]), 0)],
    _read_right,
    ("the runner-up need not be the nearest: another class may gain more with each step.",
     lambda W, x, label: (top := (W @ x).topk(2)).values.diff().abs() / (W[label] - W[top.indices[1]]).abs().sum()),
    ("each pixel moves by the strength, up or down, whichever helps: add the sizes of the differences.",
     slip("least_noise", ".abs().sum()", ".norm()")),
    ("your own logit falls while the other rises: what counts is the difference of the two rows.",
     slip("least_noise", "W[label] - W[other]", "W[other]")),
    ("a pixel that should go down helps as well: take the size of each difference.",
     slip("least_noise", ".abs()", "")),
)  # fmt: skip


def _integral(steps: int, image: Tensor, weights: Tensor) -> Tensor:
    shares = (torch.arange(steps) + 0.5) / steps
    way = torch.lerp(torch.full_like(image, -1), image, shares[:, None, None])
    return (image + 1) * (weights * way**2).mean(dim=0)


integrated = Exercise(
    _integral,
    [(1, torch.tensor([[1.0]]), torch.tensor([[1.0]])), (2, SQUARE, torch.tensor([[1.0, 2], [3, 4]]))],
    lambda r: (r.choice([1, 2, 4, 8]), r.tensor(*(sides := r.sides(2, 3)), low=-1, high=1), r.tensor(*sides)),
    ("in the middle of each of the steps: (step + 0.5) / steps.", slip("integrated", "(step + 0.5)", "step")),
    ("the way begins at black, which is -1.", slip("integrated", "image + 1", "image", "-1 + ", "")),
    ("a mean slope is not yet a share: times the way of each pixel.", slip("integrated", "way * total", "total")),
    ("the mean of the slopes, not their sum.", slip("integrated", "total / steps", "total")),
    use=lambda learners, steps, image, weights: learners(lambda x: weights * x**2, image, steps),
)


def _gap(confidence: Tensor, right: Tensor, bins: int) -> float:
    excess, _ = np.histogram(confidence.numpy(), bins, (0, 1), weights=(confidence - right.float()).numpy())
    return float(np.abs(excess).sum() / len(right))


def _draw_gap(r: Draw) -> tuple[Tensor, Tensor, int]:
    count = r.randint(1, 8)
    return torch.tensor([r.randint(0, 32) / 32 for _ in range(count)]), r.mask(count), r.choice([1, 2, 4, 8])


THREE = torch.tensor([0.875, 0.75, 0.25]), torch.tensor([True, False, True])
calibration_gap = Exercise(
    _gap,
    [(*THREE, 2), (*THREE, 4), (torch.tensor([1.0, 0.5]), torch.tensor([True, True]), 2)],
    _draw_gap,
    ("a bin counts by its share of the images.", slip("calibration_gap", ".sum().item()", ".mean().item()",
                                                       "len(right)", "bins")),
    ("too sure here and too unsure there must not cancel: the size of each bin's difference.",
     slip("calibration_gap", "abs(", "(")),
    ("one confidence at a time says nothing: take the bin's difference first, then its size.",
     lambda confidence, right, bins: (confidence - right.float()).abs().mean()),
)  # fmt: skip
