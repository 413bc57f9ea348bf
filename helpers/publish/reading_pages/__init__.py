"""What Sphinx is taught for the reading pages (conf.py): formulas without network, pictures with their text.

A formula becomes an SVG when the pages are built, because MathJax would come from another host, and MathML needs a
mathematical font that many devices lack. MyST-NB drops the alternative text of a saved picture; a plugin keeps it.
"""

from xml.etree import ElementTree

import ziamath
from docutils import nodes
from myst_nb.core.render import MimeData, MimeRenderPlugin, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

FONT_SIZE = 16  # pixels, that of the text

ziamath.config.svg2 = False  # with shared glyphs, two formulas on a page would define the same names
ziamath.config.math.color = "currentColor"  # as the text: dark on light, or light on dark


class PicturesWithAlt(MimeRenderPlugin):
    """Shows a saved picture with the alternative text that the notebook keeps beside it.

    MyST-NB finds it by the entry point in pyproject.toml
    (https://myst-nb.readthedocs.io/en/latest/render/format_code_cells.html).
    """

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """The picture as docutils nodes; None leaves an output without such a text to MyST-NB."""
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


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx (https://www.sphinx-doc.org/en/master/extdev/appapi.html).

    Raises ExtensionError in an environment that does not know the plugin: every picture would lose its text.
    """
    if PicturesWithAlt not in load_mime_renders():
        raise ExtensionError('This environment has an older install of the project. Run: pip install -e ".[site]"')
    app.add_html_math_renderer("ziamath", (visit, None), (visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
