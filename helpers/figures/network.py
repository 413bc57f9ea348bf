"""The picture of the whole program that opens every notebook: a 4 on its way through the trained network."""

from collections import namedtuple
from typing import Any

from helpers.data import sample_digit
from helpers.figures import GREY, INK, ORANGE, PALE, SIGNED, new_figure, show
from helpers.figures.forward_pass import activations
from helpers.model import load_pretrained

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle
from torch import Tensor
from torchvision.utils import make_grid

# What flows, in inches: its place in `activations`, its name, its middle, its size, and how many maps stand in a row.
# One map of four is drawn; 28, 14 and 7 pixels are to scale.
Value = namedtuple("Value", "key name middle width height columns")
VALUES = (
    Value("image", "1×28×28", 0.64, 1.0, 1.0, 1),
    Value("ReLU1", "32×28×28", 2.33, 0.96, 1.92, 2),
    Value("pool1", "32×14×14", 3.62, 0.48, 0.96, 2),
    Value("ReLU2", "64×14×14", 4.89, 0.96, 0.96, 4),
    Value("pool2", "64×7×7", 6.11, 0.48, 0.48, 4),
    Value("flat", "3136", 7.13, 0.2, 1.92, 1),
    Value("fc1", "128", 8.04, 0.2, 1.92, 1),
    Value("logits", "10 logits", 9.08, 0.8, 1.92, 1),
    Value("loss", "1 loss", 10.1, 0.5, 0.36, 1),
)
# What happens between two of them; each part can be highlighted.
STEPS = ["conv1", "ReLU"], ["pool"], ["conv2", "ReLU"], ["pool"], ["flatten"], ["fc1", "ReLU"], ["fc2"], ["loss"]
PARTS = {"data", "backward", "SGD"}.union(*STEPS)
CENTRE_Y, LABEL_Y, STEP_Y, LOOP_Y = 1.85, 0.84, 3.03, 0.24


def show_network(*highlight: str) -> None:
    """Show the program from pixels to loss and back, with the parts named in `highlight` in colour.

    Raises ValueError for a part that is not in PARTS.
    """
    if unknown := set(highlight) - PARTS:
        raise ValueError(f"Unknown part {sorted(unknown)}: expected some of {sorted(PARTS)}.")
    figure = new_figure(10.5, 3.6)
    axes = figure.add_axes((0, 0, 1, 1))
    numbers = _numbers_of_the_four()
    for value in VALUES:
        _draw_value(axes, value, numbers[value.key])
    if "data" in highlight:
        axes.add_patch(_frame(VALUES[0], edgecolor=ORANGE, linewidth=5, zorder=4))
    for step, before, after in zip(STEPS, VALUES, VALUES[1:], strict=False):
        _draw_step(axes, step, before, after, highlight)
    _draw_way_back(axes, highlight)
    axes.set(xlim=(0, 10.5), ylim=(0, 3.6), aspect="auto")
    axes.axis("off")
    answer = int(numbers["logits"].argmax())
    show(
        figure,
        "A 4 on its way through the trained network, a quarter of its feature maps as pictures: 1×28×28, conv1 and "
        "ReLU, 32×28×28, pool, 32×14×14, conv2 and ReLU, 64×14×14, pool, 64×7×7, flatten, 3136, fc1 and ReLU, 128, "
        f"fc2, 10 logits, of which that of the {answer} is largest, loss; below, the arrow of the gradients back to "
        f"the weights. Highlighted: {', '.join(highlight) or 'nothing'}.",
    )


