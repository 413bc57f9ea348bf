"""Short trainings in which one thing may be wrong, for the failure gallery of notebook 06."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from helpers.model import SimpleCNN

STEPS, BATCH_SIZE, SEED = 150, 64, 0


def loss_curve(
    images: Tensor,
    labels: Tensor,
    lr: float = 0.05,
    model_class: type[nn.Module] = SimpleCNN,
    criterion: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    clear: bool = True,
) -> list[float]:
    """The batch losses (nats) of STEPS steps of SGD on images (N, 1, 28, 28) and labels (N,), on the CPU.

    The defaults learn well; each argument can be spoilt alone. With clear=False the gradients are never cleared.
    First weights and order are the same in every call. JupyterLab's stop button returns the losses so far.
    """
    torch.manual_seed(SEED)
    model = model_class()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    try:
        for _ in tqdm(range(STEPS), leave=False):
            index = torch.randint(len(images), (BATCH_SIZE,))
            if clear:
                optimizer.zero_grad()
            loss = criterion(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    except KeyboardInterrupt:
        print(f"Stopped after {len(losses)} of {STEPS} steps.")
    return losses
