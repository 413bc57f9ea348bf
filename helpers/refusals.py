"""How `helpers.from_scratch` refuses bad arguments: each message says what was given, what is expected and what to do.

Every function here raises ValueError, or returns without a word.
"""

from numbers import Integral

import torch
from torch import Tensor


def class_axis(input: Tensor) -> int:
    """Where the classes are: (C,) or (N, C, d1, ...)."""
    return 0 if input.dim() == 1 else 1


def require(condition: bool, message: str) -> None:
    """Raise ValueError with `message` unless `condition` holds."""
    if not condition:
        raise ValueError(message)


def shape_of(value: object) -> str:
    """The shape of a tensor, or the type of anything else, in words."""
    return f"of shape {tuple(value.shape)}" if isinstance(value, Tensor) else f"a {type(value).__name__}"


def is_int(value: object) -> bool:
    """Whether `value` is a whole number; True and False are not."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def pair_of(name: str, value: object, least: int) -> tuple[int, int]:
    """The value as (vertical, horizontal)."""
    pair = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    require(
        len(pair) in (1, 2) and all(is_int(v) and v >= least for v in pair),
        f"{name} is {value!r}: give an int of at least {least}, or two of them, (vertical, horizontal)",
    )
    return pair if len(pair) == 2 else pair * 2


def check_numbers(input: Tensor, floating: bool) -> None:
    """Refuse all but real numbers; with `floating`, all but floating-point numbers."""
    kind = input.dtype if isinstance(input, Tensor) else type(input).__name__
    real = isinstance(input, Tensor) and kind != torch.bool and not kind.is_complex
    require(
        real and (kind.is_floating_point or not floating),
        f"input is {kind}: give a tensor of {'floating-point' if floating else 'real'} numbers",
    )


def check_same_dtype(**tensors: Tensor | None) -> None:
    """Refuse tensors of different dtypes; None is left out."""
    dtypes = {name: tensor.dtype for name, tensor in tensors.items() if tensor is not None}
    require(len(set(dtypes.values())) == 1, f"dtypes differ, {dtypes}: give one to all, with .to(input.dtype)")


def check_one_each(name: str, value: Tensor | None, shape: tuple, what: str) -> None:
    """Refuse a tensor that does not hold one number for each `what`; None passes."""
    require(
        value is None or isinstance(value, Tensor) and value.shape == shape,
        f"{name} is {shape_of(value)}: expected {shape}, one number per {what}",
    )


def check_image(input: Tensor) -> None:
    """Refuse all but (N, C, H, W) and (C, H, W) without an empty side."""
    require(
        isinstance(input, Tensor) and input.dim() in (3, 4) and 0 not in input.shape[-3:],
        f"input is {shape_of(input)}: expected (N, C, H, W) or (C, H, W) without an empty side; "
        "a single grey plane gets its channel from plane[None]",
    )


def check_conv2d(input: Tensor, weight: Tensor, bias: Tensor | None, groups: int) -> None:
    """Refuse channels, groups and dtypes that do not fit together."""
    check_image(input)
    require(
        isinstance(weight, Tensor) and weight.dim() == 4 and 0 not in weight.shape,
        f"weight is {shape_of(weight)}: expected (C_out, C_in / groups, kh, kw) without an empty side",
    )
    channels, c_out, c_in = input.shape[-3], *weight.shape[:2]
    require(
        is_int(groups) and groups > 0 and c_out % groups == 0,
        f"groups is {groups!r}: give a positive int that divides the {c_out} output channels of weight",
    )
    require(
        channels == c_in * groups,
        f"input has {channels} channels, but weight {shape_of(weight)} with groups={groups} expects "
        f"{c_in * groups} (weight.shape[1] * groups): change the input or the kernels",
    )
    check_one_each("bias", bias, (c_out,), "output channel")
    check_same_dtype(input=input, weight=weight, bias=bias)


def check_linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Refuse an input whose last side is not that of the weight."""
    require(
        isinstance(weight, Tensor) and weight.dim() in (1, 2),
        f"weight is {shape_of(weight)}: expected (out, in), or (in,) for a single output",
    )
    require(
        isinstance(input, Tensor) and input.dim() > 0 and input.shape[-1] == weight.shape[-1],
        f"input is {shape_of(input)}, but weight {shape_of(weight)} expects {weight.shape[-1]} numbers in "
        "the last dimension: flatten the input, or build the layer for its size",
    )
    check_one_each("bias", bias, tuple(weight.shape[:-1]), "output")
    check_same_dtype(input=input, weight=weight, bias=bias)


def check_classes(input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """Refuse an input without classes, and class weights of another number."""
    check_numbers(input, floating=True)
    require(
        input.dim() > 0 and input.shape[class_axis(input)] > 0,
        f"input is {shape_of(input)}: expected (N, C, d1, ...) or (C,) with at least one class",
    )
    require(isinstance(target, Tensor), f"target is {shape_of(target)}: give a tensor, torch.tensor(target)")
    check_one_each("weight", weight, (input.shape[class_axis(input)],), "class")


def check_nll_loss(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int) -> None:
    """Refuse targets that are not one existing class for each prediction."""
    check_classes(input, target, weight)
    check_same_dtype(input=input, weight=weight)
    shape = list(input.shape)
    classes = shape.pop(class_axis(input))
    require(
        target.shape == tuple(shape),
        f"target is {shape_of(target)}: expected {tuple(shape)}, one class for each prediction in {shape_of(input)}",
    )
    require(target.dtype == torch.int64, f"target is {target.dtype}: expected int64, give target.long()")
    wrong = target[((target < 0) | (target >= classes)) & (target != ignore_index)].unique().tolist()
    require(
        not wrong,
        f"target contains {wrong}: expected classes from 0 to {classes - 1}; correct them, "
        f"or let ignore_index (now {ignore_index}) name the one to skip",
    )


def check_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, label_smoothing: float
) -> None:
    """Refuse targets that are neither probabilities nor numbers, and a smoothing outside [0, 1]."""
    check_classes(input, target, weight)
    require(0 <= label_smoothing <= 1, f"label_smoothing is {label_smoothing}: expected a share from 0 to 1")
    if target.shape == input.shape:
        require(
            target.is_floating_point(),
            f"target is {target.dtype} in the input's shape {tuple(input.shape)}: "
            "give probabilities, or one class for each prediction",
        )
        require(ignore_index < 0, f"ignore_index is {ignore_index}: leave it out, probabilities ignore none")
