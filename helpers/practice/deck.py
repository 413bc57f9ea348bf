"""The interview questions of all notebooks, collected from where they are written, to practise or to read.

A question is a markdown cell with the tag "question":

    **Q3. Its text?**

    <details><summary>Answer</summary>

    The answer.

    </details>

Its topic, one of TOPICS, stands in the cell's metadata as "topic"; without it the notebook's own topic counts.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from IPython.display import Markdown, display

from helpers import NOTEBOOKS

# The topic of each notebook, by the number in its name; these are all the topics there are.
TOPIC_OF = {
    "00": "data",
    "01": "convolution",
    "02": "pooling",
    "03": "architecture",
    "04": "loss",
    "05": "optimisation",
    "06": "training",
    "07": "generalization",
    "08": "applications",
}
TOPICS = tuple(TOPIC_OF.values())
READ_HERE = "08"  # the notebook that shows the deck; its own questions stand in it already

FORM = re.compile(r"\*\*Q(\d+)\. (.+)\*\*\n\n<details><summary>Answer</summary>\n\n(.+)\n\n</details>", re.S)


@dataclass(frozen=True)
class Question:
    """One question: where it is written, what it is about, its text and its answer (both Markdown)."""

    notebook: str  # the file, such as "01_convolution.ipynb"
    title: str  # the notebook's heading
    number: int
    topic: str
    text: str
    answer: str
    source: str  # the whole cell

    @property
    def place(self) -> str:
        """Where it is written, in words."""
        return f"{self.notebook[:2]} {self.title}, Q{self.number}"


def collect(folder: Path = NOTEBOOKS) -> list[Question]:
    """All questions of the notebooks in `folder`, in reading order.

    Raises ValueError, naming notebook and cell, for a question that is not in the form above or has no such topic.
    """
    return [question for path in sorted(folder.glob("[0-9]*.ipynb")) for question in _questions(path)]


def _questions(path: Path) -> list[Question]:
    cells = nbformat.read(path, as_version=4).cells
    title = cells[0].source.splitlines()[0].removeprefix("# ")
    found = []
    for cell in cells:
        if "question" not in cell.metadata.get("tags", []):
            continue
        parts = FORM.fullmatch(cell.source.strip())
        if parts is None:
            raise ValueError(f"{path.name}, cell {cell.id}: expected the form that helpers.practice.deck shows")
        topic = cell.metadata.get("topic", TOPIC_OF.get(path.name[:2]))
        if topic not in TOPICS:
            raise ValueError(f"{path.name}, cell {cell.id}: the topic is {topic!r}, expected one of {TOPICS}")
        number, text, answer = parts.groups()
        found.append(Question(path.name, title, int(number), topic, text, answer, cell.source.strip()))
    return found


class Queue:
    """Which card comes next, as with a box of cards: what you missed comes back.

    A card that you know leaves. One that you missed returns after `gap` others, and leaves once you have known it
    twice: the second time it comes last. (Leitner's box, with the boxes laid in one row.)
    """

    def __init__(self, cards: Sequence, gap: int = 3) -> None:
        self.waiting, self.gap, self.total = list(cards), gap, len(cards)
        self.missed: dict[object, int] = {}  # how often a missed card must still be known

    @property
    def current(self) -> object | None:
        """The card on top, or None when all are known."""
        return self.waiting[0] if self.waiting else None

    @property
    def known(self) -> int:
        """How many cards have left."""
        return self.total - len(self.waiting)

    def rate(self, knew: bool) -> None:
        """Say whether you knew the current card, and go on to the next.

        Raises IndexError when no card is left.
        """
        if not self.waiting:
            raise IndexError("No card is left to rate: all are known. Start again with a new Queue.")
        card = self.waiting.pop(0)
        if not knew:
            self.missed[card] = 2
            self.waiting.insert(self.gap, card)
        elif self.missed.pop(card, 1) > 1:
            self.missed[card] = 1
            self.waiting.append(card)


def by_topic(questions: Sequence[Question], seed: int = 0) -> dict[str, Queue]:
    """A shuffled Queue for each topic that occurs, and one for "all"; the same order for the same seed."""
    order = random.Random(seed).sample(list(questions), len(questions))
    topics = [topic for topic in TOPICS if any(question.topic == topic for question in order)]
    return {"all": Queue(order)} | {topic: Queue([q for q in order if q.topic == topic]) for topic in topics}


def count_table(questions: Sequence[Question]) -> str:
    """How many questions each topic has, as lines of text."""
    counts = {topic: sum(question.topic == topic for question in questions) for topic in TOPICS}
    lines = [f"{topic:<15}{count:>3}" for topic, count in counts.items() if count]
    return "\n".join([*lines, f"{'all':<15}{len(questions):>3}"])


def pages(questions: Sequence[Question]) -> list[str]:
    """The questions as Markdown, one page for each notebook but the deck's own, with a link to where they stand."""
    names = dict.fromkeys(q.notebook for q in questions if not q.notebook.startswith(READ_HERE))
    return [_page([question for question in questions if question.notebook == name]) for name in names]


def _page(questions: list[Question]) -> str:
    first = questions[0]
    link = f"[{first.notebook[:2]} {first.title}]({first.notebook}#Interview-questions)"
    return "\n\n".join([f"**From {link}**", *(question.source for question in questions)])


def read_all(questions: Sequence[Question]) -> None:
    """Show all questions with their answers folded, to read without a kernel; those of this notebook stand above."""
    for page in pages(questions):
        display(Markdown(page))
