"""Scenes, boxes and features of notebook 08, and the glossary's links."""

import nbformat
import pytest
import torch
from conftest import NOTEBOOKS, needs_chromium, run_all
from torch.nn import functional as F
from torchvision.ops import box_iou

from helpers.data import load_digits
from helpers.detection import SIDE, detect, features, scene, tally, train_on, windows
from helpers.figures.interview import FoundDigits
from helpers.model import load_pretrained
from helpers.practice import glossary

MODEL = load_pretrained()
DIGITS = load_digits(train=False, source="sample")


@torch.no_grad()
def everywhere(images):
    """The classifier at every window, by cutting the windows out: slow, and independent of the notebook's kernels."""
    x = MODEL.pool(F.relu(MODEL.conv1(images)))
    x = MODEL.pool(F.relu(MODEL.conv2(x)))
    rows, columns = x.shape[2] - 6, x.shape[3] - 6
    flat = F.unfold(x, 7).transpose(1, 2)  # (N, windows, 64 * 7 * 7), channel by channel
    return MODEL.fc2(F.relu(MODEL.fc1(flat))).transpose(1, 2).reshape(len(images), 10, rows, columns)


def notebook_everywhere():
    """The function that notebook 08 defines, with what it needs."""
    (path,) = [path for path in NOTEBOOKS if path.name.startswith("08")]
    code = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    wanted = [source for source in code if "fc1_kernel =" in source or source.startswith("def everywhere")]
    namespace = {"torch": torch, "F": F}
    for source in wanted:
        exec(source, namespace)
    return namespace["everywhere"]


@torch.no_grad()
def test_the_notebooks_kernels_give_what_cut_out_windows_give():
    canvas, _, _ = scene(DIGITS.images, 4, seed=3)
    torch.testing.assert_close(notebook_everywhere()(canvas[None]), everywhere(canvas[None]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_a_scene_holds_the_digits_it_names_where_it_says(seed):
    canvas, boxes, chosen = scene(DIGITS.images, 5, seed)
    assert len(set(chosen.tolist())) == 5
    assert (box_iou(boxes, boxes) - torch.eye(5)).abs().max() == 0
    rest = canvas.clone()
    for box, number in zip(boxes.int().tolist(), chosen, strict=True):
        left, top, right, bottom = box
        assert torch.equal(canvas[:, top:bottom, left:right], DIGITS.images[number])
        rest[:, top:bottom, left:right] = -1
    assert (rest == -1).all()


def test_a_scene_that_is_too_full_is_refused():
    with pytest.raises(ValueError, match="No room for 2 digits on 40×40"):
        scene(DIGITS.images, 2, 0, height=40, width=40)


def test_windows_are_what_the_logits_speak_of():
    """A digit exactly in a window is read there."""
    canvas = torch.full((1, 64, 72), -1.0)
    canvas[:, 8:36, 20:48] = DIGITS.images[0]
    logits = everywhere(canvas[None])[0]
    best = logits.logsumexp(0).flatten().argmax()
    box = torch.tensor([[20.0, 8.0, 48.0, 36.0]])
    assert box_iou(windows(*logits.shape[1:])[best][None], box) > 0.7
    assert logits.flatten(1)[:, windows(*logits.shape[1:]).eq(box).all(1)].argmax() == DIGITS.labels[0]


def test_found_boxes_are_apart_and_sorted_and_nothing_is_found_on_black():
    canvas, _, _ = scene(DIGITS.images, 5, seed=1)
    boxes, classes, scores = detect(everywhere, canvas)
    assert len(boxes) == len(classes) == len(scores) > 0 and (scores.diff() <= 0).all()
    assert box_iou(boxes, boxes).fill_diagonal_(0).max() <= 0.1
    assert len(detect(everywhere, torch.full((1, 60, 60), -1.0))[0]) == 0


def test_the_tally_counts_every_digit_once():
    result = tally(everywhere, DIGITS.images, DIGITS.labels, scenes=10)
    assert result["right"] + result["misread"] + result["missed"] == 50
    assert result["right"] > 35

    def blind(images):
        return everywhere(images) - 100

    assert tally(blind, DIGITS.images, DIGITS.labels, scenes=2) == {"right": 0, "misread": 0, "missed": 10, "extra": 0}


@torch.no_grad()
def test_features_are_what_fc2_reads():
    torch.testing.assert_close(MODEL.fc2(features(MODEL, DIGITS.images[:50])), MODEL(DIGITS.images[:50]))


def test_a_small_network_learns_the_classes_it_is_shown_and_no_others():
    network = train_on(load_digits(train=True, source="sample"), range(8), count=3000)
    with torch.no_grad():
        answers = network(DIGITS.images).argmax(dim=1)
    known = DIGITS.labels < 8
    assert (answers[known] == DIGITS.labels[known]).float().mean() > 0.6
    assert (answers < 8).all()


def test_a_digit_can_be_moved_to_every_edge_of_the_canvas():
    picture = FoundDigits(everywhere, torch.full((1, 60, 80), -1.0), DIGITS.images[0])
    for right, down in [(0, 0), (80 - SIDE, 60 - SIDE), (24, 16)]:
        assert "boxes are drawn around" in picture.update(right, down)
    assert "1 digit found" == picture.title.get_text()


def test_every_glossary_link_leads_to_a_heading():
    headings = {
        path.name: {
            line.lstrip("# ").replace(" ", "-")
            for cell in nbformat.read(path, 4).cells
            if cell.cell_type == "markdown"
            for line in cell.source.splitlines()
            if line.startswith("#")
        }
        for path in NOTEBOOKS
    }
    entries = glossary.entries()
    assert len(entries) == len({entry.term for entry in entries}) == len(glossary.TERMS) > 40
    for entry in entries:
        target, anchor = entry.link.split("](")[1].removesuffix(")").split("#")
        assert anchor in headings[target], entry.link


def test_a_term_that_no_section_defines_is_named(monkeypatch):
    monkeypatch.setattr(glossary, "TERMS", (("flux capacitor", "01", "makes time travel possible"),))
    with pytest.raises(ValueError, match="No section of notebook 01 has 'flux capacitor'"):
        glossary.entries()


@needs_chromium
def test_the_deck_and_a_drill_in_jupyterlab(page, lab):
    """By keyboard alone: answer, miss a question, change the topic; then a drill, answered wrongly and rightly."""
    run_all(page, lab.format(name="08_interview.ipynb"))
    deck = page.locator(".jp-OutputArea-output", has=page.get_by_role("button", name="Show the answer"))
    show = deck.get_by_role("button", name="Show the answer")
    show.scroll_into_view_if_needed()
    first = deck.locator("strong").first.inner_text()
    show.focus()
    page.keyboard.press("Space")
    knew = deck.get_by_role("button", name="I knew it")
    page.wait_for_function("() => document.activeElement.textContent.includes('I knew it')")
    assert knew.is_enabled() and show.is_disabled()
    # The buttons are enabled one after the other, and Tab would pass over the one that is not yet.
    page.wait_for_function(
        "missed => !missed.disabled", arg=deck.get_by_role("button", name="I missed it").element_handle()
    )
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.activeElement.textContent.includes('I missed it')")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.textContent.includes('Show the answer')")
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
