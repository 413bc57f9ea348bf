"""What several test files share."""

import gzip
import hashlib
import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

from helpers import NOTEBOOKS as FOLDER

import nbformat
import numpy as np
import pytest
import urllib3
from urllib3.util import Retry

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium found; on Debian: apt-get install -y chromium, then run the tests again"
)
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def pytest_terminal_summary(terminalreporter) -> None:
    """What tests measured without judging it."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", []):
            if name == "measured":
                terminalreporter.write_line(value)


def raw_mnist_files(images: int = 40) -> dict[str, bytes]:
    """Four small files in the format of MNIST, random but the same at each call."""
    random = np.random.RandomState(0)
    files = {}
    for part in ("train", "t10k"):
        pixels = random.randint(0, 256, (images, 28, 28)).astype(np.uint8)
        labels = (np.arange(images) % 10).astype(np.uint8)
        files[f"{part}-images-idx3-ubyte"] = struct.pack(">4i", 2051, images, 28, 28) + pixels.tobytes()
        files[f"{part}-labels-idx1-ubyte"] = struct.pack(">2i", 2049, images) + labels.tobytes()
    return files


@pytest.fixture
def mnist_root(tmp_path: Path) -> Path:
    """A folder that holds a small, whole MNIST."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in raw_mnist_files().items():
        (raw / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def archives() -> dict[str, tuple[bytes, str]]:
    """The same files as the archives that torchvision downloads: name -> (bytes, MD5)."""
    packed = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in raw_mnist_files().items()}
    return {name: (content, hashlib.md5(content).hexdigest()) for name, content in packed.items()}


DEFINED = re.compile(r"^(?:def|class) (\w+)", re.M)
SOLUTION = re.compile(r"<details><summary>Solution</summary>\n\n```python\n(.*?)```", re.S)


def solutions(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The folded solutions of a notebook: name of the function or class -> source."""
    sources = [match for cell in notebook.cells for match in SOLUTION.findall(cell.source)]
    return {DEFINED.search(source)[1]: source for source in sources}


def solve_exercises(notebook: nbformat.NotebookNode) -> None:
    """Put the folded solutions into the cells of the exercises."""
    folded = solutions(notebook)
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", []):
            cell.source = folded[DEFINED.search(cell.source)[1]]


def run_cells(notebook: str, ids: tuple[str, ...], **names) -> dict:
    """What these cells of a notebook define, run one after the other among `names`."""
    sources = {cell.id: cell.source for cell in nbformat.read(FOLDER / notebook, 4).cells}
    for cell in ids:
        exec(sources[cell], names)
    return names


RUN_TIMEOUT = 900_000  # ms for all cells of a notebook, on a slow or busy machine
# Every cell stays in the page, so that a test can look at all of them.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
TOKEN = "secret"


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory):
    """One JupyterLab for all tests: its address and the folder that it serves."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "served").mkdir()
    for name, values in SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += [f"--ServerApp.root_dir={folder / 'served'}", f"--LabApp.user_settings_dir={folder / 'settings'}"]
    command += [f"--LabApp.workspaces_dir={folder / 'workspaces'}", f"--IdentityProvider.token={TOKEN}"]
    command += ["--LabApp.expose_app_in_browser=True"]  # deck.py writes into cells
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    log = []
    for line in server.stdout:
        log.append(line)
        if address := re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token", line):
            break
    else:
        pytest.fail("JupyterLab did not start:\n" + "".join(log))
    # Somebody must go on reading, or the server stops when the pipe is full.
    reader = subprocess.Popen(["cat"], stdin=server.stdout, stdout=subprocess.DEVNULL)
    # The server prints its address a moment before it listens there.
    urllib3.PoolManager().request("GET", f"{address[1]}/api", retries=Retry(connect=20, backoff_factor=0.05))
    yield address[1], folder / "served"
    server.terminate()
    server.wait()
    reader.wait()


@pytest.fixture
def lab_folder(lab_server, tmp_path_factory):
    """An empty folder that JupyterLab serves, and the address of its notebooks; kernels end with the test."""
    address, served = lab_server
    folder = served / tmp_path_factory.mktemp("copies").name
    folder.mkdir()
    # JupyterLab remembers that it presented slides; "reset" forgets what an earlier page had open.
    shutil.rmtree(served.parent / "settings" / "jupyterlab-slideshow", ignore_errors=True)
    yield folder, f"{address}/lab/tree/{folder.name}/{{name}}?token={TOKEN}&reset"
    pool, headers = urllib3.PoolManager(), {"Authorization": f"token {TOKEN}"}
    for session in pool.request("GET", f"{address}/api/sessions", headers=headers).json():
        pool.request("DELETE", f"{address}/api/sessions/{session['id']}", headers=headers)


@pytest.fixture
def lab(lab_folder):
    """The address of fresh copies of the notebooks in JupyterLab: outputs cleared, all open, exercises solved."""
    folder, address = lab_folder
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, 4)
        solve_exercises(notebook)
        for cell in notebook.cells:
            cell.metadata.pop("jupyter", None)  # the answer to a prediction is measured, too
            cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
        nbformat.write(notebook, folder / path.name)
    return address


