"""The exercises of notebook 06: the bottom of a parabola, two optimisers that a learner writes, a schedule."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise

import torch
from torch import Tensor, optim


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
    ("count the length from the first loss, not from the one in the middle.", lambda l, s: _lowest(l, s) - s),
    ("the three stand `rate` apart, not 1.", lambda l, s: _lowest(l, 1)),
    ("that is the lowest of the three; the curve goes on between them.", lambda l, s: l.index(min(l)) * s),
)


NAMES = ("weight", "bias", "scale")
Case = tuple[Any, ...]


def _walk(make: Callable, tensors: list, gradients: list[list], slower: int) -> dict[str, Tensor] | None:
    """What an optimiser makes of `tensors`, given as lists of numbers, after each step; None if nothing was done.

    make(params) gives the optimiser; gradients: for each step one for each tensor, which arrive by backward().
    At the step `slower` its lr is halved, as by a scheduler.
    """
    leaves = [torch.tensor(numbers, requires_grad=True) for numbers in tensors]
    optimizer = make(iter(leaves))  # which can be read once, as model.parameters() can
    if optimizer is None:
        return None
    places: dict[str, Tensor] = {}
    for number, wanted in enumerate(gradients, 1):
        optimizer.zero_grad()
        torch.autograd.backward(leaves, [torch.tensor(slopes) for slopes in wanted])
        if number == slower:
            _halve(optimizer)
        optimizer.step()
        for name, leaf in zip(NAMES, leaves, strict=False):
            places[f"{name} after step {number}"] = leaf.detach().clone()
    moved = any(leaf.tolist() != numbers for leaf, numbers in zip(leaves, tensors, strict=True))
    own = set(vars(optimizer)) - {"lr"}  # which _halve may have set
    return places if moved or own else None


def _halve(optimizer: Any) -> None:
    if isinstance(optimizer, optim.Optimizer):
        optimizer.param_groups[0]["lr"] /= 2
    else:
        optimizer.lr = getattr(optimizer, "lr", 0) / 2


def _sgd(learners: Callable, lr: float, momentum: float, *rest: Any) -> dict[str, Tensor] | None:
    return _walk(lambda params: learners(params, lr, momentum), *rest)


def _adam(learners: Callable, lr: float, mean: float, square: float, *rest: Any) -> dict[str, Tensor] | None:
    return _walk(lambda params: learners(params, lr, mean, square), *rest)


def _tensors(r: Draw, steps: int) -> Case:
    """Tensors, gradients for some steps, all as lists, and the step that halves lr, which may be none of them."""
    alike = r.random() < 0.4
    shapes = [(2,)] * r.randint(1, 3) if alike else [(2, 3), (2,), (1,)][: r.randint(1, 3)]
    return (
        [r.tensor(*shape).tolist() for shape in shapes],
        [[(r.tensor(*shape) + 0.125).tolist() for shape in shapes] for _ in range(steps)],
        r.randint(2, 5),
    )


ONES, TURN = [[1.0, 1.0], [1.0, 1.0]], [[1.0, 2.0], [-1.0, 0.5]]
FIXED: list[Case] = [
    ([[4.0]], [[[1.0]]] * 2, 9),
    ([[4.0]], [[[1.0]]] * 3, 2),
    (ONES, [TURN, ONES, TURN], 9),
]


class _Wrong:
    """An optimiser like the solution's, but for what a class below it changes."""

    def __init__(self, params: Iterator[Tensor], lr: float, momentum: float) -> None:
        self.params, self.lr, self.momentum = list(params), lr, momentum
        self.velocities = [torch.zeros_like(p) for p in self.params]

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self) -> None:
        for place, p in enumerate(self.params):
            self.change(place, p, p.grad)

    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        self.velocities[place] = self.momentum * self.velocities[place] + gradient
        p -= self.lr * self.velocities[place]


