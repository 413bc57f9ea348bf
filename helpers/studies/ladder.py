"""The ladder of notebook 11: from the program as specified to a fast training of the same network, rung by rung.

Each rung changes one thing of the one before. Every setting, the number of images included, was chosen on the last
10,000 training images of MNIST, which took no part in those trainings; the test set chose nothing.

`python -m helpers.studies.ladder` measures what is missing in data/ladder.json, which the notebook shows. The clock
runs from the digits as bytes in memory to the last step. Rungs take turns, so that a machine that grows slower is slow
for all of them; each run is written at once, so that a stopped measurement goes on where it was.
"""

import platform
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from helpers import ROOT
from helpers.data import Digits, load_digits, normalize
from helpers.model import SimpleCNN
from helpers.optimizers import Muon
from helpers.studies import keep, kept
from helpers.training import evaluate, train_step

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD, Optimizer
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import Compose, Normalize, ToTensor

RESULTS = ROOT / "data" / "ladder.json"
SEEDS = (0, 1, 2)
WARM_UP = 0.1  # of all steps


@dataclass(frozen=True)
class Rung:
    """How SimpleCNN is trained. The defaults are the program as specified.

    images: how many are shown in all, repeats counted. in_memory: index one tensor of bytes instead of preparing
    image by image. pool_first: pool, then ReLU. schedule: the learning rate rises and falls.
    muon: Muon for the weights of conv1, conv2 and fc1, SGD for the rest.
    """

    name: str
    images: int = 600_000
    batch_size: int = 64
    learning_rate: float = 0.01
    in_memory: bool = False
    channels_last: bool = False
    pool_first: bool = False
    momentum: float = 0.0
    schedule: bool = False
    muon: bool = False
    label_smoothing: float = 0.0
    bf16: bool = False


PROGRAM = Rung("the program as specified")
IN_MEMORY = replace(PROGRAM, name="digits in memory", in_memory=True)
CHANNELS_LAST = replace(IN_MEMORY, name="channels last", channels_last=True)
POOL_FIRST = replace(CHANNELS_LAST, name="pool before ReLU", pool_first=True)
MOMENTUM = replace(POOL_FIRST, name="momentum", momentum=0.9, learning_rate=0.02, images=100_000)
SCHEDULE = replace(MOMENTUM, name="schedule", schedule=True, learning_rate=0.1, images=30_000)
MUON = replace(SCHEDULE, name="Muon", muon=True, learning_rate=0.1, momentum=0.8, images=12_000)
SMOOTHING = replace(MUON, name="label smoothing", label_smoothing=0.3, images=7_000)
LARGER_BATCH = replace(SMOOTHING, name="larger batch", batch_size=96)
BF16 = replace(LARGER_BATCH, name="bfloat16", bf16=True)
CHEAPER = (IN_MEMORY, CHANNELS_LAST, POOL_FIRST)  # these compute what the program computes, up to rounding
LADDER = (PROGRAM, *CHEAPER, MOMENTUM, SCHEDULE, MUON, SMOOTHING, LARGER_BATCH, BF16)


class PoolFirst(SimpleCNN):
    """SimpleCNN with the same weights and the same answers: ReLU after the pool has a quarter of the numbers."""

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 10) of images x (N, 1, 28, 28)."""
        x = F.relu(self.pool(self.conv1(x)))
        x = F.relu(self.pool(self.conv2(x)))
        x = torch.flatten(x, 1)
        return self.fc2(F.relu(self.fc1(x)))


class OneByOne(Dataset):
    """What torchvision's MNIST does at each access: bytes to PIL image to tensor to [-1, 1]."""

    def __init__(self, digits: Digits) -> None:
        self.digits, self.transform = digits, Compose([ToTensor(), Normalize((0.5,), (0.5,))])

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.digits.pixels[index].numpy())
        return self.transform(image), int(self.digits.labels[index])


def shuffled(images: int, count: int, batch_size: int) -> list[Tensor]:
    """The indices of the batches: `count` digits in random order, again and again, until `images` are used."""
    indices = []
    while images > 0:
        order = torch.randperm(count)[:images]
        indices += order.split(batch_size)
        images -= len(order)
    return indices


