"""The exercises of notebook 05."""

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import folded_solution

import torch
from torch import Tensor
from torch.func import vjp
from torch.nn import functional as F

SQUARES = 12  # of a value, one after the other: from the last to the first lead 2 to that power ways
EXPRESSIONS: dict[str, Callable] = {
    "a * b": lambda a, b, c, minus: a * b,
    "(a * b + c).relu()": lambda a, b, c, minus: (a * b + c).relu(),
    "s + s * s * s, s = a + b": lambda a, b, c, minus: (lambda s: s + s * s * s)(a + b),  # s must wait for a longer way
    "a * a * a + b * c": lambda a, b, c, minus: a * a * a + b * c,
    "the cross-entropy of a, b, c": lambda a, b, c, minus: (a.exp() + b.exp() + c.exp()).log() + minus * a,
}


@functools.cache
def _solution(name: str, part: str = "", instead: str = "") -> Any:
    """What the folded solution of an exercise defines, with one part of it changed."""
    namespace: dict[str, Any] = {"math": math, "torch": torch, "F": F}
    exec(folded_solution(name).replace(part, instead), namespace)
    return namespace[name]


def _slip(name: str, part: str, instead: str) -> Callable:
    return lambda *case: _solution(name, part, instead)(*case)


def _found(make: Callable, a: float, b: float, c: float) -> dict[str, Any] | None:
    """What an engine finds whose values `make` makes of numbers; None when it is not written."""
    inputs = {"relu": make(a), "exp": make(b), "log": make(abs(c))}
    if None in inputs.values():
        return None
    results = {name: getattr(value, name)() for name, value in inputs.items()}
    found = {name: result if result is None else result.data for name, result in results.items()}
    if None in found.values():
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

    value = _solution("Value", "def backward", "def other")(number)  # a class of its own
    type(value).backward = backward
    return value


Value = Exercise(
    lambda *case: {name: float(right) for name, right in (_found(_leaf, *case) or {}).items()},
    [(1.0, 1.0, -1.0), (-1.0, 2.0, 0.5)],  # in the first the sum before ReLU is 0
    lambda r: tuple(r.decimal(0.2, 2) * r.choice([-1, 1]) for _ in range(3)),
    ("all stays 0: begin with the last value, whose grad is 1.", _slip("Value", "self.grad = 1.0", "pass")),
    ("reports must add up: `+=`, not `=`.", _slip("Value", "grad += slope", "grad = slope")),
    ("the chain is broken: slope times the value's own grad.", _slip("Value", "slope * value.grad", "slope")),
    ("a value hands back before all who used it have reported: first list all, parents before children.", _hasty),
    use=_found,
)


def _from_autograd(forward: Callable, inputs: tuple[Tensor, ...], names: str, d_output: Tensor | None = None) -> dict:
    """The gradients for the inputs of `forward`, and for what it returns besides its result."""
    leaves = [tensor.detach().requires_grad_() for tensor in inputs]
    result, *between = forward(*leaves)
    gradients = torch.autograd.grad(result, [*between, *leaves], d_output)
    return dict(zip(names.split(), gradients, strict=True))


