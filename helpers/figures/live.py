"""Live figures: one ordinary picture under the cell, redrawn in place when a control moves.

Saved, a live figure is a plain PNG and one line of text, so that it reads without a kernel.
"""

import io
from typing import Protocol

import anywidget
import ipywidgets as widgets
import numpy as np
import PIL.Image
import torch
import traitlets
from IPython.display import Image, display
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from torch import Tensor

from helpers.figures import show


class Picture(Protocol):
    """A figure built once, whose `update` sets the data of its artists; the single source of a picture.

    `moving` are the artists that `update` changes, in the order in which they are drawn.
    """

    figure: Figure
    moving: list[Artist]

    def update(self, **values) -> str:
        """Redraw for these values; returns the text that stands for the picture when it is not seen."""


# ipywidgets writes a slider's description beside it, but gives no name to the handle, where a screen reader listens.
NAME_THE_HANDLES = """
function render({ el }) {
  Object.assign(el.style, { position: "absolute", width: "1px", height: "1px" });
  const name = () => {
    for (const slider of el.closest(".widget-vbox").querySelectorAll(".widget-slider")) {
      const label = slider.querySelector("label").textContent;
      for (const handle of slider.querySelectorAll("[role=slider]")) handle.setAttribute("aria-label", label);
    }
  };
  const watcher = new MutationObserver(name);  // a slider comes when it is ready, perhaps after this widget
  new ResizeObserver(() => {  // called when the page has taken this widget in
    if (!el.isConnected) return;
    name();
    watcher.observe(el.closest(".widget-vbox"), { childList: true, subtree: true });
  }).observe(el);
}
export default { render };
"""


class HandleNames(anywidget.AnyWidget):
    """Shows nothing; gives each slider beside it the name that a screen reader says."""

    _esm = NAME_THE_HANDLES


class Controls(widgets.VBox):
    """The controls of a live figure, with a text that is the same in every run."""

    def __repr__(self) -> str:
        return f"[Controls: {', '.join(self.names)}. They work when the notebook runs.]"


def still(picture: Picture, **values) -> None:
    """Show `picture` for these values, as an ordinary figure."""
    show(picture.figure, alt=picture.update(**values))


def explore(picture: Picture, **controls: widgets.Widget) -> None:
    """Show `picture` under one control for each argument of its `update`; moving a control redraws it."""
    box = Controls([widgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"}), HandleNames()])
    box.names = list(controls)
    still_part = draw_still_part(picture)

    def redraw(packing: int = 1) -> Image:
        alt = picture.update(**{name: control.value for name, control in controls.items()})
        return draw_moving_part(picture, still_part, alt, packing)

    display(box)
    handle = display(redraw(packing=9), display_id=True)  # this one is saved: small matters more than fast
    for control in controls.values():
        control.observe(lambda _: handle.update(redraw()), names="value")


def draw_still_part(picture: Picture) -> object:
    """Draw once what never changes; returns the pixels.

    Drawing the rest over them (blitting, https://matplotlib.org/stable/users/explain/animations/blitting.html)
    takes a fraction of the time of drawing all.
    """
    for artist in picture.moving:
        artist.set_animated(True)
    picture.figure.canvas.draw()
    return picture.figure.canvas.copy_from_bbox(picture.figure.bbox)


def draw_moving_part(picture: Picture, still_part: object, alt: str, packing: int = 1) -> Image:
    """The picture as PNG, by default packed little, because packing takes longer than sending.

    Width and height are announced so that the page does not move while the browser decodes the picture.
    """
    canvas = picture.figure.canvas
    canvas.restore_region(still_part)
    for artist in picture.moving:
        picture.figure.draw_artist(artist)
    stream = io.BytesIO()
    PIL.Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(stream, "png", compress_level=packing)
    width, height = canvas.get_width_height()
    return Image(stream.getvalue(), width=width, height=height, alt=alt)


def slider(
    label: str, low: float, high: float, value: float, step: float = 1
) -> widgets.IntSlider | widgets.FloatSlider:
    """A slider moved by mouse or arrow keys; over whole numbers, or over decimals where `step` is one, such as 0.05."""
    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=label,
        style={"description_width": "initial"},
        layout={"width": "300px"},
    )


def choice(label: str, options: dict) -> widgets.ToggleButtons:
    """One button for each named value. (JupyterLab takes the arrow keys away from a drop-down menu.)"""
    return widgets.ToggleButtons(
        options=options,
        description=label,
        style={"description_width": "initial", "button_width": "auto"},
        layout={"width": "auto"},
    )


class KernelEditor(widgets.HBox):
    """Nine fields for a 3x3 kernel beside buttons for named kernels; `value` is the kernel as a tuple of rows."""

    value = traitlets.Tuple()

    def __init__(self, kernels: dict[str, Tensor]) -> None:
        self.named = choice("kernel", {name: kernel.tolist() for name, kernel in kernels.items()})
        self.fields = [
            widgets.FloatText(
                description=f"row {k // 3}, column {k % 3}",  # for screen readers; its width leaves nothing to see
                style={"description_width": "0px"},
                step=0.5,
                layout={"width": "72px"},
            )
            for k in range(9)
        ]
        grid = widgets.GridBox(self.fields, layout={"grid_template_columns": "repeat(3, 76px)"})
        super().__init__([self.named, grid])
        self.named.observe(self._take_named, names="value")
        for field in self.fields:
            field.observe(self._take_fields, names="value")
        self._take_named()

    def _take_named(self, _: object = None) -> None:
        numbers = torch.tensor(self.named.value).flatten().tolist()
        with self.hold_trait_notifications():  # one redraw, not nine
            for field, number in zip(self.fields, numbers, strict=True):
                field.value = round(number, 3)

    def _take_fields(self, _: object) -> None:
        numbers = [field.value for field in self.fields]
        self.value = tuple(tuple(numbers[k : k + 3]) for k in (0, 3, 6))
