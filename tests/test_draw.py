"""Live figures and the canvas: one picture still and live, ink prepared as MNIST was, real strokes in JupyterLab."""

import gc
import io
import statistics
import weakref

import helpers.figures
from helpers.data import load_digits
from helpers.figures import live
from helpers.figures.canvas import SIDE, DigitCanvas, draw_digit, drawn, ink_of, like_mnist
from helpers.figures.digits import Prediction, Reading
from helpers.figures.forward_pass import FeatureMaps, LayerAnswers, activations
from helpers.model import SimpleCNN, load_pretrained
from helpers.studies import pretrained
from helpers.training import evaluate

import numpy as np
import pytest
import torch
from conftest import STROKES, needs_chromium, run_all, stroke_by_mouse
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from PIL import Image
from torch.utils.data import DataLoader, Subset


def extent(ink: torch.Tensor) -> tuple[int, int]:
    """Height and width of the box around what is inked."""
    rows, columns = ((ink > 0).any(dim).nonzero().flatten() for dim in (1, 0))
    return int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1


@st.composite
def inks(draw) -> torch.Tensor:
    """Ink of two bars on a canvas, wherever and however long and thick."""
    ink = torch.zeros(SIDE, SIDE)
    for _ in range(2):
        top, left = draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1))
        ink[top : top + draw(st.integers(1, SIDE)), left : left + draw(st.integers(1, SIDE))] = 1
    return ink


@given(inks())
def test_ink_fills_20_by_20_keeps_its_aspect_and_has_its_mass_in_the_middle(ink):
    image = like_mnist(ink)
    assert image.shape == (1, 28, 28) and image.dtype == torch.float32 and image.min() == -1 and image.max() <= 1
    small = (image[0] + 1) / 2
    scale = 20 / max(extent(ink))
    assert extent(small) == tuple(max(1, round(side * scale)) for side in extent(ink))
    for mass in (small.sum(1), small.sum(0)):
        middle = float((mass * (torch.arange(28) + 0.5)).sum() / mass.sum())
        assert abs(middle - 14) <= 0.5 + 1e-3 or mass[0] > 0 or mass[27] > 0, "off the middle only at the edge"


def test_no_ink_is_black_and_has_a_neutral_answer():
    untouched = DigitCanvas().value
    assert torch.equal(like_mnist(ink_of(untouched)), -torch.ones(1, 28, 28))
    answers = LayerAnswers(SimpleCNN(), first=[*range(8)], second={f"map {k}": k for k in range(8)})
    assert "nothing drawn yet" in answers.update(drawing=untouched) and answers.answer == "nothing drawn yet"
    assert [bar.get_height() for bar in answers.bars] == [0] * 10


@pytest.mark.parametrize(("eight", "layer", "first"), [(1, 1, 0), (4, 1, 24), (5, 2, 0), (12, 2, 56)])
def test_all_feature_maps_are_shown_eight_at_a_time(eight, layer, first):
    model, image = SimpleCNN().eval(), torch.rand(1, 28, 28)
    pictures = FeatureMaps(model, image[None])
    assert f"maps {first} to {first + 7} of conv{layer}" in pictures.update(digit=0, eight=eight)
    shown, right = pictures.rows["pool"].picture.get_array(), activations(model, image)[f"pool{layer}"][first]
    np.testing.assert_allclose(shown[1 : 1 + len(right), 1 : 1 + len(right)], right, rtol=1e-5, atol=1e-6)


@pytest.fixture
def shown(monkeypatch) -> list:
    """What is displayed, in place of showing it."""
    displayed = []
    for module in (helpers.figures, live):
        monkeypatch.setattr(module, "display", lambda shown, **_: displayed.append(shown))
    return displayed


def test_a_canvas_begins_with_the_ink_that_it_is_given(shown):
    draw_digit(reading := Reading(load_pretrained()), drawn([(50, 10), (50, 90)]))
    assert reading.answer.startswith("answer 1, ") and "answer 1, " in shown[-1].alt
    assert extent(drawn([(10, 50), (90, 50)])) == (12, 102)  # the pen is round


def test_a_live_picture_is_its_still_picture(shown):
    picture = Prediction(SimpleCNN(), load_digits(train=False, source="sample"))
    with plt.style.context("helpers.figures.style"):
        live.still(picture, number=3)
        live.explore(picture, number=live.slider("digit", 0, 9, 3))
    still, _, moving = shown
    before, after = (np.asarray(Image.open(io.BytesIO(image.data)).convert("RGB")) for image in (still, moving))
    assert np.array_equal(before, after) and still.alt == moving.alt


def test_a_cell_that_runs_again_frees_what_it_showed_before(shown, monkeypatch):
    alive, digits = weakref.WeakSet(), load_digits(train=False, source="sample")

    def run(number: int) -> None:
        monkeypatch.setattr(live, "running_cell", lambda: ("a cell", str(number)))
        for _ in range(2):  # figures in one run leave each other alone
            picture = Prediction(SimpleCNN(), digits)
            alive.add(picture)
            live.explore(picture, number=live.slider("digit", 0, 9, 3))

    for number in range(3):
        run(number)
        shown.clear()
        gc.collect()
        assert len(alive) == 2


