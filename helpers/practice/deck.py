"""The interview questions of all notebooks, collected from where they are written, to practise or to read.

A question is a markdown cell with the tag "question":

    **Q3. Its text?**

    <details><summary>Answer</summary>

    The answer.

    </details>

Its topic stands in the cell's metadata as "topic"; without it the notebook's own topic counts. How often it is asked
stands there as "level".
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers import NOTEBOOKS

# The topics of the notebooks, in order of the numbers in their names; there are no others.
TOPICS = (
    "data", "convolution", "pooling", "architecture", "loss", "backpropagation", "optimisation", "training",
    "generalisation", "explanation", "applications", "speed",
)  # fmt: skip
LEVELS = ("core", "good", "deep")  # asked in most interviews, in some, in few
FORM = re.compile(r"\*\*Q(\d+)\. (.+)\*\*\n\n<details><summary>Answer</summary>\n\n(.+)\n\n</details>", re.S)


@dataclass(frozen=True)
class Question:
    """One question: where it is written, what it is about, its text and its answer (both Markdown)."""

    notebook: str  # the file, such as "01_convolution.ipynb"
    title: str  # its number and heading, such as "01 Convolution"
    place: str  # such as "01 Convolution, Q3"
    topic: str
    level: str
    text: str
    answer: str
    source: str  # the whole cell


def collect(folder: Path = NOTEBOOKS) -> list[Question]:
    """All questions of the notebooks in `folder`, in reading order.

    Raises ValueError, naming notebook and cell, for a question that is not in the form above or has no such topic
    or level.
    """
    found = []
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]  # nbformat takes seconds to be imported
        title = "".join(cells[0]["source"]).splitlines()[0].replace("#", path.name[:2])
        tagged = [cell for cell in cells if "question" in cell["metadata"].get("tags", [])]
        found += [_question(path.name, title, cell) for cell in tagged]
    return found


def _question(notebook: str, title: str, cell: dict) -> Question:
    source = "".join(cell["source"]).strip()
    parts = FORM.fullmatch(source)
    if parts is None:
        raise ValueError(f"{notebook}, cell {cell['id']}: expected the form that helpers.practice.deck shows")
    topic = cell["metadata"].get("topic", dict(enumerate(TOPICS)).get(int(notebook[:2])))
    if topic not in TOPICS:
        raise ValueError(f"{notebook}, cell {cell['id']}: the topic is {topic!r}, expected one of {TOPICS}")
    level = cell["metadata"].get("level", "good" if notebook >= "09" else None)
    if level not in LEVELS:
        raise ValueError(f"{notebook}, cell {cell['id']}: the level is {level!r}, expected one of {LEVELS}")
    number, text, answer = parts.groups()
    return Question(notebook, title, f"{title}, Q{number}", topic, level, text, answer, source)


class Queue:
    """Which card comes next, the first of those waiting: one that you know leaves, one that you missed comes back.

    It returns after three others, and leaves once you have known it twice: the second time it comes last.
    """

    def __init__(self, cards: Sequence) -> None:
        self.waiting, self.total = list(cards), len(cards)
        self.missed: dict[object, int] = {}  # how often a missed card must still be known

    def rate(self, knew: bool) -> None:
        """Say whether you knew the first card, and go on to the next."""
        card = self.waiting.pop(0)
        if not knew:
            self.missed[card] = 2
            self.waiting.insert(3, card)
        elif self.missed.pop(card, 1) > 1:
            self.missed[card] = 1
            self.waiting.append(card)


def by_topic(questions: Sequence[Question], seed: int = 0) -> dict[str, Queue]:
    """A shuffled Queue of all questions, and one for each topic; the same order for the same seed."""
    order = random.Random(seed).sample(list(questions), len(questions))
    return {"all": Queue(order)} | {topic: Queue([q for q in order if q.topic == topic]) for topic in TOPICS}


def pages(questions: Sequence[Question]) -> list[str]:
    """The questions as Markdown, to read without a kernel: one page for each notebook, with a link to it."""
    sources: dict[str, list[str]] = {}
    for question in questions:
        link = f"[{question.title}]({question.notebook}#Interview-questions)"
        sources.setdefault(f"**From {link}**", []).append(question.source)
    return ["\n\n".join([heading, *parts]) for heading, parts in sources.items()]
