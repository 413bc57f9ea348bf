"""Every notebook in real JupyterLab, driven as a reader does: Run All, then every control by keyboard."""

import json
import re
import statistics
import subprocess
import sys

import nbformat
import pytest
import urllib3
from conftest import CHROMIUM, NOTEBOOKS, solutions, solve_exercises
from urllib3.util import Retry

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium found; on Debian: apt-get install -y chromium, then run the tests again"
)
RUN_TIMEOUT = 400_000  # ms for all cells of a notebook, on a slow machine
STEP_TIMEOUT = 20_000  # ms for a picture to change
# Every cell stays in the page, so that a test can look at all of them.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture
def lab(tmp_path):
    """The address of a fresh JupyterLab server on copies of the notebooks, outputs cleared, exercises solved."""
    (tmp_path / "notebooks").mkdir()
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, 4)
        solve_exercises(notebook)
        for cell in notebook.cells:
            cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
        nbformat.write(notebook, tmp_path / "notebooks" / path.name)
    for name, values in SETTINGS.items():
        file = tmp_path / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += [f"--ServerApp.root_dir={tmp_path / 'notebooks'}", f"--LabApp.user_settings_dir={tmp_path / 'settings'}"]
    command += [f"--LabApp.workspaces_dir={tmp_path / 'workspaces'}", "--IdentityProvider.token=secret"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    log = []
    for line in server.stdout:
        log.append(line)
        if address := re.search(r"http://(127\.0\.0\.1:\d+)/lab\?token", line):
            break
    else:
        pytest.fail("JupyterLab did not start:\n" + "".join(log))
    # Somebody must go on reading, or the server stops when the pipe is full.
    reader = subprocess.Popen(["cat"], stdin=server.stdout, stdout=subprocess.DEVNULL)
    # The server prints its address a moment before it listens there.
    urllib3.PoolManager().request("GET", f"http://{address[1]}/api", retries=Retry(connect=20, backoff_factor=0.05))
    yield f"http://{address[1]}/lab/tree/{{name}}?token=secret"
    server.terminate()
    server.wait()
    reader.wait()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


def run_all(page, address: str) -> None:
    """Open a notebook and run all its cells from the menu, as a reader does."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    done = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]
        .every(prompt => /\\[\\d+\\]:/.test(prompt.textContent))"""
    page.wait_for_function(done, timeout=RUN_TIMEOUT)


# Watches the output area of one live figure: how long from a key to the changed picture, whether the
# area ever changes its height (a jump of the page), and how many pictures it holds.
WATCH = """area => {
    window.watch = {times: [], heights: new Set([area.offsetHeight]), pictures: new Set()};
    const source = () => area.querySelector('img')?.src;
    let last = source(), pressed = 0;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    const look = () => {
        window.watch.heights.add(area.offsetHeight);
        window.watch.pictures.add(area.querySelectorAll('img').length);
        const now = source();
        if (now && now !== last) {
            last = now;
            const began = pressed;
            area.querySelector('img').decode().then(() => window.watch.times.push(performance.now() - began));
        }
    };
    window.watcher?.disconnect();
    window.watcher = new MutationObserver(look);
    window.watcher.observe(area, {childList: true, subtree: true, attributes: true});
}"""


# The button that is pressed already is left out: pressing it would change nothing.
CONTROLS = "[role=slider], input[type=number], .widget-toggle-button:not(.mod-active)"


def press_and_wait(page, key: str) -> None:
    """Press a key and wait until the picture has changed."""
    before = page.evaluate("window.watch.times.length")
    page.keyboard.press(key)
    page.wait_for_function("count => window.watch.times.length > count", arg=before, timeout=STEP_TIMEOUT)


def move(page, control) -> list[float]:
    """Move one control by keyboard, forth and back; the times in ms from key to changed picture."""
    control.focus()
    if control.evaluate("element => element.tagName") == "BUTTON":
        press_and_wait(page, "Space")
        return page.evaluate("window.watch.times")
    slider = control.get_attribute("role") == "slider"
    at_end = slider and control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
    there, back = ("ArrowLeft", "ArrowRight") if at_end else ("ArrowRight", "ArrowLeft")
    if not slider:
        there, back = ("ArrowDown", "ArrowUp")
    for key in (there, back) * 3:
        press_and_wait(page, key)
    return page.evaluate("window.watch.times")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_in_jupyterlab(page, lab, path, capsys):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    run_all(page, lab.format(name=path.name))
    errors = page.locator(".jp-OutputArea [data-mime-type='application/vnd.jupyter.error']")
    assert errors.all_inner_texts() == []
    verdicts = page.locator(".jp-OutputArea-output", has_text=re.compile("^Correct: "))
    assert verdicts.count() == len(solutions(nbformat.read(path, 4)))
    live = page.locator(".jp-CodeCell .jp-OutputArea", has=page.locator(".widget-vbox")).filter(
        has=page.locator(".jp-RenderedImage img")
    )
    times = []
    for area in live.all():
        area.scroll_into_view_if_needed()
        for control in area.locator(CONTROLS).all()[:12]:
            area.evaluate(WATCH)
            times += move(page, control)
            watched = page.evaluate("({heights: [...watch.heights], pictures: [...watch.pictures]})")
            assert watched["pictures"] == [1], "exactly one picture at all times"
            assert len(watched["heights"]) == 1, f"the page jumps: heights {watched['heights']}"
    assert "explore(" not in path.read_text() or times
    assert not problems
    if times:
        with capsys.disabled():
            print(f"\n{path.stem}: key to changed picture, median {statistics.median(times):.0f} ms of {len(times)}")
