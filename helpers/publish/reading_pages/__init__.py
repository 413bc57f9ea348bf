"""What Sphinx is taught for the reading pages (conf.py): formulas without network, pictures with their text that move.

A formula becomes an SVG when the pages are built, because MathJax would come from another host, and MathML needs a
mathematical font that many devices lack. MyST-NB drops the alternative text of a saved picture; a plugin keeps it, and
leaves a place for the controls of a live figure, of which live.js shows the frames that helpers.publish.frames draws.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

from helpers import NOTEBOOKS, ROOT

import ziamath
from docutils import nodes
from myst_nb.core.render import MimeData, MimeRenderPlugin, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

FONT_SIZE = 16  # pixels, that of the text
PRACTICE = {"[A deck of ": "deck", "[Drills of ": "drills"}  # how the outputs begin that practice.js takes over

ziamath.config.svg2 = False  # with shared glyphs, two formulas on a page would define the same names
ziamath.config.math.color = "currentColor"  # as the text: dark on light, or light on dark


class PicturesWithAlt(MimeRenderPlugin):
    """Shows a saved picture with the alternative text that the notebook keeps beside it.

    MyST-NB finds it by the entry point in pyproject.toml
    (https://myst-nb.readthedocs.io/en/latest/render/format_code_cells.html).
    """

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """The picture as docutils nodes, or the place of controls; None leaves any other output to MyST-NB."""
        if data.mime_type == "text/plain" and data.string.startswith("[Controls: "):
            document = renderer.renderer.document
            document["live"] = document.get("live", -1) + 1
            name = f"{Path(document['source']).stem}-{document['live']}"
            return [nodes.raw("", f'<div class="live" data-figure="{name}"></div>', format="html")]
        for beginning, what in PRACTICE.items():
            if data.mime_type == "text/plain" and data.string.startswith(beginning):
                return [nodes.raw("", f'<div class="practice" data-what="{what}"></div>', format="html")]
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        if alt is None:
            return None
        images = renderer.render_image(data)
        for image in images:
            image["alt"] = alt
        return images


def formula(latex: str, inline: bool) -> str:
    """The formula as an SVG element on the baseline of its line; a screen reader reads it as `latex`.

    Raises ValueError for a command that ziamath does not know; it would print its name.
    """
    drawn = ziamath.Latex(latex, size=FONT_SIZE, inline=inline)
    if "\\" in "".join(drawn.mathml.itertext()):
        raise ValueError(f"ziamath does not know every command of the formula {latex!r}; write it with others.")
    svg = drawn.svgxml()
    svg.attrib.update({"role": "img", "aria-label": latex, "style": f"vertical-align: {drawn.getyofst():.1f}px"})
    return ElementTree.tostring(svg, encoding="unicode")


def visit(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write a formula into its line, or between paragraphs."""
    inline = isinstance(node, nodes.math)
    svg = formula(node.astext(), inline)
    translator.body.append(svg if inline else f'<div class="formula">{svg}</div>')
    raise nodes.SkipNode


def draw_frames(app: Sphinx) -> None:
    """Draw the frames of all live figures, a process for each notebook, as many at a time as there are processors.

    Raises ExtensionError when a notebook fails.
    """
    folder = Path(app.outdir) / "live"
    folder.mkdir(parents=True, exist_ok=True)

    def draw(notebook: Path) -> str:
        command = [sys.executable, "-m", "helpers.publish.frames", str(notebook), str(folder)]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True
        )
        return done.stderr if done.returncode else ""

    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"), reverse=True)  # those that train come last in the series
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        if failed := [error for error in pool.map(draw, notebooks) if error]:
            raise ExtensionError("\n".join(failed))


def write_practice(app: Sphinx) -> None:
    """What the deck and the drills ask, from where the notebook takes it."""
    command = [sys.executable, "-m", "helpers.practice.in_the_page", str(Path(app.outdir) / "live")]
    subprocess.run(command, cwd=ROOT, check=True)


def write_canvas(app: Sphinx) -> None:
    """The notebook's own drawing area as a script: a page opened as a file may not import a module."""
    module = (ROOT / "helpers" / "figures" / "canvas.js").read_text()
    script = module.replace("export default", "return")
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "canvas.js").write_text(f"const canvasWidget = (() => {{\n{script}}})();\n")


def offer_to_run(app: Sphinx, page: nodes.document, name: str) -> None:
    """Link a page to its notebook on Binder and Colab, if the builder says which GitHub repository it builds."""
    repository, path = os.environ.get("GITHUB_REPOSITORY"), f"notebooks/{name}.ipynb"
    if not repository or not (ROOT / path).exists():
        return
    binder = f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath={path}"
    colab = f"https://colab.research.google.com/github/{repository}/blob/HEAD/{path}"
    install = f"https://github.com/{repository}#run-it"
    text = f"""<p>Run this notebook <a href="{binder}">on Binder</a>, which takes some minutes to start, or
        <a href="{colab}">on Colab</a>, where you <a href="{install}">install the series</a> first.</p>"""
    title = next(page.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", text, format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx (https://www.sphinx-doc.org/en/master/extdev/appapi.html).

    Raises ExtensionError in an environment that does not know the plugin: every picture would lose its text.
    """
    if PicturesWithAlt not in load_mime_renders():
        raise ExtensionError('This environment has an older install of the project. Run: pip install -e ".[site]"')
    app.connect("builder-inited", draw_frames)
    app.connect("builder-inited", write_practice)
    app.connect("builder-inited", write_canvas)
    app.connect("doctree-resolved", offer_to_run)
    app.add_html_math_renderer("ziamath", (visit, None), (visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
