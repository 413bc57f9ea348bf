"""The exercises of notebook 06: the bottom of a parabola, two optimisers that a learner writes, a schedule."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slip

import torch
from torch import Tensor, optim

NAMES = ("weight", "bias", "scale")


def _lowest(losses: list[float], rate: float) -> float:
    """The curve through the losses at 0, rate and 2 rate, from its slopes half-way between them."""
    first, second = losses[1] - losses[0], losses[2] - losses[1]
    return rate / 2 + rate * first / (first - second)


def _three_losses(r: Draw) -> tuple[list[float], float]:
    first = r.decimal(-4, 4)
    second = first + r.decimal(0.5, 5)  # bent upwards
    start = r.decimal(0, 9)
    return [start, start + first, start + first + second], r.choice([0.1, 0.5, 1.0, 2.0])


bottom = Exercise(
    _lowest,
    [([9.0, 4.0, 1.0], 1.0), ([9.0, 1.0, 1.0], 0.5), ([2.0, 1.0, 4.0], 0.1)],
    _three_losses,
    ("count the length from the first loss, not from the one in the middle.", lambda x, s: _lowest(x, s) - s),
    ("the three stand `rate` apart, not 1.", lambda x, s: _lowest(x, 1)),
    ("that is the lowest of the three; the curve goes on between them.", lambda x, s: x.index(min(x)) * s),
)


def _walk(learners: Callable, *case: Any) -> dict[str, Tensor] | None:
    """What an optimiser makes of tensors, after each of some steps; None if nothing was done.

    case: its settings, the tensors as lists of numbers, for each step a gradient for each of them, which arrive by
    backward(), and the step at which its lr is halved, as by a scheduler. A view shows what is changed in place.
    """
    *settings, tensors, gradients, slower = case
    leaves = [torch.tensor(numbers, requires_grad=True) for numbers in tensors]
    views = [leaf.detach() for leaf in leaves]
    optimizer = learners(iter(leaves), *settings)  # an iterator can be read once, as model.parameters() can
    if optimizer is None:
        return None
    places: dict[str, Tensor] = {}
    for number, wanted in enumerate(gradients, 1):
        _clear(optimizer)
        torch.autograd.backward(leaves, [torch.tensor(slopes) for slopes in wanted])
        if number == slower:
            (keeps,) = getattr(optimizer, "param_groups", [vars(optimizer)])
            keeps["lr"] = keeps.get("lr", 0) / 2
        optimizer.step()
        for kind, seen in (("", leaves), ("a view of ", views)):
            places |= {
                f"{kind}{name} after step {number}": one.data.clone() for name, one in zip(NAMES, seen, strict=False)
            }
    moved = any(leaf.tolist() != numbers for leaf, numbers in zip(leaves, tensors, strict=True))
    return places if moved or vars(optimizer).keys() - {"lr"} else None


def _clear(optimizer: Any) -> None:
    """Call zero_grad; an error from a gradient that is not there says when that is so."""
    try:
        optimizer.zero_grad()
    except (AttributeError, TypeError) as error:
        if "NoneType" in str(error):
            error.args = ("p.grad is None before the first backward(); zero_grad must expect that",)
        raise


def _tensors(r: Draw, steps: int) -> tuple:
    """Tensors, gradients for some steps, all as lists, and the step that halves lr, which may be none of them."""
    alike = r.random() < 0.4
    shapes = [(2,)] * r.randint(1, 3) if alike else [(2, 3), (2,), (1,)][: r.randint(1, 3)]
    return (
        [r.tensor(*shape).tolist() for shape in shapes],
        [[(r.tensor(*shape) + 0.125).tolist() for shape in shapes] for _ in range(steps)],
        r.randint(2, 5),
    )


ONES, TURN = [[1.0, 1.0], [1.0, 1.0]], [[1.0, 2.0], [-1.0, 0.5]]
FIXED = [([[4.0]], [[[1.0]]] * 2, 9), ([[4.0]], [[[1.0]]] * 3, 2), (ONES, [TURN, ONES, TURN], 9)]

VELOCITY = "self.velocities[i] = self.momentum * self.velocities[i] + p.grad"
MOVE = "p -= self.lr * self.velocities[i]"
BOTH, CLEAR = f"{VELOCITY}\n            {MOVE}", "p.grad = None"

SGD = Exercise(
    lambda *case: _walk(optim.SGD, *case),
    [(0.1, 0.5, *rest) for rest in FIXED],
    lambda r: (r.choice([0.1, 0.2, 0.5]), r.choice([0.5, 0.9]), *_tensors(r, r.randint(2, 4))),
    ("the velocity must outlive the step; yours is the gradient alone.", slip("SGD", MOVE, "p -= self.lr * p.grad")),
    ("first the velocity, then the step with the new one.", slip("SGD", BOTH, f"{MOVE}\n            {VELOCITY}")),
    ("that goes up the slope: take lr times the velocity away.", slip("SGD", "-=", "+=")),
    ("the velocity keeps a share of itself, not of its opposite.", slip("SGD", "= self.m", "= -self.m")),
    ("keep lr out of the velocity: when a scheduler changes self.lr, the old steps keep their old lr.",
     slip("SGD", "+ p.grad", "+ self.lr * p.grad", MOVE, "p -= self.velocities[i]")),
    ("read self.lr in each step; a scheduler may have changed it.",
     slip("SGD", "self.params, self.lr", "self.params, self.rate", MOVE, "p -= self.rate * self.velocities[i]")),
    ("the gradients of earlier steps are still there; does zero_grad clear them?", slip("SGD", CLEAR, "pass")),
    ("add the whole gradient, not a share of it.", slip("SGD", "+ p.grad", "+ (1 - self.momentum) * p.grad")),
    ("each tensor needs a velocity of its own.", slip("SGD", "velocities[i]", "velocities[0]")),
    ("your velocity is p.grad itself, and zero_grad empties it; make a new tensor.",
     slip("SGD", CLEAR, "p.grad = None if p.grad is None else p.grad.zero_()",
           VELOCITY, "p.grad += self.momentum * self.velocities[i]; self.velocities[i] = p.grad")),
    ("nothing moves. `p = ...` gives the name p to a new tensor, `p -= ...` changes the weight. And an iterator "
     "such as model.parameters() can be read once: keep list(params).", slip("SGD", "p -=", "p = p -")),
    ("p.data became a new tensor, and whoever shares the old memory (a view, a tied weight) is left behind; `p -= ...` "
     "changes the numbers where they are.", slip("SGD", "p -=", "p.data = p.data -")),
    ("that is Nesterov's step, of which Deeper speaks.",
     slip("SGD", MOVE, "p -= self.lr * (p.grad + self.momentum * self.velocities[i])")),
    use=_walk,
)  # fmt: skip


def _torchs_adam(params: Iterator[Tensor], lr: float, beta1: float, beta2: float) -> optim.Adam:
    return optim.Adam(params, lr, (beta1, beta2), foreach=False)


Adam = Exercise(
    lambda *case: _walk(_torchs_adam, *case),
    [(0.1, 0.9, 0.999, *rest) for rest in [*FIXED, ([[4.0, 2.0]], [[[0.0, 1.0]]], 9)]],  # a gradient of 0, too
    lambda r: (r.choice([0.1, 0.5]), *r.choice([(0.9, 0.999), (0.5, 0.9)]), *_tensors(r, r.randint(1, 3))),
    ("divide by 1 - beta ** steps; the two means begin at 0 and are too small at first.",
     slip("Adam", " / (1 - self.beta1**self.steps)", "", " / (1 - self.beta2**self.steps)", "")),
    ("count the steps, not the tensors: all tensors of one step share its number.",
     slip("Adam", "mean = self", "self.steps += i > 0; mean = self")),
    ("divide by the root of the mean square.", slip("Adam", ".sqrt()", "")),
    ("the second mean is of the gradient's square, not of the mean's.", slip("Adam", "p.grad**2", "self.means[i]**2")),
    use=_walk,
)  # fmt: skip


def _warmed(step: int, steps: int, warmup: int, peak: float) -> float:
    """By the half angle: (1 + cos 2x) / 2 is cos² x."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * math.cos(math.pi / 2 * (step - warmup) / (steps - warmup)) ** 2


def _schedule(r: Draw) -> tuple[int, int, int, float]:
    steps = r.randint(2, 30)
    return r.randint(0, steps), steps, r.randint(0, steps - 1), r.choice([0.1, 0.5, 1.0])


rate_at = Exercise(
    _warmed,
    [(0, 10, 4, 1.0), (3, 10, 4, 1.0), (7, 10, 4, 1.0), (10, 10, 4, 1.0), (0, 10, 0, 0.5)],
    _schedule,
    ("the first step has number 0, and its rate is not 0.", slip("rate_at", "(step + 1)", "step")),
    ("the cosine begins where the warm-up ends.",
     slip("rate_at", "(step - warmup) / (steps - warmup)", "step / steps")),
    ("half a turn, from 1 to -1, and then (1 + cos) / 2.",
     slip("rate_at", "(1 + math.cos(math.pi * done)) / 2", "math.cos(math.pi / 2 * done)")),
)  # fmt: skip
