"""The exercise checks: they accept the folded solutions, refuse wrong answers kindly, and survive anything."""

import copy
import math

import nbformat
import pytest
import torch
from conftest import NOTEBOOKS, solutions
from torch import Tensor

from helpers import checks
from helpers.checks.exercise import Exercise

EXERCISES = {name: value for name, value in vars(checks).items() if isinstance(value, Exercise)}
SOLUTIONS = {name: source for path in NOTEBOOKS for name, source in solutions(nbformat.read(path, 4)).items()}


def solved(name):
    """The function that the folded solution of this exercise defines, with the notebooks' usual imports."""
    namespace = {"math": math, "torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    exec(SOLUTIONS[name], namespace)
    return namespace[name]


def test_every_exercise_has_one_solution_in_the_notebooks():
    assert EXERCISES.keys() == SOLUTIONS.keys()


@pytest.mark.parametrize("name", EXERCISES)
def test_the_folded_solution_is_accepted(name):
    assert EXERCISES[name].verdict(solved(name)).startswith("Correct")


WRONG_ANSWERS = [
    pytest.param(exercise, *mistake, id=f"{name}-{number}")
    for name, exercise in EXERCISES.items()
    for number, mistake in enumerate(exercise.mistakes)
]


@pytest.mark.parametrize(("exercise", "wrong", "hint"), WRONG_ANSWERS)
def test_a_plausible_wrong_answer_is_refused_with_its_own_hint(exercise, wrong, hint):
    verdict = exercise.verdict(wrong)
    assert verdict.startswith("Not yet") and "expected" in verdict and "found" in verdict
    assert verdict.endswith(f"Hint: {hint}")


def change_first(value):
    """`value` with its first number NaN, which no exercise expects."""
    if isinstance(value, Tensor):
        value = value.clone().float()
        value.view(-1)[0] = float("nan")
        return value
    return float("nan")


MUTATIONS = {
    "one more": lambda value: value + 1,
    "one less": lambda value: value - 1,
    "NaN": change_first,
    "text": lambda value: f"<{value}>",
    "list": lambda value: [value],
    "extra axis": lambda value: value[None] if isinstance(value, Tensor) else torch.full((2,), value),
    "other dtype": lambda value: value.to(torch.complex64) if isinstance(value, Tensor) else complex(value),
    "turned round": lambda value: value.flip(-1) if isinstance(value, Tensor) and value.shape[-1] > 1 else -1 - value,
    "a function": lambda value: lambda: value,
    "bool": lambda value: value > 0,
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("name", EXERCISES)
def test_a_spoilt_solution_is_refused(name, mutation):
    solution = solved(name)
    verdict = EXERCISES[name].verdict(lambda *case: MUTATIONS[mutation](solution(*case)))
    assert verdict.startswith("Not yet") and "\n" not in verdict


@pytest.mark.parametrize("name", EXERCISES)
def test_left_empty(name):
    assert EXERCISES[name].verdict(lambda *case: None) == "Not tried yet (nothing was returned)."


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exception_is_told_not_raised(name):
    def fails(*case):
        raise RuntimeError("one\ntwo")

    verdict = EXERCISES[name].verdict(fails)
    assert verdict.startswith("Not yet") and verdict.endswith("your function raises RuntimeError: one")


def test_wrong_number_of_arguments_is_told():
    assert "raises TypeError" in checks.output_size.verdict(lambda n: n)


@pytest.mark.parametrize("name", [n for n, e in EXERCISES.items() if isinstance(e.cases[0][0], Tensor)])
def test_changing_the_input_is_refused_and_harms_nobody(name):
    solution, exercise = solved(name), EXERCISES[name]

    def changes_its_input(first, *rest):
        result = copy.deepcopy(solution(first, *rest))
        first.copy_(first == 0)  # changes every number, also those of a mask
        return result

    assert "changes its input" in exercise.verdict(changes_its_input)
    assert exercise.verdict(solution).startswith("Correct")


@pytest.mark.parametrize("nothing", [None, 3, "text", torch.zeros(2)])
def test_something_that_is_no_function(nothing):
    assert "Hand over the function itself" in checks.output_size.verdict(nothing)


def test_answers_in_one_printed_line(capsys):
    checks.output_size(lambda *case: None)
    assert capsys.readouterr().out == "Not tried yet (nothing was returned).\n"


def test_whole_numbers_must_be_whole():
    verdict = checks.output_size.verdict(lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) / s + 1)
    assert "4 is expected, a whole number (int), found 4.0, a float" in verdict
