"""One training step and the share of right answers, for every helper that trains; notebook 07 writes both out."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer
from torch.utils.data import DataLoader


def train_step(
    model: Callable[[Tensor], Tensor],
    optimizer: Optimizer,
    images: Tensor,
    labels: Tensor,
    criterion: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
) -> float:
    """Change the weights once, by a batch: images (N, ...), labels (N,); returns the loss before the change (nats)."""
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def evaluate(model: nn.Module, loader: DataLoader) -> float:
    """The fraction of the images in `loader` that `model` classifies correctly, between 0 and 1.

    The model is in eval mode meanwhile and returns to the mode it was in.
    """
    device, was_training = device_of(model), model.training
    model.eval()
    try:
        right = torch.cat([model(images.to(device)).argmax(dim=1) == labels.to(device) for images, labels in loader])
    finally:  # also when the stop button is pressed
        model.train(was_training)
    return right.sum().item() / len(right)


def device_of(model: nn.Module) -> torch.device:
    """The device that holds the weights of `model`."""
    return next(model.parameters()).device