def _dense(x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
    z = F.linear(x, W1, b1)
    a = F.relu(z)
    return F.cross_entropy(F.linear(a, W2, b2), labels), a, z


def _dense_case(r: Draw) -> tuple[Tensor, ...]:
    images, inputs, units, classes = r.sides(3, 3, 3, 2)
    shapes = (images, inputs), (units, inputs), (units,), (classes + 1, units), (classes + 1,)
    return *(r.tensor(*shape, low=-2, high=2) for shape in shapes), r.labels(images, classes + 1)


dense_half = Exercise(
    lambda *case: _from_autograd(
        functools.partial(_dense, labels=case[-1]), case[:-1], "d_a d_z d_x d_W1 d_b1 d_W2 d_b2"
    ),
    [tuple(map(torch.tensor, ([[1.0, 2]], [[1.0, 1], [-1, 0]], [0.0, 1], [[2.0, 1], [0, 3]], [0.0, 0], [1])))],
    _dense_case,
    ("ReLU stops what arrives where its input z was not positive.", _slip("dense_half", "* (z > 0)", "")),
    ("ReLU asks for the sign of z, not of what arrives.", _slip("dense_half", "(z > 0)", "(d_a > 0)")),
    ("a bias is used by every image: its gradients add up.", _slip("dense_half", ".sum(0)", ".mean(0)")),
)


def _block(x: Tensor, K: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    z = F.conv2d(x, K, b, padding=1)
    return F.max_pool2d(F.relu(z), 2), z


def _block_case(r: Draw) -> tuple[Tensor, ...]:
    images, before, after, rows, columns = r.sides(2, 2, 3, 2, 2)
    shapes = (images, before, 2 * rows, 2 * columns), (after, before, 3, 3), (after,), (images, after, rows, columns)
    return tuple(r.tensor(*shape) for shape in shapes)


_UNPOOL, _SPREAD = "F.max_unpool2d(d_p, winners, 2)", "F.interpolate(d_p, scale_factor=2)"
block_backward = Exercise(
    lambda x, K, b, d_p: _from_autograd(_block, (x, K, b), "d_z d_x d_K d_b", d_p),
    [tuple(map(torch.tensor, ([[[[1.0, 2], [3, 4]]]], [[[[0.0, 1, 2], [3, 4, 5], [6, 7, 8]]]], [1.0], [[[[1.0]]]])))],
    _block_case,
    ("the kernels must be turned round for d_x.", _slip("block_backward", "K.flip(2, 3)", "K")),
    ("the pool gives all to the winner, nothing to the other three.", _slip("block_backward", _UNPOOL, _SPREAD)),
    ("max pooling does not share.", _slip("block_backward", _UNPOOL, f"{_SPREAD} / 4")),
    ("ReLU stops what arrives where its input z was not positive.", _slip("block_backward", "* (z > 0)", "")),
)


def _laid(kernel: Tensor, d_output: Tensor) -> Tensor:
    return F.conv_transpose2d(d_output[None, None], kernel[None, None])[0, 0]


conv_input_gradient = Exercise(
    _laid,
    [(torch.tensor([[1.0, 2], [-1, 3]]), torch.tensor([[2.0]]))],
    lambda r: (r.tensor(*r.sides(3, 3)), r.tensor(*r.sides(3, 3))),
    ("do not turn the kernel here: lay it down as it is.", lambda k, d: _laid(k.flip(0, 1), d)),
)


def _measured_gradient(image: Tensor, gradient: Tensor) -> Tensor:
    return vjp(lambda x: F.max_pool2d(x[None], 2)[0], image)[1](gradient)[0]


max_pool_gradient = Exercise(
    _measured_gradient,
    [
        (torch.tensor([[1.0, 5], [2, 3]]), torch.tensor([[4.0]])),
        (torch.tensor([[1.0, 0, 2, 3], [0, 0, 2, 2]]), torch.tensor([[1.0, 2]])),
    ],
    lambda r: (r.distinct(2 * (h := r.randint(1, 3)), 2 * (w := r.randint(1, 3))), r.tensor(h, w)),
    ("that is average pooling: the maximum does not share.", lambda x, g: torch.kron(g, torch.full((2, 2), 0.25))),
    ("the largest pixel gets the gradient, not the smallest.", lambda x, g: _measured_gradient(-x, g)),
)


def yours_or_mine(function: Callable) -> Any:
    """`function` if its check calls it correct, or else the folded solution, so that a notebook can go on."""
    name = function.__name__
    yours = globals()[name].verdict(function).startswith("Correct")
    print(f"{name}: {'yours' if yours else 'mine, until yours is right'}")
    return function if yours else _solution(name)
