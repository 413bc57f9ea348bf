"""Strict nbval compares saved texts; this plugin for pytest, which pyproject.toml loads, compares the pictures, too."""

import base64
import io
import math
import re
from collections.abc import Iterator

import numpy as np
import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell
from PIL import Image

BLOCK = 16  # pixels a side that are averaged first: fonts and trainings differ a little from machine to machine
LARGEST = 0.45  # difference
NUMBER = re.compile(r"[-−]?\d[\d,]*\.?\d*")
Picture = tuple[bytes, str]  # a PNG and its alternative text

not_compared: set[str] = set()  # notebooks that ran without MNIST


def difference(saved: bytes, fresh: bytes) -> float:
    """How far two PNGs are apart in brightness or in colour, the larger of the two.

    Each is the size of the difference over that of the saved picture on its background: 0 for equal pictures, 1 for a
    blank one, infinite for another size.
    """
    images = (Image.open(io.BytesIO(png)).convert("RGB").reduce(BLOCK) for png in (saved, fresh))
    before, after = (np.asarray(image, float) for image in images)
    if before.shape != after.shape:
        return math.inf
    ground = np.median(before, axis=(0, 1))
    grey_before, grey_after = ((image - ground).mean(axis=2, keepdims=True) for image in (before, after))
    least = max(0.1 * _size(before - ground), 1.0)
    brightness = _size(grey_before - grey_after) / max(_size(grey_before), least)
    hue_before, hue_after = before - ground - grey_before, after - ground - grey_after
    return max(brightness, _size(hue_before - hue_after) / max(_size(hue_before), least))


def _size(image: np.ndarray) -> float:
    return float(np.linalg.norm(image))


def complaints(saved: list[Picture], fresh: list[Picture]) -> list[str]:
    """What a reader would see or hear differently; numbers in alternative texts are left to the pictures."""
    if len(saved) != len(fresh):
        return [f"{len(saved)} pictures are saved, {len(fresh)} were made"]
    found = []
    for (old, old_alt), (new, new_alt) in zip(saved, fresh, strict=True):
        if NUMBER.sub("#", old_alt) != NUMBER.sub("#", new_alt):
            found.append(f"the alternative text was {old_alt!r}, and is {new_alt!r}")
        if (apart := difference(old, new)) > LARGEST:
            found.append(f"the picture differs by {apart:.2f}, more than {LARGEST}: {new_alt}")
    return found


def pictures(outputs: list[NotebookNode]) -> list[Picture]:
    """The PNGs among the outputs of a cell, each with its alternative text."""
    found = [output for output in outputs if "image/png" in output.get("data", {})]
    return [(base64.b64decode(o.data["image/png"]), o.metadata.get("image/png", {}).get("alt", "")) for o in found]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """After nbval has run a cell and compared its texts, compare its pictures."""
    yield
    if not isinstance(item, IPyNbCell):
        return
    if any("the built-in sample (" in output.get("text", "") for output in item.test_outputs):
        not_compared.add(item.parent.name)
    if item.options["check"] and item.parent.name not in not_compared:
        if found := complaints(pictures(item.cell.outputs), pictures(item.test_outputs)):
            item.raise_cell_error("Cell pictures differ", "\n".join(found))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which pictures were not compared, and why."""
    if not_compared:
        reason = "as the saved ones show MNIST, not the built-in sample"
        terminalreporter.write_line(f"Pictures not compared, {reason}: {', '.join(sorted(not_compared))}")