def test_activations_end_in_the_logits_of_the_network():
    model, image = SimpleCNN().eval(), torch.rand(1, 28, 28)
    every = activations(model, image)
    torch.testing.assert_close(every["logits"], model(image[None])[0])
    assert every["ReLU1"].shape == (32, 28, 28) and every["pool2"].shape == (64, 7, 7)


def test_the_trained_weights_fit_and_read_the_built_in_digits():
    model = load_pretrained()
    assert not model.training and all(p.dtype == torch.float32 for p in model.parameters())
    digits = Subset(load_digits(train=False, source="sample"), range(500))
    assert evaluate(model, DataLoader(digits, batch_size=500)) > 0.9


def test_missing_weights_are_named_with_the_command_that_makes_them(tmp_path):
    with pytest.raises(FileNotFoundError, match="python -m helpers.studies.pretrained"):
        load_pretrained(tmp_path / "simple_cnn.pt")


def test_weights_are_saved_small_and_come_back(tmp_path):
    model, path = SimpleCNN(), tmp_path / "new" / "simple_cnn.pt"
    pretrained.save_half(model, path)
    assert path.stat().st_size < 900_000
    for name, weights in load_pretrained(path).state_dict().items():
        torch.testing.assert_close(weights, model.state_dict()[name], rtol=1e-3, atol=1e-4)
    damaged = bytearray(path.read_bytes())
    damaged[400_000] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match="simple_cnn.pt is damaged.*python -m helpers.studies.pretrained"):
        load_pretrained(path)


def test_weights_that_are_no_numbers_are_not_saved(tmp_path):
    model = SimpleCNN()
    model.fc2.bias.data[3] = float("nan")
    with pytest.raises(ValueError, match="nothing is saved"):
        pretrained.save_half(model, tmp_path / "simple_cnn.pt")
    assert list(tmp_path.iterdir()) == []


SCROLLED = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"
# Notes when the pointer moved, and when the picture under the canvas had changed after it.
FOLLOW = """area => {
    window.follow = {moved: 0, times: []};
    area.querySelector('canvas').addEventListener('pointermove', () => { window.follow.moved ||= performance.now(); });
    new MutationObserver(() => {
        const began = window.follow.moved;
        if (!began) return;
        window.follow.moved = 0;
        area.querySelector('img').decode().then(() => window.follow.times.push(performance.now() - began));
    }).observe(area, {childList: true, subtree: true, attributes: true, attributeFilter: ['src']});
}"""


def stroke_by_finger(page, box: dict) -> None:
    """Draw a vertical bar with one finger, upwards: the movement that would scroll the page."""
    devtools, x = page.context.new_cdp_session(page), box["x"] + box["width"] / 2
    for step in range(11):
        point = {"x": x, "y": box["y"] + box["height"] * (0.9 - 0.08 * step)}
        kind = "touchMove" if step else "touchStart"
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        page.wait_for_timeout(16)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@needs_chromium
def test_drawn_digits_are_read(page, lab, capsys):
    run_all(page, lab.format(name="03_forward_pass.ipynb"))
    area = page.locator(".jp-CodeCell .jp-OutputArea", has=page.locator(".digit-canvas canvas"))
    answer = area.get_by_role("status")
    first = area.locator("canvas").element_handle()
    page.locator(".jp-CodeCell .cm-content", has_text="draw_digit(").click()
    page.keyboard.press("Control+Enter")  # the cell runs a second time, as it does for a reader who plays
    page.wait_for_function("canvas => !canvas.isConnected", arg=first)
    area.scroll_into_view_if_needed()
    area.get_by_text("answer 4,").wait_for()  # the drawing that it begins with is read
    area.get_by_role("button", name="Clear").click()
    area.get_by_text("nothing drawn yet").wait_for()
    area.evaluate(FOLLOW)
    found = {}
    for digit, strokes in STROKES.items():
        scroll = page.evaluate(SCROLLED)
        stroke_by_mouse(page, area.locator("canvas").bounding_box(), strokes)
        assert page.evaluate(SCROLLED) == scroll
        area.get_by_text(f"answer {digit},").wait_for()
        found[digit] = answer.inner_text()
        area.get_by_role("button", name="Clear").focus()
        page.keyboard.press("Space")
        area.get_by_text("nothing drawn yet").wait_for()
    scroll = page.evaluate(SCROLLED)
    stroke_by_finger(page, area.locator("canvas").bounding_box())
    area.get_by_text("answer 1,").wait_for()
    assert page.evaluate(SCROLLED) == scroll
    times = page.evaluate("window.follow.times")
    with capsys.disabled():
        print("\n" + "\n".join(f"drawn {digit}: {text}" for digit, text in found.items()))
        print(f"stroke to changed picture, median {statistics.median(times):.0f} ms of {len(times)}")
    assert statistics.median(times) < 150
