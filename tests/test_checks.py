"""The checks: they accept every right answer, refuse every wrong one, answer in one kind line, and survive anything."""

import copy
import importlib
import math
import os
import pkgutil
import random
import signal
import threading
import time
import warnings
from fractions import Fraction

from helpers import checks
from helpers.checks.cases import Draw, size
from helpers.checks.exercise import Exercise, Judged
from helpers.checks.mutants import folded_solution, mutants
from helpers.checks.running import stopwatch
from helpers.checks.values import difference, remark, spoken

import nbformat
import numpy as np
import pytest
import torch
from conftest import NOTEBOOKS, solutions
from hypothesis import given, settings
from hypothesis import strategies as st
from right_answers import EQUIVALENT, RIGHT
from wrong_answers import HINTS, NAMED, ODD, SLIPPED_THROUGH, Unspeakably

MODULES = [importlib.import_module(f"helpers.checks.{module.name}") for module in pkgutil.iter_modules(checks.__path__)]
EXERCISES = {name: value for room in MODULES for name, value in vars(room).items() if isinstance(value, Exercise)}
SOLUTIONS = {name: source for path in NOTEBOOKS for name, source in solutions(nbformat.read(path, 4)).items()}
each_exercise = pytest.mark.parametrize("name", EXERCISES)


def defined(name):
    """The function or class that the folded solution of this exercise defines, with the notebooks' usual imports."""
    namespace = {"math": math, "torch": torch, "F": torch.nn.functional, "__name__": "learners"}
    exec(SOLUTIONS[name], namespace)
    return namespace[name]


SOLVED = {name: defined(name) for name in SOLUTIONS}


@pytest.fixture(autouse=True)
def time_enough(monkeypatch):
    """No limit is reached because the machine has other work, too."""
    for limit in ("PATIENCE", "LIMIT", "SEARCH"):
        monkeypatch.setattr(f"helpers.checks.exercise.{limit}", 60)


def named(name, function):
    """`function` under the name of an exercise, as a learner writes it."""

    def learners(*case):
        return function(*case)

    learners.__name__ = name
    return learners


def refusal(name, function):
    """Why the check refuses `function`, by the first case that shows it; empty when it does not."""
    for case, right in EXERCISES[name].cases:
        one = Judged(case, right, EXERCISES[name].answer(function, case))
        if reason := one.complaint(function) or remark(one.found.value, right.value):
            return reason
    return ""


def test_every_exercise_has_one_solution_in_the_notebooks():
    assert EXERCISES.keys() == SOLUTIONS.keys() == RIGHT.keys()
    assert all(folded_solution(name) == source for name, source in SOLUTIONS.items())


@each_exercise
def test_right_answers_are_correct_and_quick(name):
    assert min(map(len, RIGHT.values())) >= 5
    assert EXERCISES[name].cases  # torch is slow the first time it is asked for an optimiser
    begin = time.process_time()
    assert EXERCISES[name].verdict(SOLVED[name]).startswith("Correct: all 25")
    assert time.process_time() - begin < 1
    for right in RIGHT[name]:
        assert refusal(name, right) == ""


@each_exercise
@given(seed=st.integers(min_value=0))
@settings(max_examples=100, deadline=None)
def test_the_solution_is_right_for_all_inputs_that_are_promised(name, seed):
    case = EXERCISES[name].draw(Draw(seed))
    exercise = EXERCISES[name]
    assert difference(exercise.answer(SOLVED[name], case).value, exercise.solve(*case)) == ""


def test_hardly_a_small_change_of_a_solution_is_accepted():
    known = [(name, text) for reason in EQUIVALENT.values() for name, texts in reason.items() for text in texts]
    accepted, used, changes = [], set(), 0
    warnings.simplefilter("ignore")
    for name in EXERCISES:
        for what, mutant in mutants(SOLUTIONS[name]):
            if equivalent := [(other, text) for other, text in known if other == name and text in what]:
                used.update(equivalent)
            elif any(EXERCISES[name].answer(mutant, case).error is None for case, _ in EXERCISES[name].cases[:20]):
                changes += 1
                accepted += [] if refusal(name, mutant) else [(name, what)]
    assert changes > 2500 and used == set(known)
    assert len(accepted) <= 0.002 * changes, accepted


