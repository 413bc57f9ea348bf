"""One page for tonight's interview, from the questions where they are written: `python -m helpers.practice.sheet`.

It writes notebooks/interview.md around the prose of sheet.md; with `--anki FILE` it writes a file for Anki instead.
Links inside the page are HTML, because GitHub and the reading pages give headings different names.
"""

import argparse
import csv
import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from helpers import NOTEBOOKS
from helpers.practice.deck import LEVELS, TOPICS, Question, collect
from helpers.practice.drills import KINDS, make

import mistune

FOLD = "<details><summary>{}</summary>\n\n{}\n\n</details>"  # closed, on GitHub and on the pages
to_html = mistune.create_markdown(plugins=["math", "table"])


def inline(markdown: str) -> str:
    """A line of Markdown as HTML without the paragraph around it."""
    return str(to_html(markdown)).strip().removeprefix("<p>").removesuffix("</p>")


def anchor(question: Question) -> str:
    """The name of a question on the page, such as q01-3."""
    return f"q{question.notebook[:2]}-{question.place.rpartition('Q')[2]}"


def links(questions: list[Question]) -> str:
    """A numbered list of links to questions of the page."""
    return "\n".join(f'1. <a href="#{anchor(question)}">{inline(question.text)}</a>' for question in questions)


def table(questions: list[Question]) -> str:
    """How many questions there are by topic and level, each number a link to them."""
    counts = Counter((question.topic, question.level) for question in questions)
    rows = []
    for topic in dict(sorted(counts, key=lambda pair: TOPICS.index(pair[0]))):
        named = [(level, counts[topic, level]) for level in LEVELS]
        cells = [f'<a href="#{topic}-{level}">{count}</a>' if count else "" for level, count in named]
        rows.append(f"| {topic} | {' | '.join(cells)} |")
    return "\n".join(rows)


def drills() -> str:
    """Twelve tasks of all kinds in turn, each with its working."""
    tasks = enumerate(map(make, cycle(KINDS), range(60, 72)), 1)
    return "\n\n".join(f"**{at}.** {task.task}\n\n" + FOLD.format("Working", task.solution) for at, task in tasks)


def week(questions: list[Question]) -> str:
    """An item for each notebook: its evening, how many questions it asks, the time that its opening names."""
    rows = []
    for evening, name in zip((1, 1, 2, 2, 3, 4, 5, 6, 7), dict.fromkeys(q.notebook for q in questions), strict=False):
        titles = [question.title for question in questions if question.notebook == name]
        text = (NOTEBOOKS / name).read_text(encoding="utf-8")
        (time, *_) = re.findall(r'To read: (.+?)(?: Answers are closed.*?)?(?:\\n)?"', text)
        asked = f"[{len(titles)} questions]({name}#Interview-questions)"
        rows.append(f"- **Evening {evening}**: [{titles[0]}]({name}), {asked}. To read: {time}")
    return "\n".join(rows)


def by_topic_and_level(questions: list[Question]) -> str:
    """Every question, folded, with a link to its notebook."""
    parts: dict[str, str] = {}
    for question in sorted(questions, key=lambda q: (TOPICS.index(q.topic), LEVELS.index(q.level))):
        topic, level = question.topic, question.level
        parts.setdefault(topic, f"### {topic.capitalize()}")
        parts.setdefault(f"{topic}-{level}", f'<a id="{topic}-{level}"></a>**{level}**')
        answer = f"{question.answer}\n\nFrom [{question.place}]({question.notebook}#Interview-questions)"
        parts[anchor(question)] = FOLD.format(f'<a id="{anchor(question)}"></a>{inline(question.text)}', answer)
    return "\n\n".join(parts.values())


def page(questions: list[Question]) -> str:
    """The whole page, as Markdown."""
    order = random.Random(0).sample(questions, len(questions))
    mock = {question.topic: question for question in order if question.level != "deep"}  # of each topic one
    parts = {
        "table": table(questions), "core": links([question for question in questions if question.level == "core"]),
        "drills": drills(), "mock": links(list(mock.values())[:10]), "week": week(questions),
        "questions": by_topic_and_level(questions),
    }  # fmt: skip
    template = Path(__file__).with_suffix(".md").read_text(encoding="utf-8").partition("\n")[2]
    return re.sub("<!-- (.+) -->", lambda place: parts[place[1]], template)


def cards(questions: list[Question]) -> Iterator[tuple[str, str, str]]:
    """Front, back (both HTML) and tags. A link to a notebook leads nowhere from a card: its text is left."""
    for question in questions:
        back = re.sub(r"\[([^]]+)\]\((?!http)[^)]+\)", r"\1", f"{question.answer}\n\n*{question.place}*")
        yield inline(question.text), str(to_html(back)).strip(), f"{question.topic} {question.level}"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--anki", type=Path, metavar="FILE", help="write the questions for Anki, not the page")
    if file := arguments.parse_args().anki:
        with file.open("w", encoding="utf-8", newline="") as stream:
            stream.write("#separator:tab\n#html:true\n#tags column:3\n")
            csv.writer(stream, delimiter="\t", lineterminator="\n").writerows(cards(collect()))
    else:
        (NOTEBOOKS / "interview.md").write_text(page(collect()), encoding="utf-8")
