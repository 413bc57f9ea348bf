"""Trainings to be examined, in notebook 07. What is wrong with each stands here, so examine first and read later."""

from typing import Any

from helpers.data import Digits, normalize
from helpers.model import SimpleCNN

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class _B(SimpleCNN):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).softmax(dim=1)


class _D(SimpleCNN):
    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.permute(1, 2, 3, 0).reshape(len(x), -1)
        return self.fc2(F.relu(self.fc1(x)))


# Number 0 is healthy; each other differs from it in one thing.
_CASES: tuple[dict[str, Any], ...] = (
    {},
    {"clear": False},
    {"network": _B},
    {"scale": False, "rate": 0.05},
    {"network": _D},
    {"rate": 0.0001},
    {"paired": False},
    {"rate": 3.0},
)


class Mystery:
    """A training that has not yet begun.

    model: the network, fresh. images, labels: the first batch of 32, as they enter it.
    """

    def __init__(
        self,
        digits: Digits,
        network: type[nn.Module] = SimpleCNN,
        rate: float = 0.1,
        clear: bool = True,
        scale: bool = True,
        paired: bool = True,
    ) -> None:
        self._digits, self._clear, self._scale = digits, clear, scale
        self._random = torch.Generator().manual_seed(0)
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(0)
            self.model = network()
        order = torch.arange(len(digits)) if paired else torch.randperm(len(digits), generator=self._random)
        self._labels = digits.labels[order]
        self._optimizer, self._rate = torch.optim.SGD(self.model.parameters()), rate
        self.images, self.labels = self.batch()

    def batch(self) -> tuple[Tensor, Tensor]:
        """The next 32 images, float32 (32, 1, 28, 28), and their labels (32,)."""
        index = torch.randint(len(self._digits), (32,), generator=self._random)
        pixels = self._digits.pixels[index]
        return normalize(pixels) if self._scale else pixels.unsqueeze(1).float(), self._labels[index]

    def step(self, images: Tensor, labels: Tensor, rate: float = 1.0) -> float:
        """One step of the training, at `rate` times its own learning rate; the loss before the step (nats)."""
        self._optimizer.param_groups[0]["lr"] = rate * self._rate
        if self._clear:
            self._optimizer.zero_grad()
        loss = F.cross_entropy(self.model(images), labels)
        loss.backward()
        self._optimizer.step()
        return loss.item()


def mystery(number: int, digits: Digits) -> Mystery:
    """Training 1 to 7, each with one fault, or 0, which is healthy; the same at every call.

    Raises ValueError for any other number.
    """
    if number not in range(len(_CASES)):
        raise ValueError(f"number must be one of 0 to {len(_CASES) - 1}, but is {number!r}.")
    return Mystery(digits, **_CASES[number])