@pytest.mark.parametrize(("name", "wrong"), SLIPPED_THROUGH)
def test_what_slipped_through_once_is_refused(name, wrong):
    assert EXERCISES[name].verdict(wrong).startswith("Not yet: for (")


KNOWN = [(name, *mistake) for name, exercise in EXERCISES.items() for mistake in exercise.mistakes]


@pytest.mark.parametrize(("name", "hint", "wrong"), KNOWN)
def test_a_known_mistake_gets_its_own_hint(name, hint, wrong):
    assert EXERCISES[name].verdict(wrong).endswith(f"Hint: {hint}")


@pytest.mark.parametrize(("name", "wrong", "hint"), HINTS)
def test_the_mistake_finder_says_what_a_function_does_or_nothing(name, wrong, hint):
    _, _, found = EXERCISES[name].verdict(named(name, wrong)).partition("Hint: ")
    assert hint in found and bool(hint) == bool(found)


@pytest.mark.parametrize(("name", "wrong", "fault"), NAMED)
def test_the_verdict_names_what_is_wrong(name, wrong, fault):
    assert fault in EXERCISES[name].verdict(named(name, wrong))


STYLE = [
    ("output_size", lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s + 1.0, "Right value, make it an int: for"),
    ("suppress", lambda *case: SOLVED["suppress"](*case).double(), "Right value, make its dtype torch.int64: for"),
    ("cross_entropy", lambda z, y: SOLVED["cross_entropy"](z, y).item(), "Right value, make it a tensor: for"),
    ("loss_gradient", lambda z, y: SOLVED["loss_gradient"](z, y).tolist(), "Right value, make it a tensor: for"),
    ("accuracy_of", lambda x, y: Fraction(int((x.argmax(1) == y).sum()), len(y)), "Correct"),
]


@pytest.mark.parametrize(("name", "answer", "verdict"), STYLE)
def test_a_right_value_of_another_type_is_called_right(name, answer, verdict):
    assert EXERCISES[name].verdict(answer).startswith(verdict)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["output_size", "rate_at", "loss_gradient", "fault"])
def test_anything_odd_is_refused_in_one_kind_line(name, odd, monkeypatch):
    monkeypatch.setattr("helpers.checks.exercise.SEARCH", 0.1)
    verdict = EXERCISES[name].verdict(lambda *case: ODD[odd])
    assert verdict.startswith("Not yet: for (") and "expected, found" in verdict
    assert "\n" not in verdict and len(verdict) < 500
    assert "Hand over the function itself" in EXERCISES[name].verdict(ODD[odd]) or callable(ODD[odd])


@pytest.mark.parametrize("error", [RuntimeError("one\ntwo"), SystemExit(3), MemoryError(), Unspeakably()])
def test_whatever_is_raised_is_told_with_the_learners_line(error):
    def fails(*case):
        return [torch.zeros(1), raises()]

    def raises():
        raise error

    verdict = EXERCISES["output_size"].verdict(fails)
    assert f"your function raises {type(error).__name__}" in verdict and "two" not in verdict
    assert verdict.endswith(f", in line {raises.__code__.co_firstlineno + 1} (raise error).")
    assert "raises TypeError: " in EXERCISES["output_size"].verdict(lambda n: n)


def runs_for_ever(*case):
    while True:
        try:
            time.sleep(0.001)
        except Exception:
            pass


