"""The live pictures of notebook 05: a graph of values, and the way back through a convolution."""

from collections.abc import Callable
from typing import Any

from helpers.figures import GREY, INK, PALE, new_figure
from helpers.figures.convolution import outline, write_numbers
from helpers.from_scratch import conv2d

from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text
from torch import Tensor
from torch.nn.functional import pad


class ValueGraph:
    """The values behind a result: a box for each, with its number and its gradient, and between them the slopes.

    build: from one number to the named values, parents first, after backward; each has data, grad, parents, slopes.
    """

    def __init__(self, build: Callable[[float], dict[str, Any]]) -> None:
        self.build, values = build, build(0.0)
        columns = _columns(values)
        most = max(map(len, columns))
        self.figure = new_figure(10, 1.2 + 1.2 * most)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-0.5, most - 0.5))
        self.axes.axis("off")
        self.boxes, self.slopes = {}, {}
        for x, names in enumerate(columns):
            for row, name in enumerate(names):
                self.boxes[name] = self._write(x, (most + len(names)) / 2 - 1 - row, "white", INK)
        for name, value in values.items():
            for use, parent in enumerate(value.parents):
                bend = 0.35 * (2 * use - 1) if value.parents.count(parent) > 1 else 0.0
                before = next(other for other in values if values[other] is parent)
                self.slopes[name, use] = self._connect(self.boxes[before], self.boxes[name], bend)
        self.moving = [*self.boxes.values(), *self.slopes.values()]

    def update(self, w: float) -> str:
        """Write what `build` makes of this number."""
        values = self.build(w)
        for name, box in self.boxes.items():
            box.set_text(_typed(f"{name}\ndata {values[name].data:g}\ngrad {values[name].grad:g}"))
        for (name, use), label in self.slopes.items():
            label.set_text(_typed(f"slope {values[name].slopes[use]:g}"))
        told = (f"{name} has data {value.data:g} and grad {value.grad:g}" for name, value in values.items())
        return _typed(f"A graph: {'; '.join(told)}.")

    def _write(self, x: float, y: float, face: str, edge: str) -> Text:
        box = {"boxstyle": "round,pad=0.4", "facecolor": face, "edgecolor": edge, "linewidth": 2}
        return self.axes.text(x, y, "", ha="center", va="center", fontsize=16, color=INK, bbox=box, zorder=3)

    def _connect(self, before: Text, after: Text, bend: float) -> Text:
        (x0, y0), (x1, y1) = before.get_position(), after.get_position()
        arrow = FancyArrowPatch((x0, y0), (x1, y1), connectionstyle=f"arc3,rad={bend}", arrowstyle="-|>")
        arrow.set(mutation_scale=18, color=GREY, linewidth=2)
        arrow.shrinkA, arrow.shrinkB = 62, 72
        self.axes.add_patch(arrow)
        return self._write((x0 + x1) / 2, (y0 + y1) / 2 - 0.75 * bend, PALE, PALE)


def _columns(values: dict[str, Any]) -> list[list[str]]:
    """The names of values, parents first, by how far each is from those that were made from nothing."""
    depth: dict[int, int] = {}
    for value in values.values():
        depth[id(value)] = 1 + max((depth[id(parent)] for parent in value.parents), default=-1)
    return [[name for name in values if depth[id(values[name])] == x] for x in range(max(depth.values()) + 1)]


def _typed(text: str) -> str:
    return text.replace("-", "−")


class BackwardWindow:
    """The kernel, turned round, on the padded gradient that arrives: each sum is the gradient of one pixel.

    d_output: (H, W), kernel: (k, k), both of small whole numbers.
    """

    def __init__(self, d_output: Tensor, kernel: Tensor) -> None:
        self.image, self.kernel = pad(d_output, (kernel.shape[0] - 1,) * 4), kernel.flip(0, 1)
        self.output = conv2d(self.image[None], self.kernel[None, None])[0]
        self.figure = new_figure(10, 4.1)
        left, middle, right = self.figure.subplots(1, 3, width_ratios=(5, 3, 3))
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.16, top=0.88, wspace=0.18)
        write_numbers(left, self.image, "d_z, with a frame of zeros")
        write_numbers(middle, self.kernel, "kernel, turned round")
        self.cells = write_numbers(right, self.output, "d_x")
        self.window, self.target = outline(left, *kernel.shape), outline(right)
        self.sum = self.figure.text(0.5, 0.05, "", ha="center", fontsize=17, color=INK)
        self.moving = [*self.cells, self.window, self.target, self.sum]

    def update(self, row: int, column: int) -> str:
        """Put the window where it gives the gradient of the pixel `row`, `column`; those after it stay hidden."""
        kh, kw = self.kernel.shape
        patch = self.image[row : row + kh, column : column + kw].flatten().tolist()
        for marked in (self.window, self.target):
            marked.set_xy((column - 0.5, row - 0.5))
        for index, cell in enumerate(self.cells):
            cell.set_visible(index <= row * self.output.shape[1] + column)
        products = zip(patch, self.kernel.flatten().tolist(), strict=True)
        terms = ["·".join(f"{int(n)}" if n >= 0 else f"({int(n)})" for n in pair) for pair in products]
        self.sum.set_text(_typed(f"{' + '.join(terms)} = {int(self.output[row, column])}"))
        return f"The window for the gradient of the pixel in row {row}, column {column}: {self.sum.get_text()}."
