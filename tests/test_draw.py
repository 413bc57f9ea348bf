"""Drawing a digit: the ink prepared as MNIST was, the trained weights, and real strokes in real JupyterLab."""

import statistics

import pytest
import torch
from conftest import needs_chromium, run_all
from torch.utils.data import DataLoader

from helpers.data import load_digits
from helpers.figures import canvas as draw
from helpers.figures.canvas import SIDE, DigitCanvas, ink_of, like_mnist
from helpers.figures.forward_pass import Answers, activations
from helpers.model import SimpleCNN, load_pretrained
from helpers.studies import pretrained
from helpers.training import evaluate


def inked(top: int, left: int, height: int, width: int) -> torch.Tensor:
    """Ink of one filled rectangle on a canvas."""
    ink = torch.zeros(SIDE, SIDE)
    ink[top : top + height, left : left + width] = 1
    return ink


def extent(image: torch.Tensor) -> tuple[int, int]:
    """Height and width of what is not black."""
    rows, columns = ((image[0] > -1).any(dim).nonzero().flatten() for dim in (1, 0))
    return int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1


def centre_of_mass(image: torch.Tensor) -> tuple[float, float]:
    """Row and column of the middle of the ink, in pixels from the corner."""
    mass, place = (image[0] + 1) / 2, torch.arange(28) + 0.5
    return float((mass.sum(1) * place).sum() / mass.sum()), float((mass.sum(0) * place).sum() / mass.sum())


@pytest.mark.parametrize(
    ("ink", "size"),
    [
        (inked(10, 50, 90, 9), (20, 2)),
        (inked(70, 6, 40, 6), (20, 3)),
        (inked(3, 3, 20, 80), (5, 20)),
        (inked(0, 0, SIDE, SIDE), (20, 20)),
        (inked(5, 100, 2, 1), (20, 10)),
        (inked(0, 111, SIDE, 1), (20, 1)),
    ],
)
def test_ink_is_scaled_into_20_by_20_and_keeps_its_aspect(ink, size):
    image = like_mnist(ink)
    assert image.shape == (1, 28, 28) and image.dtype == torch.float32
    assert extent(image) == size and image.min() == -1 and image.max() <= 1
    assert all(abs(middle - 14) <= 0.5 for middle in centre_of_mass(image))


def test_the_centre_of_mass_and_not_of_the_box_is_in_the_middle():
    ink = inked(20, 20, 80, 10)
    ink[90:100, 20:80] = 1  # an L: its mass lies low and left
    image = like_mnist(ink)
    assert all(abs(middle - 14) <= 0.5 for middle in centre_of_mass(image))
    rows = (image[0] > -1).any(1).nonzero().flatten()
    assert int(rows[0]) < 28 - 1 - int(rows[-1]), "the box of an L stands higher than the middle"


def test_the_place_on_the_canvas_does_not_matter():
    torch.testing.assert_close(like_mnist(inked(2, 3, 40, 20)), like_mnist(inked(60, 80, 40, 20)))


def test_ink_never_leaves_the_image():
    ink = inked(0, 0, 10, SIDE)
    ink[:, :2] = 1
    ink[0:10, 0:10] = 1
    image = like_mnist(ink)
    torch.testing.assert_close(extent(image), (20, 20))


def test_no_ink_is_black_and_has_a_neutral_answer():
    for value in (b"", bytes(SIDE * SIDE)):
        assert torch.equal(like_mnist(ink_of(value)), -torch.ones(1, 28, 28))
        answers = Answers(SimpleCNN())
        alt = answers.update(drawing=value)
        assert answers.title.get_text() == "nothing drawn yet" and "nothing drawn yet" in alt
        assert [bar.get_height() for bar in answers.bars] == [0] * 10


def test_a_wrong_number_of_bytes_is_refused():
    with pytest.raises(ValueError, match=f"{SIDE * SIDE} bytes, one a pixel, but was given 3"):
        ink_of(b"abc")


