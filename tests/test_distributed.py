"""The processes of notebook 11: its own script, by one launcher and by two, and with a worker that is killed."""

import os
import re
import sys

from helpers import NOTEBOOKS
from helpers.data import load_digits
from helpers.model import SimpleCNN
from helpers.training import train_step

import nbformat
import pytest
import torch
from conftest import run_cells

CELLS = {cell.id: cell.source for cell in nbformat.read(NOTEBOOKS / "11_faster_and_further.ipynb", 4).cells}


@pytest.fixture
def world(monkeypatch):
    """What the notebook's cells define, without their trainings; a proxy that is not there must not matter."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    ids, digits = ("beginning", "loop", "torchrun", "mortal", "saves"), load_digits(source="sample")
    return run_cells("11_faster_and_further.ipynb", ids, os=os, torch=torch, train_set=digits)


def weights(world):
    """Those that each of the two processes has left behind, as one vector; the files are taken away."""
    found = []
    for rank in (0, 1):
        file = world["folder"] / f"weights{rank}.pt"
        found.append(torch.cat([value.flatten() for value in torch.load(file).values()]))
        file.unlink()
    return found


def finished(world, *launchers):
    """What was printed; every launcher must end well."""
    printed = [launcher.communicate(timeout=300)[0] for launcher in launchers]
    errors = (world["folder"] / "errors.txt").read_text()
    assert [launcher.returncode for launcher in launchers] == [0] * len(launchers), errors[-3000:]
    return "".join(printed)


def alone(world):
    """The weights of one process that takes the same ten steps with whole batches."""
    torch.manual_seed(0)
    model = SimpleCNN()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for index in torch.arange(640).split(64):
        train_step(model, optimizer, *world["train_set"][index])
    return torch.cat([value.flatten() for value in model.state_dict().values()])


ONE = ["--standalone", "--nproc-per-node=2"]


def test_two_processes_learn_what_one_learns(world):
    finished(world, world["torchrun"](world["beginning"] + world["loop"], *ONE))
    first, second = weights(world)
    assert torch.equal(first, second)
    torch.testing.assert_close(first, alone(world), rtol=0, atol=1e-5)


def test_two_launchers_meet(world):
    exec(CELLS["nodes"].split("nodes = ")[0], world)  # a free port, and the arguments
    script = world["beginning"] + world["loop"]
    finished(world, *[world["torchrun"](script, *world["meet"], f"--rdzv-conf=is_host={host}") for host in (1, 0)])
    first, second = weights(world)
    assert torch.equal(first, second)
    torch.testing.assert_close(first, alone(world), rtol=0, atol=1e-5)


@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_worker_changes_nothing(world, victim):
    """Whichever is killed, all begin again with the checkpoint, and end with the weights of the undisturbed."""
    script = world["mortal"].replace("rank == 1 and step == 5", f"rank == {victim} and step == 5")
    printed = finished(world, world["torchrun"](script, *ONE, "--max-restarts=1"))
    assert sorted(re.findall(r"process \d begins with step \d", printed)) == [
        f"process {rank} begins with step {step}" for rank in (0, 1) for step in (0, 4)
    ]
    first, second = weights(world)
    assert torch.equal(first, second)
    torch.testing.assert_close(first, alone(world), rtol=0, atol=1e-5)


def test_without_restarts_the_launcher_says_that_it_failed(world):
    launcher = world["torchrun"](world["mortal"], *ONE, "--max-restarts=0")
    launcher.communicate(timeout=300)
    assert launcher.returncode != 0 and not (world["folder"] / "weights0.pt").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_only_the_loopback_is_spoken_to(world):
    """Every connection of the processes, while they live, is from 127.0.0.1 or ::1 to the same."""
    import psutil

    launcher, seen = world["torchrun"](world["beginning"] + world["loop"], *ONE), set()
    while launcher.poll() is None:
        for process in (me := psutil.Process(launcher.pid)).children(recursive=True) + [me]:
            try:
                seen |= {end.ip for line in process.net_connections() if line.raddr for end in (line.laddr, line.raddr)}
            except psutil.Error:
                continue
    finished(world, launcher)
    assert seen and {ip.removeprefix("::ffff:") for ip in seen} <= {"127.0.0.1", "::1"}
