"""The frames of the live figures, for the reading pages: `python -m helpers.publish.frames NOTEBOOK FOLDER`.

The notebook runs up to its last live figure, with a stand-in for `explore` that draws the same picture for the values
of its controls. That needs what the notebook needs, torch and matplotlib: a picture is whatever its Python draws.
A frame is kept as the square tiles in which it differs from the first picture; equal tiles are kept once. It lands in a
script, because a page that is opened as a file may load nothing else.
"""

import base64
import io
import itertools
import json
import math
import os
import sys
import zlib
from pathlib import Path
from typing import Any

from helpers.figures import canvas, live
from helpers.figures.controls import KernelEditor
from helpers.figures.convolution import Geometry, SlidingWindow
from helpers.model import SimpleCNN
from helpers.publish.needed import needed

import ipywidgets as widgets
import nbformat
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib import pyplot as plt
from PIL import Image

TILE = 20  # pixels a side
MOST_FRAMES = 500  # of a figure, which take some ten seconds to draw
MOST_BYTES = 2_000_000  # of a figure's script
COMPUTED = {SlidingWindow: "liveWindow", Geometry: "liveGeometry"}  # by the page itself, in window.js and geometry.js


class Frames:
    """Every frame of a picture over the values of its controls, the last control running fastest.

    Values are left out evenly where there would be more than `most` frames, never the ones that the figure begins with.
    """

    def __init__(self, picture: live.Picture, controls: dict[str, widgets.Widget], most: int = MOST_FRAMES) -> None:
        states = thinned({name: states_of(control) for name, control in controls.items()}, most)
        self.controls, self.alts, self.frames = [], [], []
        self.sums: list[int] = []  # CRC-32 of the pixels of each frame
        self.tiles: dict[bytes, int] = {}
        for (texts, _, start), control in zip(states.values(), controls.values(), strict=True):
            self.controls.append(offered(control, texts, start))
        picture.update(**{name: values[start] for name, (_, values, start) in states.items()})
        still_part = live.draw_still_part(picture)
        self.first = live.draw_pixels(picture, still_part)
        ground = tiles_of(self.first)
        for values in itertools.product(*(values for _, values, _ in states.values())):
            alt = picture.update(**dict(zip(states, values, strict=True)))
            frame = live.draw_pixels(picture, still_part)
            tiles = tiles_of(frame)
            places = np.flatnonzero((tiles != ground).any(axis=1))
            ids = [self.tiles.setdefault(tiles[place].tobytes(), len(self.tiles)) for place in places]
            self.alts.append(alt)
            self.sums.append(zlib.crc32(frame.tobytes()))
            self.frames.append([places.tolist(), ids])

    def packed(self) -> dict[str, Any]:
        """All that a page needs, ready for JSON."""
        across = max(1, math.isqrt(len(self.tiles)))
        rows = -(-len(self.tiles) // across) or 1
        atlas = np.zeros((rows * across, TILE * TILE * 3), np.uint8)
        for tile, number in self.tiles.items():
            atlas[number] = np.frombuffer(tile, np.uint8)
        sheet = atlas.reshape(rows, across, TILE, TILE, 3).swapaxes(1, 2).reshape(rows * TILE, across * TILE, 3)
        states = json.dumps(
            {"alts": self.alts, "frames": self.frames, "sums": self.sums}, separators=(",", ":")
        ).encode()
        return {
            "controls": self.controls, "tile": TILE, "across": across, "first": data_url(self.first),
            "tiles": data_url(sheet), "states": base64.b64encode(zlib.compress(states, 9)).decode(),
        }  # fmt: skip


def offered(control: widgets.Widget, texts: list[str], start: int) -> dict[str, Any]:
    """What a page needs to show the control with these values, beginning with the one at place `start`."""
    label = "kernel" if isinstance(control, KernelEditor) else control.description
    return {"label": label, "kind": "slider" if hasattr(control, "step") else "choice", "texts": texts, "start": start}


def states_of(control: widgets.Widget) -> tuple[list[str], list[Any], int]:
    """The values that a control offers: as texts, as themselves, and the place of the one that it begins with."""
    if isinstance(control, KernelEditor):
        control = control.named
    if isinstance(control, widgets.ToggleButtons):
        values = list(control.options.values())
        return list(control.options), values, values.index(control.value)
    count = round((control.max - control.min) / control.step) + 1
    values = [control.min + control.step * k for k in range(count)]
    texts = [str(value) if isinstance(value, int) else f"{value:.2f}".replace("-", "−") for value in values]
    return texts, values, round((control.value - control.min) / control.step)


def thinned(states: dict[str, tuple[list[str], list[Any], int]], most: int) -> dict[str, tuple]:
    """The states with longer steps, so that at most `most` combinations remain; the longest control gives way."""
    steps = dict.fromkeys(states, 1)

    def kept() -> dict[str, tuple]:
        cut = {name: slice(start % steps[name], None, steps[name]) for name, (_, _, start) in states.items()}
        return {
            name: (texts[cut[name]], values[cut[name]], start // steps[name])
            for name, (texts, values, start) in states.items()
        }

    while math.prod(len(values) for _, values, _ in kept().values()) > most:
        longest = max(kept().items(), key=lambda item: len(item[1][1]))[0]
        steps[longest] += 1
    return kept()


def tiles_of(frame: np.ndarray) -> np.ndarray:
    """The tiles of a frame along its rows, (tiles, TILE * TILE * 3), those at its right and lower edge filled up."""
    height, width, _ = frame.shape
    frame = np.pad(frame, ((0, -height % TILE), (0, -width % TILE), (0, 0)))
    rows, columns = frame.shape[0] // TILE, frame.shape[1] // TILE
    return frame.reshape(rows, TILE, columns, TILE, 3).swapaxes(1, 2).reshape(rows * columns, -1)


def data_url(image: np.ndarray) -> str:
    """The image, nothing lost, as the address that holds it."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "webp", lossless=True, quality=100)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()


def script(name: str, picture: live.Picture, controls: dict[str, widgets.Widget]) -> str:
    """What a page loads for the figure of this name; the frames are thinned until they fit MOST_BYTES."""
    most = MOST_FRAMES
    while True:
        frames = Frames(picture, controls, most)
        text = f"liveFigure({json.dumps(name)}, {json.dumps(frames.packed())});\n"
        if len(text) <= MOST_BYTES:
            return text
        most = int(len(frames.frames) * 0.9 * MOST_BYTES / len(text))


def inputs_of(picture: live.Picture, controls: dict[str, widgets.Widget]) -> dict[str, Any]:
    """What a page needs to compute the picture itself: its controls, and of the window the pixels and kernels."""
    states = {name: states_of(control) for name, control in controls.items()}
    inputs: dict[str, Any] = {name: offered(controls[name], texts, k) for name, (texts, _, k) in states.items()}
    if isinstance(picture, SlidingWindow):
        pixels = ((picture.padded[1:-1, 1:-1] + 1) * 127.5).round().byte()
        inputs["image"] = base64.b64encode(pixels.numpy().tobytes()).decode()
        inputs["numbers"] = [np.round(kernel, 3).flatten().tolist() for kernel in states["kernel"][1]]
    return inputs


def base64_of_weights(model: SimpleCNN) -> str:
    """All weights in half precision, as they are stored, one after the other."""
    halves = [weights.numpy().astype("<f2").tobytes() for weights in model.state_dict().values()]
    return base64.b64encode(b"".join(halves)).decode()


def write(notebook: Path, folder: Path) -> None:
    """Run the cells of the notebook that its live figures need, and write the script of each into `folder`.

    Raises RuntimeError when a cell fails.
    """
    sources = [cell.source for cell in nbformat.read(notebook, 4).cells if cell.cell_type == "code"]
    numbers = itertools.count()

    def record(picture: Any, **controls: widgets.Widget) -> None:
        name = f"{notebook.stem}-{next(numbers)}"
        drawing = controls.get("drawing")
        if isinstance(drawing, canvas.DigitCanvas):  # the network itself answers in the page
            (folder / "weights.js").write_text(f'liveWeights("{base64_of_weights(picture.model)}");\n')
            ink, named = base64.b64encode(drawing.value).decode(), getattr(picture, "named", {})
            pad = {"side": canvas.SIDE, "ink": ink, "named": named}
            text = f"livePad({json.dumps(name)}, {json.dumps(pad)});\n"
        elif type(picture) in COMPUTED:
            text = f"{COMPUTED[type(picture)]}({json.dumps(name)}, {json.dumps(inputs_of(picture, controls))});\n"
        else:
            text = script(name, picture, controls)
        (folder / f"{name}.js").write_text(text)

    live.explore = canvas.explore = record
    plt.style.use("helpers.figures.style")
    os.chdir(notebook.parent)
    shell = InteractiveShell.instance()
    for source in needed(sources):
        with capture_output():
            result = shell.run_cell(source)
        if not result.success:
            raise RuntimeError(f"{notebook.name}: {result.error_in_exec or result.error_before_exec!r} in\n{source}")


if __name__ == "__main__":
    write(*(Path(argument).resolve() for argument in sys.argv[1:]))
