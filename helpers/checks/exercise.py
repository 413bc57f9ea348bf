"""How an exercise is checked: run the learner's function on fixed cases and answer in one kind line."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Mistake = tuple[Callable, str]  # a plausible wrong answer, and the hint for whoever gives it


@dataclass(frozen=True)
class Exercise:
    """One exercise. Calling it with the learner's function prints the verdict.

    solve: what the answer must equal on every case. cases: the arguments of each call.
    mistakes: wrong answers that learners give; the one that agrees best with theirs gives the hint.
    """

    solve: Callable
    cases: tuple[tuple, ...]
    mistakes: tuple[Mistake, ...] = ()

    def __call__(self, function: Callable) -> None:
        """Print "Not tried yet", "Correct" or what differs, on which input, with a hint."""
        print(self.verdict(function))

    def verdict(self, function: Callable) -> str:
        """The verdict on `function` in one line; it never raises."""
        if not callable(function):
            return f"Hand over the function itself, without brackets; this is {describe(function)}."
        for number, case in enumerate(self.cases):
            arguments = copy.deepcopy(case)
            try:
                found = function(*arguments)
            except Exception as error:  # whatever a learner's code raises is told, not passed on
                raised = f"{type(error).__name__}: {first_line(error)}"
                return f"Not yet: for {spoken(case)} your function raises {raised}"
            if found is None:
                if number == 0:
                    return "Not tried yet (nothing was returned)."
                return f"Not yet: for {spoken(case)} nothing is returned."
            if difference(arguments, case):
                return f"Not yet: your function changes its input {spoken(case)}; work on a copy (x.clone())."
            expected = self.solve(*copy.deepcopy(case))
            if complaint := difference(found, expected):
                return f"Not yet: for {spoken(case)} {complaint}.{self.hint(function, case)}"
        return f"Correct: {len(self.cases)} of {len(self.cases)} cases."

    def hint(self, function: Callable, failed: tuple) -> str:
        """The hint of the known mistake that gives the same as `function` on `failed` and on most other cases."""
        likely = [mistake for mistake in self.mistakes if _agree(function, mistake[0], failed)]
        if not likely:
            return ""
        best = max(likely, key=lambda mistake: sum(_agree(function, mistake[0], case) for case in self.cases))
        return f" Hint: {best[1]}"


def _agree(first: Callable, second: Callable, case: tuple) -> bool:
    """Whether two functions give the same for `case`; not when one of them fails."""
    try:
        return not difference(first(*copy.deepcopy(case)), second(*copy.deepcopy(case)))
    except Exception:  # a learner's function and a known mistake may both fail on some case
        return False


def difference(found: object, expected: object) -> str:
    """What distinguishes `found` from `expected`, in words; the empty string when they agree."""
    if isinstance(expected, Tensor):
        return _tensor_difference(found, expected)
    if isinstance(expected, tuple | list):
        if not isinstance(found, tuple | list | torch.Size) or len(found) != len(expected):
            return f"a tuple of {len(expected)} is expected, found {describe(found)}"
        return next((text for pair in zip(found, expected, strict=True) if (text := difference(*pair))), "")
    if isinstance(found, Tensor) and found.numel() == 1:
        found = found.item()
    if isinstance(expected, bool | str) or expected is None:
        return "" if type(found) is type(expected) and found == expected else _unequal(found, expected)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return f"a number is expected, found {describe(found)}"
    if isinstance(expected, int) and not isinstance(found, int):
        return f"{expected} is expected, a whole number (int), found {found!r}, a {type(found).__name__}"
    equal = math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-6) or math.isnan(found) and math.isnan(expected)
    return "" if equal else _unequal(found, expected)


def _tensor_difference(found: object, expected: Tensor) -> str:
    if not isinstance(found, Tensor):
        return f"a tensor of shape {tuple(expected.shape)} is expected, found {describe(found)}"
    if found.shape != expected.shape:
        return f"the shape {tuple(expected.shape)} is expected, found {tuple(found.shape)}"
    if found.dtype != expected.dtype:
        return f"the dtype {expected.dtype} is expected, found {found.dtype}"
    if not expected.is_floating_point():
        wrong = found != expected
    else:
        wrong = ~torch.isclose(found.detach(), expected, rtol=1e-4, atol=1e-5, equal_nan=True)
    if not wrong.any():
        return ""
    if found.dim() == 0:
        return _unequal(found.item(), expected.item())
    where = tuple(wrong.nonzero()[0].tolist())
    values = _unequal(found[where].item(), expected[where].item())
    return f"{int(wrong.sum())} of {wrong.numel()} values differ; at index {where} {values}"


def _unequal(found: object, expected: object) -> str:
    return f"{_short(expected)} is expected, found {_short(found)}"


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def describe(value: object) -> str:
    """A value in a few words, for a message."""
    if isinstance(value, Tensor):
        return f"tensor({_numbers(value)})" if value.numel() <= 16 else f"a tensor of shape {tuple(value.shape)}"
    text = " ".join(repr(value).split())
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def _numbers(value: Tensor) -> str:
    """The numbers of a tensor as nested lists, each as short as it can be."""
    if value.dim() == 0:
        return f"{value.item():.4g}"
    return "[" + ", ".join(_numbers(part) for part in value.detach()) + "]"


def spoken(case: tuple) -> str:
    """The arguments of a case as they would stand in a call."""
    return "(" + ", ".join(describe(a) if isinstance(a, Tensor) else repr(a) for a in case) + ")"


def first_line(error: Exception) -> str:
    """The first line of an error's message, at most 150 characters of it."""
    lines = str(error).splitlines()
    return lines[0][:150] if lines else ""
