"""The pictures of notebook 04: from logits to probabilities, to a loss and to its gradient."""

import math
from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from torch import Tensor

from helpers.figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, PURPLE, RED, SKY, new_figure, show
from helpers.from_scratch import cross_entropy, log_softmax, softmax

SUBSCRIPTS = "₀₁₂"
MINUS = str.maketrans("-", "\N{MINUS SIGN}")


def show_softmax(logits: Tensor) -> None:
    """Show the way from a few logits (C,) over their exponentials to probabilities, as bars with numbers."""
    figure = new_figure(10, 3.6)
    panels = figure.subplots(1, 3)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.1, top=0.82, wspace=0.12)
    steps = (logits, logits.exp(), softmax(logits, 0))
    titles = ("logits z", "exp(z): positive", "÷ sum: probabilities")
    for axes, values, title, colour in zip(panels, steps, titles, (GREY, SKY, BLUE), strict=True):
        low, high = min(0.0, float(values.min())), float(values.max())
        axes.bar(range(len(values)), values, color=colour, width=0.7)
        _number_panel(axes, title, (low - 0.25 * (high - low) * (low < 0), high + 0.2 * (high - low)))
        axes.set_xticks(range(len(values)), [f"class {k}" for k in range(len(values))])
        for k, value in enumerate(values.tolist()):
            axes.text(k, value, f"{_number(value)}", ha="center", va="bottom" if value >= 0 else "top")
    numbers = "; ".join(f"{t}: {', '.join(map(_number, v.tolist()))}" for t, v in zip(titles, steps, strict=True))
    show(figure, f"Three bar charts. {numbers}.")


def show_surprise() -> None:
    """Show the curve -ln p, which turns the probability of the true class into its loss (nats)."""
    figure = new_figure(10, 3.8)
    axes = figure.add_axes((0.09, 0.19, 0.88, 0.76))
    p = torch.linspace(0.002, 1, 400)
    axes.plot(p, -p.log(), color=BLUE)
    for at in (1.0, 0.5, 0.1, 0.01):
        axes.plot(at, -math.log(at), "o", color=ORANGE, markersize=11, clip_on=False, zorder=3)
        axes.annotate(f"p = {at:g}: {abs(math.log(at)):.3f}", (at, -math.log(at)), (10, 8), textcoords="offset points")
    axes.set(xlabel="probability p of the true class", ylabel="loss  −ln p", xlim=(0, 1.22), ylim=(0, 6))
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    show(figure, "The curve -ln p: 0 at p = 1, 0.693 at 0.5, 2.303 at 0.1, 4.605 at 0.01, steep towards p = 0.")


class LossBars:
    """Three logits with their probabilities, the loss on the curve -ln p, and the gradient p - y, as bars."""

    COLOURS = (SKY, BLUE)  # of a class that is not, or is, the true one

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.0)
        panels = self.figure.subplots(1, 3)
        self.figure.subplots_adjust(left=0.02, right=0.98, bottom=0.2, top=0.86, wspace=0.2)
        self.bars = panels[0].bar(range(3), [0.0] * 3, width=0.7)
        _number_panel(panels[0], "probabilities p", (0, 1.18))
        self.names = [panels[0].text(k, -0.05, "", ha="center", va="top", linespacing=1.3) for k in range(3)]
        p = torch.linspace(1e-5, 1, 800)
        panels[1].plot(p, -p.log(), color=GREY, linewidth=1.5)
        panels[1].set(xlim=(0, 1.03), ylim=(0, 10.5), xlabel="p of the true class", xticks=(0, 0.5, 1))
        self.dot = panels[1].plot([0], [0], "o", color=ORANGE, markersize=13, clip_on=False)[0]
        self.loss = panels[1].set_title("")
        self.gradient = panels[2].bar(range(3), [0.0] * 3, width=0.7)
        _number_panel(panels[2], "gradient p − y", (-1.3, 1.3))
        self.values = [[axes.text(k, 0, "", ha="center") for k in range(3)] for axes in (panels[0], panels[2])]
        self.moving = [*self.bars, *self.names, self.dot, self.loss, *self.gradient, *sum(self.values, [])]

    def update(self, z0: float, z1: float, z2: float, label: int) -> str:
        """Set the three logits and the true class (0, 1 or 2)."""
        z = torch.tensor([z0, z1, z2], dtype=torch.float64)
        y = torch.eye(3, dtype=torch.float64)[label]
        p, loss = softmax(z, 0), -log_softmax(z, 0)[label].item()
        for k, name in enumerate(self.names):
            name.set_text(f"z{SUBSCRIPTS[k]} = {_number(z[k].item())}" + ("\ntrue class" if k == label else ""))
        for bars, texts, heights in zip((self.bars, self.gradient), self.values, (p, p - y), strict=True):
            for k, (bar, text, height) in enumerate(zip(bars, texts, heights.tolist(), strict=True)):
                bar.set_height(height)
                bar.set_color(self.COLOURS[k == label] if bars is self.bars else RED if height < 0 else PURPLE)
                text.set_text(f"{height:.3f}".translate(MINUS))
                text.set_y(height + (0.03 if height >= 0 else -0.05) * (1 if bars is self.bars else 2))
                text.set_va("bottom" if height >= 0 else "top")
        self.dot.set_data([p[label].item()], [min(loss, 10.5)])
        self.loss.set_text(f"loss −ln p = {loss:.3f}")
        listed = ", ".join(f"{v:.3f}" for v in (p - y).tolist())
        return f"Logits {z0}, {z1}, {z2}, true class {label}: loss {loss:.3f}, gradient {listed}."


