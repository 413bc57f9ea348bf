"""MNIST, read from disk and verified, or downloaded: in `data/`, or in the folder that MNIST_ROOT names.

Below that folder the files lie as torchvision.datasets.MNIST puts them.
"""

import gzip
import hashlib
import math
import os
import zlib
from http.client import HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from urllib.request import urlopen

from helpers import ROOT

import torch
from torch import Tensor
from torchvision.datasets import MNIST
from tqdm.auto import tqdm

ENVIRONMENT_VARIABLE = "MNIST_ROOT"
NETWORK_TIMEOUT = 10.0  # seconds without an answer; urllib itself would wait for ever
LONGEST = 300.0  # seconds for the whole download, which some networks would let drip for hours

WHOLE = (60_000, 10_000)  # training and test digits of the published MNIST, whose unpacked files have these checksums:
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


class DigitsUnavailable(RuntimeError):
    """The digits cannot be had from the source that was asked for; the message says why and what to do."""


def default_root() -> Path:
    """The folder MNIST is kept in: MNIST_ROOT where set, else `data/` of this project."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named).expanduser() if named else ROOT / "data"


def spoken(root: Path) -> str:
    """The folder in words that are the same on every machine where they can be."""
    if root == default_root():
        return f"the folder given by {ENVIRONMENT_VARIABLE}" if os.environ.get(ENVIRONMENT_VARIABLE) else "data/"
    return str(root)


def read_mnist(root: Path, train: bool) -> tuple[Tensor, Tensor]:
    """The pixels, uint8 (N, 28, 28), and labels, int64 (N,), of the files that torchvision keeps below `root`.

    Their .gz archives do as well. Raises DigitsUnavailable, naming the fault, unless all is whole.
    """
    folder, part = root / "MNIST" / "raw", "train" if train else "t10k"
    pixels = _read_items(folder / f"{part}-images-idx3-ubyte", (28, 28))
    labels = _read_items(folder / f"{part}-labels-idx1-ubyte", ())
    if len(pixels) != len(labels) or labels.max() > 9:
        found = f"{len(pixels)} images, {len(labels)} labels from {labels.min()} to {labels.max()}"
        raise DigitsUnavailable(f"MNIST in {spoken(root)} does not fit together: {found}")
    return pixels, labels.long()


def _read_items(file: Path, shape: tuple[int, ...]) -> Tensor:
    """The items of `file`, uint8 (N, *shape); raises DigitsUnavailable unless it is whole.

    The format (a magic number and the sizes, each of four bytes, then the items) is described at
    https://web.archive.org/web/20220331130319/https://yann.lecun.com/exdb/mnist/.
    """
    content = _read_bytes(file)
    count = int.from_bytes(content[4:8])
    header = b"".join(number.to_bytes(4) for number in (2049 + len(shape), count, *shape))
    whole = content.startswith(header) and len(content) == len(header) + count * math.prod(shape) and count > 0
    if not whole or (count in WHOLE and _md5(content) != MD5[file.name]):
        raise DigitsUnavailable(f"{file.name} is damaged, or not MNIST's")
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=len(header)).view(count, *shape)


def _read_bytes(file: Path) -> bytes:
    """What `file`, or else its .gz archive, holds; raises DigitsUnavailable when neither can be read."""
    archive = file.with_name(f"{file.name}.gz")
    try:
        if archive.is_file() and not file.exists():
            return gzip.decompress(archive.read_bytes())
        if file.exists() and not file.is_file():  # reading a pipe would wait for ever
            raise DigitsUnavailable(f"{file.name} is not a file")
        return file.read_bytes()
    except FileNotFoundError:
        raise DigitsUnavailable(f"no file {file.name} on disk") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DigitsUnavailable(f"{file.name} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def download_mnist(root: Path, train: bool) -> tuple[Tensor, Tensor]:
    """Download MNIST into `root`, then `read_mnist`; raises DigitsUnavailable, saying why it failed.

    Everything is made in a folder of its own and moves into place when it is whole: an interruption leaves nothing
    half-done, and two notebooks may download at once.
    """
    folder, deadline = root / "MNIST" / "raw", monotonic() + LONGEST
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="MNIST.partial.", dir=root) as partial:
            for name, md5 in tqdm(MNIST.resources, desc="downloading MNIST", leave=False):
                Path(partial, name.removesuffix(".gz")).write_bytes(gzip.decompress(_fetch(name, md5, deadline)))
            folder.mkdir(parents=True, exist_ok=True)
            for file in Path(partial).iterdir():
                file.replace(folder / file.name)
    except OSError as error:
        raise DigitsUnavailable(f"MNIST cannot be stored in {spoken(root)}: {error.strerror}") from error
    return read_mnist(root, train)


def _fetch(name: str, md5: str, deadline: float) -> bytes:
    """The archive `name` from the first of torchvision's mirrors that has it; raises DigitsUnavailable, saying why.

    deadline: the time.monotonic() at which to give up.
    """
    failures: list[str] = []
    # Without encryption, as torchvision does, where that fails: some Pythons lack certificates, and the checksum tells.
    for mirror in dict.fromkeys(MNIST.mirrors + [mirror.replace("https:", "http:") for mirror in MNIST.mirrors]):
        try:
            with urlopen(mirror + name, timeout=NETWORK_TIMEOUT) as answer:
                content = _read(answer, deadline)
            if _md5(content) == md5:
                return content
            failures.insert(0, f"{name} is not what arrived; perhaps this network wants you to log in first")
        except IncompleteRead:
            failures.append("the connection was cut")
        except (OSError, HTTPException) as error:
            failures.append(str(error).strip("<>"))
    raise DigitsUnavailable(f"the download of MNIST failed: {failures[0]}")


def _read(answer: HTTPResponse, deadline: float) -> bytes:
    """All that `answer` brings; raises IncompleteRead when it was cut, DigitsUnavailable after the deadline."""
    content = b""
    while block := answer.read1(2**20):
        content += block
        if monotonic() > deadline:
            raise DigitsUnavailable(f"the download of MNIST failed: not whole after {LONGEST:.0f} seconds")
    if len(content) < int(answer.headers.get("Content-Length", 0)):
        raise IncompleteRead(content)
    return content


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
