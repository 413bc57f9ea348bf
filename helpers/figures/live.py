"""Live figures: one ordinary picture under the cell, redrawn in place when a control moves.

Saved, a live figure is a plain PNG and one line of text, so that it reads without a kernel.
"""

import io
from typing import Any, Protocol

from helpers.figures import show
from helpers.figures.controls import Controls, KernelEditor, choice, parts, slider

import ipywidgets as widgets
import numpy as np
import PIL.Image
from IPython import get_ipython
from IPython.display import Image, display
from matplotlib.artist import Artist
from matplotlib.figure import Figure

__all__ = [
    "KernelEditor",
    "Picture",
    "choice",
    "draw_moving_part",
    "draw_pixels",
    "draw_still_part",
    "explore",
    "slider",
    "still",
]


class Picture(Protocol):
    """A figure built once, whose `update` sets the data of its artists; the single source of a picture.

    `moving` are the artists that `update` changes, in the order in which they are drawn.
    """

    figure: Figure
    moving: list[Artist]

    def update(self, *_: Any, **values: Any) -> str:
        """Redraw for these values; returns the text that stands for the picture when it is not seen."""


def still(picture: Picture, **values: Any) -> None:
    """Show `picture` for these values, as an ordinary figure."""
    show(picture.figure, alt=picture.update(**values))


def explore(picture: Picture, **controls: widgets.Widget) -> None:
    """Show `picture` under one control for each argument of its `update`; moving a control redraws it."""
    box = Controls(controls)
    free_earlier_runs(box)
    still_part = draw_still_part(picture)

    def redraw(packing: int = 1) -> Image:
        alt = picture.update(**{name: control.value for name, control in controls.items()})
        return draw_moving_part(picture, still_part, alt, packing)

    display(box)
    handle = display(redraw(packing=9), display_id=True)  # this one is saved: small matters more than fast
    for control in controls.values():
        control.observe(lambda _: handle.update(redraw()), names="value")


_shown: dict[str, tuple[str, list[Controls]]] = {}  # for each cell its last run, and the controls that it showed


def free_earlier_runs(box: Controls) -> None:
    """Note that this cell shows `box`, and close what earlier runs of it showed; their figures go with it.

    ipywidgets itself keeps every widget that is not closed, and a widget keeps the figure that it redraws.
    """
    cell, run = running_cell()
    last_run, boxes = _shown.get(cell, (run, []))
    if run != last_run:
        for widget in {part for old in boxes for part in parts(old)} - set(parts(box)):
            widget.close()
        boxes = []
    if cell:
        _shown[cell] = run, [*boxes, box]


def running_cell() -> tuple[str, str]:
    """What names the running cell, "" where no front end says it, and what names its run."""
    shell = get_ipython()
    if not hasattr(shell, "get_parent"):
        return "", ""
    request = shell.get_parent()
    return request["metadata"].get("cellId", ""), request["header"]["msg_id"]


def draw_still_part(picture: Picture) -> object:
    """Draw once what never changes; returns the pixels.

    Drawing the rest over them (blitting, https://matplotlib.org/stable/users/explain/animations/blitting.html)
    takes a fraction of the time of drawing all.
    """
    for artist in picture.moving:
        artist.set_animated(True)
    canvas: Any = picture.figure.canvas  # Agg, which alone can do this
    canvas.draw()
    return canvas.copy_from_bbox(picture.figure.bbox)


def draw_moving_part(picture: Picture, still_part: object, alt: str, packing: int = 1) -> Image:
    """The picture as PNG, by default packed little, because packing takes longer than sending.

    Width and height are announced so that the page does not move while the browser decodes the picture.
    """
    pixels, stream = draw_pixels(picture, still_part), io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "png", compress_level=packing)
    height, width, _ = pixels.shape
    return Image(stream.getvalue(), width=width, height=height, alt=alt)


def draw_pixels(picture: Picture, still_part: object) -> np.ndarray:
    """The picture as it is now: red, green and blue of its pixels, (height, width, 3) bytes."""
    canvas: Any = picture.figure.canvas
    canvas.restore_region(still_part)
    for artist in picture.moving:
        picture.figure.draw_artist(artist)
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
