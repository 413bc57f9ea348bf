"""The engine of notebook 05: values that remember what they were made of."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slip, solution

import torch

SQUARES = 12  # of a value, one after the other: from the last to the first lead 2 to that power ways
EXPRESSIONS: dict[str, Callable] = {
    "a * b": lambda a, b, c, minus: a * b,
    "(a * b + c).relu()": lambda a, b, c, minus: (a * b + c).relu(),
    "s + s * s * s, s = a + b": lambda a, b, c, minus: (lambda s: s + s * s * s)(a + b),  # s must wait for a longer way
    "a * a * a + b * c": lambda a, b, c, minus: a * a * a + b * c,
    "the cross-entropy of a, b, c": lambda a, b, c, minus: (a.exp() + b.exp() + c.exp()).log() + minus * a,
}


def _found(make: Callable, a: float, b: float, c: float) -> dict[str, Any] | None:
    """What an engine finds whose values `make` makes of numbers; None when it is not written."""
    inputs = {"relu": make(a), "exp": make(b), "log": make(abs(c))}
    if None in inputs.values():
        return None
    results = {name: getattr(value, name)() for name, value in inputs.items()}
    found = {name: result if result is None else result.data for name, result in results.items()}
    if None in found.values():
        return found
    found["backward"] = 0.0 if _is_written(results["log"].backward) else None
    if found["backward"] is None:
        return found
    for name, result in results.items():
        result.backward()
        found[f"the slope of {name}"] = inputs[name].grad
    for name, expression in EXPRESSIONS.items():
        leaves = [make(number) for number in (a, b, c, -1.0)]
        expression(*leaves).backward()
        used = {letter: leaf.grad for letter, leaf in zip("abc", leaves, strict=False) if letter in name}
        found |= {f"the grad of {letter} in {name}": grad for letter, grad in used.items()}
    value = first = make(_counting_one(most=10 * SQUARES))
    for _ in range(SQUARES):
        value = value * value
    value.backward()
    return found | {f"the grad of 1 squared {SQUARES} times": first.grad}


def _is_written(method: Callable) -> bool:
    """Whether a method names anything, which the body `...` does not."""
    return getattr(getattr(method, "__code__", None), "co_names", None) != ()


def _counting_one(most: int) -> float:
    """A 1.0 that counts its products and theirs, and raises RuntimeError when they are more than `most`."""
    count = itertools.count(1)

    class Counted(float):
        def __mul__(self, other: float) -> "Counted":
            if next(count) > most:
                raise RuntimeError("it hands back along every way, but a value may do so only once")
            return Counted(float(self) * float(other))

        __rmul__ = __mul__

    return Counted(1.0)


_leaf = functools.partial(torch.tensor, dtype=torch.float64, requires_grad=True)


def _hasty(number: float) -> Any:
    """A value that hands back as soon as it is met, beginning at the end."""

    def backward(self: Any) -> None:
        self.grad, met = 1.0, [self]
        for value in met:  # which grows
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                parent.grad += slope * value.grad
                met += [] if parent in met else [parent]

    value = solution("Value", "def backward", "def other")(number)  # a class of its own
    type(value).backward = backward
    return value


Value = Exercise(
    lambda *case: {name: float(right) for name, right in (_found(_leaf, *case) or {}).items()},
    [(1.0, 1.0, -1.0), (-1.0, 2.0, 0.5)],  # in the first the sum before ReLU is 0
    lambda r: tuple(r.decimal(0.2, 2) * r.choice([-1, 1]) for _ in range(3)),
    ("all stays 0: begin with the last value, whose grad is 1.", slip("Value", "self.grad = 1.0", "pass")),
    ("reports must add up: `+=`, not `=`.", slip("Value", "grad += slope", "grad = slope")),
    ("the chain is broken: slope times the value's own grad.", slip("Value", "slope * value.grad", "slope")),
    ("walk the list from its end: the last value reports first.", slip("Value", "reversed(order)", "order")),
    ("at exactly 0 the slope of relu is 0: `>`, not `>=`.", slip("Value", "self.data > 0", "self.data >= 0")),
    ("a value hands back before all who used it have reported: first list all, parents before children.", _hasty),
    use=_found,
)
