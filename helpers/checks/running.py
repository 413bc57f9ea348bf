"""Running functions that may return anything, raise anything or never end."""

import contextlib
import copy
import ctypes
import linecache
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers.checks.values import TooSlow, difference, or_else, shortened

import torch
from torch import Tensor


@dataclass(frozen=True)
class Answer:
    """What a function made of one case: the value or the error, and whether it changed its arguments."""

    value: object = None
    error: BaseException | None = None
    changed: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was returned, as by an exercise that is left empty."""
        parts = self.value.values() if isinstance(self.value, dict) else [self.value]
        return self.error is None and all(part is None for part in parts)

    def agrees(self, other: "Answer") -> bool:
        """Whether both are the same value, or errors of the same kind."""
        if self.error is not None or other.error is not None:
            return type(self.error) is type(other.error)
        return not difference(self.value, other.value)


def answer(function: Callable, case: tuple) -> Answer:
    """Call `function` with a copy of the arguments; raises nothing but TooSlow."""
    arguments = copy.deepcopy(case)
    try:
        value = function(*arguments)
        return Answer(value, changed=not all(map(_same, arguments, case)))
    except TooSlow:
        raise
    except BaseException as error:  # also SystemExit, and the KeyboardInterrupt of the stop button
        return Answer(error=error)


WAITING = 5  # on a busy machine a function may get a fifth of a processor


def stopwatch() -> Callable[[], float]:
    """A function that says how many seconds of work were done since.

    Time on the processor counts, so that other programs do not count against the learner; of time in which nothing
    works, as in a sleep, a fifth does.
    """
    clock, processor = time.monotonic(), time.process_time()

    def seconds() -> float:
        waited = time.monotonic() - clock
        return min(waited, max(time.process_time() - processor, waited / WAITING))

    return seconds


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooSlow in this thread when the block works for longer.

    A second thread asks Python to raise it, which works on every system and in every thread. It arrives between two
    steps of Python: one call that computes or sleeps in C, such as time.sleep(100), ends first.
    """
    thread, ask = ctypes.c_ulong(threading.get_ident()), ctypes.pythonapi.PyThreadState_SetAsyncExc
    spent, done = stopwatch(), threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            if spent() > seconds:
                ask(thread, ctypes.py_object(TooSlow))
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        ask(thread, None)  # takes back what was asked too late


def told(error: BaseException, function: Callable) -> str:
    """What stopped a function, in half a line; for an error in its own code, the line of that code."""
    if isinstance(error, TooSlow):
        return "your function ran for seconds and was stopped; perhaps a loop never ends"
    if isinstance(error, KeyboardInterrupt):
        return "your function was stopped"
    written = [function, *vars(function).values()] if isinstance(function, type) else [function]
    file = next((part.__code__.co_filename for part in written if hasattr(part, "__code__")), "")
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    code = shortened(linecache.getline(file, lines[-1])) if lines else ""
    place = f", in line {lines[-1]}" + f" ({code})" * bool(code) if lines else ""
    message = or_else("", lambda: f": {shortened(str(error).splitlines()[0])}")
    return f"your function raises {type(error).__name__}{message}{place}"


def _same(after: Any, before: Any) -> bool:
    if isinstance(before, Tensor):
        return torch.equal(after, before)
    return after is before or after == before  # NaN is not equal to itself
