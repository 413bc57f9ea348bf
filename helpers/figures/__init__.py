"""The house style of every figure, and the pictures that more than one notebook shows.

A notebook's first cell says plt.style.use("helpers.figures.style"): its own plots and ours then look alike. Nothing
here changes matplotlib's settings behind the reader's back.
The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), safe for colour-blind readers; in a cell
they are matplotlib's C0 to C5.
"""

import io
from collections.abc import Sequence

from IPython.display import Image, display
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from torch import Tensor

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, PALE = "#CC79A7", "#56B4E9", "#6E6E6E", "#DDDDDD"
INK = "#222222"

# What has a sign: dark blue below zero, pale at zero, bright red above, so that the two sides differ in hue and in
# lightness, on a projector and for colour-blind readers alike. WINDOW, for frames and marks on it, is not in it.
SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#08306B", "#6A94C8", "#F4F4F4", "#F39A7B", "#D7301F"]
).with_extremes(bad=PALE)
WINDOW = "#00A651"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of `width` x `height` inches, its axes placed by hand; outside pyplot, so none is left over."""
    # An engine that does nothing: without any, savefig would leave the style's constrained layout in its place.
    figure = Figure(figsize=(width, height), dpi=100, layout=PlaceHolderLayoutEngine(True, colorbar_gridspec=True))
    FigureCanvasAgg(figure)
    return figure


def show(figure: Figure, alt: str) -> None:
    """Show `figure` under the cell, with `alt` as the text that stands for it when it is not seen, and close it."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    display(Image(stream.getvalue(), alt=alt))
    plt.close(figure)  # pyplot would show it once more at the end of the cell


def show_images(
    images: Sequence[Tensor],
    titles: Sequence[str],
    alt: str,
    columns: int = 5,
    signed: bool = False,
    size: float = 2.0,
) -> None:
    """Show 2-D images in rows of `columns`, each `size` inches wide under its title.

    Grey from -1 (black) to 1 (white), as the network sees pixels; with `signed`, feature maps in the colours of
    SIGNED, each scaled to its own largest value.
    """
    rows, title_height = -(-len(images) // columns), 0.45
    height = size * images[0].shape[0] / images[0].shape[1]
    figure = new_figure(size * columns, (height + title_height) * rows)
    for place, (image, title) in enumerate(zip(images, titles, strict=True), 1):
        axes = figure.add_subplot(rows, columns, place)
        limit = float(image.detach().abs().max()) or 1.0 if signed else 1.0
        axes.imshow(image.detach().numpy(), cmap=SIGNED if signed else "gray", vmin=-limit, vmax=limit)
        axes.set_title(title, fontsize=15)
        axes.axis("off")
    top = 1 - title_height / (height + title_height) / rows
    figure.subplots_adjust(0.01, 0.01, 0.99, top, wspace=0.06, hspace=title_height / height)
    show(figure, alt)