class Tempered:
    """The ten probabilities of one image when its logits (10,) are divided by a temperature."""

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits.detach().double()
        self.figure = new_figure(10, 3.8)
        axes = self.figure.add_axes((0.04, 0.13, 0.92, 0.73))
        self.bars = axes.bar(range(10), [0.0] * 10, color=BLUE)
        _number_panel(axes, "", (0, 1.12))
        axes.set_xticks(range(10))
        self.texts = [axes.text(k, 0, "", ha="center", va="bottom") for k in range(10)]
        self.title = axes.set_title("")
        self.moving = [*self.bars, *self.texts, self.title]

    def update(self, temperature: float) -> str:
        """Show softmax(logits / temperature)."""
        p = softmax(self.logits / temperature, 0)
        for bar, text, height in zip(self.bars, self.texts, p.tolist(), strict=True):
            bar.set_height(height)
            text.set_y(height + 0.01)
            text.set_text(f"{height:.2f}")
        best = int(p.argmax())
        self.title.set_text(f"T = {temperature:g}: answer {best} with probability {p[best]:.3f}")
        return f"Ten probabilities at temperature {temperature:g}: answer {best} with {p[best]:.3f}."


def show_squared_error() -> None:
    """Show loss and gradient of cross-entropy and of squared error against the lead of the true class."""
    lead = torch.linspace(-10, 10, 401, dtype=torch.float64, requires_grad=True)
    logits = torch.stack([lead, torch.zeros_like(lead)], dim=1)
    y = torch.tensor([1.0, 0.0], dtype=torch.float64)
    losses = {
        "cross-entropy": cross_entropy(logits, torch.zeros(401, dtype=torch.int64), reduction="none"),
        "squared error": (softmax(logits, 1) - y).pow(2).sum(1),
    }
    figure = new_figure(10, 4.0)
    panels = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.06, right=0.98, bottom=0.19, top=0.88, wspace=0.18)
    for (name, loss), colour, style in zip(losses.items(), (BLUE, RED), ("-", "--"), strict=True):
        (slope,) = torch.autograd.grad(loss.sum(), lead, retain_graph=True)
        for axes, curve in zip(panels, (loss, slope), strict=True):
            axes.plot(lead.detach(), curve.detach(), color=colour, linestyle=style, label=name)
    for axes, title in zip(panels, ("loss", "gradient for the true class's logit"), strict=True):
        axes.set(title=title, xlabel="wrong  ←  lead of the true class  →  right")
        axes.grid(color=PALE)
    panels[0].legend(frameon=False)
    show(
        figure,
        "Left: cross-entropy rises without end as the answer gets more wrong, squared error levels off at 2. "
        "Right: there the gradient of cross-entropy is -1, that of squared error 0.",
    )


def show_smoothing(smoothings: Sequence[float], classes: int = 10) -> None:
    """Show the loss against the lead of the true class over equal others, one curve for each smoothing."""
    lead = torch.linspace(0, 10, 201)
    logits = torch.zeros(201, classes)
    logits[:, 0] = lead
    figure = new_figure(10, 3.8)
    axes = figure.add_axes((0.08, 0.19, 0.66, 0.76))
    for smoothing, colour in zip(smoothings, (BLUE, RED, PURPLE), strict=False):
        loss = cross_entropy(logits, torch.zeros(201, dtype=torch.int64), reduction="none", label_smoothing=smoothing)
        axes.plot(lead, loss, color=colour)
        axes.text(10.15, float(loss[-1]), f"smoothing {smoothing:g}", color=colour, va="center", fontweight="bold")
        if smoothing:
            least = int(loss.argmin())
            axes.plot(lead[least], loss[least], "o", color=colour, markersize=11)
    axes.set(xlabel="lead of the true class (its logit − the others)", ylabel="loss", xlim=(0, 10), ylim=(0, 2.4))
    axes.grid(color=PALE)
    show(figure, "Without smoothing the loss falls towards 0 for ever; with it the loss has a lowest point and rises.")


def show_runs(runs: dict[str, dict[str, list[float]]], floor: float) -> None:
    """Show "loss" (nats, as printed in training) and "accuracy" (0 to 1) by epoch for each named run.

    floor: the least loss that one of the runs can reach, drawn as a line.
    """
    figure = new_figure(10, 4.4)
    panels = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.07, right=0.98, bottom=0.3, top=0.9, wspace=0.18)
    for (name, run), colour, marker in zip(runs.items(), (BLUE, RED, ORANGE, GREEN), "osD^", strict=False):
        for axes, values in zip(panels, (run["loss"], [100 * a for a in run["accuracy"]]), strict=True):
            axes.plot(range(1, len(values) + 1), values, marker + "-", color=colour, markersize=9, label=name)
    panels[0].axhline(floor, color=INK, linewidth=1.5, linestyle=":")
    panels[0].text(1, floor - 0.05, f"{floor:.3f}", va="top")
    panels[0].set(title="average training loss", ylim=(0, 2.5))
    panels[1].set(title="test accuracy in %", ylim=(0, 100))
    for axes in panels:
        axes.set(xlabel="epoch", xticks=range(1, len(values) + 1))
        axes.grid(color=PALE)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="lower center", ncols=len(runs), frameon=False)
    ends = "; ".join(f"{n}: loss {r['loss'][-1]:.2f}, accuracy {r['accuracy'][-1]:.0%}" for n, r in runs.items())
    show(figure, f"Training loss and test accuracy by epoch. At the end {ends}.")


def _number_panel(axes: Axes, title: str, limits: tuple[float, float]) -> None:
    """Bars that carry their numbers need no scale."""
    axes.set(title=title, ylim=limits, yticks=[], xticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.axhline(0, color=INK, linewidth=1, clip_on=False)
    axes.tick_params(length=0)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".").translate(MINUS)
