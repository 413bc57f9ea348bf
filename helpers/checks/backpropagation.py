"""The exercises of notebook 05."""

import sys
from collections.abc import Callable
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import folded_solution

import torch
from torch import Tensor
from torch.func import vjp
from torch.nn import functional as F

DOUBLINGS = 12  # of a value that is added to itself: from the last to the first lead 2 to that power ways
MOST_CALLS = 2000  # of functions, on the way back through them
EXPRESSIONS: dict[str, Callable] = {
    "a * b": lambda a, b, c, minus: a * b,
    "(a * b + c).relu()": lambda a, b, c, minus: (a * b + c).relu(),
    "s * s, s = a + b": lambda a, b, c, minus: _square(a + b),
    "a * a * a + b * c": lambda a, b, c, minus: a * a * a + b * c,  # its a must wait for two products
    "the cross-entropy of a, b, c": lambda a, b, c, minus: (a.exp() + b.exp() + c.exp()).log() + minus * a,
}


def _square(value: Any) -> Any:
    return value * value + value


def _found(make: Callable, a: float, b: float, c: float) -> dict[str, Any] | None:
    """What an engine finds whose values `make` makes of numbers; None when it is not written."""
    found: dict[str, Any] = {}
    for name, number in (("relu", a), ("exp", b), ("log", abs(c))):
        if (value := make(number)) is None:
            return None
        result = getattr(value, name)()
        found[name] = None if result is None else result.data
    if any(data is None for data in found.values()):
        return found
    for name, expression in EXPRESSIONS.items():
        leaves = [make(number) for number in (a, b, c, -1.0)]
        _in_few_calls(expression(*leaves).backward)
        used = {letter: leaf.grad for letter, leaf in zip("abc", leaves, strict=False) if letter in name}
        found |= {f"the grad of {letter} in {name}": grad for letter, grad in used.items()}
    value = first = make(1.0)
    for _ in range(DOUBLINGS):
        value = value + value
    _in_few_calls(value.backward)
    return found | {f"the grad of a value doubled {DOUBLINGS} times": first.grad}


def _in_few_calls(action: Callable) -> None:
    """Run `action`; raise RuntimeError where it calls functions so often that values must hand back more than once."""
    calls, earlier = 0, sys.getprofile()

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event.endswith("call")
        if calls > MOST_CALLS:
            raise RuntimeError(f"more than {MOST_CALLS} calls for {DOUBLINGS + 1} values: each may hand back only once")

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(earlier)


def _leaf(number: float) -> Tensor:
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


Value = Exercise(
    lambda *case: {name: float(right) for name, right in _found(_leaf, *case).items()},
    [(1.0, 1.0, -1.0), (-1.0, 2.0, 0.5)],  # in the first the sum before ReLU is 0
    lambda r: tuple(r.decimal(0.2, 2) * r.choice([-1, 1]) for _ in range(3)),
    use=_found,
)


def _from_autograd(forward: Callable, inputs: tuple[Tensor, ...], names: str, d_output: Tensor | None = None) -> dict:
    """The gradients for the inputs of `forward`, and for what it returns besides its result."""
    leaves = [tensor.detach().requires_grad_() for tensor in inputs]
    result, *between = forward(*leaves)
    gradients = torch.autograd.grad(result, [*between, *leaves], d_output)
    return dict(zip(names.split(), gradients, strict=True))


def _dense(labels: Tensor) -> Callable:
    def forward(x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, ...]:
        z = F.linear(x, W1, b1)
        a = F.relu(z)
        return F.cross_entropy(F.linear(a, W2, b2), labels), a, z

    return forward


def _dense_case(r: Draw) -> tuple[Tensor, ...]:
    images, inputs, units, classes = r.sides(3, 3, 3, 2)
    shapes = (images, inputs), (units, inputs), (units,), (classes + 1, units), (classes + 1,)
    return *(r.tensor(*shape, low=-2, high=2) for shape in shapes), r.labels(images, classes + 1)


dense_half = Exercise(
    lambda *case: _from_autograd(_dense(case[-1]), case[:-1], "d_a d_z d_x d_W1 d_b1 d_W2 d_b2"),
    [tuple(map(torch.tensor, ([[1.0, 2]], [[1.0, 1], [-1, 0]], [0.0, 1], [[2.0, 1], [0, 3]], [0.0, 0], [1])))],
    _dense_case,
)


def _block(x: Tensor, K: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    z = F.conv2d(x, K, b, padding=1)
    return F.max_pool2d(F.relu(z), 2), z


def _block_case(r: Draw) -> tuple[Tensor, ...]:
    images, before, after, rows, columns = r.sides(2, 2, 3, 2, 2)
    shapes = (images, before, 2 * rows, 2 * columns), (after, before, 3, 3), (after,), (images, after, rows, columns)
    return tuple(r.tensor(*shape) for shape in shapes)


block_backward = Exercise(
    lambda x, K, b, d_p: _from_autograd(_block, (x, K, b), "d_z d_x d_K d_b", d_p),
    [
        (
            torch.tensor([[[[1.0, 2], [3, 4]]]]),
            torch.arange(9.0).reshape(1, 1, 3, 3),
            torch.ones(1),
            torch.ones(1, 1, 1, 1),
        )
    ],
    _block_case,
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


def yours_or_mine(function: Callable) -> Callable:
    """`function` if its check calls it correct, or else the folded solution, so that a notebook can go on."""
    name = function.__name__
    if globals()[name].verdict(function).startswith("Correct"):
        print(f"{name}: yours")
        return function
    print(f"{name}: mine, until yours is right")
    namespace: dict[str, Any] = {"torch": torch, "F": F}
    exec(folded_solution(name), namespace)
    return namespace[name]
