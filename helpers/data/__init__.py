"""The digits: MNIST from disk, MNIST downloaded, or, without a network, digits drawn by the project.

MNIST is kept in `data/`, or in the folder that the environment variable MNIST_ROOT names (the `root`
of `torchvision.datasets.MNIST`).
"""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

import torch
from torch import Tensor
from torch.utils.data import TensorDataset
from torchvision.datasets import MNIST

from helpers import ROOT
from helpers.data.sample import draw_digits

ENVIRONMENT_VARIABLE = "MNIST_ROOT"
SOURCES = ("disk", "download", "sample")
SAMPLE_SIZE = {True: 12_000, False: 2_000}
NETWORK_TIMEOUT = 10.0  # seconds without an answer; urllib itself would wait for ever

MAGIC_NUMBER = {"images": 2051, "labels": 2049}


class DigitsUnavailable(RuntimeError):
    """The digits cannot be had from the source that was asked for; the message says why and what to do."""


class Digits(TensorDataset):
    """Digits in memory, a Dataset of pairs (image, label) as the program sees them.

    images: float32 (N, 1, 28, 28), black -1 and white +1, as the program's transforms leave them.
    labels: int64 (N,). pixels: the original bytes, uint8 (N, 28, 28), 0 to 255.
    source: "MNIST" or "sample".
    """

    def __init__(self, pixels: Tensor, labels: Tensor, source: str) -> None:
        self.pixels, self.source = pixels, source
        super().__init__(normalize(pixels), labels)
        self.images, self.labels = self.tensors


def normalize(pixels: Tensor) -> Tensor:
    """Bytes (N, 28, 28) to float32 (N, 1, 28, 28) in [-1, 1]: ToTensor, then Normalize((0.5,), (0.5,))."""
    return pixels.unsqueeze(1).float().div_(255).sub_(0.5).div_(0.5)


def load_digits(train: bool = True, source: str = "auto", root: str | Path | None = None) -> Digits:
    """The training digits, or with train=False the test digits; prints one line on where they come from.

    source: "auto" tries "disk", then "download", then "sample" (drawn by `helpers.data.sample`: 12,000
        for training, 2,000 for the test); or the name of the only one to try.
    root: the folder of MNIST; by default MNIST_ROOT or, where that is not set, `data/`.
    Raises ValueError for an unknown source, DigitsUnavailable when the only one asked for cannot be had.
    """
    if source not in ("auto", *SOURCES):
        raise ValueError(f"source must be 'auto' or one of {SOURCES}, but is {source!r}.")
    root = Path(root) if root is not None else default_root()
    wanted = SOURCES if source == "auto" else (source,)
    failures = []
    for name in wanted:
        try:
            digits, origin = _READERS[name](root, train)
        except DigitsUnavailable as failure:
            failures.append(str(failure))
            continue
        why = f" ({'; '.join(failures)})" if failures else ""
        print(f"{len(digits):,} {'training' if train else 'test'} digits: {origin}{why}.")
        return digits
    raise DigitsUnavailable(
        f"No digits from source {source!r}: {'; '.join(failures)}. "
        f"Put MNIST's four raw files into {root / 'MNIST' / 'raw'}, or name another root in "
        f"{ENVIRONMENT_VARIABLE}, or connect to a network, or use source='sample'."
    )


def sample_digit(digit: int, seed: int = 6) -> Tensor:
    """One digit of the built-in sample, the same on every machine: float32 (1, 28, 28) in [-1, 1].

    Raises ValueError unless `digit` is one of 0 to 9.
    """
    if digit not in range(10):
        raise ValueError(f"digit must be one of 0 to 9, but is {digit!r}.")
    pixels, labels = draw_digits(100, seed=seed)
    return normalize(torch.from_numpy(pixels[labels == digit][:1]))[0]


def default_root() -> Path:
    """The folder MNIST is kept in: MNIST_ROOT where set, else `data/` of this project."""
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named).expanduser()
    return (ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()) / "data"


def _from_disk(root: Path, train: bool) -> tuple[Digits, str]:
    check_raw_files(root, train)
    mnist = MNIST(root, train=train)
    return Digits(mnist.data, mnist.targets, "MNIST"), f"MNIST, found in {_spoken(root)}"


def _from_download(root: Path, train: bool) -> tuple[Digits, str]:
    download_mnist(root)
    return _from_disk(root, train)[0], f"MNIST, downloaded to {_spoken(root)}"


