"""Every notebook in real JupyterLab, driven as a reader does: Run All, every control by keyboard, then as slides."""

import re
import statistics

import nbformat
import pytest
from conftest import NOTEBOOKS, needs_chromium, run_all, serious_findings, solutions
from deck import WRITE, start_deck, walk_deck

pytestmark = needs_chromium
STEP_TIMEOUT = 20_000  # ms for a picture to change


# Watches the output area of one live figure: how long from a key to the changed picture, whether the
# area ever changes its height (a jump of the page), and how many pictures it holds.
WATCH = """area => {
    if (!window.watch) document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
    window.watch = {times: [], heights: new Set([area.offsetHeight]), pictures: new Set()};
    const source = () => area.querySelector('img')?.src;
    let last = source();
    const look = () => {
        window.watch.heights.add(area.offsetHeight);
        window.watch.pictures.add(area.querySelectorAll('img').length);
        const now = source();
        if (now && now !== last) {
            last = now;
            const began = window.pressed;
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
def test_notebook_in_jupyterlab(page, lab, path, record_property):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    run_all(page, lab.format(name=path.name))
    errors = page.locator(".jp-OutputArea [data-mime-type='application/vnd.jupyter.error']")
    assert errors.all_inner_texts() == []
    notebook = nbformat.read(path, 4)
    verdicts = page.locator(".jp-OutputArea-output", has_text=re.compile("^Correct: "))
    assert verdicts.count() == len(solutions(notebook))
    live = page.locator(".jp-CodeCell .jp-OutputArea", has=page.locator(".widget-vbox")).filter(
        has=page.locator(".jp-RenderedImage img")
    )
    # JupyterLab does not show the alternative texts that come with the pictures
    # (https://github.com/jupyter/enhancement-proposals/issues/120); test_site.py sees them on the reading pages.
    findings = serious_findings(page, ".jp-OutputArea")
    assert [finding for finding in findings if not finding.startswith("image-alt: <img src=")] == []
    times = []
    for area in live.all():
        area.scroll_into_view_if_needed()
        for control in area.locator(CONTROLS).all()[:12]:
            area.evaluate(WATCH)
            times += move(page, control)
            watched = page.evaluate("({heights: [...watch.heights], pictures: [...watch.pictures]})")
            assert watched["pictures"] == [1], "exactly one picture at all times"
            assert len(watched["heights"]) == 1, f"the page jumps: heights {watched['heights']}"
    assert "explore(" not in path.read_text("utf-8") or times
    assert not problems
    # On stage an exercise is not solved yet: its solution is in a fold, and may be longer than a slide.
    page.evaluate(WRITE, [cell.source for cell in notebook.cells])
    start_deck(page)
    assert walk_deck(page, notebook) == []
    if times:
        median = statistics.median(times)
        record_property("measured", f"{path.stem}: key to changed picture, median {median:.0f} ms of {len(times)}")
