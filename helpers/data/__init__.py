"""The digits: MNIST from disk, MNIST downloaded, or, without a network, digits drawn by the project."""

from functools import cached_property
from pathlib import Path

from helpers.data.mnist import ENVIRONMENT_VARIABLE, DigitsUnavailable, default_root, download_mnist, read_mnist, spoken
from helpers.data.sample import draw_digits

import torch
from torch import Tensor
from torch.utils.data import Dataset


class Digits(Dataset):
    """Digits in memory, a Dataset of pairs (image, label) as the program sees them.

    pixels: the original bytes, uint8 (N, 28, 28), 0 to 255. labels: int64 (N,).
    source: "MNIST" or "sample".
    """

    def __init__(self, pixels: Tensor, labels: Tensor, source: str) -> None:
        self.pixels, self.labels, self.source = pixels, labels, source

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int | slice | Tensor) -> tuple[Tensor, Tensor]:
        return normalize(self.pixels[index]), self.labels[index]

    @cached_property
    def images(self) -> Tensor:
        """All of them at once: float32 (N, 1, 28, 28), black -1 and white +1; 188 MB for MNIST, when first asked."""
        return normalize(self.pixels)


def normalize(pixels: Tensor) -> Tensor:
    """Bytes (..., 28, 28) to float32 (..., 1, 28, 28) in [-1, 1]: ToTensor, then Normalize((0.5,), (0.5,))."""
    return pixels.unsqueeze(-3).float().div_(255).sub_(0.5).div_(0.5)


def load_digits(train: bool = True, source: str = "auto", root: str | Path | None = None) -> Digits:
    """The training digits, or with train=False the test digits; prints one line on where they come from.

    source: "auto" tries "disk", then "download", then "sample"; or the name of the only one to try.
    root: the folder of MNIST; by default MNIST_ROOT or, where that is not set, `data/`.
    Raises ValueError for an unknown source, DigitsUnavailable when the only one asked for cannot be had.
    """
    if source not in ("auto", *_SOURCES):
        raise ValueError(f"source must be 'auto' or one of {list(_SOURCES)}, but is {source!r}.")
    root = Path(root) if root is not None else default_root()
    failures: list[str] = []
    for name in _SOURCES if source == "auto" else [source]:
        read, origin = _SOURCES[name]
        try:
            digits = Digits(*read(root, train), source="sample" if name == "sample" else "MNIST")
        except DigitsUnavailable as failure:
            failures.append(str(failure))
            continue
        why = f" ({'; '.join(failures)})" if failures else ""
        print(f"{len(digits):,} {'training' if train else 'test'} digits: {origin.format(spoken(root))}{why}.")
        return digits
    raise DigitsUnavailable(
        f"No digits from source {source!r}: {'; '.join(failures)}. Put MNIST's four raw files, or their .gz archives, "
        f"into {root / 'MNIST' / 'raw'}, or name another root in {ENVIRONMENT_VARIABLE}, or connect to a network, "
        "or use source='sample'."
    )


def sample_digit(digit: int, seed: int = 6) -> Tensor:
    """One digit of the built-in sample, the same on every machine: float32 (1, 28, 28) in [-1, 1].

    Raises ValueError unless `digit` is one of 0 to 9.
    """
    if digit not in range(10):
        raise ValueError(f"digit must be one of 0 to 9, but is {digit!r}.")
    pixels, labels = draw_digits(100, seed=seed)
    return normalize(torch.from_numpy(pixels[labels == digit][:1]))[0]


def _draw_sample(root: Path, train: bool) -> tuple[Tensor, Tensor]:
    """The same digits wherever MNIST would be: 12,000 for training, 2,000 others for the test."""
    pixels, labels = draw_digits(12_000, seed=0) if train else draw_digits(2_000, seed=1)
    return torch.from_numpy(pixels), torch.from_numpy(labels)


# In the order in which they are tried: who gives pixels and labels, and what is printed of it.
_SOURCES = {
    "disk": (read_mnist, "MNIST, found in {}"),
    "download": (download_mnist, "MNIST, downloaded to {}"),
    "sample": (_draw_sample, "the built-in sample"),
}
