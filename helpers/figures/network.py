"""The picture of the whole program that opens every notebook, with the part at hand highlighted."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from helpers.data import sample_digit
from helpers.figures import GREY, INK, ORANGE, PALE, SKY, new_figure, show

# What flows: (name, left edge, sheets drawn, width, height), in the units of the drawing.
VALUES = (
    ("1×28×28", 0.0, 1, 1.9, 1.9),
    ("32×28×28", 3.9, 5, 1.9, 1.9),
    ("32×14×14", 8.2, 5, 1.1, 1.1),
    ("64×14×14", 11.6, 8, 1.1, 1.1),
    ("64×7×7", 15.3, 8, 0.6, 0.6),
    ("3136", 19.0, 1, 0.28, 3.2),
    ("128", 22.1, 1, 0.28, 1.9),
    ("10\nlogits", 24.5, 1, 0.28, 1.0),
    ("1\nloss", 27.0, 1, 0.5, 0.5),
)
# What happens between two of them: each label is two lines, each line a part that can be highlighted.
STEPS = (("conv1", "ReLU"), ("pool",), ("conv2", "ReLU"), ("pool",), ("flatten",), ("fc1", "ReLU"), ("fc2",))
STEPS += (("loss",),)
PARTS = ("data", "conv1", "conv2", "ReLU", "pool", "flatten", "fc1", "fc2", "loss", "SGD")
SHEET_OFFSET = 0.13
DIGIT_SHOWN = 4
MIDDLE, LABEL_Y, STEP_Y, LOOP_Y = 0.0, -1.75, 1.85, -3.35


def show_network(*highlight: str) -> None:
    """Show the program from pixels to loss and back, with the parts named in `highlight` in colour.

    Raises ValueError for a part that is not in PARTS.
    """
    if unknown := set(highlight) - set(PARTS):
        raise ValueError(f"Unknown part {sorted(unknown)}: expected some of {PARTS}.")
    figure = new_figure(10.5, 3.6)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.9, 28.4), ylim=(-4.0, 3.0), aspect="auto")
    axes.axis("off")
    for value in VALUES:
        _draw_value(axes, *value)
    left, size = VALUES[0][1], VALUES[0][3]
    axes.imshow(
        sample_digit(DIGIT_SHOWN)[0],
        cmap="gray",
        extent=(left, left + size, -size / 2, size / 2),
        aspect="auto",
        zorder=3,
    )
    if "data" in highlight:
        axes.add_patch(Rectangle((left, -size / 2), size, size, fill=False, edgecolor=ORANGE, linewidth=5, zorder=4))
    for step, before, after in zip(STEPS, VALUES, VALUES[1:], strict=False):
        _draw_step(axes, step, before, after, highlight)
    _draw_way_back(axes, "SGD" in highlight)
    named = ", ".join(highlight) if highlight else "nothing"
    show(
        figure,
        "The network from left to right: image 1×28×28, conv1 and ReLU, 32×28×28, pool, 32×14×14, conv2 and "
        "ReLU, 64×14×14, pool, 64×7×7, flatten, 3136, fc1 and ReLU, 128, fc2, 10 logits, loss; below, the arrow "
        f"of the gradients back to the weights. Highlighted: {named}.",
    )


def _draw_value(axes: Axes, name: str, x: float, sheets: int, width: float, height: float) -> None:
    """A stack of sheets for feature maps, one bar for a vector."""
    bottom = MIDDLE - height / 2 + SHEET_OFFSET * (sheets - 1) / 2
    for k in range(sheets):
        corner = (x + k * SHEET_OFFSET, bottom - k * SHEET_OFFSET)
        axes.add_patch(Rectangle(corner, width, height, facecolor=SKY, edgecolor="white", linewidth=1.2))
    axes.text(x + _extent(sheets, width) / 2, LABEL_Y, name, ha="center", va="top", fontsize=14, color=INK)


def _draw_step(axes: Axes, step: tuple, before: tuple, after: tuple, highlight: tuple) -> None:
    """The arrow between two values, with the names of its parts above."""
    start, end = before[1] + _extent(before[2], before[3]), after[1]
    active = any(part in highlight for part in step)
    axes.add_patch(_arrow((start + 0.15, MIDDLE), (end - 0.1, MIDDLE), ORANGE if active else GREY, 4 if active else 2))
    for line, part in enumerate(step):
        on = part in highlight
        axes.text(
            (start + end) / 2, STEP_Y + 0.68 * (len(step) - 1 - line), part, ha="center", va="center",
            fontsize=16 if on else 14, fontweight="bold" if on else "normal", color=INK,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": ORANGE if on else "white", "edgecolor": "none"},
        )  # fmt: skip


def _draw_way_back(axes: Axes, active: bool) -> None:
    """The loop below: the gradients of the loss go back, and SGD changes the weights."""
    colour, width = (ORANGE, 4) if active else (GREY, 2)
    last = VALUES[-1][1] + VALUES[-1][3] / 2
    axes.plot([last, last], [LABEL_Y - 1.15, LOOP_Y], color=colour, linewidth=width, solid_capstyle="butt")
    axes.add_patch(_arrow((last, LOOP_Y), (2.9, LOOP_Y), colour, width))
    text = "SGD: changes conv1, conv2, fc1, fc2     ←     backward(): gradients of the loss"
    style = {"fontsize": 14, "fontweight": "bold" if active else "normal", "ha": "center", "va": "center"}
    box = {"boxstyle": "round,pad=0.3", "facecolor": ORANGE if active else PALE, "edgecolor": "none"}
    axes.text(15, LOOP_Y, text, color=INK, bbox=box, **style)


def _extent(sheets: int, width: float) -> float:
    """The width of a whole stack."""
    return width + SHEET_OFFSET * (sheets - 1)


def _arrow(start: tuple[float, float], end: tuple[float, float], colour: str, width: float) -> FancyArrowPatch:
    return FancyArrowPatch(
        start, end, arrowstyle="-|>", mutation_scale=16, color=colour, linewidth=width, shrinkA=0, shrinkB=0
    )
