"""The series' terms, each with one sentence and the section that defines it.

TERMS is the one place where they are written. The section is looked up in the notebook: the one of that name, or the
first that has the term in bold type or in its heading. So an entry cannot point to a section that has gone.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from IPython.display import Markdown, display

from helpers import NOTEBOOKS

# term, number of the notebook that defines it, one sentence
TERMS = (
    ("1×1 convolution", "01", "mixes the channels of each pixel, as one small dense layer applied everywhere"),
    ("Adam", "05", "an optimiser that divides each weight's step by the typical size of its gradient"),
    ("attention", "02", "compares every token with every other, wherever they lie"),
    ("augmentation", "07", "shows the network changed copies of the images that keep their label"),
    ("average pooling", "02", "keeps the mean of each window"),
    ("batch", "00", "the examples that are processed together and make one step"),
    ("batch normalisation", "07", "gives each channel mean 0 and variance 1 over the batch, then scales and shifts it"),
    ("bias", "01", "a number added to an output, whatever the input"),
    ("chain rule", "05", "along a chain of operations the slopes multiply"),
    ("channel", "01", "one of the numbers that a pixel has, or one of the feature maps of a layer"),
    ("convolution", "01", "a kernel slides over the image, which it meets turned round; in deep learning it is not"),
    ("cross-correlation", "01", "a kernel slides over the image and is not turned round: what `Conv2d` computes"),
    ("cross-entropy", "04", "minus the mean logarithm of the probability of the true class"),
    ("dead unit", "03", "a unit that answers 0 to every input and gets no gradient"),
    ("depthwise convolution", "01", "a kernel for each channel by itself; no channels are mixed"),
    ("dilation", "01", "how many pixels apart the numbers of a kernel lie"),
    ("dropout", "07", "sets random numbers to 0 in training and does nothing in use"),
    ("early stopping", "07", "ends the training when the validation loss no longer falls"),
    ("epoch", "00", "one pass over the training set"),
    ("feature map", "01", "what a kernel answers at every place of the image"),
    ("flatten", "03", "lays the maps of each image out in one row"),
    ("global average pooling", "02", "leaves one number for each channel, its mean"),
    ("gradient", "05", "one slope for each weight: how the loss changes when the weight does"),
    ("gradient descent", "05", "moves every weight against its slope"),
    ("intersection over union", "08", "the overlap of two boxes over the area they cover together"),
    ("kernel", "01", "the small table of weights that slides over the image"),
    ("label smoothing", "04", "takes a share from the true class of the target and spreads it over all"),
    ("learning rate", "05", "the factor between gradient and step"),
    ("locality", "01", "an output sees only the pixels near it"),
    ("log-sum-exp", "04", "the logarithm of the sum of the exponentials of the logits"),
    ("logits", "03", "the sums that the last layer makes, one for each class, before they become probabilities"),
    ("loss", "00", "one number that says how wrong the answers are"),
    ("max pooling", "02", "keeps the largest number of each window"),
    ("momentum", "05", "moves along a velocity, in which past gradients fade"),
    ("multiply-add", "01", "the unit of work: one product, added to a sum"),
    ("negative log-likelihood", "04", "minus the mean logarithm of the probability of the true class"),
    ("non-maximum suppression", "08", "keeps the best of boxes that overlap"),
    ("overfitted", "07", "right on the training examples, and less often on others"),
    ("padding", "01", "a frame put around the image, usually of zeros"),
    ("position embedding", "02", "numbers added to a token that tell attention where it lies"),
    ("receptive field", "01", "the pixels of the image that can change a number"),
    ("ReLU", "03", "replaces what is negative by 0"),
    ("ROC curve", "08", "hits against false alarms, for every threshold"),
    ("SGD", "00", "gradient descent with the gradient of one batch at a time"),
    ("sigmoid", "04", "turns one number into a probability"),
    ("softmax", "04", "turns logits into probabilities that sum to 1"),
    ("state dict", "06", "the weights as a dictionary from names to tensors"),
    ("step", "00", "one update of all weights, from one batch"),
    ("stride", "01", "how far the window moves from place to place"),
    ("temperature", "04", "a number that divides the logits before softmax"),
    ("test set", "00", "examples kept aside to see what the network does with new ones"),
    ("translation equivariant", "01", "when the input shifts, the output shifts along"),
    ("transposed convolution", "08", "lays down a kernel for every number of a small map, to make a larger one"),
    ("validation set", "07", "examples kept aside to choose by, so that the test set stays untouched"),
    ("vision transformer", "02", "cuts the image into patches and compares them by attention"),
    ("weight decay", "05", "adds a little of each weight to its gradient, so that it shrinks"),
    ("weight sharing", "01", "the same kernel is used at every place"),
)


@dataclass(frozen=True)
class Entry:
    """A term, its sentence, and the section that defines it."""

    term: str
    meaning: str
    notebook: str  # the file
    section: str  # the heading

    @property
    def link(self) -> str:
        """A Markdown link to the section, as JupyterLab, GitHub and the reading pages name it."""
        return f"[{self.notebook[:2]} {self.section}]({self.notebook}#{self.section.replace(' ', '-')})"


def entries(folder: Path = NOTEBOOKS) -> list[Entry]:
    """All entries in alphabetical order.

    Raises ValueError, naming the term, when no section of its notebook defines it.
    """
    sections = {path.name: _sections(path) for path in folder.glob("[0-9]*.ipynb")}
    return [_entry(*term, sections) for term in sorted(TERMS, key=lambda term: term[0].lower())]


def _entry(term: str, number: str, meaning: str, sections: dict[str, list[tuple[str, str]]]) -> Entry:
    # The first word may stand alone (**dead** for "dead unit"), and a plural is the same term.
    word = re.escape(re.sub(r" (unit|curve)$", "", term))
    bold = re.compile(rf"\*\*{word}( unit| curve)?s?\*\*", re.I)
    parts = [(name, *part) for name in sections if name.startswith(number) for part in sections[name]]
    named = [part for part in parts if part[1].lower() == term.lower()]
    defining = named or [p for p in parts if bold.search(p[2])] or [p for p in parts if term.lower() in p[1].lower()]
    if not defining:
        raise ValueError(
            f"No section of notebook {number} has '{term}' in bold or in its heading: "
            "correct the notebook or helpers.practice.glossary."
        )
    return Entry(term, meaning, *defining[0][:2])


def _sections(path: Path) -> list[tuple[str, str]]:
    """(heading, text) of every section of a notebook, without its title and its questions."""
    cells = nbformat.read(path, as_version=4).cells
    prose = [c.source for c in cells if c.cell_type == "markdown" and "question" not in c.metadata.get("tags", [])]
    text = re.sub(r"```.*?```", "", "\n\n".join(prose), flags=re.S)
    parts = re.split(r"^#+ (.+)$", text, flags=re.M)
    return list(zip(parts[3::2], parts[4::2], strict=True))


def show_glossary() -> None:
    """Show all terms as a table."""
    rows = [f"| **{entry.term}** | {entry.meaning} | {entry.link} |" for entry in entries()]
    display(Markdown("\n".join(["| term | meaning | section |", "| --- | --- | --- |", *rows])))
