"""Small trainings on few digits, with the remedies against overfitting; notebook 07 opens each of them."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from helpers.model import SimpleCNN
from helpers.refusals import require

BATCH_SIZE = 50
LEARNING_RATE = 0.1


class RegularizedCNN(SimpleCNN):
    """SimpleCNN with batch normalisation after each layer but the last, and dropout before each linear layer.

    With batch_norm=False and dropout=0 it is SimpleCNN, with the same first weights for the same seed.
    """

    def __init__(self, dropout: float = 0.0, batch_norm: bool = False) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.norm1 = nn.BatchNorm2d(32) if batch_norm else nn.Identity()
        self.norm2 = nn.BatchNorm2d(64) if batch_norm else nn.Identity()
        self.norm3 = nn.BatchNorm1d(128) if batch_norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 10) of images x (N, 1, 28, 28)."""
        x = self.pool(F.relu(self.norm1(self.conv1(x))))
        x = self.pool(F.relu(self.norm2(self.conv2(x))))
        x = self.dropout(torch.flatten(x, 1))
        x = F.relu(self.norm3(self.fc1(x)))
        return self.fc2(self.dropout(x))


class AverageCNN(nn.Module):
    """SimpleCNN with global average pooling in the place of flatten and fc1: the mean of each of the 64 maps."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, stride=1, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, stride=1, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 10) of images x (N, 1, 28, 28)."""
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        return self.fc2(x.mean(dim=(2, 3)))


def move(images: Tensor, degrees: Tensor, scale: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """Images (N, 1, 28, 28), each turned (anticlockwise), scaled and moved by so many pixels; black comes in.

    The other arguments hold one number for each image, shape (N,).
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
    """
    cos, sin = degrees.deg2rad().cos() / scale, degrees.deg2rad().sin() / scale
    x, y = right / 14, down / 14  # the grid measures in halves of the side
    rows = [cos, -sin, -cos * x + sin * y, sin, cos, -sin * x - cos * y]
    grid = F.affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images + 1, grid, align_corners=False) - 1  # outside is 0, which is black here


def augment(images: Tensor, degrees: float = 10, scale: float = 0.1, pixels: float = 2) -> Tensor:
    """Images (N, 1, 28, 28), each turned, scaled and moved at random, at most by the amounts given."""
    turn, size, right, down = torch.rand(4, len(images)) * 2 - 1
    return move(images, degrees * turn, 1 + scale * size, pixels * right, pixels * down)


