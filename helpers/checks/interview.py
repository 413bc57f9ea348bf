"""The exercises of notebook 09."""

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import box_iou


def _box(r: Draw) -> tuple[float, ...]:
    left, top = r.randint(-4, 6) / 2, r.randint(-4, 6) / 2
    return left, top, left + r.randint(1, 9) / 2, top + r.randint(1, 9) / 2


iou = Exercise(
    lambda first, second: box_iou(torch.tensor([first]), torch.tensor([second])).item(),
    [((0.0, 0.0, 4.0, 4.0), (2.0, 0.0, 6.0, 4.0)), ((0.0, 0.0, 2.0, 2.0), (0.0, 5.0, 2.0, 7.0))],
    lambda r: (_box(r), _box(r)),
    (
        "boxes that do not meet overlap by 0: clamp both sides.",
        lambda a, b: (
            (both := (min(a[2], b[2]) - max(a[0], b[0])) * (min(a[3], b[3]) - max(a[1], b[1])))
            / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - both)
        ),
    ),
)

map_size = Exercise(  # two pools and a 7×7 convolution, on maps without memory
    lambda height, width: tuple(F.avg_pool2d(torch.empty(1, height // 4, width // 4, device="meta"), 7, 1).shape[1:]),
    [(112, 160), (28, 28), (31, 47), (30, 57)],
    lambda r: (r.randint(28, 130), r.randint(28, 130)),
    ("that is the size before the 7×7 kernel, which has no padding.", lambda h, w: (h // 4, w // 4)),
    ("the windows are 4 pixels apart, for there are two pools.", lambda h, w: (h - 27, w - 27)),
    ("the first place of the kernel counts, too: add 1.", lambda h, w: (h // 4 - 7, w // 4 - 7)),
)


def _pairs_in_order(same: Tensor, different: Tensor) -> float:
    """By going through all pairs, one after the other."""
    pairs = torch.cartesian_prod(same, different)
    return ((pairs[:, 1] - pairs[:, 0]).sign() + 1).mean().item() / 2


area_under_curve = Exercise(
    _pairs_in_order,
    [(torch.tensor([0.1, 0.4]), torch.tensor([0.3, 0.5])), (torch.tensor([0.5, 0.2]), torch.tensor([0.5]))],
    lambda r: (r.tensor(r.randint(1, 5), low=0, high=2), r.tensor(r.randint(1, 5), low=0, high=2)),
    ("a tie counts half.", lambda s, d: (s[:, None] < d).float().mean()),
    ("compare every distance with every other, not the means.", lambda s, d: (s.mean() < d.mean()).float()),
)


def _dice(prediction: Tensor, truth: Tensor) -> float:
    """By true positives, false positives and false negatives."""
    hits, wrong = int((prediction & truth).sum()), int((prediction ^ truth).sum())
    return 2 * hits / (2 * hits + wrong) if hits + wrong else 1.0


dice = Exercise(
    _dice,
    [(torch.tensor([True, True]), torch.tensor([True, False]))],
    lambda r: (r.mask(*(shape := r.sides(3, 4))), r.mask(*shape)),
    ("that is the IoU; Dice is twice the overlap over both areas.", lambda p, t: (d := _dice(p, t)) / (2 - d)),
    ("that is the accuracy, which counts the background.", lambda p, t: (p == t).float().mean()),
    ("two empty masks agree: 1.", lambda p, t: 2 * (p & t).sum() / (p.sum() + t.sum())),
    ("two empty masks agree; one alone does not.", lambda p, t: _dice(p, t) if p.any() and t.any() else 1.0),
)