def _numbers_of_the_four() -> dict[str, Tensor]:
    """All that the trained network computes for the built-in 4; of the maps the quarter that differs most within."""
    image = sample_digit(4)
    numbers = {"image": image, **activations(load_pretrained(), image)}
    numbers["flat"] = numbers["pool2"].flatten()
    numbers["loss"] = numbers["logits"].logsumexp(0) - numbers["logits"][4]
    for number in "12":
        maps = numbers[f"ReLU{number}"]
        liveliest = maps.std((1, 2)).topk(len(maps) // 4).indices
        numbers |= {key: numbers[key][liveliest] for key in (f"ReLU{number}", f"pool{number}")}
    return numbers


def _draw_value(axes: Axes, value: Value, numbers: Tensor) -> None:
    axes.text(value.middle, LABEL_Y, value.name, ha="center", va="top", fontsize=14, color=INK)
    if value.key == "loss":
        axes.add_patch(_frame(value, edgecolor=GREY, linewidth=2))
        axes.text(value.middle, CENTRE_Y, f"{numbers:.2f}", ha="center", va="center", fontsize=14, color=INK)
        return
    left, bottom = _frame(value).get_xy()
    if value.key == "logits":
        _draw_answers(axes, value, numbers)
        return
    if numbers.dim() == 3:
        picture = make_grid(numbers[:, None], value.columns, padding=len(numbers) > 1, pad_value=torch.nan)[0]
    else:
        picture = numbers[:, None]
    limit = 1.0 if value.key == "image" else 0.6 * float(numbers.max())
    extent = (left, left + value.width, bottom, bottom + value.height)
    axes.imshow(picture, "gray" if value.key == "image" else SIGNED, vmin=-limit, vmax=limit, extent=extent)


def _draw_answers(axes: Axes, value: Value, logits: Tensor) -> None:
    """A bar for each of the ten digits, to the right above zero; the answer's name in bold."""
    shares = logits / logits.abs().max()
    for digit, share in enumerate(shares.tolist()):
        row = CENTRE_Y + value.height * (4.5 - digit) / 10
        width, colour = share * value.width / 2, SIGNED(0.5 + share / 2)
        axes.barh(row, width, 0.13, left=value.middle, color=colour, edgecolor=GREY, linewidth=0.6)
        axes.text(
            value.middle - value.width / 2 - 0.08, row, str(digit), ha="center", va="center", fontsize=14, color=INK,
            fontweight="bold" if share == shares.max() else "normal",
        )  # fmt: skip


def _frame(value: Value, **style: Any) -> Rectangle:
    corner = value.middle - value.width / 2, CENTRE_Y - value.height / 2
    return Rectangle(corner, value.width, value.height, fill=False, **style)


def _draw_step(axes: Axes, step: list[str], before: Value, after: Value, highlight: tuple[str, ...]) -> None:
    """The arrow between two values, with the names of its parts above."""
    start, end = before.middle + before.width / 2 + 0.06, after.middle - after.width / 2 - 0.06
    end -= 0.12 if after.key == "logits" else 0
    _draw_arrow(axes, (start, CENTRE_Y), (end, CENTRE_Y), any(part in highlight for part in step))
    for line, part in enumerate(reversed(step)):
        active = part in highlight
        axes.text(
            (start + end) / 2, STEP_Y + 0.33 * line, part, ha="center", va="center",
            fontsize=16 if active else 14, fontweight="bold" if active else "normal", color=INK,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": ORANGE if active else "white", "edgecolor": "none"},
        )  # fmt: skip


def _draw_way_back(axes: Axes, highlight: tuple[str, ...]) -> None:
    """The loop below: the gradients of the loss go back, and SGD changes the weights."""
    last, active = VALUES[-1].middle, "backward" in highlight or "SGD" in highlight
    colour, width = (ORANGE, 4) if active else (GREY, 2)
    axes.plot([last, last], [LABEL_Y - 0.26, LOOP_Y], color=colour, linewidth=width, solid_capstyle="butt")
    _draw_arrow(axes, (last, LOOP_Y), (1.2, LOOP_Y), active)
    backward, sgd = "backward(): gradients of the loss", "SGD: changes conv1, conv2, fc1, fc2"
    for part, x, told in (("backward", 7.6, backward), ("SGD", 3.2, sgd)):
        axes.text(
            x, LOOP_Y, told, ha="center", va="center", fontsize=14, color=INK,
            fontweight="bold" if part in highlight else "normal",
            bbox={"boxstyle": "round,pad=0.3", "facecolor": ORANGE if part in highlight else PALE, "edgecolor": "none"},
        )  # fmt: skip


def _draw_arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], active: bool) -> None:
    colour, width = (ORANGE, 4) if active else (GREY, 2)
    arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=16, shrinkA=0, shrinkB=0)
    arrow.set(color=colour, linewidth=width)
    axes.add_patch(arrow)
