"""Digits found on a canvas in notebook 10; the glossary of 12, and its deck and drills in JupyterLab."""

import re

from helpers.data import load_digits
from helpers.detection import SIDE, STRIDE, scene
from helpers.figures.what_it_becomes import FoundDigits, Threshold
from helpers.model import load_pretrained

import nbformat
import pytest
import torch
from conftest import NOTEBOOKS, needs_chromium, run_all, run_cells
from torch.nn import functional as F
from torchvision.ops import box_iou, nms

DIGITS = load_digits(train=False, source="sample")
NAME = "12_interview.ipynb"
CELLS = {path.name: nbformat.read(path, 4).cells for path in NOTEBOOKS}
TAUGHT = run_cells(
    "10_what_it_becomes.ipynb", ("everywhere-code", "detect"),
    torch=torch, F=F, nms=nms, load_pretrained=load_pretrained, images=DIGITS.images,
)  # fmt: skip
everywhere, detect = TAUGHT["everywhere"], TAUGHT["detect"]


def test_a_window_is_read_alike_wherever_it_lies():
    """With the 3 pixels beyond its sides that it also sees; the notebook asserts what a window alone is read as."""
    canvas, _, _ = scene(DIGITS.images, 4, seed=3)
    around = everywhere(canvas[None, :, 16:52, 32:68])[:, :, 1, 1]
    torch.testing.assert_close(everywhere(canvas[None])[:, :, 5, 9], around, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_a_scene_holds_the_digits_it_names_where_it_says(seed):
    canvas, boxes, chosen = scene(DIGITS.images, 5, seed)
    assert len(set(chosen.tolist())) == 5
    assert (box_iou(boxes, boxes) - torch.eye(5)).abs().max() == 0
    rest = canvas.clone()
    for (left, top, right, bottom), number in zip(boxes.int().tolist(), chosen, strict=True):
        assert torch.equal(canvas[:, top:bottom, left:right], DIGITS.images[number])
        rest[:, top:bottom, left:right] = -1
    assert (rest == -1).all()


def test_a_scene_that_is_too_full_is_refused():
    with pytest.raises(ValueError, match="No room for 2 digits on 40×40"):
        scene(DIGITS.images, 2, 0, height=40, width=40)


def test_found_boxes_are_apart_and_the_best_first_and_nothing_is_found_on_black():
    canvas, _, _ = scene(DIGITS.images, 5, seed=1)
    logits = everywhere(canvas[None])[0]
    boxes, scores, digits = detect(logits, 7)
    assert len(boxes) == len(digits) > 0 and box_iou(boxes, boxes).fill_diagonal_(0).max() <= 0.1
    column, row = (boxes[:, :2] / STRIDE).int().T
    assert torch.equal(logits.logsumexp(0)[row, column], scores)
    assert torch.equal(logits.argmax(0)[row, column], digits)
    assert (scores.diff() <= 0).all() and scores.min() > 7
    assert len(detect(everywhere(torch.full((1, 1, 60, 60), -1.0))[0], 7)[0]) == 0


def test_a_digit_can_be_moved_to_every_edge_of_the_canvas():
    picture = FoundDigits(everywhere, detect, 7, torch.full((1, 60, 80), -1.0), DIGITS.images[0])
    for right, down in [(0, 0), (80 - SIDE, 60 - SIDE), (24, 16)]:
        assert "boxes are drawn around" in picture.update(right, down)
    assert picture.title.get_text() == "1 digit found"
    assert len(picture.marks) == 3 and set(picture.marks) < set(picture.moving), "a line, a frame and its number"


def test_a_threshold_counts_the_pairs_that_are_nearer():
    picture = Threshold(torch.tensor([0.1, 0.2, 0.3, 0.8]), torch.tensor([True, False, True, False]))
    assert picture.rates(0.25) == (0.5, 0.5) and picture.rates(0.0) == (0.0, 0.0) and picture.rates(1.0) == (1.0, 1.0)
    assert "100% hits, 50% false alarms" in picture.update(0.5)


def test_the_glossary_is_sorted_and_each_entry_leads_to_a_heading():
    headings = {
        f"{name}#{heading.replace(' ', '-')}"
        for name, cells in CELLS.items()
        for cell in cells
        for heading in re.findall(r"^#+ (.+)", cell.source, re.M)
    }
    (table,) = [cell.source for cell in CELLS[NAME] if cell.source.startswith("## Glossary")]
    entries = re.findall(r"^\| \*\*(.+)\*\* \| .+ \| \[.+\]\((.+)\) \|$", table, re.M)
    assert len(entries) == table.count("\n| ") - 2 > 40, "an entry in another form"
    terms = [term.lower() for term, _ in entries]
    assert terms == sorted(set(terms))
    assert [link for _, link in entries if (NAME + link if link[0] == "#" else link) not in headings] == []


@needs_chromium
def test_the_deck_and_a_drill_in_jupyterlab(page, lab):
    """By keyboard alone: answer, miss a question, change the topic; then a drill, answered wrongly and rightly."""
    run_all(page, lab.format(name=NAME))
    deck = page.locator(".jp-OutputArea-output", has=page.get_by_role("button", name="Show the answer"))
    show, knew, missed = (
        deck.get_by_role("button", name=name) for name in ("Show the answer", "I knew it", "I missed it")
    )
    focused = "name => document.activeElement.textContent.includes(name)"
    show.scroll_into_view_if_needed()
    first = deck.locator("strong").first.inner_text()
    show.focus()
    page.keyboard.press("Space")
    page.wait_for_function(focused, arg="I knew it")
    assert knew.is_enabled() and show.is_disabled()
    # The buttons are enabled one after the other, and Tab would pass over the one that is not yet.
    page.wait_for_function("missed => !missed.disabled", arg=missed.element_handle())
    page.keyboard.press("Tab")
    page.wait_for_function(focused, arg="I missed it")
    page.keyboard.press("Enter")
    page.wait_for_function(focused, arg="Show the answer")
    deck.get_by_text("1 to come back").wait_for()
    assert deck.locator("strong").first.inner_text() != first
    deck.get_by_role("button", name="loss", exact=True).click()
    deck.get_by_text("04 Loss").wait_for()

    drills = page.locator(".jp-OutputArea-output", has=page.get_by_role("button", name="Another task"))
    answer = drills.get_by_label("your answer")
    answer.fill("0")
    answer.press("Enter")
    drills.get_by_text("Not 0.").wait_for()
    right = drills.locator("strong").last.inner_text()
    answer.fill(right)
    answer.press("Enter")
    drills.get_by_text("Correct.").wait_for()
    drills.get_by_role("button", name="Another task").click()
    drills.get_by_text("Correct.").wait_for(state="detached")
