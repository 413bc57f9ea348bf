"""What it is worth that torch's waiting threads sleep: ratios of training steps, side by side in one run.

`python -m pytest tests/benchmarks/test_waiting_threads.py -s`, on a machine with nothing else to do; about two minutes.
"""

import os
import subprocess
import sys
from statistics import median

import pytest

# Steps of the program on one batch of 64; prints the milliseconds of each.
STEPS = """
import os
import helpers
if "SPIN" in os.environ:
    del os.environ["OMP_WAIT_POLICY"]
from time import perf_counter
from helpers.model import SimpleCNN
from helpers.training import train_step
import torch
model = SimpleCNN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
images, labels = torch.rand(64, 1, 28, 28), torch.randint(0, 10, (64,))
for _ in range(60):
    began = perf_counter()
    train_step(model, optimizer, images, labels)
    print(1000 * (perf_counter() - began))
"""
ROUNDS = 3


def start(spin: bool) -> subprocess.Popen:
    """A Python that makes the steps, its waiting threads spinning as torch has them by default, or asleep."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OMP_", "GOMP_"))}
    command = [sys.executable, "-c", STEPS]
    return subprocess.Popen(
        command, env=environment | ({"SPIN": "1"} if spin else {}), stdout=subprocess.PIPE, text=True
    )


def step(kernels: int, spin: bool) -> float:
    """The median step, in ms, of several Pythons at work at once."""
    processes = [start(spin) for _ in range(kernels)]
    times = [float(line) for process in processes for line in process.communicate()[0].split()[10:]]
    return median(times)


@pytest.fixture(params=["quiet", "busy"])
def machine(request):
    """A machine with nothing else to do, and one with a core that another process keeps busy."""
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if request.param == "busy" else None
    yield request.param
    if other:
        other.kill()
        other.wait()


def side_by_side(first: dict, second: dict) -> float:
    """The median time of `first` over that of `second`, taken in turn."""
    pairs = [(step(**first), step(**second)) for _ in range(ROUNDS)]
    ours, other = (median(times) for times in zip(*pairs, strict=True))
    print(f"\n{first}: {ours:.0f} ms, {second}: {other:.0f} ms, ratio {ours / other:.2f}")
    return ours / other


def test_sleeping_threads_cost_nothing(machine):
    assert side_by_side({"kernels": 1, "spin": False}, {"kernels": 1, "spin": True}) < 1.15


def test_three_kernels_take_about_three_times_as_long_as_one():
    assert side_by_side({"kernels": 3, "spin": False}, {"kernels": 1, "spin": False}) < 3.5
