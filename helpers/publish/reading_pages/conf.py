"""How Sphinx makes the reading pages, a site of the saved notebooks. Nothing is executed.

Build them with `python -m sphinx -M html notebooks site -c helpers/publish/reading_pages`: this folder holds what only
the site needs, so that learners find nothing but notebooks in theirs. Sphinx wants the front page, index.md, there.
"""

from operator import methodcaller

project = "A CNN, cell by cell"
extensions = ["myst_nb", "helpers.publish.reading_pages"]
exclude_patterns = ["**/.ipynb_checkpoints"]

nb_execution_mode = "off"
nb_merge_streams = True
# Outputs below a prediction are closed (helpers.publish.save_outputs marks them).
nb_code_prompt_show, nb_code_prompt_hide = "Show the answer", "Hide the answer"
nb_render_markdown_format = "myst"  # a Markdown output, such as the deck of questions, reads like a Markdown cell

myst_enable_extensions = ["dollarmath"]
# A heading has the name that JupyterLab and GitHub give it, so that a link serves the notebook and the page.
myst_heading_anchors = 3
myst_heading_slug_func = methodcaller("replace", " ", "-")

html_theme = "furo"
html_title = project
scripts = ["pages.js", "live.js", "network.js", "pad.js", "window.js", "geometry.js", "practice.js"]
html_static_path = ["pages.css", "../../figures/canvas.css", *scripts]
html_css_files = ["pages.css", "canvas.css"]
html_js_files = [(name, {"defer": "defer"}) for name in (*scripts, "canvas.js")]
html_favicon = "favicon.svg"
html_math_renderer = "ziamath"  # registered in __init__.py
html_copy_source = html_use_index = html_show_copyright = False
# Styles whose contrast is enough for everyone (https://github.com/Quansight-Labs/accessible-pygments).
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
