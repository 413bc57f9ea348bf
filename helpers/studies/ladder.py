"""The ladder of notebook 06: from the program as specified to a fast training of the same network, rung by rung.

Each recipe changes one thing of the one before. Every setting, the number of images included, was chosen on the
last 10,000 training images of MNIST, which took no part in those trainings; the test set chose nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import Compose, Normalize, ToTensor
from tqdm.auto import tqdm

from helpers.data import Digits, normalize
from helpers.model import SimpleCNN
from helpers.optimizers import Muon

WARM_UP = 0.1  # of all steps


@dataclass(frozen=True)
class Recipe:
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


PROGRAM = Recipe("the program as specified")
IN_MEMORY = replace(PROGRAM, name="digits in memory", in_memory=True)
CHANNELS_LAST = replace(IN_MEMORY, name="channels last", channels_last=True)
POOL_FIRST = replace(CHANNELS_LAST, name="pool before ReLU", pool_first=True)
MOMENTUM = replace(POOL_FIRST, name="momentum", momentum=0.9, learning_rate=0.02, images=100_000)
SCHEDULE = replace(MOMENTUM, name="schedule", schedule=True, learning_rate=0.1, images=30_000)
MUON = replace(SCHEDULE, name="Muon", muon=True, learning_rate=0.1, momentum=0.8, images=12_000)
SMOOTHING = replace(MUON, name="label smoothing", label_smoothing=0.3, images=7_000)
LARGER_BATCH = replace(SMOOTHING, name="larger batch", batch_size=96)
BF16 = replace(LARGER_BATCH, name="bfloat16", bf16=True)
LADDER = (PROGRAM, IN_MEMORY, CHANNELS_LAST, POOL_FIRST, MOMENTUM, SCHEDULE, MUON, SMOOTHING, LARGER_BATCH, BF16)


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

    def __len__(self) -> int:
        return len(self.digits)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.digits.pixels[index].numpy())
        return self.transform(image), int(self.digits.labels[index])


def batches(recipe: Recipe, digits: Digits, indices: list[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of images (n, 1, 28, 28) in [-1, 1] and labels (n,), one for each entry of `indices`."""
    if recipe.in_memory:
        return ((normalize(digits.pixels[index]), digits.labels[index]) for index in indices)
    return iter(DataLoader(OneByOne(digits), batch_sampler=[index.tolist() for index in indices]))


def shuffled(images: int, count: int, batch_size: int) -> list[Tensor]:
    """The indices of the batches: `count` digits in random order, again and again, until `images` are used."""
    indices = []
    while images > 0:
        order = torch.randperm(count)[:images]
        indices += order.split(batch_size)
        images -= len(order)
    return indices


def optimizers_for(model: SimpleCNN, recipe: Recipe) -> list[Optimizer]:
    """SGD for everything, or Muon for the weights of conv1, conv2 and fc1 and SGD for the rest."""
    if not recipe.muon:
        return [SGD(model.parameters(), recipe.learning_rate, recipe.momentum)]
    large = [model.conv1.weight, model.conv2.weight, model.fc1.weight]
    rest = [p for p in model.parameters() if all(p is not weight for weight in large)]
    return [Muon(large, recipe.learning_rate, recipe.momentum), SGD(rest, recipe.learning_rate, recipe.momentum)]


def train(recipe: Recipe, digits: Digits, seed: int = 0, live: bool = True) -> SimpleCNN:
    """A SimpleCNN trained on the CPU as `recipe` says; `seed` fixes first weights and order.

    With `live` it shows a progress bar, and JupyterLab's stop button ends it cleanly: the network as far as it has
    learned is returned. Without, as for a measurement, KeyboardInterrupt is passed on: half a run is no result.
    """
    torch.manual_seed(seed)
    model = PoolFirst() if recipe.pool_first else SimpleCNN()
    model.to(memory_format=torch.channels_last if recipe.channels_last else torch.contiguous_format)
    criterion = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
    optimizers = optimizers_for(model, recipe)
    indices = shuffled(recipe.images, len(digits), recipe.batch_size)
    schedules = [LambdaLR(o, lambda step: factor(step, len(indices))) for o in optimizers if recipe.schedule]
    bar = tqdm(total=len(indices), desc=recipe.name, leave=False, disable=not live)
    try:
        for images, labels in batches(recipe, digits, indices):
            model.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bf16):
                loss = criterion(model(images), labels)
            loss.backward()
            for stepping in optimizers + schedules:
                stepping.step()
            bar.update()
    except KeyboardInterrupt:
        if not live:
            raise
        print(f"Stopped after {bar.n} of {len(indices)} steps. The weights so far are kept.")
    finally:
        bar.close()
    return model


def factor(step: int, steps: int) -> float:
    """By what the largest learning rate is multiplied: rises over the first tenth of the steps, then falls to 0."""
    return min((step + 1) / (WARM_UP * steps), (steps - step) / (steps - WARM_UP * steps))
