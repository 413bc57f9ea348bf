"""The exercises of notebook 08: three remedies that train networks there, and the gain of one recipe over another."""

from collections.abc import Callable

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slip

import numpy as np
import torch
from torch import Tensor, nn


def _dropped(make: Callable, p: float, x: Tensor, keep: Tensor, gradient: Tensor) -> dict[str, Tensor] | None:
    layer = make(p)
    output = None if layer is None else layer.forward(x, keep)
    if output is None:
        return None
    return {"what forward returns": output, "what backward returns": layer.backward(gradient)}


def _right_drop(p: float, x: Tensor, keep: Tensor, gradient: Tensor) -> dict[str, Tensor]:
    x, gradient = (torch.where(keep, numbers / (1 - p), 0.0) for numbers in (x, gradient))
    return {"what forward returns": x, "what backward returns": gradient}


def _draw_drop(r: Draw) -> tuple:
    shape = r.sides(3, 4)
    return r.choice([0.25, 0.5, 0.75]), r.tensor(*shape), r.mask(*shape), r.tensor(*shape)


FOUR = torch.tensor([1.0, 2, 3, 4]), torch.tensor([True, False, True, True])
FACTOR, BACK = "self.factor = keep / (1 - self.p)", "gradient * self.factor"
Dropout = Exercise(
    _right_drop,
    [(0.5, *FOUR, torch.ones(4)), (0.75, *FOUR, torch.tensor([4.0, 3, 2, 1]))],
    _draw_drop,
    ("keep is True where a number stays.", slip("Dropout", FACTOR, FACTOR.replace("keep", "~keep"))),
    ("what was dropped had no part in the loss: its gradient is 0.", slip("Dropout", BACK, "gradient / (1 - self.p)")),
    ("on the way back, the factor 1 / (1 - p) counts, too.", slip("Dropout", BACK, "gradient * (self.factor > 0)")),
    ("on the way back the same places pass as on the way there.", slip("Dropout", BACK, "gradient")),
    use=_dropped,
)


def _normed(make: Callable, channels: int, batches: Tensor) -> dict[str, Tensor] | None:
    norm = make(channels)
    if norm is None:
        return None
    outputs = [norm.train()(batch) for batch in batches]
    if all(output is None for output in outputs):
        return None
    found = {f"batch {number} in training": output for number, output in enumerate(outputs, 1)}
    found |= {"the last batch in eval()": norm.eval()(batches[-1]), "the same once more": norm(batches[-1])}
    return {name: output.detach() for name, output in found.items() if output is not None}


def _draw_batches(r: Draw) -> tuple[int, Tensor]:
    shape = r.randint(2, 3), *r.sides(2, 2, 2)
    return shape[1], r.tensor(r.randint(1, 2), *shape)


BatchNorm = Exercise(
    lambda *case: _normed(nn.BatchNorm2d, *case),
    [(1, torch.tensor([[[[[1.0, 3]]], [[[5, 7]]]]])), (2, torch.arange(16.0).view(2, 2, 2, 1, 2) ** 2)],
    _draw_batches,
    ("a channel counts alone.", slip("BatchNorm", "(0, 2, 3)", "(0, 1, 2, 3)")),
    ("average over rows and columns, axes 2 and 3.", slip("BatchNorm", "(0, 2, 3)", "(0,)")),
    ("the variance that is kept for eval() is taken by n - 1.", slip("BatchNorm", "* count / (count - 1)", "")),
    ("nine tenths of the old and one tenth of the new, not the other way round.",
     slip("BatchNorm", "0.9", "x", "0.1", "0.9", "x *", "0.1 *")),
    ("in eval() the running statistics take the batch's place.", slip("BatchNorm", "if self.training", "if True")),
    use=_normed,
)  # fmt: skip


def _stopped(make: Callable, patience: int, losses: list[float]) -> dict | None:
    """Weights that change in place, as an optimiser's do, are handed over after each epoch."""
    stopping, weights = make(patience), {"w": torch.zeros(1)}
    if stopping is None:
        return None
    for loss in losses:
        weights["w"] += 1
        ends = stopping(loss, weights)
        if ends:
            break
    kept: dict = getattr(stopping, "weights", {})
    return (
        {"epochs trained": weights["w"], "weights kept, of epoch": kept.get("w")} if kept or ends is not None else None
    )


def _right_stop(patience: int, losses: list[float]) -> dict[str, Tensor]:
    for epoch in range(1, len(losses) + 1):
        best = min(range(epoch), key=losses.__getitem__) + 1
        if epoch - best >= patience:
            break
    return {"epochs trained": torch.tensor([float(epoch)]), "weights kept, of epoch": torch.tensor([float(best)])}


EarlyStopping = Exercise(
    _right_stop,
    [(2, [0.9, 0.6, 0.5, 0.55, 0.52, 0.6, 0.7]), (2, [2.3, 2.1, 2.2, 1.9, 2.0, 2.0, 1.0]), (2, [0.9, 0.8, 0.7])],
    lambda r: (r.randint(1, 4), r.decimals(r.randint(1, 9), 0.1, r.choice([0.6, 2.5]))),
    ("a new best begins the count anew.", slip("EarlyStopping", "self.lowest, self.waited =", "self.lowest, _ =")),
    ("compare with the best epoch so far, not with the one before.",
     slip("EarlyStopping", "return self.waited >= self.patience",
           "self.lowest = loss\n        return self.waited >= self.patience")),
    ("the weights go on changing in place: keep a copy of each, w.clone().", slip("EarlyStopping", "w.clone()", "w")),
    use=_stopped,
)  # fmt: skip


def _gain(first: list[float], second: list[float], power: float = 0.5) -> tuple[float, float]:
    gains = np.subtract(second, first)
    return float(gains.mean()), float(gains.std(ddof=1) / len(gains) ** power)


def _unpaired(first: list[float], second: list[float]) -> tuple[float, float]:
    variance = np.var(first, ddof=1) + np.var(second, ddof=1)
    return float(np.mean(second) - np.mean(first)), float((variance / len(first)) ** 0.5)


gain = Exercise(
    _gain,
    [([90.0, 91.0], [92.0, 92.0]), ([1.0, 2.0, 6.0], [2.0, 4.0, 7.0])],
    lambda r: (r.decimals(count := r.randint(2, 5), 80, 90), r.decimals(count, 85, 95)),
    ("that is the spread of the differences; their mean is surer than one of them, by the root of n.",
     lambda a, b: _gain(a, b, 0)),
    ("subtract pair by pair first; then take the spread of the differences.", _unpaired),
    ("a gain is the second minus the first.", lambda a, b: _gain(b, a)),
)  # fmt: skip
