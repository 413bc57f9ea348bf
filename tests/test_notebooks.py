"""What every saved notebook must be: executed, clean, complete, and right when its exercises are solved."""

import json
import re
from collections import Counter
from itertools import pairwise

from helpers import NOTEBOOKS as FOLDER
from helpers import ROOT
from helpers.publish.save_outputs import run

import nbformat
import pytest
from conftest import CHROMIUM, NOTEBOOKS, solutions, solve_exercises

by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# 12 asks what the others teach: it opens no line of the program and has no exercise, question or mistake of its own.
LESSONS = [path for path in NOTEBOOKS if not path.stem.startswith("12")]
by_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path, kind=None):
    return [cell for cell in nbformat.read(path, 4).cells if kind in (None, cell.cell_type)]


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell.outputs]


def prose(path):
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


@by_name
def test_every_cell_was_executed_in_order(path):
    counts = [cell.execution_count for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@by_name
def test_no_error_but_the_announced_ones(path):
    for cell in cells(path, "code"):
        failed = any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in cell.metadata.get("tags", [])), cell.source


@by_name
def test_outputs_are_clean(path):
    text = path.read_text("utf-8")
    assert len(text) < 1_000_000
    for unwanted in ('"stderr"', "vnd.jupyter.widget", '"execution"', str(ROOT), "site-packages", "/home/", "/tmp/"):
        assert unwanted not in text, unwanted
    assert "widgets" not in json.loads(text)["metadata"]


@by_name
def test_every_picture_says_what_it_shows(path):
    for output in outputs(path):
        for kind in output.get("data", {}):
            if kind.startswith("image/"):
                assert output.metadata[kind].get("alt"), "a picture without alternative text"
    assert not re.search(r"!\[\s*\]\(|<img(?![^>]*alt=)", prose(path))


@by_name
def test_ignored_outputs_are_followed_by_an_assertion(path):
    code = cells(path, "code")
    for position, cell in enumerate(code):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            following = code[position : position + 4]
            assert any("assert " in later.source for later in following), cell.source


@by_name
def test_form(path):
    code, text = cells(path, "code"), prose(path)
    first = code[:5] if path.stem.startswith("00") else code[:2]  # 00 begins with the pad
    assert any("show_network(" in cell.source for cell in first)
    assert "After this notebook you can" in text and "To run:" in text and "To read:" in text
    assert "**Predict" in text and "## Recap" in text and ("## A mistake" in text or path not in LESSONS)
    recap = text.split("## Recap")[1]
    assert 3 <= len(re.findall(r"^- ", recap, re.M)) <= 5


@by_lesson
def test_exercises_and_questions(path):
    text = prose(path)
    exercises = re.findall(r"^### Exercise (\d+)", text, re.M)
    assert exercises == [str(n + 1) for n in range(len(exercises))] and 3 <= len(exercises) <= 6
    assert len(solutions(nbformat.read(path, 4))) == len(exercises)
    questions = [cell.source for cell in cells(path, "markdown") if "question" in cell.metadata.get("tags", [])]
    assert 5 <= len(questions) <= 12
    for number, question in enumerate(questions, 1):
        assert question.startswith(f"**Q{number}. ") and "<details><summary>Answer</summary>\n\n" in question


@by_name
def test_the_answer_to_a_prediction_is_closed(path):
    for question, answer in pairwise(cells(path)):
        if "**Predict" in question.source and answer.cell_type == "code":
            assert "hide-output" in answer.metadata.get("tags", []), answer.id
            assert answer.metadata["jupyter"]["outputs_hidden"], answer.id


def main_path(path):
    """What a first reading takes, up to the recap: cells, words of prose outside folds, and minutes.

    180 words a minute, 6 seconds for a line of code, 30 for a prediction, 20 for a picture.
    """
    whole = cells(path)
    path_cells = whole[: next(n for n, cell in enumerate(whole) if cell.source.startswith("## Recap"))]
    texts = [cell.source for cell in path_cells if cell.cell_type == "markdown"]
    code = [cell for cell in path_cells if cell.cell_type == "code"]
    words = len(re.findall(r"\w[\w'’-]*", re.sub(r"(?s)<details>.*?</details>|```.*?```", "", "\n".join(texts))))
    lines = [line for cell in code for line in cell.source.splitlines() if re.match(r"\s*[^\s#]", line)]
    pictures = sum(any("image/png" in output.get("data", {}) for output in cell.outputs) for cell in code)
    predictions = sum(text.count("**Predict") for text in texts)
    return len(path_cells), words, round(words / 180 + len(lines) / 10 + predictions / 2 + pictures / 3)


@by_name
def test_a_first_reading_is_short(path, record_property):
    """Its measures are printed at the end; the limits hold where the rest stands under Deeper."""
    count, words, minutes = measures = main_path(path)
    record_property("measured", f"{path.stem}, main path: {count} cells, {words} words, {minutes} minutes")
    if "\n## Deeper" in f"\n{prose(path)}":
        assert all(found <= limit for found, limit in zip(measures, (90, 1500, 25), strict=True)), measures


@by_lesson
def test_quoted_lines_stand_in_the_program(path):
    """The lines that a notebook says it opens are lines of the program in notebook 00."""
    program = {
        line.strip() for cell in cells(FOLDER / "00_start_here.ipynb", "code") for line in cell.source.splitlines()
    }
    opened = re.search(r"```python\n(.*?)```", cells(path)[0].source, re.S)
    if path.stem.startswith("00"):
        assert opened is None
    else:
        missing = [line for line in opened[1].splitlines() if line.strip() and line.strip() not in program]
        assert not missing


@by_name
def test_links_between_notebooks_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?://)([^)#]+)(?:#[^)]*)?\)", prose(path)):
        assert (path.parent / target).exists(), target


@by_name
def test_cell_names_are_unique(path):
    assert not [name for name, count in Counter(cell.id for cell in cells(path)).items() if count > 1]


@pytest.mark.skipif(CHROMIUM is not None, reason="test_browser.py runs the solved notebooks, in JupyterLab")
@by_name
def test_runs_with_every_exercise_solved(path):
    notebook = nbformat.read(path, 4)
    count = len(solutions(notebook))
    solve_exercises(notebook)
    run(notebook, path.parent)
    verdicts = [o.text for cell in notebook.cells if cell.source.startswith("checks.") for o in cell.outputs]
    assert len(verdicts) == count and all(verdict.startswith("Correct") for verdict in verdicts)


def test_the_map_names_every_line_of_the_program():
    program, page = [], prose(FOLDER / "00_start_here.ipynb")
    for cell in cells(FOLDER / "00_start_here.ipynb", "code"):
        if "program" in cell.metadata.get("tags", []):
            program += [line.strip() for line in cell.source.splitlines() if line.strip()]
    missing = [line for line in program if f"`{line}`" not in page and not line.startswith(("import ", "from "))]
    assert len(program) > 35 and not missing
