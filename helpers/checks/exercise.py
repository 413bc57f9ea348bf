"""How an exercise is checked: the learner's code on many cases, and one kind line that says what was seen."""

import contextlib
import functools
import io
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from helpers.checks.cases import Draw, size
from helpers.checks.mutants import folded_solution, mutants
from helpers.checks.running import Answer, answer, stopwatch, time_limit, told
from helpers.checks.values import TooSlow, described, difference, remark, spoken

DRAWN = 250  # cases, besides the fixed ones
# Seconds of work, as running.stopwatch counts them.
PATIENCE = 2.0  # after so many no drawn case is begun; the solutions take about a tenth for all
LIMIT = 6.0  # after so many the function is stopped
SEARCH = 1.5  # for finding the mistake
NEARLY_ALL = 0.95  # of the cases that tell; less, and a known mistake is not the learner's


@dataclass(frozen=True)
class Judged:
    """One case, the answer that is right and the learner's."""

    case: tuple
    right: Answer
    found: Answer

    @property
    def wrong(self) -> bool:
        """Whether a value was returned, but not the right one."""
        return self.found.error is None and not self.found.empty and not self.found.agrees(self.right)

    def complaint(self, function: Callable) -> str:
        """What is not right, in half a line; empty when all is."""
        if self.found.error is not None:
            return told(self.found.error, function)
        if self.found.empty:
            return "nothing is returned"
        if self.found.changed:
            return "your function changes its input; work on a copy (x.clone())"
        return difference(self.found.value, self.right.value)


class Exercise:
    """One exercise. Calling it with the learner's function or class prints the verdict.

    solve: what an answer must equal. fixed and draw: the inputs that the exercise promises, those that tell most and
    a function that draws another one. mistakes: hints, each with the wrong function that it is for; a small change
    of the notebook's solution needs none, for `mutants` finds it. use: what is done with the learner's code for one
    case, when that is more than a call: `use(learners, *case)` returns what is compared, or None if nothing was done.
    """

    def __init__(
        self, solve: Callable, fixed: list[tuple], draw: Callable, *mistakes: tuple[str, Callable],
        use: Callable | None = None,
    ) -> None:  # fmt: skip
        self.solve, self.fixed, self.draw, self.mistakes, self.use = solve, fixed, draw, mistakes, use

    def __call__(self, function: Callable) -> None:
        """Print "Not tried yet", "Correct" or what differs on the shortest input that shows it, with a hint."""
        try:
            print(self.verdict(function))
        except KeyboardInterrupt:
            print("Stopped before the check had ended.")

    @cached_property
    def cases(self) -> list[tuple[tuple, Answer]]:
        """The fixed cases, then the drawn ones from short to long, each with the right answer; always the same."""
        random = Draw(1)
        drawn = sorted((self.draw(random) for _ in range(DRAWN)), key=size)
        return [(case, Answer(self.solve(*case))) for case in self.fixed + drawn]

    def answer(self, function: Callable, case: tuple) -> Answer:
        """What the learner's code makes of one case."""
        return answer(functools.partial(self.use, function) if self.use else function, case)

    def judge(self, function: Callable) -> list[Judged]:
        """The function on one case after the other; what it prints is heard once."""
        judged: list[Judged] = []
        cases, spent = self.cases, stopwatch()
        with contextlib.redirect_stdout(sys.stdout):  # which comes back whatever happens
            try:
                with time_limit(LIMIT):
                    for case, right in cases:
                        judged.append(Judged(case, right, self.answer(function, case)))
                        sys.stdout = io.StringIO()
                        tired = spent() > PATIENCE and len(judged) >= len(self.fixed)
                        if tired or isinstance(judged[-1].found.error, KeyboardInterrupt):
                            break
            except TooSlow as error:
                judged.append(Judged(case, right, Answer(error=error)))
        return judged

    def verdict(self, function: Callable) -> str:
        """The verdict on `function` in one line."""
        if not callable(function):
            return f"Hand over the function itself, without brackets; this is {described(function)}."
        judged = self.judge(function)
        if all(one.found.empty for one in judged):
            return "Not tried yet (nothing was returned)."
        if failed := [one for one in judged if one.complaint(function)]:
            shortest = min(failed, key=lambda one: size(one.case))
            hint = self.hint(judged, getattr(function, "__name__", ""))
            return f"Not yet: for {spoken(shortest.case)} {shortest.complaint(function)}.{hint}"
        for one in judged:
            if make := remark(one.found.value, one.right.value):
                return f"Right value, {make}: for {spoken(one.case)} {described(one.found.value)} is returned."
        return f"Correct: all {len(judged)} cases."

    def hint(self, judged: list[Judged], name: str) -> str:
        """What a wrong function does, if that is known: a mistake of the list or a small change of the solution."""
        judged = sorted(judged, key=lambda one: not one.wrong)  # the wrong answers tell most
        if not judged[0].wrong:
            return ""
        try:
            with time_limit(SEARCH), warnings.catch_warnings(action="ignore"):
                if judged[1:] and all(one.found.agrees(judged[0].found) for one in judged):
                    return " Hint: yours returns the same for every input."
                shares = [(self.agreement(mistake, judged), hint) for hint, mistake in self.mistakes]
                share, hint = max(shares, default=(0.0, ""))
                if share < NEARLY_ALL:
                    changes = mutants(folded_solution(name))
                    hint = next((f"yours acts {does}." for does, f in changes if self.agreement(f, judged, 1)), "")
                return hint and f" Hint: {hint}"
        except (TooSlow, OSError, ValueError):  # no time left, or no notebook in which the solution can be read
            return ""

    def agreement(self, mistake: Callable, judged: list[Judged], least: float = NEARLY_ALL) -> float:
        """The share of cases where either is wrong in which two functions agree; 0 once it must be too small."""
        telling, apart = 0, 0
        for one in judged:
            found = self.answer(mistake, one.case)
            agree = found.agrees(one.found)
            telling += one.wrong or not agree or not found.agrees(one.right)
            apart += not agree
            if apart > (1 - least) * len(judged):
                return 0
        return 1 - apart / telling
