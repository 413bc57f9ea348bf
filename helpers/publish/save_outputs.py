"""Execute notebooks in a fresh kernel and save them with clean outputs: `python -m helpers.publish.save_outputs`.

With no arguments every notebook of `notebooks/` is executed, in order; otherwise the files named.
"""

import re
import sys
from pathlib import Path
from typing import Any

from helpers import NOTEBOOKS
from helpers.publish.slides import DECK_METADATA

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PROGRESS_BAR = re.compile(r"\d+%\|")


def run(notebook: NotebookNode, folder: Path) -> None:
    """Execute `notebook` in place, from top to bottom, in a fresh kernel that works in `folder`.

    Raises nbclient's CellExecutionError when a cell fails that does not carry the tag raises-exception.
    """
    settings: dict[str, Any] = {"store_widget_state": False, "record_timing": False, "coalesce_streams": True}
    place = {"metadata": {"path": str(folder)}}
    # Seconds for a cell: nbclient would otherwise wait for ever.
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place, **settings).execute()


def execute(path: Path) -> NotebookNode:
    """The notebook at `path`, executed, its outputs cleaned. Raises what `run` and `clean` raise."""
    notebook = nbformat.read(path, as_version=4)
    run(notebook, path.parent)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = clean(cell)
    close_answers(notebook)
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata = NotebookNode(kernelspec=kernel, language_info={"name": "python"}, **DECK_METADATA)
    return notebook


def clean(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of `cell` without live widgets, of which the text is kept, but not that of tqdm's bars.

    Raises RuntimeError when the cell wrote to stderr (a warning, say).
    """
    kept = []
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise RuntimeError(f"A cell wrote to stderr: {output.text[:300]!r}. Its source: {cell.source[:200]!r}")
        widget = output.get("data", {}).pop(WIDGET_VIEW, None)
        if widget is None or not PROGRESS_BAR.search(output.data.get("text/plain", "")):
            kept.append(output)
    return kept


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