def draw(images: Tensor, labels: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """`count` of the images and their labels, drawn at random without replacement; the seed decides which.

    Only the first five sixths are drawn from: settings may be chosen on the others. Raises ValueError if too few.
    """
    pool = len(images) * 5 // 6
    require(0 < count <= pool, f"count is {count}: give a number from 1 to {pool}, five sixths of the images")
    chosen = torch.randperm(pool, generator=torch.Generator().manual_seed(seed))[:count]
    return images[chosen], labels[chosen]


@torch.no_grad()
def answers(model: nn.Module, images: Tensor, batch_size: int = 500) -> Tensor:
    """The logits (N, 10) of images (N, 1, 28, 28), batch by batch, in whatever mode the model is."""
    return torch.cat([model(part) for part in images.split(batch_size)])


def accuracy(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int = 500) -> float:
    """The share (0 to 1) of right answers, in whatever mode the model is; `measure` sees to eval mode itself."""
    return (answers(model, images, batch_size).argmax(dim=1) == labels).double().mean().item()


@torch.no_grad()
def measure(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Accuracy (0 to 1) and mean loss (nats) in eval mode; the model returns to the mode it was in."""
    was_training = model.training
    model.eval()
    try:
        logits = answers(model, images)
    finally:
        model.train(was_training)
    return (logits.argmax(dim=1) == labels).double().mean().item(), F.cross_entropy(logits, labels).item()


def fit(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epochs: int = 60,
    *,
    lr: float = LEARNING_RATE,
    weight_decay: float = 0.0,
    change: Callable[[Tensor], Tensor] | None = None,
    after_epoch: Callable[[], object] | None = None,
    seed: int = 0,
) -> int:
    """Train in place with plain SGD on batches of 50 and return the number of epochs completed.

    change: what happens to each batch of images first, such as `augment`. after_epoch: called after each
    epoch; training ends when it returns True. seed: order, dropout and augmentation. A last batch of one digit is
    left out, for batch normalisation refuses it. Ctrl-C ends the training cleanly: the weights so far stay.
    """
    require(isinstance(epochs, int) and epochs > 0, f"epochs is {epochs!r}: give a whole number of at least 1")
    torch.manual_seed(seed)
    optimizer, done = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay), 0
    model.to(memory_format=torch.channels_last)
    try:
        for done in tqdm(range(epochs), desc="epochs", leave=False):
            model.train()
            for batch in torch.randperm(len(images)).split(BATCH_SIZE):
                if len(batch) > 1:
                    step(model, optimizer, change(images[batch]) if change else images[batch], labels[batch])
            if after_epoch is not None and after_epoch():
                return done + 1
    except KeyboardInterrupt:
        print(f"Stopped in epoch {done + 1}. The weights and the {done} completed epochs are kept.")
        return done
    return epochs


def step(model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor) -> None:
    """One step of training on one batch."""
    optimizer.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    optimizer.step()


@dataclass
class Watch:
    """Called after each epoch, notes accuracy and loss on each of the sets it watches.

    sets: name -> (images, labels). accuracy, loss: name -> one number for each call.
    """

    model: nn.Module
    sets: dict[str, tuple[Tensor, Tensor]]
    accuracy: dict[str, list[float]] = field(default_factory=dict)
    loss: dict[str, list[float]] = field(default_factory=dict)

    def __call__(self) -> None:
        """Measure now; either every set is noted or none, also when Ctrl-C comes."""
        found = {name: measure(self.model, *pair) for name, pair in self.sets.items()}
        for name, (accuracy, loss) in found.items():
            self.accuracy.setdefault(name, []).append(accuracy)
            self.loss.setdefault(name, []).append(loss)


class EarlyStopping:
    """Called after each epoch, returns True when the validation loss has not fallen for `patience` epochs.

    best_epoch: when it was lowest, counted from 1 (0: not yet called). `restore` brings those weights back.
    """

    def __init__(self, model: nn.Module, images: Tensor, labels: Tensor, patience: int = 10) -> None:
        require(isinstance(patience, int) and patience > 0, f"patience is {patience!r}: give an int of at least 1")
        self.model, self.held_out, self.patience = model, (images, labels), patience
        self.epoch = self.best_epoch = 0
        self.best_loss, self.best_weights = float("inf"), copy.deepcopy(model.state_dict())

    def __call__(self) -> bool:
        """Measure now and say whether to stop."""
        self.epoch += 1
        loss = measure(self.model, *self.held_out)[1]
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_weights = copy.deepcopy(self.model.state_dict())
        return self.exhausted

    @property
    def exhausted(self) -> bool:
        """Whether the loss has not fallen for `patience` epochs."""
        return self.epoch - self.best_epoch >= self.patience

    def restore(self) -> None:
        """Put the weights of the best epoch back into the model."""
        self.model.load_state_dict(self.best_weights)


def mislabel(labels: Tensor, share: float, seed: int) -> Tensor:
    """A copy of the labels (N,) in which that share, chosen at random, is replaced by another digit."""
    random = torch.Generator().manual_seed(seed)
    wrong = torch.randperm(len(labels), generator=random)[: round(share * len(labels))]
    changed = labels.clone()
    changed[wrong] = (labels[wrong] + torch.randint(1, 10, wrong.shape, generator=random)) % 10
    return changed


def parameters(model: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(p.numel() for p in model.parameters())
