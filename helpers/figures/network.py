"""The picture of the whole program that opens every notebook, with the part at hand highlighted."""

from collections import namedtuple

from helpers.data import sample_digit
from helpers.figures import GREY, INK, ORANGE, PALE, SKY, new_figure, show

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

# What flows, in the units of the drawing: a stack of sheets for feature maps, one bar for a vector.
Value = namedtuple("Value", "name left sheets width height")
VALUES = (
    Value("1×28×28", 0.0, 1, 1.9, 1.9),
    Value("32×28×28", 3.9, 5, 1.9, 1.9),
    Value("32×14×14", 8.2, 5, 1.1, 1.1),
    Value("64×14×14", 11.6, 8, 1.1, 1.1),
    Value("64×7×7", 15.3, 8, 0.6, 0.6),
    Value("3136", 19.0, 1, 0.28, 3.2),
    Value("128", 22.1, 1, 0.28, 1.9),
    Value("10\nlogits", 24.5, 1, 0.28, 1.0),
    Value("1\nloss", 27.0, 1, 0.5, 0.5),
)
# What happens between two of them; each part can be highlighted.
STEPS = ["conv1", "ReLU"], ["pool"], ["conv2", "ReLU"], ["pool"], ["flatten"], ["fc1", "ReLU"], ["fc2"], ["loss"]
PARTS = {"data", "SGD"}.union(*STEPS)
SHEET_OFFSET, LABEL_Y, STEP_Y, LOOP_Y = 0.13, -1.75, 1.85, -3.35


def show_network(*highlight: str) -> None:
    """Show the program from pixels to loss and back, with the parts named in `highlight` in colour.

    Raises ValueError for a part that is not in PARTS.
    """
    if unknown := set(highlight) - PARTS:
        raise ValueError(f"Unknown part {sorted(unknown)}: expected some of {sorted(PARTS)}.")
    figure = new_figure(10.5, 3.6)
    axes = figure.add_axes((0, 0, 1, 1))
    for value in VALUES:
        _draw_value(axes, value)
    edge, half = VALUES[0].width, VALUES[0].height / 2
    axes.imshow(sample_digit(4)[0].numpy(), cmap="gray", extent=(0, edge, -half, half), zorder=3)
    if "data" in highlight:
        axes.add_patch(Rectangle((0, -half), edge, edge, fill=False, edgecolor=ORANGE, linewidth=5, zorder=4))
    for step, before, after in zip(STEPS, VALUES, VALUES[1:], strict=False):
        _draw_step(axes, step, before, after, highlight)
    _draw_way_back(axes, "SGD" in highlight)
    axes.set(xlim=(-0.9, 28.4), ylim=(-4.0, 3.0), aspect="auto")
    axes.axis("off")
    show(
        figure,
        "The network from left to right: image 1×28×28, conv1 and ReLU, 32×28×28, pool, 32×14×14, conv2 and "
        "ReLU, 64×14×14, pool, 64×7×7, flatten, 3136, fc1 and ReLU, 128, fc2, 10 logits, loss; below, the arrow "
        f"of the gradients back to the weights. Highlighted: {', '.join(highlight) or 'nothing'}.",
    )


def _draw_value(axes: Axes, value: Value) -> None:
    bottom = -value.height / 2 + SHEET_OFFSET * (value.sheets - 1) / 2
    for k in range(value.sheets):
        corner = value.left + k * SHEET_OFFSET, bottom - k * SHEET_OFFSET
        axes.add_patch(Rectangle(corner, value.width, value.height, facecolor=SKY, edgecolor="white", linewidth=1.2))
    axes.text((value.left + _right(value)) / 2, LABEL_Y, value.name, ha="center", va="top", fontsize=14, color=INK)


def _draw_step(axes: Axes, step: list[str], before: Value, after: Value, highlight: tuple[str, ...]) -> None:
    """The arrow between two values, with the names of its parts above."""
    _draw_arrow(axes, (_right(before) + 0.15, 0), (after.left - 0.1, 0), any(part in highlight for part in step))
    for line, part in enumerate(reversed(step)):
        active = part in highlight
        axes.text(
            (_right(before) + after.left) / 2, STEP_Y + 0.68 * line, part, ha="center", va="center",
            fontsize=16 if active else 14, fontweight="bold" if active else "normal", color=INK,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": ORANGE if active else "white", "edgecolor": "none"},
        )  # fmt: skip


def _draw_way_back(axes: Axes, active: bool) -> None:
    """The loop below: the gradients of the loss go back, and SGD changes the weights."""
    last = (VALUES[-1].left + _right(VALUES[-1])) / 2
    colour, width = (ORANGE, 4) if active else (GREY, 2)
    axes.plot([last, last], [LABEL_Y - 1.15, LOOP_Y], color=colour, linewidth=width, solid_capstyle="butt")
    _draw_arrow(axes, (last, LOOP_Y), (2.9, LOOP_Y), active)
    axes.text(
        15, LOOP_Y, "SGD: changes conv1, conv2, fc1, fc2     ←     backward(): gradients of the loss",
        ha="center", va="center", fontsize=14, fontweight="bold" if active else "normal", color=INK,
        bbox={"boxstyle": "round,pad=0.3", "facecolor": ORANGE if active else PALE, "edgecolor": "none"},
    )  # fmt: skip


def _draw_arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], active: bool) -> None:
    colour, width = (ORANGE, 4) if active else (GREY, 2)
    arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=16, shrinkA=0, shrinkB=0)
    arrow.set(color=colour, linewidth=width)
    axes.add_patch(arrow)


def _right(value: Value) -> float:
    """The right edge of its last sheet."""
    return value.left + value.width + SHEET_OFFSET * (value.sheets - 1)
