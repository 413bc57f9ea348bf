"""Pictures of trainings: the loss while it falls, what went wrong, the confusion matrix, the ladder."""

import math
from collections.abc import Sequence

import torch
from IPython.display import Image, display
from matplotlib.axes import Axes
from torch import Tensor

from helpers.figures import BLUE, GREY, INK, ORANGE, PALE, draw_image, new_figure, show
from helpers.figures.live import draw_moving_part, draw_still_part
from helpers.studies.ladder_study import Rung
from helpers.training import History

EVERY = 20  # steps between two pictures of the live curve: drawing then costs a small part of the training


class LiveCurve:
    """The batch losses of a training of `steps` steps, redrawn under the cell while it runs.

    Hand it to `helpers.training.train` as `watch`.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.figure = new_figure(10, 3.2)
        axes = self.figure.add_axes((0.08, 0.2, 0.9, 0.72))
        axes.set(xlim=(0, steps), ylim=(0, 2.5), xlabel="step", ylabel="loss of the batch")
        axes.grid(color=PALE)
        self.moving = axes.plot([], [], color=BLUE, linewidth=1.5)
        self.still_part = draw_still_part(self)
        self.handle = display(self._drawn("An empty curve: no step yet."), display_id=True)

    def __call__(self, history: History) -> None:
        """Show the losses so far, at every EVERY-th step and at the last."""
        done = len(history.steps)
        if done % EVERY == 0 or done == self.steps:
            self.moving[0].set_data(range(1, done + 1), history.steps)
            loss = history.steps[-1]
            self.handle.update(self._drawn(f"The loss of the batch after {done} of {self.steps} steps: {loss:.2f}."))

    def _drawn(self, alt: str) -> Image:
        return draw_moving_part(self, self.still_part, alt, packing=9)


def show_confusion(matrix: Tensor) -> None:
    """Show counts (10, 10): rows are labels, columns are answers; the mistakes in colour."""
    wrong = matrix.float() * (1 - torch.eye(len(matrix)))
    figure = new_figure(10, 4.2)
    axes = figure.add_axes((0.08, 0.02, 0.9, 0.82))
    axes.imshow(wrong, cmap="Oranges", aspect="auto", vmax=1.3 * float(wrong.max().clamp(min=1)))
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            colour = GREY if row == column else INK
            axes.text(column, row, str(count or ""), ha="center", va="center", color=colour, fontsize=14)
    axes.set(xticks=range(10), yticks=range(10), xlabel="answer", ylabel="label")
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    row, column = divmod(int(wrong.argmax()), len(matrix))
    show(
        figure, f"The confusion matrix. Most frequent mistake: label {row} answered {column}, {int(wrong.max())} times."
    )


def show_kernels(before: Tensor, after: Tensor) -> None:
    """Show 32 kernels (32, 1, kh, kw) before and after a training, each scaled to its own largest value."""
    figure = new_figure(10, 3.4)
    for block, (name, kernels) in enumerate({"before": before, "after": after}.items()):
        grid = figure.add_gridspec(2, 16, left=0.1, right=0.99, bottom=0.53 - 0.5 * block, top=0.97 - 0.5 * block)
        figure.text(0.01, 0.75 - 0.5 * block, name, va="center")
        for cell, kernel in zip(grid, kernels.cpu(), strict=True):
            axes = figure.add_subplot(cell)
            axes.axis("off")
            draw_image(axes, kernel[0], signed=True)
    show(figure, "The 32 kernels of conv1 before the training, and below them after it; most look much the same.")


def show_failures(curves: dict[str, list[float]], names: Sequence[str]) -> None:
    """Show the losses of each of `names`, each beside the curve named "healthy"."""
    figure = new_figure(10, 3.4)
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    figure.subplots_adjust(left=0.07, right=0.99, bottom=0.2, top=0.88, wspace=0.1)
    for axes, name in zip(panels, names, strict=True):
        axes.plot(curves["healthy"], color=GREY, linewidth=1.5)
        _plot_clipped(axes, curves[name], top=5.0)
        axes.set(title=name, xlabel="step", ylim=(0, 5))
        axes.grid(color=PALE)
    panels[0].set_ylabel("loss")
    ends = ", ".join(f"{name} {curves[name][-1]:.2f}" for name in names)
    show(figure, f"Loss by step beside the healthy curve, which ends at {curves['healthy'][-1]:.2f}. Ends: {ends}.")


def _plot_clipped(axes: Axes, losses: list[float], top: float) -> None:
    """A curve that leaves the picture stays at its upper edge, and so does NaN: both would not be seen."""
    inside = [min(loss, top) if math.isfinite(loss) else top for loss in losses]
    axes.plot(inside, color=ORANGE, linewidth=2, clip_on=False)


def show_schedule(factors: Sequence[float]) -> None:
    """Show by what the largest learning rate is multiplied at each step."""
    figure = new_figure(10, 2.6)
    axes = figure.add_axes((0.08, 0.25, 0.9, 0.7))
    axes.plot(range(len(factors)), factors, color=BLUE)
    axes.set(xlabel="step", ylabel="factor", ylim=(0, 1.05), xlim=(0, len(factors)))
    axes.grid(color=PALE)
    show(figure, "The factor of the learning rate: up in a straight line over the first tenth, then down to 0.")


def show_ladder(rungs: Sequence[Rung]) -> None:
    """Show the seconds of each rung as bars on a logarithmic axis, with speed-up and accuracy beside them."""
    figure = new_figure(10, 0.42 * len(rungs) + 0.6)
    axes = figure.add_axes((0.27, 0.16, 0.41, 0.82))
    places = range(len(rungs))
    axes.barh(places, [rung.seconds for rung in rungs], color=BLUE, height=0.7)
    for place, rung in zip(places, rungs, strict=True):
        text = f"{rungs[0].seconds / rung.seconds:.0f}×   {rung.spoken_accuracy()}"
        axes.text(1.03, place, text, transform=axes.get_yaxis_transform(), va="center")
    axes.set(yticks=places, yticklabels=[rung.recipe.name for rung in rungs], xscale="log", xlabel="seconds")
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE)
    axes.set_axisbelow(True)
    listed = "; ".join(f"{r.recipe.name} {r.seconds:.1f} s, {r.accuracy:.2%}" for r in rungs)
    show(figure, f"Seconds and test accuracy of each rung: {listed}.")
