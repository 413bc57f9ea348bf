"""What several test files share."""

import gzip
import hashlib
import re
import shutil
import struct
from pathlib import Path

import nbformat
import numpy as np
import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def raw_mnist_files(images: int = 40) -> dict[str, bytes]:
    """Four small files in the format of MNIST, random but the same at each call."""
    random = np.random.RandomState(0)
    files = {}
    for part in ("train", "t10k"):
        pixels = random.randint(0, 256, (images, 28, 28)).astype(np.uint8)
        labels = (np.arange(images) % 10).astype(np.uint8)
        files[f"{part}-images-idx3-ubyte"] = struct.pack(">4i", 2051, images, 28, 28) + pixels.tobytes()
        files[f"{part}-labels-idx1-ubyte"] = struct.pack(">2i", 2049, images) + labels.tobytes()
    return files


@pytest.fixture
def mnist_root(tmp_path: Path) -> Path:
    """A folder that holds a small, whole MNIST."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in raw_mnist_files().items():
        (raw / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def archives() -> dict[str, tuple[bytes, str]]:
    """The same files as the archives that torchvision downloads: name -> (bytes, MD5)."""
    packed = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in raw_mnist_files().items()}
    return {name: (content, hashlib.md5(content).hexdigest()) for name, content in packed.items()}


SOLUTION = re.compile(r"<details><summary>Solution</summary>\n\n```python\n(.*?)```", re.S)


def solutions(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The folded solutions of a notebook: name of the function -> source."""
    sources = [match for cell in notebook.cells for match in SOLUTION.findall(cell.source)]
    return {re.search(r"^def (\w+)", source, re.M)[1]: source for source in sources}


def solve_exercises(notebook: nbformat.NotebookNode) -> None:
    """Put the folded solutions into the cells of the exercises."""
    folded = solutions(notebook)
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", []):
            cell.source = folded[re.search(r"^def (\w+)", cell.source, re.M)[1]]