class _Forgets(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        p -= self.lr * gradient


class _TooLate(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        p -= self.lr * self.velocities[place]
        self.velocities[place] = self.momentum * self.velocities[place] + gradient


class _RateInside(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        self.velocities[place] = self.momentum * self.velocities[place] + self.lr * gradient
        p -= self.velocities[place]


class _RateOfOld(_Wrong):
    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self.first = self.lr

    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        self.velocities[place] = self.momentum * self.velocities[place] + gradient
        p -= self.first * self.velocities[place]


class _NeverClears(_Wrong):
    def zero_grad(self) -> None:
        pass


class _Averages(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        super().change(place, p, (1 - self.momentum) * gradient)


class _OneForAll(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        super().change(0, p, gradient)


class _InGrad(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        """The velocity is p.grad itself, which zero_grad then empties."""
        gradient += self.momentum * self.velocities[place]
        self.velocities[place] = gradient
        p -= self.lr * gradient

    def zero_grad(self) -> None:
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()


class _Renames(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        pass


class _Ahead(_Wrong):
    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        self.velocities[place] = self.momentum * self.velocities[place] + gradient
        p -= self.lr * (gradient + self.momentum * self.velocities[place])


SGD = Exercise(
    lambda *case: _sgd(optim.SGD, *case),
    [(0.1, 0.5, *rest) for rest in FIXED],
    lambda r: (r.choice([0.1, 0.2, 0.5]), r.choice([0.5, 0.9]), *_tensors(r, r.randint(2, 4))),
    ("the velocity must outlive the step; yours is the gradient alone.", _Forgets),
    ("first the velocity, then the step with the new one.", _TooLate),
    ("keep lr out of the velocity: when a scheduler changes self.lr, the old steps keep their old lr.", _RateInside),
    ("read self.lr in each step; a scheduler may have changed it.", _RateOfOld),
    ("the gradients of earlier steps are still there; does zero_grad clear them?", _NeverClears),
    ("add the whole gradient, not a share of it.", _Averages),
    ("each tensor needs a velocity of its own.", _OneForAll),
    ("your velocity is p.grad itself, and zero_grad empties it; make a new tensor.", _InGrad),
    ("nothing moves. `p = ...` gives the name p to a new tensor, `p -= ...` changes the weight. And an iterator "
     "such as model.parameters() can be read once: keep list(params).", _Renames),
    ("that is Nesterov's step, of which Deeper speaks.", _Ahead),
    use=_sgd,
)  # fmt: skip


class _WrongAdam(_Wrong):
    """Adam like the solution's, with the changes of a class below it."""

    corrected, count_each, root, squared = True, False, True, True

    def __init__(self, params: Iterator[Tensor], lr: float, beta1: float, beta2: float) -> None:
        super().__init__(params, lr, beta1)
        self.beta2, self.squares, self.steps = beta2, [torch.zeros_like(p) for p in self.params], 0

    def step(self) -> None:
        self.steps += not self.count_each
        super().step()

    def change(self, place: int, p: Tensor, gradient: Any) -> None:
        self.steps += self.count_each
        means, squares, beta1 = self.velocities, self.squares, self.momentum
        means[place] = beta1 * means[place] + (1 - beta1) * gradient
        new = gradient if self.squared else means[place]
        squares[place] = self.beta2 * squares[place] + (1 - self.beta2) * new**2
        mean, square = means[place], squares[place]
        if self.corrected:
            mean, square = mean / (1 - beta1**self.steps), square / (1 - self.beta2**self.steps)
        p -= self.lr * mean / ((square.sqrt() if self.root else square) + 1e-8)


class _Uncorrected(_WrongAdam):
    corrected = False


class _CountsTensors(_WrongAdam):
    count_each = True


class _NoRoot(_WrongAdam):
    root = False


class _SquareOfMean(_WrongAdam):
    squared = False


def _torchs_adam(params: Iterator[Tensor], lr: float, beta1: float, beta2: float) -> optim.Adam:
    return optim.Adam(params, lr, (beta1, beta2), foreach=False)


Adam = Exercise(
    lambda *case: _adam(_torchs_adam, *case),
    [(0.1, 0.9, 0.999, *rest) for rest in FIXED],
    lambda r: (r.choice([0.1, 0.5]), *r.choice([(0.9, 0.999), (0.5, 0.9)]), *_tensors(r, r.randint(1, 3))),
    ("divide by 1 - beta ** steps; the two means begin at 0 and are too small at first.", _Uncorrected),
    ("count the steps, not the tensors: all tensors of one step share its number.", _CountsTensors),
    ("divide by the root of the mean square.", _NoRoot),
    ("the second mean is of the gradient's square, not of the mean's.", _SquareOfMean),
    use=_adam,
)


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
    ("the first step has number 0, and its rate is not 0.", lambda s, n, w, p: p * s / w if s < w else _warmed(s, n, w, p)),
    ("the cosine begins where the warm-up ends.",
     lambda s, n, w, p: _warmed(s, n, w, p) if s < w else p * math.cos(math.pi / 2 * s / n) ** 2),
    ("half a turn, from 1 to -1, and then (1 + cos) / 2.",
     lambda s, n, w, p: _warmed(s, n, w, p) if s < w else p * math.cos(math.pi / 2 * (s - w) / (n - w))),
)  # fmt: skip