# Not for the whole session: Playwright keeps an event loop running, and nbclient wants to start one.
@pytest.fixture(scope="module")
def browser():
    """Chromium, for the tests of one file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A fresh page, with no cookies of another."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


def open_notebook(page, address: str) -> None:
    """Open a notebook in JupyterLab and wait for its kernel."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)


def run_all(page, address: str) -> None:
    """Open a notebook and run all its cells from the menu, as a reader does."""
    open_notebook(page, address)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    done = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]
        .every(prompt => /\\[\\d+\\]:/.test(prompt.textContent))"""
    page.wait_for_function(done, timeout=RUN_TIMEOUT)


def serious_findings(page, within: str | None = None) -> list[str]:
    """What axe-core calls serious or critical, and headings that skip a level: on a page, or in the parts that the
    CSS selector `within` names."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context={"include": [[within]]} if within else None).response["violations"]
    return [
        f"{finding['id']}: {node['html'][:200]}"
        for finding in found
        if finding["impact"] in ("serious", "critical") or finding["id"] == "heading-order"
        for node in finding["nodes"]
    ]


# Strokes as a hand would draw them: points in percent of the canvas, "|" lifts the pen.
STROKES = {
    0: "50,12 30,20 22,50 30,80 50,88 70,80 78,50 70,20 50,12",
    1: "52,10 51,50 50,90",
    2: "28,28 40,14 60,14 70,30 58,52 28,86 | 28,86 74,86",
    3: "30,16 52,10 68,24 60,42 44,48 62,54 70,72 54,88 28,84",
    4: "34,12 28,52 74,52 | 62,28 60,90",
    5: "72,14 34,14 32,44 52,40 68,52 68,72 52,86 30,80",
    6: "62,10 42,32 34,58 38,80 52,88 66,78 64,60 50,54 36,64",
    7: "24,16 76,16 60,50 44,90",
    8: "50,48 34,34 38,16 54,10 68,20 64,36 50,48 34,62 34,80 50,90 66,80 66,62 50,48",
    9: "66,36 56,46 40,44 34,30 42,16 58,12 68,22 66,40 62,66 54,90",
}


def stroke_by_mouse(page, box: dict, strokes: str, pause: float = 16) -> None:
    """Draw with the mouse as a person does: small moves, `pause` milliseconds apart."""
    for stroke in strokes.split("|"):
        points = [tuple(map(float, point.split(","))) for point in stroke.split()]
        places = [(box["x"] + x / 100 * box["width"], box["y"] + y / 100 * box["height"]) for x, y in points]
        page.mouse.move(*places[0])
        page.mouse.down()
        for (x0, y0), (x1, y1) in zip(places, places[1:], strict=False):
            for step in range(1, 6):
                page.mouse.move(x0 + (x1 - x0) * step / 5, y0 + (y1 - y0) * step / 5)
                if pause:
                    page.wait_for_timeout(pause)
        page.mouse.up()