def _from_sample(root: Path, train: bool) -> tuple[Digits, str]:
    pixels, labels = draw_digits(SAMPLE_SIZE[train], seed=0 if train else 1)
    return Digits(torch.from_numpy(pixels), torch.from_numpy(labels), "sample"), "the built-in sample"


_READERS = {"disk": _from_disk, "download": _from_download, "sample": _from_sample}


def _spoken(root: Path) -> str:
    """The folder in words that are the same on every machine where they can be."""
    if root == default_root():
        return f"the folder given by {ENVIRONMENT_VARIABLE}" if os.environ.get(ENVIRONMENT_VARIABLE) else "data/"
    return str(root)


def raw_files(root: Path, train: bool) -> tuple[Path, Path]:
    """The two files of uncompressed images and labels, as torchvision names them."""
    part = "train" if train else "t10k"
    folder = Path(root) / "MNIST" / "raw"
    return folder / f"{part}-images-idx3-ubyte", folder / f"{part}-labels-idx1-ubyte"


def check_raw_files(root: Path, train: bool) -> None:
    """Raise DigitsUnavailable, naming the file and the fault, unless both files are whole.

    torchvision only asks whether the files exist: one that a crash cut off would pass and fail later.
    The format (a magic number, the sizes, then the bytes) is described at
    https://web.archive.org/web/20220331130319/https://yann.lecun.com/exdb/mnist/.
    """
    images_file, labels_file = raw_files(root, train)
    images, labels = _checked_count(images_file, "images"), _checked_count(labels_file, "labels")
    if images != labels:
        raise DigitsUnavailable(f"MNIST in {_spoken(root)} has {images} images but {labels} labels")


def _checked_count(file: Path, kind: str) -> int:
    """How many images or labels `file` holds; raises DigitsUnavailable unless its header and size agree."""
    header_size, item_size = (16, 28 * 28) if kind == "images" else (8, 1)
    try:
        with open(file, "rb") as stream:
            header = stream.read(header_size)
        size = file.stat().st_size
    except FileNotFoundError:
        raise DigitsUnavailable(f"no file {file.name} on disk") from None
    except OSError as error:
        raise DigitsUnavailable(f"{file.name} cannot be read: {error.strerror}") from None
    magic, count = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    if len(header) == header_size and magic != MAGIC_NUMBER[kind]:
        raise DigitsUnavailable(f"{file.name} has the magic number {magic}, not {MAGIC_NUMBER[kind]}")
    if len(header) < header_size or size != header_size + count * item_size:
        announced = f"{header_size} + {count:,} x {item_size}"
        raise DigitsUnavailable(f"{file.name} is damaged: {size:,} bytes, where its header announces {announced}")
    return count


def download_mnist(root: Path) -> None:
    """Download MNIST through torchvision into `root`; raises DigitsUnavailable when that fails.

    Everything arrives in `root/MNIST.partial` and moves into place only when it is whole. After an
    interruption the next call keeps the archives whose checksum is right and fetches the others again.
    """
    partial = Path(root) / "MNIST.partial"
    try:
        for train in (True, False):
            for file in raw_files(partial, train):
                file.unlink(missing_ok=True)  # unpacked by an interrupted run: perhaps not whole
        with _network_timeout(NETWORK_TIMEOUT):
            MNIST(partial, download=True)
        for train in (True, False):
            check_raw_files(partial, train)
            for source, target in zip(raw_files(partial, train), raw_files(root, train), strict=True):
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(source, target)
    except (OSError, HTTPException, RuntimeError, EOFError) as error:
        raise DigitsUnavailable(_explain(error, root)) from error
    shutil.rmtree(partial, ignore_errors=True)  # the archives have served


def _explain(error: Exception, root: Path) -> str:
    """One line on why a download failed: the folder, or else the network."""
    if isinstance(error, OSError) and not isinstance(error, URLError) and error.filename:
        return f"MNIST cannot be stored in {_spoken(root)}: {error.strerror}"
    lines = str(error).strip().splitlines()
    return f"the download of MNIST failed: {lines[-1].strip('<>') if lines else type(error).__name__}"


@contextmanager
def _network_timeout(seconds: float) -> Iterator[None]:
    """Give every new connection a timeout, for torchvision sets none."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
