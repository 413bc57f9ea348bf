"""SimpleCNN, the network that the whole series opens."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers import ROOT

WEIGHTS = ROOT / "data" / "simple_cnn.pt"


class SimpleCNN(nn.Module):
    """Two convolutions, two fully connected layers: 1x28x28 pixels in, 10 logits out."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, stride=1, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, stride=1, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 10) of images x (N, 1, 28, 28).

        Raises ValueError for any other shape: flattening would otherwise fail later, or mix images.
        """
        if x.dim() != 4 or x.shape[1:] != (1, 28, 28):
            raise ValueError(
                f"SimpleCNN expects images of shape (N, 1, 28, 28), but was given {tuple(x.shape)}. "
                "One image alone needs a batch axis: image.unsqueeze(0); "
                "another size needs resizing to 28x28, and colour needs turning to grey."
            )
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def load_pretrained(path: Path = WEIGHTS) -> SimpleCNN:
    """A trained SimpleCNN in eval mode, on the CPU; helpers.studies.pretrained says how it learned.

    Raises FileNotFoundError, naming the command that makes the file, when it is not there.
    """
    if not path.exists():
        raise FileNotFoundError(f"No weights in {path.name}: make it again with python -m helpers.studies.pretrained")
    # weights_only: a file of tensors is read, never code (https://pytorch.org/docs/stable/generated/torch.load.html)
    halves = torch.load(path, weights_only=True)
    model = SimpleCNN()
    model.load_state_dict({name: half.float() for name, half in halves.items()})
    return model.eval()
