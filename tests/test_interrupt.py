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

# For each notebook: the cell that trains, and what must hold after it was stopped.
STOPPED = {
    "07_training_loop": (
        "the-loop",
        "assert 0 < len(curve.losses) < EPOCHS * len(train_loader)\n"
        "torch.manual_seed(1)\n"
        "assert not torch.equal(model.conv1.weight.cpu(), SimpleCNN().conv1.weight)",
    ),
    "08_generalization": ("overfit", "assert 0 < len(curves['train']) < EPOCHS"),
}
LONG, SHORT = "EPOCHS = 5000", "EPOCHS = 1"


@pytest.fixture
def kernel():
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(NOTEBOOKS[0].parent))
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def execute(client, source: str, heard: Callable[[dict], None] = lambda message: None) -> None:
    """Run `source`. Every message goes to `heard`. An error, a KeyboardInterrupt too, fails the test."""
    reply = client.execute_interactive(source, timeout=TIMEOUT, output_hook=heard)["content"]
    assert reply["status"] == "ok", f"{source}\n{reply.get('ename')}: {reply.get('evalue')}"


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
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    trains, holds = STOPPED[name]
    position = [cell.id for cell in cells].index(trains)
    for cell in cells[:position]:
        execute(client, cell.source)
    presser = Presser(manager)
    execute(client, LONG)
    execute(client, cells[position].source, presser)
    assert presser.moves >= MOVES
    execute(client, holds)
    execute(client, SHORT)
    execute(client, cells[position].source)  # again, as if nothing had happened
