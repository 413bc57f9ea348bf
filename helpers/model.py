"""SimpleCNN, the network that the whole series opens."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path

from helpers import ROOT

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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

    Raises FileNotFoundError when the file or the checksum beside it is not there, ValueError when they do not agree:
    a single flipped bit would only make the answers a little worse. Both name the command that makes the file again.
    """
    checksum, again = path.with_suffix(".sha256"), "make it again with python -m helpers.studies.pretrained"
    if not (path.exists() and checksum.exists()):
        raise FileNotFoundError(f"No weights in {path.name}, or no {checksum.name} beside it: {again}")
    content = path.read_bytes()
    if sha256(content).hexdigest() not in checksum.read_text():
        raise ValueError(f"{path.name} is damaged, for its checksum is not the one in {checksum.name}: {again}")
    # weights_only: a file of tensors is read, never code (https://pytorch.org/docs/stable/generated/torch.load.html)
    halves = torch.load(BytesIO(content), weights_only=True)
    model = SimpleCNN()
    model.load_state_dict({name: half.float() for name, half in halves.items()})
    return model.eval()
