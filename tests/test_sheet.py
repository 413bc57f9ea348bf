"""The page for tonight's interview: up to date, whole, its links right; and the cards for Anki."""

import csv
import re
import subprocess
import sys

from helpers import NOTEBOOKS
from helpers.practice.deck import LEVELS, collect
from helpers.practice.sheet import cards, page

import nbformat
import pytest

QUESTIONS = collect()
PAGE = page(QUESTIONS)


def test_the_page_is_up_to_date():
    assert (NOTEBOOKS / "interview.md").read_text(encoding="utf-8") == PAGE, (
        "A question changed after the page was written. Write it again: python -m helpers.practice.sheet"
    )


def test_the_page_holds_every_question_once_and_its_parts():
    folds = re.findall(r'<details><summary><a id="q\d\d-\d+"></a>', PAGE)
    assert len(folds) == len(set(folds)) == len(QUESTIONS)
    assert all(question.answer in PAGE for question in QUESTIONS)
    assert PAGE.count("<summary>Working</summary>") == 12
    mock = PAGE.partition("### A mock interview")[2].partition("## One week")[0]
    assert len(re.findall("^1. <a", mock, re.M)) == 10
    counts = re.findall(r'<a href="#\w+-(\w+)">(\d+)</a>', PAGE.partition("## Tonight")[0])
    for level in LEVELS:
        asked = [question for question in QUESTIONS if question.level == level]
        assert sum(int(count) for name, count in counts if name == level) == len(asked)
    assert 22 <= sum(question.level == "core" for question in QUESTIONS) <= 36, "two minutes each, in about an hour"
    assert "<!--" not in PAGE


def test_links_inside_the_page_lead_somewhere():
    """To an anchor of its own or to a heading, which GitHub and Sphinx both call by its words in small letters."""
    headings = [heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ ([\w ]+)$", PAGE, re.M)]
    targets = headings + re.findall('<a id="([^"]+)">', PAGE)
    assert len(targets) == len(set(targets))
    assert set(re.findall('href="#([^"]+)"', PAGE)) <= set(targets)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((\d\d_\w+\.ipynb[^)]*)\)", PAGE))))
def test_links_to_notebooks_lead_to_a_heading(target):
    name, _, anchor = target.partition("#")
    cells = [cell.source for cell in nbformat.read(NOTEBOOKS / name, 4).cells if cell.cell_type == "markdown"]
    headings = [line.lstrip("# ").replace(" ", "-") for cell in cells for line in cell.splitlines() if line[:1] == "#"]
    assert not anchor or anchor in headings


def test_the_command_writes_a_card_for_each_question(tmp_path):
    file = tmp_path / "cards.tsv"
    subprocess.run([sys.executable, "-m", "helpers.practice.sheet", "--anki", file], cwd=NOTEBOOKS.parent, check=True)
    text = file.read_text(encoding="utf-8")
    head, rows = text.splitlines()[:3], list(csv.reader(text.splitlines(keepends=True)[3:], delimiter="\t"))
    assert head == ["#separator:tab", "#html:true", "#tags column:3"]
    assert [tuple(row) for row in rows] == list(cards(QUESTIONS))
    for (front, back, tags), question in zip(rows, QUESTIONS, strict=True):
        assert tags == f"{question.topic} {question.level}" and question.place in back
        assert front and back.startswith("<") and ".ipynb" not in front + back
        assert not re.search(r"\*\*|```|\]\(", re.sub("<code>.*?</code>", "", front + back, flags=re.S))
