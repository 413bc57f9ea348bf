"""The reading pages, built by the README's command and walked in Chromium, the network out of reach."""

import base64
import io
import itertools
import json
import re
import statistics
import subprocess
import sys
import threading
import zlib
from copy import copy
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from helpers import ROOT
from helpers.data import load_digits, sample_digit
from helpers.figures.canvas import SIDE, drawn, like_mnist
from helpers.model import load_pretrained
from helpers.practice.deck import collect
from helpers.practice.drills import make, parse
from helpers.publish import pictures, reading_pages
from helpers.publish.needed import needed

import nbformat
import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from conftest import NOTEBOOKS, STROKES, needs_chromium, serious_findings, stroke_by_mouse
from docutils import nodes
from docutils.utils import new_document
from PIL import Image
from sphinx.errors import ExtensionError
from torch.nn.functional import conv2d, pad

PAGES = ["index.html", *(f"{path.stem}.html" for path in NOTEBOOKS), "interview.html", "search.html"]
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
LEFT_OVER = r"```|\*\*|\$\$|\\[a-z]+|</?details|</?summary"
by_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the pages, built by the README's command in another folder; a warning is an error."""
    commands = re.findall(r"^python3 .* -m sphinx .*$", (ROOT / "README.md").read_text(), re.M)
    words = commands[0].split(" && ")[-1].split()
    folder = tmp_path_factory.mktemp("site")
    words[words.index("site")], words[0] = str(folder), sys.executable
    built = subprocess.run([*words, "-W", "--keep-going", "-q"], cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def soups(site):
    """Each page, parsed, by its name."""
    return {path.name: BeautifulSoup(path.read_bytes(), "html.parser") for path in site.glob("*.html")}


def test_every_notebook_is_a_page_in_order(soups):
    names = [f"{path.stem}.html" for path in NOTEBOOKS]
    assert set(soups) == set(PAGES)
    for soup in soups.values():
        sidebar = [link["href"] for link in soup.select(".sidebar-tree a.internal, .sidebar-tree .current > a")]
        assert [name for name in names if name in sidebar or soup is soups[name]] == names
    assert [name[:2] for name in names] == [f"{n:02}" for n in range(len(names))], "the sidebar counts them so"
    table = [link["href"] for link in soups["index.html"].select("table a")]
    assert table == names


def test_links_lead_somewhere(site, soups):
    broken = []
    for name, soup in soups.items():
        for tag in soup.select("[href], [src]"):
            target = tag.get("href") or tag.get("src")
            if re.match(r"(https?|mailto|data):", target):
                continue
            file, _, anchor = target.partition("#")
            file = file.partition("?")[0] or name
            if not (site / file).is_file() or (anchor and not soups[file].find(id=anchor)):
                broken.append(f"{name}: {target}")
    assert not broken


@by_notebook
def test_every_picture_keeps_its_text(soups, path):
    outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", [])]
    texts = [output.metadata["image/png"]["alt"] for output in outputs if "image/png" in output.get("data", {})]
    shown = [image.get("alt") for image in soups[f"{path.stem}.html"].select(".cell_output img")]
    assert shown == [text.strip() for text in texts]


@by_notebook
def test_markdown_and_formulas_are_rendered(soups, path):
    """Nothing of the notation is left over: no fence, no star, no dollar, no TeX, in folds, outputs or elsewhere."""
    source = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    article = copy(soups[f"{path.stem}.html"].article)

    def in_markdown_cells(selector):
        return [tag for tag in article.select(selector) if not tag.find_parent(class_=["cell", "cell_output"])]

    folds = re.findall(r"<details>.*?</details>", source, re.S)
    assert len(in_markdown_cells("details > summary")) == len(folds)
    assert len(in_markdown_cells("details .highlight")) == sum(fold.count("```") // 2 for fold in folds)
    for code in article.select("pre, code"):
        code.extract()
    assert not re.findall(LEFT_OVER, article.get_text())


def test_the_interview_page_is_rendered_and_linked_from_every_page(soups):
    for soup in soups.values():
        assert soup is soups["interview.html"] or soup.select(".sidebar-tree a[href='interview.html']")
    article = copy(soups["interview.html"].article)
    assert len(article.select("details > summary")) == len(collect()) + 12, "the questions and the drills"
    assert len(article.select("#formulas svg[role=img]")) > 30
    for code in article.select("pre, code"):
        code.extract()
    assert not re.findall(LEFT_OVER, article.get_text())


def test_a_formula_with_an_unknown_command_is_refused():
    assert 'aria-label="\\frac{1}{2}"' in reading_pages.formula(r"\frac{1}{2}", inline=True)
    with pytest.raises(ValueError, match="does not know every command"):
        reading_pages.formula(r"\unheardof{x}", inline=True)


def test_an_environment_without_the_plugin_is_refused(monkeypatch):
    monkeypatch.setattr(reading_pages, "load_mime_renders", list)
    with pytest.raises(ExtensionError, match="pip install -e"):
        reading_pages.setup(None)


@pytest.mark.parametrize(
    "repository, name, linked",
    [("someone/series", "01_convolution", True), ("someone/series", "index", False), ("", "01_convolution", False)],
)
def test_a_page_links_to_its_notebook_where_the_repository_is_known(monkeypatch, repository, name, linked):
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    page = new_document("page")
    page += nodes.section("", nodes.title("", "Title"), nodes.paragraph("", "Text"))
    reading_pages.offer_to_run(None, page, name)
    links = [link["href"] for link in BeautifulSoup(page.astext(), "html.parser").select("a")]
    assert links == linked * [
        "https://mybinder.org/v2/gh/someone/series/HEAD?labpath=notebooks/01_convolution.ipynb",
        "https://colab.research.google.com/github/someone/series/blob/HEAD/notebooks/01_convolution.ipynb",
        "https://github.com/someone/series#run-it",
    ]
    assert isinstance(page[0][1], nodes.raw) == linked, "right below the title"


@pytest.fixture(scope="module")
def address(site):
    """Where the pages are served, on this machine alone."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=site))
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def watched(page, address):
    """A page and the list of what went wrong on it; other hosts are out of reach, and asking for one is wrong."""
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    # Who leaves the search early cuts off its reading of the pages that it found: ERR_ABORTED, and nothing is wrong.
    cut_off = "net::ERR_ABORTED"
    page.on("requestfailed", lambda request: None if request.failure == cut_off else wrong.append(request.url))
    page.on("response", lambda response: wrong.append(response.url) if response.status >= 400 else None)
    page.route(lambda url: not url.startswith((address, "data:")), lambda route: route.abort())
    return page, wrong


@needs_chromium
@pytest.mark.parametrize("size, colours", [(PHONE, "light"), (LAPTOP, "dark")], ids=["phone-light", "laptop-dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound_and_accessible(watched, address, name, size, colours):
    page, wrong = watched
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=colours)
    page.goto(f"{address}/{name}")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # Figures on a phone are wider, and are moved sideways.
    outside = """pictures => pictures.filter(p => p.getBoundingClientRect().right > innerWidth
        && getComputedStyle(p.closest(".cell_output") ?? p).overflowX !== "auto").length"""
    assert page.eval_on_selector_all("article img, article svg", outside) == 0
    assert serious_findings(page) == []
    assert not wrong


@needs_chromium
@by_notebook
def test_folds_open(watched, address, path):
    page, _ = watched
    page.goto(f"{address}/{path.stem}.html")
    folds = page.locator("article details")
    assert folds.count() >= 8
    for fold in folds.all():
        answer = fold.locator("> :not(summary)").first
        assert not answer.is_visible()
        fold.locator("> summary").click()
        assert answer.is_visible()


@needs_chromium
@by_notebook
def test_formulas_are_seen(watched, address, path):
    page, _ = watched
    page.goto(f"{address}/{path.stem}.html")
    markdown = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    formulas = page.locator("article .formula svg[role=img]")
    assert formulas.count() == len(re.findall(r"\$\$.*?\$\$", markdown, re.S))
    for formula in formulas.all():
        formula.scroll_into_view_if_needed()
        box = formula.bounding_box()
        assert formula.is_visible() and box["height"] > 10 and formula.locator("path").count() > 3


@needs_chromium
def test_search_finds_the_section(watched, address):
    page, wrong = watched
    page.goto(f"{address}/index.html")
    page.get_by_role("textbox", name="Search").fill("padding and stride")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Padding and stride").first.click()
    page.wait_for_url("**/01_convolution.html**")
    assert page.get_by_role("heading", name="Padding and stride").first.is_visible()
    assert not wrong


MEGA = 1_000_000


def test_only_the_cells_that_a_live_figure_rests_on_are_run():
    cells = [
        "import torch",
        "a = torch.ones(1)",
        "b = 2\nb",
        "def double(x):\n    return a * x",
        "torch.manual_seed(0)",
    ]
    cells += ["print(b)", "class C:\n    size = 1", "C.size = double(1)", "explore(C())", "a = 0"]
    assert needed(cells) == [cells[k] for k in (0, 1, 3, 6, 7, 8)]


def test_the_pages_are_small(site):
    files = [path for path in site.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 25 * MEGA
    assert max(path.stat().st_size for path in (site / "live").glob("*.js")) <= 2 * MEGA


@needs_chromium
@by_notebook
def test_a_first_view_is_small(page, address, path, record_property):
    """What a laptop's browser loads before the reader scrolls."""
    sizes = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(f"{address}/{path.stem}.html", wait_until="networkidle")
    record_property("measured", f"{path.stem}: first view {sum(sizes) / MEGA:.2f} MB in {len(sizes)} files")
    assert sum(sizes) <= MEGA


@pytest.fixture
def from_file(page, site):
    """A function that opens a page as a file, folds open, and the list of what went wrong or was asked of others."""
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else wrong.append(asked.url))

    def open_page(stem):
        page.goto((site / f"{stem}.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")

    return open_page, wrong


SHOWN = "canvas => canvas.toDataURL()"
# Sets the controls to the values of one frame, whose number counts them with the last control fastest.
SET = """([place, frame]) => [...place.querySelectorAll("form > *")].reverse().forEach(control => {
    const radios = control.querySelectorAll("[type=radio]"), range = control.querySelector("[type=range]");
    const count = radios.length || Number(range.max) + 1, at = frame % count;
    frame = Math.floor(frame / count);
    if (radios.length) radios[at].click();
    else { range.value = at; range.dispatchEvent(new Event("input", {bubbles: true})); }
})"""
STEP = """place => {
    const range = place.querySelector("[type=range]"), ink = place.querySelector("canvas").getContext("2d");
    return Array.from({length: Number(range.max) + 1}, (_, at) => {
        const began = performance.now();
        range.value = at;
        range.dispatchEvent(new Event("input", {bubbles: true}));
        ink.getImageData(0, 0, 1, 1);  // waits until it is drawn
        return performance.now() - began;
    });
}"""


def pixels(canvas) -> np.ndarray:
    png = base64.b64decode(canvas.evaluate(SHOWN).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def move_by_keyboard(page, control, canvas):
    """The picture changes and comes back, and what a screen reader says of it stays a text."""
    control.focus()
    before = canvas.evaluate(SHOWN)
    at_end = control.evaluate("range => range.type === 'range' && range.value === range.max")
    there, back = ("ArrowLeft", "ArrowRight") if at_end else ("ArrowRight", "ArrowLeft")
    page.keyboard.press(there)
    assert canvas.evaluate(SHOWN) != before
    page.keyboard.press(back)
    assert canvas.evaluate(SHOWN) == before
    assert canvas.get_attribute("aria-label")


@needs_chromium
@by_notebook
def test_live_figures_move_and_are_the_pictures_of_the_notebook(from_file, page, site, path, record_property):
    open_page, wrong = from_file
    open_page(path.stem)
    cells = [cell for cell in nbformat.read(path, 4).cells if "Controls: " in str(cell.get("outputs"))]
    saved = [picture for cell in cells for picture in pictures.pictures(cell.outputs)]
    places, steps = page.locator(".live").all(), []
    assert len(places) == len(saved)
    for place, (png, alt) in zip(places, saved, strict=True):
        script = (site / "live" / f"{place.get_attribute('data-figure')}.js").read_text()
        if script.startswith("livePad"):
            continue
        place.scroll_into_view_if_needed()
        canvas = place.locator("canvas")
        canvas.wait_for()
        if script.startswith("liveFigure"):
            sums = json.loads(zlib.decompress(base64.b64decode(re.search(r'"states": "([^"]+)"', script)[1])))["sums"]
            if load_digits(train=False).source == "MNIST":
                shown = as_png(pixels(canvas)), canvas.get_attribute("aria-label")
                assert pictures.complaints([(png, alt)], [shown]) == []
            for frame in {0, len(sums) // 3, len(sums) // 2, len(sums) - 1}:
                page.evaluate(SET, [place.element_handle(), frame])
                assert zlib.crc32(pixels(canvas)) == sums[frame]
        else:  # computed in the page
            assert canvas.get_attribute("aria-label").startswith(alt)
        for control in place.locator("[type=range], [type=radio]:checked").all():
            move_by_keyboard(page, control, canvas)
        if place.locator("[type=range]").count():
            steps += place.evaluate(STEP)
    assert not wrong
    assert [finding for finding in serious_findings(page, "article") if "live" in finding or "input" in finding] == []
    if steps:
        assert statistics.median(steps) <= 16
        record_property("measured", f"{path.stem}: a step in the page, median {statistics.median(steps):.1f} ms")


LIKE_MNIST = "([ink, side]) => [...likeMnist(Float32Array.from(ink), side)]"


def as_png(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "png")
    return stream.getvalue()


@needs_chromium
def test_the_picture_stands_in_print_and_before_the_script(from_file, page):
    open_page, _ = from_file
    place = page.locator(".live").first
    picture = page.locator(".cell_output", has=page.locator(".live")).first.locator("img")
    page.route("**/live/*.js", lambda route: route.abort())
    open_page("05_backpropagation")
    assert picture.is_visible() and not place.locator("canvas").count()
    page.unroute("**/live/*.js")
    open_page("05_backpropagation")
    place.evaluate("place => place.scrollIntoView()")
    place.locator("canvas").wait_for()
    assert not picture.is_visible()
    page.emulate_media(media="print")
    assert picture.is_visible() and not place.is_visible()


@needs_chromium
def test_the_network_in_the_page_is_a_twin(from_file, page):
    """The same answers as torch on all digits of the sample, and ink becomes the same image."""
    open_page, wrong = from_file
    open_page("03_forward_pass")
    page.evaluate("weights.load()")
    images = load_digits(train=False, source="sample").images
    with torch.no_grad():
        right = load_pretrained()(images)
    answers = page.evaluate(
        """async text => {
            const network = await weights.come, bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
            const images = new Float32Array(bytes.buffer), one = n => images.subarray(784 * n, 784 * n + 784);
            return Array.from({length: images.length / 784}, (_, n) => [...network.forward(one(n)).logits]);
        }""",
        base64.b64encode(images.numpy().astype("<f4").tobytes()).decode(),
    )
    found = torch.tensor(answers)
    assert torch.equal(found.argmax(1), right.argmax(1)) and (found - right).abs().max() <= 1e-4
    torch.manual_seed(0)
    for _ in range(30):
        ink = drawn(*(torch.rand(4, 2) * 100).view(2, 2, 2).tolist())
        ink = (ink * 255).byte() / 255
        image = page.evaluate(LIKE_MNIST, [ink.flatten().tolist(), SIDE])
        torch.testing.assert_close(torch.tensor(image), like_mnist(ink).flatten(), rtol=0, atol=1e-4)
    assert not wrong


# Moves the sliders over all places; what the picture says at each.
EVERY_PLACE = """place => {
    const move = (range, at) => { range.value = at; range.dispatchEvent(new Event("input")); };
    const [row, column] = place.querySelectorAll("[type=range]");
    return Array.from({length: 28 * 28}, (_, at) => {
        move(row, Math.floor(at / 28));
        move(column, at % 28);
        return place.querySelector("canvas").getAttribute("aria-label");
    });
}"""


@needs_chromium
def test_the_window_in_the_page_sums_as_torch_does(from_file, page):
    open_page, wrong = from_file
    open_page("01_convolution")
    place = page.locator(".live").first
    place.scroll_into_view_if_needed()
    canvas = place.locator("canvas")
    canvas.wait_for()
    fields = place.get_by_role("spinbutton").all()
    digit = pad(sample_digit(4), (1, 1, 1, 1), value=-1.0)
    assert place.get_by_role("radio").count() == 3

    def compare():
        """The sums that the page shows, and its map, with torch's."""
        kernel = torch.tensor([float(field.input_value()) for field in fields])
        right = conv2d(digit[None], kernel.view(1, 1, 3, 3)).flatten()
        said = [re.search(r"row (\d+), column (\d+), .* here: (.*)\.$", text) for text in place.evaluate(EVERY_PLACE)]
        assert [divmod(n, 28) for n in range(784)] == [(int(found[1]), int(found[2])) for found in said]
        sums = torch.tensor([float(found[3].replace("−", "-")) for found in said])
        torch.testing.assert_close(sums, right, rtol=0, atol=0.0051)
        given = [digit.flatten().tolist(), kernel.tolist()]
        map = torch.tensor(page.evaluate("([digit, kernel]) => [...featureMap(digit, kernel)]", given))
        torch.testing.assert_close(map, right, rtol=0, atol=1e-4)

    for name in ("edges", "outline", "blur"):
        place.get_by_role("radio", name=name).check()
        compare()
    fields[0].focus()
    for number in ("0", "0", "0", "-1.5", "0", "0", "0", "0", "2"):
        before = canvas.evaluate(SHOWN)
        page.keyboard.press("Control+a")
        page.keyboard.type(number)
        page.keyboard.press("Tab")
        assert canvas.evaluate(SHOWN) != before
    assert place.locator(".said").inner_text() == canvas.get_attribute("aria-label")
    assert not place.get_by_role("radio", checked=True).count(), "these nine have no name"
    compare()
    assert not wrong


@needs_chromium
def test_the_geometry_in_the_page_is_that_of_torch(from_file, page):
    open_page, wrong = from_file
    open_page("01_convolution")
    names = ("size", "kernel", "stride", "padding", "dilation")
    for values in itertools.product(range(3, 9), range(1, 5), range(1, 4), range(3), range(1, 4)):
        size, kernel, stride, padding, dilation = values
        fit = page.evaluate("settings => fit(settings)", dict(zip(names, values, strict=True)))
        image, ones = torch.zeros(1, 1, size, size, requires_grad=True), torch.ones(1, 1, kernel, kernel)
        try:
            map = conv2d(image, ones, stride=stride, padding=padding, dilation=dilation)
        except RuntimeError:  # the kernel does not fit
            assert (fit["places"], fit["untouched"]) == (0, size * size)
            continue
        map.sum().backward()
        assert (fit["places"], fit["untouched"]) == (map.shape[-1], int((image.grad == 0).sum()))
    place = page.locator(".live").nth(1)
    place.scroll_into_view_if_needed()
    place.locator("canvas").wait_for()
    sliders = dict(zip((*names, "place"), place.get_by_role("slider").all(), strict=True))
    sliders["padding"].press("End")
    sliders["kernel"].press("Home")
    sliders["stride"].press("Home")
    sliders["place"].press("End")
    assert sliders["place"].input_value() == "143"
    for name, key in {"size": "Home", "kernel": "End", "padding": "Home"}.items():
        sliders[name].press(key)
    assert "the kernel does not fit" in place.locator(".said").inner_text()
    assert not wrong


@needs_chromium
def test_the_deck_in_the_page_keeps_its_place(from_file, page):
    open_page, wrong = from_file
    open_page("12_interview")
    deck = page.locator(".practice[data-what=deck]")
    progress, card = (deck.locator("[aria-live]").nth(at) for at in (0, 1))
    total, asked = len(collect()), []
    for number in range(10):
        asked.append(card.locator("strong").first.inner_text())
        assert deck.get_by_role("button", name="I knew it").is_disabled()
        page.keyboard.press("Enter") if number else deck.get_by_role("button", name="Show the answer").click()
        deck.get_by_role("button", name="I missed it" if number == 2 else "I knew it").click()
    assert asked[6] == asked[2] and len(set(asked)) == 9, "what was missed comes back after three others"
    assert progress.inner_text() == f"8 of {total} known, 1 to come back"
    waiting = card.inner_text()
    deck.get_by_role("radio", name="loss").check()
    assert progress.inner_text().startswith("0 of")
    deck.get_by_role("radio", name="all").check()
    open_page("12_interview")
    assert (progress.inner_text(), card.inner_text()) == (f"8 of {total} known, 1 to come back", waiting)
    for damaged in ["{", '{"queues": {"all": {"waiting": 3}}, "topic": 7}', "[]", '{"queues": null}']:
        page.evaluate("text => localStorage.setItem('deck', text)", damaged)
        open_page("12_interview")
        assert progress.inner_text() == f"0 of {total} known, 0 to come back"
    assert not wrong
    assert serious_findings(page, ".practice") == []


@needs_chromium
def test_the_drills_in_the_page_judge_as_the_notebook_does(from_file, page):
    open_page, wrong = from_file
    open_page("12_interview")
    place = page.locator(".practice[data-what=drills]")
    typed = place.get_by_role("textbox")
    for seed, kind in enumerate(["output size", "parameters", "loss"]):
        place.get_by_role("radio", name=kind).check()
        for _ in range(seed):
            place.get_by_role("button", name="Another task").click()
        drill = make(kind, seed)
        for text in ["many", "<b>7</b>", "1,234,567", f"{drill.answer + 1}", f"{drill.answer:,.3f}", f"{drill.answer}"]:
            typed.fill(text)
            typed.press("Enter")
            assert place.locator("[aria-live] p").nth(1).inner_text() == drill.verdict(text)
    task = place.locator("[aria-live]").first.inner_text()
    open_page("12_interview")
    assert place.locator("[aria-live]").first.inner_text() == task
    texts = ["7", " 1,386 ", "1.386,0", "12 345", "1,23", "-.5", "+3e2", "", "0x10", "1e", "5.", "1 2", "1,234.5"]
    assert page.evaluate("texts => texts.map(parsed)", texts) == [parse(text) for text in texts]
    assert not wrong


@needs_chromium
@pytest.mark.parametrize("stem", ["00_start_here", "03_forward_pass"])
def test_drawn_digits_are_read_in_the_page(from_file, page, stem):
    open_page, wrong = from_file
    open_page(stem)
    place = page.locator(".live", has=page.locator(".digit-canvas"))
    for live in page.locator(".live").all():
        live.scroll_into_view_if_needed()
    place.wait_for()
    place.locator("canvas").first.scroll_into_view_if_needed()
    for digit, strokes in STROKES.items():
        place.get_by_role("button", name="Clear").click()
        place.get_by_text("nothing drawn yet").wait_for()
        stroke_by_mouse(page, place.locator("canvas").first.bounding_box(), strokes, pause=0)
        place.get_by_text(f"answer {digit},").wait_for()
    names = place.locator(".named").all_inner_texts()
    assert ("loop" in names and len(names) == 8) if stem.startswith("03") else not names
    assert place.locator(".layers figure").count() == (11 if names else 7)
    assert not wrong
    assert serious_findings(page, ".live") == []  # last: axe asks for style sheets, which a page from a file may not
