"""The deck and the drills for the reading pages, as a script that a page loads: `python -m helpers.practice.in_the_page
FOLDER`. The questions, their order, the tasks and their workings are those of the notebook; practice.js asks them."""

import json
import sys
from pathlib import Path

from helpers.practice.deck import TOPICS, by_topic, collect
from helpers.practice.drills import KINDS, make
from helpers.practice.widgets import to_html

TASKS = 40  # of each kind


def for_page(markdown: str) -> str:
    """HTML in which a link to a notebook leads to its page."""
    return str(to_html(markdown)).replace(".ipynb", ".html")


def deck() -> list[dict[str, str]]:
    """The questions in the order in which the notebook asks them."""
    return [
        {
            "topic": question.topic,
            "place": question.place,
            "page": question.notebook.replace(".ipynb", ".html#Interview-questions"),
            "text": for_page(f"**{question.text}**"),
            "answer": for_page(question.answer),
        }
        for question in by_topic(collect())["all"].waiting
    ]


def drills() -> dict[str, list[dict[str, str | float]]]:
    """TASKS tasks of each kind."""
    made = {kind: [make(kind, seed) for seed in range(TASKS)] for kind in KINDS}
    return {
        kind: [
            {
                "task": for_page(drill.task),
                "answer": drill.answer,
                "off": drill.off,
                "solution": for_page(drill.solution),
            }
            for drill in tasks
        ]
        for kind, tasks in made.items()
    }


if __name__ == "__main__":
    asked = {"topics": TOPICS, "deck": deck(), "drills": drills()}
    script = f"livePractice({json.dumps(asked)});\n"
    (Path(sys.argv[1]) / "practice.js").write_text(script)
