"""The exercises of notebook 08."""

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import box_iou

from helpers.checks.exercise import Exercise

Box = tuple[float, float, float, float]


def _measured_iou(first: Box, second: Box) -> float:
    return box_iou(torch.tensor([first]), torch.tensor([second])).item()


def _overlap(a: Box, b: Box, least: float = 0.0) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(width, least) * max(height, least)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


iou = Exercise(
    solve=_measured_iou,
    cases=(
        ((0.0, 0.0, 4.0, 4.0), (2.0, 0.0, 6.0, 4.0)),
        ((0.0, 0.0, 4.0, 4.0), (0.0, 0.0, 4.0, 4.0)),
        ((0.0, 0.0, 2.0, 2.0), (5.0, 0.0, 7.0, 2.0)),
        ((0.0, 0.0, 2.0, 2.0), (5.0, 6.0, 7.0, 8.0)),
        ((0.0, 0.0, 10.0, 4.0), (2.0, 1.0, 4.0, 3.0)),
        ((3.0, 1.0, 6.0, 9.0), (1.0, 2.0, 5.0, 12.0)),
    ),
    mistakes=(
        (lambda a, b: _overlap(a, b) / (_area(a) + _area(b)), "the overlap is counted twice in the sum of both areas."),
        (lambda a, b: _overlap(a, b) / min(_area(a), _area(b)), "divide by the area of the union of the two boxes."),
        (lambda a, b: _overlap(a, b, -99) / (_area(a) + _area(b) - _overlap(a, b, -99)),
         "boxes that do not meet overlap by 0: no side of the overlap is negative."),
        (lambda a, b: _overlap(a, b), "divide the overlap by the area of the union."),
    ),
)  # fmt: skip


def _measured_map_size(height: int, width: int) -> tuple[int, int]:
    x = F.max_pool2d(F.max_pool2d(torch.zeros(1, 1, height, width), 2), 2)
    return tuple(F.conv2d(x, torch.zeros(1, 1, 7, 7)).shape[2:])


map_size = Exercise(
    solve=_measured_map_size,
    cases=((28, 28), (112, 160), (32, 28), (31, 47), (64, 200), (30, 57)),
    mistakes=(
        (lambda h, w: (h // 4, w // 4), "that is the size before the 7×7 kernel, which has no padding."),
        (lambda h, w: (h - 27, w - 27), "the windows are 4 pixels apart, for there are two pools."),
        (lambda h, w: (h // 4 - 7, w // 4 - 7), "the first place of the kernel counts, too: add 1."),
        (lambda h, w: (w // 4 - 6, h // 4 - 6), "rows come first."),
    ),
)  # fmt: skip


def _pairs_in_order(same: Tensor, different: Tensor) -> float:
    """AUC by its rank definition (Mann and Whitney, 1947): by sorting, which the learner need not do."""
    both = torch.cat([same, different])
    ranks = (both[:, None] > both).double().sum(1) + ((both[:, None] == both).double().sum(1) + 1) / 2
    n, m = len(same), len(different)
    return 1 - ((ranks[:n].sum() - n * (n + 1) / 2) / (n * m)).item()


area_under_curve = Exercise(
    solve=_pairs_in_order,
    cases=(
        (torch.tensor([0.1, 0.4]), torch.tensor([0.3, 0.5])),
        (torch.tensor([0.1, 0.2]), torch.tensor([0.3, 0.5, 0.9])),
        (torch.tensor([0.9, 0.8]), torch.tensor([0.3])),
        (torch.tensor([0.5, 0.2, 0.5]), torch.tensor([0.5, 0.7])),
    ),
    mistakes=(
        (lambda s, d: (s[:, None] < d).float().mean().item(), "a tie counts half."),
        (lambda s, d: (s[:, None] <= d).float().mean().item(), "a tie counts half, not fully."),
        (lambda s, d: 1 - _pairs_in_order(s, d), "a pair of the same digit should have the SMALLER distance."),
        (lambda s, d: (s.mean() < d.mean()).float().item(), "compare every distance with every other, not the means."),
    ),
)  # fmt: skip


def _dice_from_counts(prediction: Tensor, truth: Tensor) -> float:
    """By true positives, false positives and false negatives."""
    hits, wrong = int((prediction & truth).sum()), int((prediction ^ truth).sum())
    return 2 * hits / (2 * hits + wrong) if hits + wrong else 1.0


def _mask(*rows: str) -> Tensor:
    return torch.tensor([[letter == "#" for letter in row] for row in rows])


dice = Exercise(
    solve=_dice_from_counts,
    cases=(
        (_mask("##..", "##.."), _mask(".##.", ".##.")),
        (_mask("##..", "##.."), _mask("##..", "##..")),
        (_mask("#...", "...."), _mask("...#", "....")),
        (_mask("####", "####"), _mask("....", ".#..")),
        (_mask("....", "...."), _mask("....", "....")),
    ),
    mistakes=(
        (lambda p, t: (p & t).sum().item() / max((p | t).sum().item(), 1) if (p | t).any() else 1.0,
         "that is the IoU; Dice is twice the overlap over the sum of both areas."),
        (lambda p, t: (p == t).float().mean().item(), "that is the accuracy, which counts the background."),
        (lambda p, t: (p & t).sum().item() / (p.sum() + t.sum()).item() if (p | t).any() else 1.0,
         "the overlap counts twice."),
        (lambda p, t: (2 * (p & t).sum() / (p.sum() + t.sum())).item(), "two empty masks agree: 1."),
    ),
)  # fmt: skip
