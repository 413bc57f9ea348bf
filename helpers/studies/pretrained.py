"""A trained SimpleCNN in a small file: `python -m helpers.studies.pretrained` makes it again.

The file in `data/` was trained on the 60,000 digits of MNIST and the 12,000 of the built-in sample together, each
digit turned, sheared, scaled and moved a little, so that it also reads digits drawn with a mouse. It reads 99.36 %
of the test digits of MNIST and 98.10 % of the sample's. Where MNIST cannot be had, the sample alone is used.
"""

from hashlib import sha256
from pathlib import Path

from helpers.data import Digits, load_digits
from helpers.model import WEIGHTS, SimpleCNN, load_pretrained
from helpers.training import evaluate, train_step

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import ConcatDataset, DataLoader, Dataset
from tqdm.auto import tqdm

EPOCHS, BATCH_SIZE, LARGEST_RATE = 4, 128, 0.15


def save_half(model: SimpleCNN, path: Path = WEIGHTS) -> None:
    """Write the weights as float16, which makes the file half as large, and its checksum beside it.

    Raises ValueError when a weight is infinite or no number: the training has failed, and the old file stays.
    """
    halves = {name: weights.half() for name, weights in model.state_dict().items()}
    if not all(half.isfinite().all() for half in halves.values()):
        raise ValueError("A weight is infinite or no number: nothing is saved; train again with a smaller rate.")
    path.parent.mkdir(exist_ok=True)
    torch.save(halves, path)
    path.with_suffix(".sha256").write_text(f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n")


def jitter(images: Tensor) -> Tensor:
    """Images (N, 1, 28, 28), each under its own small affine map: turned up to 12 degrees, sheared, scaled, moved."""
    angle, shear, wide, high, right, down = (torch.rand(6, len(images)) * 2 - 1).unbind()
    angle, shear, wide, high = angle * 0.21, shear * 0.2, 1 + wide * 0.15, 1 + high * 0.15
    cos, sin = angle.cos(), angle.sin()
    rows = [wide * cos, shear - sin, right * 0.1, sin, high * cos, down * 0.1]  # 0.1 of half the side: 1.4 pixels
    grid = F.affine_grid(torch.stack(rows, dim=1).view(-1, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images + 1, grid, align_corners=False) - 1  # outside the image is 0, which is black here


def both_sets(train: bool) -> list[Digits]:
    """The built-in sample, and MNIST where it can be had."""
    first = load_digits(train)
    return [first] if first.source == "sample" else [first, load_digits(train, source="sample")]


@torch.random.fork_rng(devices=())  # the seed is this training's alone
def train_jittered(digits: Dataset) -> SimpleCNN:
    """A SimpleCNN trained for EPOCHS by the one-cycle policy (https://arxiv.org/abs/1708.07120)."""
    torch.manual_seed(0)
    model = SimpleCNN().to(memory_format=torch.channels_last)
    loader = DataLoader(digits, BATCH_SIZE, shuffle=True, drop_last=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=LARGEST_RATE, momentum=0.9, nesterov=True, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LARGEST_RATE, total_steps=EPOCHS * len(loader))
    for epoch in range(1, EPOCHS + 1):
        for batch, answers in tqdm(loader, desc=f"epoch {epoch}/{EPOCHS}"):
            train_step(model, optimizer, jitter(batch), answers)
            schedule.step()
    return model


def main() -> None:
    """Train, save to WEIGHTS, and print how many test digits the saved network reads."""
    save_half(train_jittered(ConcatDataset(both_sets(train=True))))
    for digits in both_sets(train=False):
        share = evaluate(load_pretrained(), DataLoader(digits, batch_size=500))
        print(f"{digits.source}: {share:.2%} of {len(digits):,} test digits")


if __name__ == "__main__":
    main()
