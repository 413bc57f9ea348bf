"""JupyterLab's stop button during a training: what was learned is there, and the cell runs again.

The button sends the kernel an interrupt, and so does this test.
"""

from collections.abc import Callable

import nbformat
import pytest
from conftest import NOTEBOOKS
from jupyter_client.manager import start_new_kernel

TIMEOUT = 300  # seconds for one cell, on a slow machine
MOVES = 20  # messages of the progress bar, some for each of its steps

# For each notebook: the cells that train, what makes them long enough to be stopped, and what must hold after it.
STOPPED = {
    "06_training_loop": {
        "torch-manual-seed-1-model-simplecnn": (
            "EPOCHS = 50",
            "assert 0 < len(history.steps) < 50 * len(train_loader) and history.steps[-1] != history.steps[0]",
        ),
        "healthy": (
            "import helpers.failures; helpers.failures.STEPS = 10_000",
            "assert 0 < len(curves['healthy']) < 10_000; helpers.failures.STEPS = 10",
        ),
    },
    "07_generalization": {
        "overfit": (
            "fit = g.fit; g.fit = lambda *args, epochs, **more: fit(*args, epochs=5000, **more)",
            "assert epochs_done == len(watch.accuracy['train']) < 5000; g.fit = fit",
        ),
    },
}
SHORT_AGAIN = "EPOCHS = 2 if train_set.source == 'MNIST' else 6"  # as in the notebook: the cells after it test it


@pytest.fixture
def kernel():
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(NOTEBOOKS[0].parent))
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def execute(client, source: str, heard: Callable[[dict], None] = lambda message: None) -> str:
    """Run `source`; returns what it printed. Every message goes to `heard`. An error fails the test."""
    printed = []

    def hook(message: dict) -> None:
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])
        heard(message)

    reply = client.execute_interactive(source, timeout=TIMEOUT, output_hook=hook)["content"]
    assert reply["status"] == "ok", f"{source}\n{reply.get('ename')}: {reply.get('evalue')}"
    return "".join(printed)


class Presser:
    """Presses stop once the progress bar of the training has appeared and has moved several times."""

    def __init__(self, manager) -> None:
        self.manager, self.shown, self.moves = manager, False, 0

    def __call__(self, message: dict) -> None:
        self.shown = self.shown or "%|" in message["content"].get("data", {}).get("text/plain", "")
        if self.shown and message["msg_type"] == "comm_msg":
            self.moves += 1
            if self.moves == MOVES:
                self.manager.interrupt_kernel()


@pytest.mark.parametrize("name", STOPPED)
def test_stop_keeps_what_was_learned(kernel, name):
    manager, client = kernel
    (path,) = [path for path in NOTEBOOKS if path.stem == name]
    left = dict(STOPPED[name])
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type != "code":
            continue
        if cell.id not in left:
            execute(client, cell.source)
            continue
        make_long, holds = left.pop(cell.id)
        execute(client, make_long)
        presser = Presser(manager)
        assert "Stopped" in execute(client, cell.source, presser) and presser.moves >= MOVES
        execute(client, holds)
        execute(client, SHORT_AGAIN)
        execute(client, cell.source)  # again, as if nothing had happened
        if not left:
            return
    pytest.fail(f"{name} has no cells {list(left)}")
