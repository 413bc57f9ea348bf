"""The notebooks as slides: how they are cut, and a deck without a network; test_browser.py measures every slide."""

import re

from helpers.publish.slides import DECK_METADATA

import nbformat
import pytest
from conftest import NOTEBOOKS, needs_chromium, run_all
from deck import ACTIVE, forward, slide_types, start_deck

PICTURE = "document.querySelector('.jp-deck-mod-visible .jp-RenderedImage img').src"
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def for_reading(cell) -> bool:
    """Whether a cell belongs to an appendix, a long list to read and to search, that is not shown on stage."""
    return "reading" in cell.metadata.get("tags", [])


@by_name
def test_every_section_starts_a_slide(path):
    notebook = nbformat.read(path, 4)
    assert slide_types(notebook)[0] == "slide"
    for cell, kind in zip(notebook.cells, slide_types(notebook), strict=True):
        if cell.cell_type != "markdown":
            continue
        heads = [at for at, line in enumerate(cell.source.splitlines()) if re.match("##? ", line)]
        if heads and "```" not in cell.source:
            assert heads == [0], f"{cell.id}: a section begins its own cell"
            assert kind == ("skip" if for_reading(cell) else "slide"), f"{cell.id}: a section begins its own slide"
        if cell.source.startswith("### Exercise"):
            assert kind in ("slide", "subslide"), f"{cell.id}: an exercise begins its own slide"


@by_name
def test_an_answer_does_not_show_with_its_question(path):
    notebook = nbformat.read(path, 4)
    staged = [
        (cell, kind)
        for cell, kind in zip(notebook.cells, slide_types(notebook), strict=True)
        if kind not in ("skip", "notes")
    ]
    for (question, _), (answer, kind) in zip(staged, staged[1:], strict=False):
        if question.cell_type == "markdown" and "**Predict" in question.source:
            assert kind is not None, f"{answer.id} shows the answer while the room still predicts"


@by_name
def test_slide_types_are_those_of_the_extension(path):
    """Without one a cell stays on the slide; "-", which nbformat allows too, would be taken for a slide of its own."""
    notebook = nbformat.read(path, 4)
    assert set(slide_types(notebook)) <= {"slide", "subslide", "fragment", "skip", "notes", None}
    for cell, kind in zip(notebook.cells, slide_types(notebook), strict=True):
        if for_reading(cell):
            assert kind == "skip", f"{cell.id} is for reading, not for the stage"
        elif kind == "skip":
            assert cell.cell_type == "code" and not cell.outputs, f"{cell.id} is skipped, but shows something"
        if kind == "notes":
            assert cell.cell_type == "markdown", f"{cell.id}: notes are prose"


@by_name
def test_the_notebook_brings_the_sizes_of_its_deck(path):
    metadata = nbformat.read(path, 4).metadata
    assert {key: metadata.get(key) for key in DECK_METADATA} == DECK_METADATA


@needs_chromium
def test_a_live_deck_needs_no_network(page, lab):
    """Sliders move on a slide, by the arrow keys, and nothing is asked of any other machine."""
    strangers = []

    def only_from_here(route):
        if re.match(r"(https?|wss?)://127\.0\.0\.1[:/]", route.request.url):
            route.continue_()
        else:
            strangers.append(route.request.url)
            route.abort()

    page.route(re.compile("^(http|ws)"), only_from_here)
    run_all(page, lab.format(name="01_convolution.ipynb"))
    start_deck(page)
    slider = page.locator(".jp-deck-mod-visible [role=slider]").first
    while not slider.count():
        forward(page)
    slide, before = page.evaluate(ACTIVE), page.evaluate(PICTURE)
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"before => {PICTURE} !== before", arg=before)
    assert page.evaluate(ACTIVE) == slide, "the arrow key moves the slider, not the deck"
    assert forward(page) > slide, "the space bar goes on, also from a slider"
    page.keyboard.press("Escape")
    page.locator(".jp-Deck").wait_for(state="detached")
    assert strangers == []