def test_a_canvas_takes_what_the_page_sends_and_has_a_fixed_text():
    canvas = DigitCanvas()
    canvas.value = memoryview(bytes([7]) * SIDE * SIDE)
    assert canvas.value == bytes([7]) * SIDE * SIDE
    assert repr(canvas) == "[A canvas to draw a digit on. It works when the notebook runs.]"
    assert "touch-action: none" in draw.STYLE


def test_activations_end_in_the_logits_of_the_network():
    model, image = SimpleCNN().eval(), torch.rand(1, 28, 28)
    every = activations(model, image)
    torch.testing.assert_close(every["logits"], model(image[None])[0])
    assert every["ReLU1"].shape == (32, 28, 28) and every["pool2"].shape == (64, 7, 7)


def test_the_trained_weights_fit_and_read_the_built_in_digits(capsys):
    model = load_pretrained()
    assert not model.training and sum(p.numel() for p in model.parameters()) == 421_642
    assert all(p.dtype == torch.float32 for p in model.parameters())
    digits = torch.utils.data.Subset(load_digits(train=False, source="sample"), range(500))
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


def test_training_jitters_digits_only_a_little():
    torch.manual_seed(0)
    images = load_digits(train=False, source="sample").images[:50]
    changed = pretrained.jitter(images)
    assert changed.shape == images.shape and changed.min() >= -1 and changed.max() <= 1
    assert 0.05 < (changed - images).abs().mean() < 0.4


# Strokes as a hand would draw them: points in percent of the canvas, "|" lifts the pen.
STROKES = {
    0: "50,12 30,20 22,50 30,80 50,88 70,80 78,50 70,20 50,12",
    1: "52,10 51,50 50,90",
    2: "28,28 40,14 60,14 70,30 58,52 28,86 | 28,86 74,86",
    3: "30,16 52,10 68,24 60,42 44,48 62,54 70,72 54,88 28,84",
    4: "34,12 28,52 74,52 | 62,28 60,90",
    7: "24,16 76,16 60,50 44,90",
}

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


def stroke_by_mouse(page, box: dict, strokes: str) -> None:
    """Draw with the mouse as a person does: some 20 small moves for each stretch, a few milliseconds apart."""
    for stroke in strokes.split("|"):
        points = [tuple(map(float, point.split(","))) for point in stroke.split()]
        places = [(box["x"] + x / 100 * box["width"], box["y"] + y / 100 * box["height"]) for x, y in points]
        page.mouse.move(*places[0])
        page.mouse.down()
        for (x0, y0), (x1, y1) in zip(places, places[1:], strict=False):
            for step in range(1, 13):
                page.mouse.move(x0 + (x1 - x0) * step / 12, y0 + (y1 - y0) * step / 12)
                page.wait_for_timeout(16)
        page.mouse.up()


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
    area.scroll_into_view_if_needed()
    area.evaluate(FOLLOW)
    found = {}
    for digit, strokes in STROKES.items():
        scroll = page.evaluate(SCROLLED)
        stroke_by_mouse(page, area.locator("canvas").bounding_box(), strokes)
        assert page.evaluate(SCROLLED) == scroll
        page.wait_for_timeout(1000)
        found[digit] = answer.inner_text()
        area.get_by_role("button", name="Clear").focus()
        page.keyboard.press("Space")
        area.get_by_text("nothing drawn yet").wait_for()
    scroll = page.evaluate(SCROLLED)
    stroke_by_finger(page, area.locator("canvas").bounding_box())
    page.wait_for_timeout(1000)
    assert answer.inner_text().startswith("answer 1,") and page.evaluate(SCROLLED) == scroll
    times = page.evaluate("window.follow.times")
    with capsys.disabled():
        print("\n" + "\n".join(f"drawn {digit}: {text}" for digit, text in found.items()))
        print(f"stroke to changed picture, median {statistics.median(times):.0f} ms of {len(times)}")
    assert all(text.startswith(f"answer {digit},") for digit, text in found.items())
    assert statistics.median(times) < 150
