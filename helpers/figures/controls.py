"""What a reader moves under a live figure: sliders, buttons, a kernel's nine numbers."""

from collections.abc import Iterator
from pathlib import Path

import anywidget
import ipywidgets as widgets
import torch
import traitlets
from torch import Tensor


class HandleNames(anywidget.AnyWidget):
    """Shows nothing; gives each slider beside it the name that a screen reader says."""

    _esm = Path(__file__).with_name("handle_names.js")


class Controls(widgets.VBox):
    """The controls of a live figure, in a row, with a text that is the same in every run."""

    def __init__(self, controls: dict[str, widgets.Widget]) -> None:
        super().__init__([widgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"}), HandleNames()])
        self.names = ", ".join(controls)

    def __repr__(self) -> str:
        return f"[Controls: {self.names}. They work when the notebook runs.]"


def slider(label: str, low: float, high: float, value: float, step: float = 1) -> widgets.Widget:
    """A slider moved by mouse or arrow keys; over whole numbers, or over decimals where `step` is one, such as 0.05."""
    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    style, layout = {"description_width": "initial"}, {"width": "300px"}
    return kind(value=value, min=low, max=high, step=step, description=label, style=style, layout=layout)


def choice(label: str, options: dict) -> widgets.ToggleButtons:
    """One button for each named value. (JupyterLab takes the arrow keys away from a drop-down menu.)"""
    style = {"description_width": "initial", "button_width": "auto"}
    return widgets.ToggleButtons(options=options, description=label, style=style, layout={"width": "auto"})


class KernelEditor(widgets.HBox):
    """Nine fields for a 3x3 kernel beside buttons for named kernels; `value` is the kernel as a tuple of rows."""

    value = traitlets.Tuple()

    def __init__(self, kernels: dict[str, Tensor]) -> None:
        self.named = choice("kernel", {name: kernel.tolist() for name, kernel in kernels.items()})
        names = [f"row {k // 3}, column {k % 3}" for k in range(9)]  # for screen readers; their width hides them
        style, layout = {"description_width": "0px"}, {"width": "72px"}
        self.fields = [widgets.FloatText(description=name, step=0.5, style=style, layout=layout) for name in names]
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


def parts(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """`widget` and all that it is made of, at any depth, layouts and styles included."""
    yield widget
    for value in widget.trait_values().values():
        for part in value if isinstance(value, tuple) else [value]:
            if isinstance(part, widgets.Widget):
                yield from parts(part)
