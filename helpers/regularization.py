"""The remedies against overfitting of notebook 08, so that its study can switch each of them on and off."""

from collections.abc import Callable

from helpers.model import SimpleCNN
from helpers.training import train_step

import torch
from torch import Tensor, nn
from torch.nn import functional as F

RATE = 0.2  # the learning rate at the start


class RegularizedCNN(SimpleCNN):
    """SimpleCNN with batch normalisation after each layer but the last, and dropout before each linear layer.

    With batch_norm=False and dropout=0 it is SimpleCNN, with the same first weights for the same seed.
    """

    def __init__(self, dropout: float = 0.5, batch_norm: bool = True) -> None:
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


def average_cnn() -> nn.Sequential:
    """SimpleCNN with global average pooling in the place of flatten and fc1: the mean of each of the 64 maps.

    Batch normalisation after its convolutions, without which it needs many times as many steps.
    """
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, kernel_size=3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip


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


def augment(images: Tensor) -> Tensor:
    """Images (N, 1, 28, 28), each turned, scaled and moved at random: at most 10 degrees, 10 % and 2 pixels."""
    turn, size, right, down = torch.rand(4, len(images)) * 2 - 1
    return move(images, 10 * turn, 1 + 0.1 * size, 2 * right, 2 * down)


def pick_digits(images: Tensor, labels: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """`count` of the images and their labels, picked at random without replacement; the seed decides which.

    Only the first five sixths are picked from: settings may be chosen on the others. Raises ValueError if too few.
    """
    pool = len(images) * 5 // 6
    if not 0 < count <= pool:
        raise ValueError(f"count is {count}: give a number from 1 to {pool}, five sixths of the images")
    picked = torch.randperm(pool, generator=torch.Generator().manual_seed(seed))[:count]
    return images[picked], labels[picked]


def mislabel(labels: Tensor, share: float, seed: int) -> Tensor:
    """A copy of the labels (N,) in which that share, chosen at random, is replaced by another digit."""
    random = torch.Generator().manual_seed(seed)
    wrong = torch.randperm(len(labels), generator=random)[: round(share * len(labels))]
    changed = labels.clone()
    changed[wrong] = (labels[wrong] + torch.randint(1, 10, wrong.shape, generator=random)) % 10
    return changed


@torch.no_grad()
def accuracy_and_loss(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Accuracy (0 to 1) and mean loss (nats) on images (N, 1, 28, 28); leaves the model in eval mode."""
    model.eval()
    logits = torch.cat([model(part) for part in images.split(100)])
    return (logits.argmax(dim=1) == labels).double().mean().item(), F.cross_entropy(logits, labels).item()


def fit(
    model: nn.Module, images: Tensor, labels: Tensor, epochs: int, change: Callable[[Tensor], Tensor] | None = None,
    decay: float = 0.0, watch: Callable[[nn.Module], bool | None] = lambda model: None,
) -> None:  # fmt: skip
    """The loop that stands in a cell of notebook 08: batches of 50, a learning rate that falls from 0.2 to 0.

    change: what happens to each batch of images first, such as `augment`.
    watch: called with the model in eval mode after each epoch; True ends the training.
    """
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, weight_decay=decay)
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = RATE * (1 - epoch / epochs)
        model.train()
        for batch in torch.randperm(len(images)).split(50):
            train_step(model, optimizer, change(images[batch]) if change else images[batch], labels[batch])
        if watch(model.eval()):
            break
