"""The inputs that exercises are checked on: drawn, and short enough to be told."""

import random

import torch
from torch import Tensor


class Draw(random.Random):
    """Python's generator, for tensors too; torch's own is left as it was. All numbers are quarters or decimals."""

    def sides(self, *most: int) -> list[int]:
        """For each of `most` a whole number from 1 to that."""
        return [self.randint(1, limit) for limit in most]

    def decimal(self, low: float, high: float) -> float:
        """A number with at most one decimal."""
        return round(self.uniform(low, high), 1)

    def decimals(self, count: int, low: float, high: float) -> list[float]:
        """A list of them; some may be equal."""
        return [self.decimal(low, high) for _ in range(count)]

    def tensor(self, *shape: int, low: int = -4, high: int = 4) -> Tensor:
        """Whole numbers or quarters, which float32 adds and multiplies without rounding; some may be equal."""
        parts = self.choice([1, 4])
        return torch.tensor(
            [self.randint(parts * low, parts * high) / parts for _ in range(torch.Size(shape).numel())]
        ).reshape(shape)

    def distinct(self, *shape: int) -> Tensor:
        """Halves, no two alike."""
        return torch.tensor(self.sample(range(-60, 60), torch.Size(shape).numel())).reshape(shape) / 2

    def labels(self, count: int, classes: int) -> Tensor:
        """Class numbers, as int64."""
        return torch.tensor([self.randrange(classes) for _ in range(count)])

    def mask(self, *shape: int) -> Tensor:
        """Bools, of which none, few, half or nearly all are True."""
        share = self.choice([0, 0.2, 0.5, 0.9])
        return torch.tensor([self.random() < share for _ in range(torch.Size(shape).numel())]).reshape(shape)


def size(case: tuple) -> int:
    """How long a case is when it is written out: the shortest is the easiest to work through by hand."""
    return sum(len(str(part.tolist() if isinstance(part, Tensor) else part)) for part in case)
