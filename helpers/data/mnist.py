"""MNIST on disk: find its files, verify them, download them.

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

from torchvision.datasets import MNIST

from helpers import ROOT

ENVIRONMENT_VARIABLE = "MNIST_ROOT"
NETWORK_TIMEOUT = 10.0  # seconds without an answer; urllib itself would wait for ever
MAGIC_NUMBER = {"images": 2051, "labels": 2049}


class DigitsUnavailable(RuntimeError):
    """The digits cannot be had from the source that was asked for; the message says why and what to do."""


def default_root() -> Path:
    """The folder MNIST is kept in: MNIST_ROOT where set, else `data/` of this project."""
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named).expanduser()
    return (ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()) / "data"


def spoken(root: Path) -> str:
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
        raise DigitsUnavailable(f"MNIST in {spoken(root)} has {images} images but {labels} labels")


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
        return f"MNIST cannot be stored in {spoken(root)}: {error.strerror}"
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
