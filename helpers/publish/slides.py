"""How a notebook looks as slides, in the metadata that jupyterlab-slideshow and jupyterlab-fonts document.

The metadata travels with the notebook, so that nobody has to change a setting before a class.
"""

# Sizes for the back row, on a screen of 1280x720. They hold only while the notebook is a deck.
SIZES = {
    "--jp-content-font-size1": "20px",
    "--jp-code-font-size": "18px",
    "--jp-ui-font-size1": "18px",  # tables
    "--jp-widgets-font-size": "18px",
    "--jp-cell-padding": "4px",  # a deck has none by default, so that an output touches the text below it
}

# https://github.com/jupyterlab-contrib/jupyterlab-fonts explains the form: selector -> style, nested.
DECK_METADATA = {"@deathbeds/jupyterlab-fonts": {"styles": {"": {"body[data-jp-deck-mode='presenting'] &": SIZES}}}}