def batches(rung: Rung, digits: Digits, indices: list[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of images (n, 1, 28, 28) in [-1, 1] and labels (n,), one for each entry of `indices`."""
    if rung.in_memory:
        return ((normalize(digits.pixels[index]), digits.labels[index]) for index in indices)
    return iter(DataLoader(OneByOne(digits), batch_sampler=[index.tolist() for index in indices]))


def optimizers_for(model: SimpleCNN, rung: Rung) -> list[Optimizer]:
    """SGD for everything, or Muon for the weights of conv1, conv2 and fc1 and SGD for the rest."""
    large = [model.conv1.weight, model.conv2.weight, model.fc1.weight] if rung.muon else []
    rest = [p for p in model.parameters() if all(p is not weight for weight in large)]
    sgd = SGD(rest, rung.learning_rate, rung.momentum)
    return [sgd, Muon(large, rung.learning_rate, rung.momentum)] if rung.muon else [sgd]


def factor(step: int, steps: int) -> float:
    """By what the largest learning rate is multiplied: rises over the first tenth of the steps, then falls to 0."""
    return min((step + 1) / (WARM_UP * steps), (steps - step) / (steps - WARM_UP * steps))


@torch.random.fork_rng(devices=())  # the seed is this training's alone
def train_rung(rung: Rung, digits: Digits, seed: int) -> SimpleCNN:
    """A SimpleCNN trained on the CPU as `rung` says; `seed` fixes first weights and order."""
    torch.manual_seed(seed)
    model = PoolFirst() if rung.pool_first else SimpleCNN()
    model.to(memory_format=torch.channels_last if rung.channels_last else torch.contiguous_format)
    mixed = torch.autocast("cpu", torch.bfloat16, enabled=rung.bf16)  # only the forward pass: not backward, not Muon
    answer, criterion = mixed(model), mixed(nn.CrossEntropyLoss(label_smoothing=rung.label_smoothing))
    optimizer, *others = optimizers_for(model, rung)
    groups = [group for each in (optimizer, *others) for group in each.param_groups]
    indices = shuffled(rung.images, len(digits), rung.batch_size)
    for step, (images, labels) in enumerate(batches(rung, digits, indices)):
        if rung.schedule:
            for group in groups:
                group["lr"] = rung.learning_rate * factor(step, len(indices))
        model.zero_grad()  # also what `others` step by
        train_step(answer, optimizer, images, labels, criterion)
        for other in others:
            other.step()
    return model


@dataclass(frozen=True)
class Run:
    """One training of a rung: `seconds` of wall time, and the `accuracy` on the test digits, 0 to 1."""

    rung: str
    seed: int
    seconds: float
    accuracy: float


def time_rung(rung: Rung, train_set: Digits, test_set: Digits, seed: int) -> Run:
    """Train `rung` against the clock, then test its weights in the plain SimpleCNN."""
    began = time.perf_counter()
    trained = train_rung(rung, train_set, seed)
    seconds = time.perf_counter() - began
    model = SimpleCNN()
    model.load_state_dict(trained.state_dict())
    return Run(rung.name, seed, round(seconds, 3), evaluate(model, DataLoader(test_set, batch_size=500)))


def load_runs() -> list[Run]:
    """The runs that were measured and kept."""
    return [Run(**run) for run in kept(RESULTS, __spec__.name)["runs"]]


def conditions() -> str:
    """Where a measurement is made, in words: processor, threads, versions."""
    cpuinfo = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else []
    processor = models[0] if models else platform.processor() or platform.machine()
    return f"{processor}, {torch.get_num_threads()} threads, torch {torch.__version__.split('+')[0]}"


def main() -> None:
    """Measure what is missing in RESULTS: every rung with every seed, those of CHEAPER with the first alone."""
    runs = load_runs() if RESULTS.exists() else []
    done = {(run.rung, run.seed) for run in runs}
    train_set, test_set = load_digits(train=True, source="disk"), load_digits(train=False, source="disk")
    for seed in SEEDS:
        for rung in LADDER:
            if (rung.name, seed) in done or (rung in CHEAPER and seed != SEEDS[0]):
                continue
            runs.append(time_rung(rung, train_set, test_set, seed))
            print(runs[-1], flush=True)
            keep(RESULTS, {"conditions": conditions(), "runs": [asdict(run) for run in runs]})


if __name__ == "__main__":
    main()
