"""Values compared and written down. A learner's function may return anything at all, so nothing here may raise."""

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

TOLERANCE = 1e-4  # relative and absolute: float32 knows no better near 1000, which two exercises ask for
SHOWN = 24  # numbers of a list or tensor that a message shows


class TooSlow(BaseException):
    """Raised where the time is up; no Exception, so that a learner's `except Exception` does not catch it."""


def difference(found: Any, expected: Any) -> str:
    """How the value of `found` differs from `expected`, in words; empty when at most its type does."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return f"a dictionary is expected, found {described(found)}"
        lacking = (f"{name} is missing" for name in expected if found.get(name) is None)
        unlike = (f"{name}: {what}" for name in expected if (what := difference(found[name], expected[name])))
        return next(lacking, "") or next(unlike, "")
    if isinstance(expected, str):
        same = isinstance(found, str) and found == expected
        return "" if same else f"{expected!r} is expected, found {described(found)}"
    number, right = _numbers(found), _numbers(expected)
    if right is None:  # not an expected value, but another function's answer
        return "" if found is expected else "another object"
    if not isinstance(expected, Tensor):
        fits = number is not None and number.numel() == right.numel() and number.dtype != torch.bool
        if not fits or not right.dim() and isinstance(found, list | tuple):
            return f"{'a pair of numbers' if right.dim() else 'a number'} is expected, found {described(found)}"
    elif number is None:
        return f"a tensor of shape {tuple(right.shape)} is expected, found {described(found)}"
    elif number.shape != right.shape and not number.numel() == right.numel() == 1:
        return f"the shape {tuple(right.shape)} is expected, found {tuple(number.shape)}"
    allowed = TOLERANCE if right.is_floating_point() else 0
    number, right = number.reshape(right.shape).double(), right.double()
    wrong = ~torch.isclose(number, right, rtol=allowed, atol=allowed, equal_nan=True)
    if not wrong.any():
        return ""
    if not isinstance(expected, Tensor) or not right.dim():
        return f"{spoken(expected)} is expected, found {spoken(found)}"
    place = tuple(wrong.nonzero()[0].tolist())
    pair = f"{spoken(right[place].item())} is expected, found {spoken(number[place].item())}"
    return f"{int(wrong.sum())} of {wrong.numel()} values differ; at index {place} {pair}"


def remark(found: Any, expected: Any) -> str:
    """What to make of a right value whose type is not the one asked for; empty when the type will do."""
    if isinstance(expected, dict):
        return next((make for name in expected if (make := remark(found[name], expected[name]))), "")
    if isinstance(expected, Tensor) and not isinstance(found, Tensor):
        return "make it a tensor"
    if isinstance(expected, str):
        return ""
    number, right = _numbers(found), _numbers(expected)
    if number.dtype == right.dtype or right.is_floating_point() and number.is_floating_point():
        return ""
    if isinstance(expected, Tensor):
        return f"make its dtype {right.dtype}"
    return "make it an int" if number.is_floating_point() else ""


def _numbers(found: Any) -> Any:
    """What was found as a tensor of real numbers, not too many, in memory; None when it cannot be one."""
    if isinstance(found, np.ndarray | list | tuple | numbers.Real):
        as_float = or_else(None, lambda: torch.tensor(float(found)))  # a fraction, or an int of more than 64 bits
        found = or_else(as_float, lambda: torch.as_tensor(np.asarray(found)))
    if not isinstance(found, Tensor) or found.layout != torch.strided or found.is_nested or found.is_meta:
        return None
    odd = found.is_complex() or found.is_quantized or found.numel() > 10**7
    return None if odd else found.detach().cpu()


def spoken(value: object) -> str:
    """A value as it would stand in a call, a long one shortened."""
    return or_else(f"an object of type {type(value).__name__} that cannot be shown", lambda: _written(value))


def described(value: object) -> str:
    """A value and, where it does not show, its type."""
    return spoken(value) + ("" if isinstance(value, Tensor) else f" ({type(value).__name__})")


def shortened(text: str, most: int = 80) -> str:
    """A text as one line that is not too long."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _written(value: object) -> str:
    if isinstance(value, Tensor):
        if _numbers(value) is None or value.numel() > SHOWN:
            return f"a tensor of shape {tuple(value.shape)}, {value.dtype}, {value.layout}"
        return f"tensor({_written(value.tolist()).replace('.0,', '.,').replace('.0]', '.]')})"
    if isinstance(value, list | tuple):
        inside = ", ".join([_written(item) for item in value[:SHOWN]] + ["..."] * (len(value) > SHOWN))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, float | np.floating):
        text = f"{float(value):.6g}"
        return text if set(text) & set(".ein") else f"{text}.0"
    return shortened(repr(value))


def or_else(default: Any, function: Callable) -> Any:
    """What `function` returns, or `default` when it fails: a learner's object may raise anything, even SystemExit."""
    try:
        return function()
    except TooSlow:
        raise
    except BaseException:
        return default
