"""The reading pages, built by the README's command and walked in Chromium, the network out of reach."""

import re
import subprocess
import sys
import threading
from copy import copy
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from helpers import ROOT
from helpers.publish import reading_pages

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import NOTEBOOKS, needs_chromium, serious_findings
from sphinx.errors import ExtensionError

PAGES = ["index.html", *(f"{path.stem}.html" for path in NOTEBOOKS), "search.html"]
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
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
    return {path.name: BeautifulSoup(path.read_text(), "html.parser") for path in site.glob("*.html")}


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
    assert not re.findall(r"```|\*\*|\$\$|\\[a-z]+|</?details|</?summary", article.get_text())


def test_a_formula_with_an_unknown_command_is_refused():
    assert 'aria-label="\\frac{1}{2}"' in reading_pages.formula(r"\frac{1}{2}", inline=True)
    with pytest.raises(ValueError, match="does not know every command"):
        reading_pages.formula(r"\unheardof{x}", inline=True)


def test_an_environment_without_the_plugin_is_refused(monkeypatch):
    monkeypatch.setattr(reading_pages, "load_mime_renders", list)
    with pytest.raises(ExtensionError, match="pip install -e"):
        reading_pages.setup(None)


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
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
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
    outside = "pictures => pictures.filter(p => p.getBoundingClientRect().right > innerWidth).length"
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
    for drawn in formulas.all():
        drawn.scroll_into_view_if_needed()
        box = drawn.bounding_box()
        assert drawn.is_visible() and box["height"] > 10 and drawn.locator("path").count() > 3


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
