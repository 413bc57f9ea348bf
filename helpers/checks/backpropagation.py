"""The exercises of notebook 05."""

import functools
import traceback
from collections.abc import Callable
from typing import Any

from helpers.checks.cases import Draw
from helpers.checks.engine import Value
from helpers.checks.exercise import Exercise
from helpers.checks.mutants import slip, solution

import torch
from torch import Tensor
from torch.func import vjp
from torch.nn import functional as F

__all__ = ["Value", "block_backward", "conv_input_gradient", "dense_half", "max_pool_gradient", "yours_or_mine"]


def _named(learners: Callable, *case: Tensor) -> Any:
    """What the learner's function returns; an error that a None of it has raised says which one."""
    try:
        return learners(*case)
    except (AttributeError, TypeError) as error:
        found = [pair for frame, _ in traceback.walk_tb(error.__traceback__) for pair in frame.f_locals.items()]
        unwritten = [name for name, value in found if value is None and name.startswith("d_")]
        if unwritten and "NoneType" in str(error):
            error.args = (f"{unwritten[0]} is still None",)
        raise


def _from_autograd(forward: Callable, inputs: tuple[Tensor, ...], names: str, d_output: Tensor | None = None) -> dict:
    """The gradients for the inputs of `forward`, and for what it returns besides its result."""
    leaves = [tensor.detach().requires_grad_() for tensor in inputs]
    result, *between = forward(*leaves)
    gradients = torch.autograd.grad(result, [*between, *leaves], d_output)
    return dict(zip(names.split(), gradients, strict=True))


def _in_order(names: str, gradients: dict) -> dict:
    """The gradients in the order in which a learner writes them, for the first that is amiss is told."""
    return {name: gradients[name] for name in names.split()}


def _dense(x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
    z = F.linear(x, W1, b1)
    a = F.relu(z)
    return F.cross_entropy(F.linear(a, W2, b2), labels), a, z


def _dense_case(r: Draw) -> tuple[Tensor, ...]:
    images, inputs, units, classes = r.sides(3, 3, 3, 2)
    shapes = (images, inputs), (units, inputs), (units,), (classes + 1, units), (classes + 1,)
    return *(r.tensor(*shape, low=-2, high=2) for shape in shapes), r.labels(images, classes + 1)


dense_half = Exercise(
    lambda *case: _in_order(
        "d_W2 d_b2 d_a d_z d_W1 d_b1 d_x",
        _from_autograd(functools.partial(_dense, labels=case[-1]), case[:-1], "d_a d_z d_x d_W1 d_b1 d_W2 d_b2"),
    ),
    [tuple(map(torch.tensor, ([[1.0, 2]], [[1.0, 1], [-1, 0]], [0.0, 1], [[2.0, 1], [0, 3]], [0.0, 0], [1])))],
    _dense_case,
    ("ReLU stops what arrives where its input z was not positive.", slip("dense_half", "* (z > 0)", "")),
    ("ReLU asks for the sign of z, not of what arrives.", slip("dense_half", "(z > 0)", "(d_a > 0)")),
    ("a bias is used by every image: its gradients add up.", slip("dense_half", ".sum(0)", ".mean(0)")),
    *[
        (".sum() adds up everything; a bias adds over the images alone, axis 0.", slip("dense_half", before, after))
        for before, after in ((".sum(0)", ".sum()"), ("logits.sum(0)", "logits.sum()"), ("z.sum(0)", "z.sum()"))
    ],
    use=_named,
)


def _block(x: Tensor, K: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    z = F.conv2d(x, K, b, padding=1)
    return F.max_pool2d(F.relu(z), 2), z


def _block_case(r: Draw) -> tuple[Tensor, ...]:
    images, before, after, rows, columns = r.sides(2, 2, 3, 2, 2)
    shapes = (images, before, 2 * rows, 2 * columns), (after, before, 3, 3), (after,), (images, after, rows, columns)
    return tuple(r.tensor(*shape) for shape in shapes)


_TURNED = "K.flip(2, 3).transpose(0, 1)"
_UNPOOL, _SPREAD = "F.max_unpool2d(d_p, winners, 2)", "F.interpolate(d_p, scale_factor=2)"
block_backward = Exercise(
    lambda x, K, b, d_p: _in_order("d_z d_K d_b d_x", _from_autograd(_block, (x, K, b), "d_z d_x d_K d_b", d_p)),
    [tuple(map(torch.tensor, ([[[[1.0, 2], [3, 4]]]], [[[[0.0, 1, 2], [3, 4, 5], [6, 7, 8]]]], [1.0], [[[[1.0]]]])))],
    _block_case,
    ("the kernels must be turned round for d_x.", slip("block_backward", "K.flip(2, 3)", "K")),
    ("d_x sums over the maps of z: the kernels' first two axes change places.",
     slip("block_backward", _TURNED, "K.flip(2, 3)")),
    ("d_x: the kernels turn round, and their first two axes change places.", slip("block_backward", _TURNED, "K")),
    ("d_x is as large as x: pad d_z.", slip("block_backward", f"{_TURNED}, padding=1", _TURNED)),
    ("d_K comes out with its first two axes exchanged: exchange them once more.",
     slip("block_backward", "padding=1).transpose(0, 1)", "padding=1)")),
    ("for d_K nothing is turned round.",
     slip("block_backward", "d_z.transpose(0, 1), padding", "d_z.transpose(0, 1).flip(2, 3), padding")),
    ("a bias is used at every place of every image: add over those three axes.",
     slip("block_backward", ".sum((0, 2, 3))", ".sum(0)")),
    ("a bias is used by every image, too: add over that axis as well.",
     slip("block_backward", ".sum((0, 2, 3))", ".sum((2, 3))")),
    ("the pool gives all to the winner, nothing to the other three.", slip("block_backward", _UNPOOL, _SPREAD)),
    ("max pooling does not share.", slip("block_backward", _UNPOOL, f"{_SPREAD} / 4")),
    ("ReLU stops what arrives where its input z was not positive.", slip("block_backward", "* (z > 0)", "")),
    use=_named,
)  # fmt: skip


def _laid(kernel: Tensor, d_output: Tensor) -> Tensor:
    return F.conv_transpose2d(d_output[None, None], kernel[None, None])[0, 0]


conv_input_gradient = Exercise(
    _laid,
    [(torch.tensor([[1.0, 2], [-1, 3]]), torch.tensor([[2.0]]))],
    lambda r: (r.tensor(*r.sides(3, 3)), r.tensor(*r.sides(3, 3))),
    ("do not turn the kernel here: lay it down as it is.", lambda k, d: _laid(k.flip(0, 1), d)),
    ("the windows overlap, and what they hand out adds up.", slip("conv_input_gradient", "+= kernel", "= kernel")),
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
    return function if yours else solution(name)
