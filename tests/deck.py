"""A notebook as a deck of jupyterlab-slideshow: started by its button, walked with the space bar, measured."""

from playwright.sync_api import Page

SCREEN = {"width": 1280, "height": 720}
SMALLEST = 18  # px, for text read from the back row
LEAST_POINTS = 14  # the smallest letters in the figures of helpers
IN_FIGURES = LEAST_POINTS * 100 / 72  # px, in a figure of natural size, 100 dots an inch
ACTIVE = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].findIndex(c => c.matches('.jp-mod-active'))"

# The complaints about the slide on the screen, its folds closed or open.
MEASURE = """([folds, smallest, inFigures]) => {
    const found = [], say = (text) => { if (!found.includes(text)) found.push(text); };
    const cells = [...document.querySelectorAll('.jp-Deck .jp-Cell.jp-deck-mod-onscreen')];
    if (cells.some(cell => !cell.matches('.jp-deck-mod-visible'))) say('a cell never appeared');
    for (const fold of document.querySelectorAll('.jp-Deck details')) fold.open = folds === 'open';
    const boxes = cells.map(cell => cell.getBoundingClientRect());
    const above = -Math.min(...boxes.map(box => box.top));
    const below = Math.max(...boxes.map(box => box.bottom)) - innerHeight;
    if (above > 0.5 || below > 0.5) say(`${Math.ceil(Math.max(above, 0) + Math.max(below, 0))} px too high`);
    const shown = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
    const scrolls = [...document.querySelectorAll('.jp-Deck .jp-Notebook, .jp-Deck .jp-WindowedPanel-outer')];
    for (const cell of cells) for (const element of cell.querySelectorAll('*')) {
        if (['auto', 'scroll'].some(value => getComputedStyle(element).overflow.includes(value))) scrolls.push(element);
    }
    for (const element of scrolls.filter(shown)) {
        const [x, y] = [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight];
        if (x > 1) say(`${x} px too wide: ${element.textContent.trim().slice(0, 60)}`);
        if (y > 1) say(`${y} px to scroll: ${element.textContent.trim().slice(0, 60)}`);
    }
    const small = (element, text) => {
        const size = parseFloat(getComputedStyle(element).fontSize);
        if (size < smallest) say(`text of ${size.toFixed(1)} px: ${text.trim().slice(0, 60)}`);
    };
    for (const cell of cells) {
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const {parentElement: parent, textContent: text} = walker.currentNode;
            // MathJax repeats a formula for screen readers, where nobody sees it.
            const unseen = parent.closest('mjx-assistive-mml, script, style');
            if (text.trim() && shown(parent) && !unseen) small(parent, text);
        }
        // A formula is measured at its base: the letters of an index are smaller by nature.
        for (const element of cell.querySelectorAll('mjx-container, input, button')) {
            if (shown(element)) small(element, element.value || element.textContent);
        }
        for (const image of [...cell.querySelectorAll('img')].filter(shown)) {
            const size = inFigures * image.getBoundingClientRect().width / image.naturalWidth;
            if (!(size >= smallest)) say(`letters of ${size.toFixed(1)} px in the figure: ${image.alt.slice(0, 60)}`);
        }
    }
    return found;
}"""

# Puts the sources of a notebook back into its cells.
WRITE = """sources => {
    const {widgets} = window.jupyterapp.shell.currentWidget.content;
    sources.forEach((source, number) => widgets[number].model.sharedModel.setSource(source));
}"""


def start_deck(page: Page) -> None:
    """Show the notebook of the page as slides, from its title, on a projector's screen."""
    page.set_viewport_size(SCREEN)
    page.locator(".jp-Notebook h1").first.click()
    page.locator(".jp-NotebookPanel-toolbar [data-command='deck:toggle']").first.click()
    page.locator(".jp-Deck .jp-Cell.jp-deck-mod-visible").first.wait_for()


def forward(page: Page) -> int:
    """Press the space bar; the number of the cell that is active then."""
    before = page.evaluate(ACTIVE)
    page.keyboard.press("Space")
    page.wait_for_function(f"before => {ACTIVE} !== before", arg=before, timeout=10_000)
    return page.evaluate(ACTIVE)


def slide_types(notebook) -> list[str | None]:
    """The slide type of every cell."""
    return [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]


def walk_deck(page: Page, notebook) -> list[str]:
    """Go through a started deck with the space bar alone; what is wrong, slide by slide, its folds closed and open."""
    types = slide_types(notebook)
    on_stage = [number for number, kind in enumerate(types) if kind not in ("skip", "notes")]
    assert page.evaluate(ACTIVE) == on_stage[0]
    wrong, slide, first = [], 1, on_stage[0]
    for here, following in zip(on_stage, [*on_stage[1:], None], strict=True):
        if following is None or types[following] in ("slide", "subslide"):
            name = f"slide {slide}, from cell {notebook.cells[first].id!r}"
            for state in ("closed", "open"):
                found = page.evaluate(MEASURE, [state, SMALLEST, IN_FIGURES])
                wrong += [f"{name}, folds {state}: {text}" for text in found]
            slide, first = slide + 1, following
        if following is not None:
            assert forward(page) == following, f"after cell {notebook.cells[here].id!r} the space bar went astray"
    return wrong
