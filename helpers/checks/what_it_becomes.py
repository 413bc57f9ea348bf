"""The exercises of notebook 10: a residual block, boxes that overlap, the best of many boxes, masks that overlap."""

from collections.abc import Callable
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slip

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.ops import box_iou, nms


def _answered(make: Callable, channels: int, out: int, x: Tensor) -> dict[str, Tensor] | None:
    """A block's answer and number of weights. Its weights are set by their shapes alone, whatever their names."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        block: Any = make(channels, out)
        weights = list(block.parameters()) if isinstance(block, nn.Module) else []
        for weight in weights:
            weight.copy_(torch.linspace(-0.8, 1, weight.numel()).view_as(weight))
        output = None if block is None else block(x.clone())
    if output is not None and weights and x.numel() <= 2:
        # x += y overwrites what the first convolution needs on the way back.
        block(x.clone().requires_grad_() * 1).sum().backward()
    if output is None and not weights:
        return None
    found = {"the answer": output, "the number of weights": torch.tensor(sum(w.numel() for w in weights))}
    return {name: value for name, value in found.items() if value is not None}


class _Block(nn.Module):
    """The answer on a second way: through torch's functions."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        sizes = [(channels, out, 3), (out, out, 3)] + [(channels, out, 1)] * (channels != out)
        self.layers = nn.ModuleList(nn.Conv2d(a, b, k, padding=k // 2) for a, b, k in sizes)

    def forward(self, x: Tensor) -> Tensor:
        first, second, *projections = self.layers
        return F.relu(torch.add(second(first(x).clamp(min=0)), projections[0](x) if projections else x))


def _features(r: Draw) -> tuple[int, int, Tensor]:
    channels = r.randint(1, 3)
    return channels, r.choice([channels, r.randint(1, 3)]), r.tensor(r.randint(1, 2), channels, *r.sides(3, 3))


Residual = Exercise(
    lambda *case: _answered(_Block, *case),
    [(1, 1, torch.tensor([[[[1.0, -2.0]]]])), (1, 2, torch.tensor([[[[1.0, 3.0]]]])), (2, 2, -torch.ones(1, 2, 2, 2))],
    _features,
    ("the plus sign is missing.", slip("Residual", "relu(x + y)", "relu(y)")),
    ("add before the last ReLU, not after it.", slip("Residual", "torch.relu(x + y)", "x + torch.relu(y)")),
    ("a ReLU comes after the sum, too.", slip("Residual", "torch.relu(x + y)", "x + y")),
    ("between the convolutions stands a ReLU.", slip("Residual", "torch.relu(self.first(x))", "self.first(x)")),
    ("where the channels are as many as before, x is added as it is.", slip("Residual", "if channels != out", "if 1")),
    use=_answered,
)


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


def _some_boxes(r: Draw) -> tuple[Tensor, Tensor, float]:
    count = r.randint(1, 7)
    scores = r.distinct(count)
    # Never an overlap that equals the limit but for rounding.
    return torch.tensor([_box(r) for _ in range(count)]), scores, r.choice([0.0, 0.137, 0.437])


ROW = torch.tensor([[0.0, 0.0, 4.0, 4.0], [1.0, 0.0, 5.0, 4.0], [4.0, 0.0, 8.0, 4.0], [2.0, 0.0, 6.0, 4.0]])
suppress = Exercise(
    nms,
    [(ROW, torch.tensor([1.0, 3.0, 2.0, 0.5]), 0.437), (ROW, torch.tensor([3.0, 2.0, 1.0, 4.0]), 0.137)],
    _some_boxes,
    ("begin with the highest score.", slip("suppress", "descending=True", "descending=False")),
    ("a box that was dropped drops no other.",
     lambda b, s, o: (i := s.argsort(descending=True))[(box_iou(b[i], b[i]).tril(-1) <= o).all(dim=1)]),
    ("return them with the best first.", lambda b, s, o: nms(b, s, o).sort().values),
)  # fmt: skip


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
