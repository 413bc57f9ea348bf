"""Execute notebooks in a fresh kernel and save them with clean outputs: `python -m helpers.publish.save_outputs`.

With no arguments every notebook of `notebooks/` is executed, in order; otherwise the files named.
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from helpers import NOTEBOOKS
from helpers.publish.slides import DECK_METADATA

CELL_TIMEOUT = 600  # seconds; nbclient would otherwise wait for ever
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PROGRESS_BAR = re.compile(r"\d+%\|")


class UncleanOutput(RuntimeError):
    """A cell left something that must not be saved; the message says which cell and what."""


def run(notebook: NotebookNode, folder: Path) -> None:
    """Execute `notebook` in place, from top to bottom, in a fresh kernel that works in `folder`.

    Raises nbclient's CellExecutionError when a cell fails that does not carry the tag raises-exception.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
    )
    client.execute()


def execute(path: Path) -> NotebookNode:
    """The notebook at `path`, executed, its outputs cleaned.

    Raises what `run` raises, and UncleanOutput when a cell writes to stderr (a warning, say).
    """
    notebook = nbformat.read(path, as_version=4)
    run(notebook, path.parent)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [clean(output, cell) for output in cell.outputs if not is_progress_bar(output)]
    close_answers(notebook)
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        **DECK_METADATA,
    )
    return notebook


def is_progress_bar(output: NotebookNode) -> bool:
    """Whether `output` is tqdm's bar, which says nothing once it has gone."""
    data = output.get("data", {})
    return WIDGET_VIEW in data and bool(PROGRESS_BAR.search(data.get("text/plain", "")))


def clean(output: NotebookNode, cell: NotebookNode) -> NotebookNode:
    """`output` without the live widget, of which the saved file keeps only the text."""
    if output.get("name") == "stderr":
        raise UncleanOutput(f"A cell wrote to stderr: {output.text[:300]!r}. Its source: {cell.source[:200]!r}")
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
    return output


def close_answers(notebook: NotebookNode) -> None:
    """Close the saved output below each prediction, until the reader opens it; running the cell opens it, too.

    MyST-NB folds what has the tag, JupyterLab what has the mark; GitHub knows neither.
    """
    for question, answer in zip(notebook.cells, notebook.cells[1:], strict=False):
        if "**Predict" in question.source and question.cell_type == "markdown" and answer.cell_type == "code":
            answer.metadata["jupyter"] = {"outputs_hidden": True}
            answer.metadata["tags"] = sorted({*answer.metadata.get("tags", []), "hide-output"})


def main(arguments: list[str]) -> None:
    """Execute and save the notebooks named in `arguments`, or all of them."""
    for path in [Path(name) for name in arguments] or sorted(NOTEBOOKS.glob("*.ipynb")):
        print(path.name, flush=True)
        nbformat.write(execute(path), path)


if __name__ == "__main__":
    main(sys.argv[1:])
