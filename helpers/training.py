"""Training and evaluation, in the plain form that notebook 06 teaches line by line."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from tqdm.auto import tqdm


@dataclass
class History:
    """What training left behind.

    One entry an epoch: `loss` is the average of the batch losses (nats); `accuracy` is the fraction of test
    images classified correctly, empty when no test loader was given.
    One entry a step: `steps` are the batch losses, those of an epoch that was stopped included.
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)


def choose_device() -> torch.device:
    """The fastest device here: CUDA, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_of(model: nn.Module) -> torch.device:
    """The device that holds the weights of `model`."""
    return next(model.parameters()).device


def train(
    model: nn.Module,
    loader: DataLoader,
    optimizer: Optimizer,
    epochs: int = 10,
    test_loader: DataLoader | None = None,
    seed: int = 0,
    watch: Callable[[History], None] | None = None,
) -> History:
    """Train `model` in place with cross-entropy and return the history.

    `seed` fixes the shuffling; `watch`, if given, is handed the history after every step. Ctrl-C or JupyterLab's
    stop button ends the training cleanly: the weights learned so far stay in `model`, and the history so far is
    returned.
    Raises ValueError when `epochs` is not a positive whole number.
    """
    if not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs must be a whole number of at least 1, but is {epochs!r}.")
    torch.manual_seed(seed)
    history = History()

    def after_step(loss: float) -> None:
        history.steps.append(loss)
        if watch is not None:
            watch(history)

    try:
        for epoch in range(1, epochs + 1):
            loss = train_one_epoch(model, loader, optimizer, f"epoch {epoch}/{epochs}", after_step)
            line = f"epoch {epoch}: average loss {loss:.3f}"
            if test_loader is not None:
                accuracy = evaluate(model, test_loader)
                history.accuracy.append(accuracy)
                line += f", test accuracy {accuracy:.2%}"
            history.loss.append(loss)
            print(line)
    except KeyboardInterrupt:
        print(f"Stopped in epoch {epoch}. The weights and the {len(history.loss)} completed epochs are kept.")
    return history


def train_one_epoch(
    model: nn.Module,
    loader: DataLoader,
    optimizer: Optimizer,
    label: str = "",
    after_step: Callable[[float], None] = lambda loss: None,
) -> float:
    """One pass over `loader`; returns the average of the batch losses (nats), each of them told to `after_step`."""
    device = device_of(model)
    model.train()
    total = 0.0
    for images, labels in tqdm(loader, desc=label, leave=False):
        loss = train_step(model, optimizer, images.to(device), labels.to(device))
        total += loss
        after_step(loss)
    return total / len(loader)


def train_step(
    model: nn.Module,
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
        correct = 0
        for images, labels in loader:
            predicted = model(images.to(device)).argmax(dim=1)
            correct += (predicted == labels.to(device)).sum().item()
    finally:
        model.train(was_training)
    return correct / len(loader.dataset)
