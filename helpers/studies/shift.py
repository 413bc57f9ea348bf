"""What is left when every digit moves: `python -m helpers.studies.shift` makes the file in `data/` again.

Three networks learn from the same 12,000 digits, all in the middle of their images. Each then reads the test digits
twice, where they are and 4 pixels further to the right. The learning rate, the same for all, rises and falls; its top
was chosen on other training digits, and the test digits chose nothing.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from helpers import ROOT
from helpers.data import Digits, load_digits
from helpers.model import SimpleCNN
from helpers.studies import keep, kept
from helpers.training import evaluate, train_step

import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset

FILE = ROOT / "data" / "shift.json"
SEEDS, DIGITS, EPOCHS, BATCH_SIZE, LARGEST_RATE, PIXELS = (0, 1, 2), 12_000, 3, 64, 0.015, 4


@dataclass(frozen=True)
class Row:
    """One trained network: its share of right answers, 0 to 1, on the test digits as they are and moved."""

    network: str
    seed: int
    weights: int
    original: float
    shifted: float


def dense() -> nn.Module:
    """Every pixel joined to each of 512 units: 407,050 weights."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))


def average() -> nn.Module:
    """Three convolutions, then the mean of each map over all places: 56,394 weights."""
    layers: list[nn.Module] = []
    for c_in, c_out in [(1, 32), (32, 64), (64, 64)]:
        layers += [nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


NETWORKS: dict[str, Callable[[], nn.Module]] = {"dense": dense, "SimpleCNN": SimpleCNN, "average": average}


def shift(images: Tensor, pixels: int) -> Tensor:
    """Images (..., 28, 28), each moved to the right; black, which is -1, comes in from the left."""
    moved = torch.full_like(images, -1)
    moved[..., pixels:] = images[..., : images.shape[-1] - pixels]
    return moved


@torch.random.fork_rng(devices=())  # the seed is this training's alone
def train(network: nn.Module, digits: Digits, seed: int = 0) -> None:
    """Train on the first DIGITS of `digits`; `seed` fixes the order."""
    torch.manual_seed(seed)
    network.to(memory_format=torch.channels_last)  # faster, the same numbers up to rounding
    optimizer = Adam(network.parameters())
    schedule = OneCycleLR(optimizer, LARGEST_RATE, epochs=EPOCHS, steps_per_epoch=-(-DIGITS // BATCH_SIZE))
    for _ in range(EPOCHS):
        for index in torch.randperm(DIGITS).split(BATCH_SIZE):
            train_step(network, optimizer, digits.images[index], digits.labels[index])
            schedule.step()


def accuracy(network: nn.Module, digits: Digits, pixels: int = 0) -> float:
    """The share of right answers, 0 to 1, when all digits move `pixels` to the right."""
    return evaluate(network, DataLoader(TensorDataset(shift(digits.images, pixels), digits.labels), batch_size=500))


@torch.random.fork_rng(devices=())  # the seed is this training's alone
def run(name: str, seed: int, train_set: Digits, test_set: Digits) -> Row:
    """Train one network and test it on digits as they are and moved."""
    torch.manual_seed(seed)
    network = NETWORKS[name]()
    train(network, train_set, seed)
    original, shifted = (round(accuracy(network, test_set, pixels), 4) for pixels in (0, PIXELS))
    return Row(name, seed, sum(p.numel() for p in network.parameters()), original, shifted)


def load_shift() -> list[Row]:
    """The rows that were measured and kept, three networks with three seeds each."""
    return [Row(**row) for row in kept(FILE, __spec__.name)]


def main() -> None:
    """Measure all rows, a few minutes each for the convolutional networks."""
    train_set, test_set = load_digits(train=True, source="disk"), load_digits(train=False, source="disk")
    rows = []
    for seed in SEEDS:
        for name in NETWORKS:
            rows.append(run(name, seed, train_set, test_set))
            print(rows[-1], flush=True)
            keep(FILE, [asdict(row) for row in rows])


if __name__ == "__main__":
    main()
