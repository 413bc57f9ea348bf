"""The pictures of notebook 05: descent on a curve and in a bowl, going backward through a convolution, SGD measured."""

from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn.functional import pad

from helpers.figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, PURPLE, RED, new_figure, show
from helpers.figures.convolution import NumberWindow

MINIMUM = 3.0  # of the curve (w - 3)²
FLATNESS = 20  # the bowl (w - 3)² + v² / 20 is 20 times less curved along v
START = (0.0, 5.0)  # w, v
STEPS = 20
BEYOND = 100.0  # a path that leaves the picture is drawn no further than this
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED)


def descend(lr: float, momentum: float = 0.0) -> Tensor:
    """The path (STEPS + 1, 2) of w and v in the bowl (w - 3)² + v² / 20, from START."""
    place, velocity = torch.tensor(START, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    path = [place]
    for _ in range(STEPS):
        gradient = torch.stack([2 * (place[0] - MINIMUM), 2 * place[1] / FLATNESS])
        velocity = momentum * velocity + gradient
        place = place - lr * velocity
        path.append(place)
    return torch.stack(path)


def show_rates(rates: Sequence[float], names: Sequence[str]) -> None:
    """Show the descent on the curve (w - 3)² for each of the learning rates."""
    figure = new_figure(10, 3.9)
    panels = figure.subplots(1, len(rates), sharey=True)
    figure.subplots_adjust(left=0.08, right=0.99, bottom=0.18, top=0.86, wspace=0.08)
    for axes, rate, name in zip(panels, rates, names, strict=True):
        _draw_curve(axes)
        w = descend(rate)[:, 0].clamp(-BEYOND, BEYOND)
        axes.plot(w, (w - MINIMUM) ** 2, "o-", color=ORANGE, markersize=7, linewidth=1.5)
        axes.set_title(f"lr = {rate}: {name}")
    panels[0].set_ylabel("loss")
    described = "; ".join(f"{rate} {name}" for rate, name in zip(rates, names, strict=True))
    show(figure, f"The steps of {STEPS} times gradient descent on a parabola, by learning rate: {described}.")


class Descent:
    """Twenty steps with one learning rate and momentum: left on the curve, right in the bowl."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.2)
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.figure.subplots_adjust(left=0.08, right=0.98, bottom=0.15, top=0.87, wspace=0.2)
        _draw_curve(left)
        left.set_ylabel("loss")
        _draw_bowl(right)
        style = {"color": ORANGE, "markersize": 7, "linewidth": 1.5}
        self.paths = [axes.plot([], [], "o-", **style)[0] for axes in (left, right)]
        self.ends = [axes.plot([], [], "o", color=RED, markersize=12)[0] for axes in (left, right)]
        self.titles = [left.set_title(""), right.set_title("")]
        self.moving = [*self.paths, *self.ends, *self.titles]

    def update(self, lr: float, momentum: float = 0.0) -> str:
        """Draw the two paths, and the loss after the last step."""
        path = descend(lr, momentum)
        curve_loss = float((path[-1, 0] - MINIMUM) ** 2)
        bowl_loss = curve_loss + float(path[-1, 1] ** 2) / FLATNESS
        w, v = path.clamp(-BEYOND, BEYOND).T.tolist()
        heights = [(x - MINIMUM) ** 2 for x in w]
        for line, end, xs, ys in zip(self.paths, self.ends, (w, w), (heights, v), strict=True):
            line.set_data(xs, ys)
            end.set_data(xs[-1:], ys[-1:])
        names = ("curve", "bowl")
        for title, name, loss in zip(self.titles, names, (curve_loss, bowl_loss), strict=True):
            title.set_text(f"{name}: loss {_spoken(loss)} after {STEPS} steps")
        return (
            f"{STEPS} steps of gradient descent with learning rate {lr:.2f} and momentum {momentum:.2f}; "
            f"left on the curve, {self.titles[0].get_text()}; right in the bowl, {self.titles[1].get_text()}."
        )


class BackwardWindow(NumberWindow):
    """The kernel, turned round, on the padded gradient that arrives: each sum is the gradient of one pixel.

    d_output: (H, W), kernel: (k, k), both of small whole numbers.
    """

    TITLES = ("d_output, padded", "kernel, turned round", "d_input")

    def __init__(self, d_output: Tensor, kernel: Tensor) -> None:
        super().__init__(pad(d_output, (kernel.shape[0] - 1,) * 4), kernel.flip(0, 1))
        for axes, title in zip(self.figure.axes, self.TITLES, strict=True):
            axes.set_title(title)

    def update(self, row: int, column: int) -> str:
        """Put the window where it gives the gradient of the pixel `row`, `column`."""
        super().update(row, column)
        return f"The window for the gradient of the pixel in row {row}, column {column}: {self.sum.get_text()}."


def show_noise(sizes: Sequence[int], noise: Sequence[float]) -> None:
    """Show how far a batch's gradient is from that of all digits, against the batch size."""
    figure = new_figure(8, 4.2)
    axes = figure.add_axes((0.12, 0.18, 0.85, 0.78))
    law = [noise[0] * (size / sizes[0]) ** -0.5 for size in sizes]
    axes.loglog(sizes, law, color=GREY, linestyle="--", label="1/√B through the first point")
    axes.loglog(sizes, noise, "o", color=BLUE, markersize=11, label="measured")
    axes.set(xlabel="batch size B", ylabel="noise / gradient", xticks=sizes, yticks=(1, 2, 5, 10, 20))
    axes.set_xticklabels([str(size) for size in sizes])
    axes.set_yticklabels(["1", "2", "5", "10", "20"])
    axes.minorticks_off()
    axes.grid(color=PALE)
    axes.legend(frameon=False)
    values = ", ".join(f"{value:.1f} at {size}" for size, value in zip(sizes, noise, strict=True))
    show(figure, f"Noise against batch size on logarithmic axes, close to a line that falls as 1/√B: {values}.")


def show_range_test(rates: Sequence[float], losses: Sequence[float]) -> None:
    """Show the loss of each batch against the learning rate it was trained with."""
    figure = new_figure(8, 4.2)
    axes = figure.add_axes((0.1, 0.18, 0.87, 0.78))
    axes.semilogx(rates, losses, color=PALE, linewidth=1.5)
    axes.semilogx(rates, smooth(losses), color=BLUE, label="loss, running mean of 10 batches")
    axes.vlines(0.01, 1.5, 2.9, color=GREY, linestyle="--")
    axes.text(0.0107, 1.62, "the program's 0.01", fontsize=14, color=INK)
    axes.set(xlabel="learning rate", ylabel="loss", ylim=(1.5, 3.5), xticks=(0.001, 0.01, 0.1, 1))
    axes.set_xticklabels(["0.001", "0.01", "0.1", "1"])
    axes.grid(color=PALE)
    axes.legend(frameon=False, loc="upper left")
    lowest = min(range(len(rates)), key=smooth(losses).__getitem__)
    show(
        figure, f"The loss against the learning rate: flat, then falling until about {rates[lowest]:.1g}, then rising."
    )


def show_losses(curves: dict[str, Sequence[float]]) -> None:
    """Show the loss by step of several trainings, as running means of 10 batches."""
    figure = new_figure(8, 4.2)
    axes = figure.add_axes((0.1, 0.18, 0.87, 0.78))
    for (name, losses), colour, dashes in zip(curves.items(), COLOURS, ("-", "--", "-.", ":"), strict=False):
        axes.plot(range(1, len(losses) + 1), smooth(losses), dashes, color=colour, label=name)
    axes.set(xlabel="step", ylabel="loss", ylim=(0, 4))
    axes.grid(color=PALE)
    axes.legend(frameon=False)
    ends = "; ".join(f"{name} {smooth(losses)[-1]:.2f}" for name, losses in curves.items())
    show(figure, f"The loss by step of {len(curves)} trainings; at the end: {ends}.")


def smooth(losses: Sequence[float], width: int = 10) -> list[float]:
    """The mean of each value and up to `width` - 1 before it."""
    parts = [losses[max(0, k - width + 1) : k + 1] for k in range(len(losses))]
    return [sum(part) / len(part) for part in parts]


def _spoken(loss: float) -> str:
    """A loss in a few characters, however small or large it is."""
    return "< 0.0001" if loss < 1e-4 else "> 1000" if loss > 1000 else f"{loss:.2g}"


def _draw_curve(axes: Axes) -> None:
    w = torch.linspace(-2, 8, 200)
    axes.plot(w, (w - MINIMUM) ** 2, color=BLUE, zorder=1)
    axes.set(xlabel="w", xlim=(-2, 8), ylim=(-1, 25))
    axes.set_xticks((0, 3, 6))
    axes.set_yticks((0, 10, 20))


def _draw_bowl(axes: Axes) -> None:
    w, v = torch.linspace(-2, 8, 120), torch.linspace(-6, 6, 120)
    loss = (w[None] - MINIMUM) ** 2 + v[:, None] ** 2 / FLATNESS
    axes.contour(w, v, loss, levels=(0.1, 1, 4, 9, 16), colors=BLUE, linewidths=1)
    axes.plot([MINIMUM], [0], "+", color=INK, markersize=14)
    axes.set(xlabel="w", ylabel="v", xlim=(-2, 8), ylim=(-6, 6))
    axes.set_xticks((0, 3, 6))