def test_a_loop_without_end_is_stopped_in_every_thread(monkeypatch):
    monkeypatch.setattr("helpers.checks.exercise.LIMIT", 0.3)
    verdicts = [EXERCISES["output_size"].verdict(runs_for_ever)]
    thread = threading.Thread(target=lambda: verdicts.append(EXERCISES["output_size"].verdict(runs_for_ever)))
    thread.start()
    thread.join()
    assert len(verdicts) == 2
    for verdict in verdicts:
        assert verdict.startswith("Not yet: for (7, 3, 2, 1, 1) your function ran for seconds")


@pytest.mark.parametrize(("clock", "processor", "counted"), [(3, 2.5, 2.5), (30, 2, 6), (2, 8, 2)])
def test_what_other_programs_take_does_not_count_as_the_learners(monkeypatch, clock, processor, counted):
    """Alone; beside busy programs; with several threads."""
    spent = stopwatch()
    began = time.monotonic(), time.process_time()
    monkeypatch.setattr(time, "monotonic", lambda: began[0] + clock)
    monkeypatch.setattr(time, "process_time", lambda: began[1] + processor)
    assert spent() == pytest.approx(counted, abs=0.01)


def test_the_stop_button_ends_in_a_line(capsys, monkeypatch):
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    EXERCISES["output_size"](runs_for_ever)
    monkeypatch.setattr(Exercise, "judge", lambda *both: signal.raise_signal(signal.SIGINT))
    EXERCISES["output_size"](runs_for_ever)
    stopped, also = capsys.readouterr().out.splitlines()
    assert stopped == "Not yet: for (7, 3, 2, 1, 1) your function was stopped."
    assert also == "Stopped before the check had ended."


def test_a_slow_right_answer_is_right(monkeypatch):
    monkeypatch.setattr("helpers.checks.exercise.PATIENCE", 0.3)
    verdict = EXERCISES["accuracy_of"].verdict(lambda *case: time.sleep(0.1) or SOLVED["accuracy_of"](*case))
    assert verdict.startswith("Correct: all ") and "all 25" not in verdict


def test_the_shortest_input_is_told_and_a_long_one_shortened():
    wrong = EXERCISES["output_size"].verdict(lambda n, k, s, p, d: 0 if d > 1 else SOLVED["output_size"](n, k, s, p, d))
    cases = [case for case, _ in EXERCISES["output_size"].cases if case[-1] > 1]
    assert spoken(min(cases, key=size)) in wrong
    assert len(spoken(([2.5] * 1000, torch.zeros(99), torch.arange(24.0)))) < 400


@each_exercise
def test_left_empty(name, capsys):
    EXERCISES[name](lambda *case: None)
    assert capsys.readouterr().out == "Not tried yet (nothing was returned).\n"
    some = iter([True, False, False])
    assert refusal(name, lambda *case: SOLVED[name](*case) if next(some) else None) == "nothing is returned"


@each_exercise
def test_a_check_leaves_the_world_as_it_was(name, capsys):
    def state():
        return torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()

    def talks(*case):
        print("heard")
        return SOLVED[name](*case)

    before = state()
    EXERCISES[name].__dict__.pop("cases", None)  # to be drawn again
    EXERCISES[name].answer(talks, EXERCISES[name].cases[0][0])
    once = capsys.readouterr().out
    assert EXERCISES[name].verdict(talks).startswith("Correct")
    assert "heard" in once and capsys.readouterr().out == once  # of the first case alone
    assert state() == before


@pytest.mark.parametrize(
    "name", [name for name in EXERCISES if isinstance(EXERCISES[name].fixed[0][0], list | torch.Tensor)]
)
def test_a_changed_input_is_told_and_harms_nobody(name):
    def changes_its_input(first, *rest):
        result = copy.deepcopy(SOLVED[name](first, *rest))
        first.pop() if isinstance(first, list) else first.copy_(first == 0)
        return result

    assert "changes its input" in refusal(name, changes_its_input)
    assert refusal(name, SOLVED[name]) == ""
