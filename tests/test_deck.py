"""The deck: questions collected from the notebooks, the queue of cards, and what notebook 12 saved of them."""

import re

from helpers import NOTEBOOKS
from helpers.practice.deck import TOPICS, Queue, by_topic, collect, pages
from helpers.practice.widgets import Practice, to_html

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

QUESTIONS = collect()
CELL = "**Q1. Why?**\n\n<details><summary>Answer</summary>\n\nBecause of `this`.\n\n</details>"


def write_notebook(folder, source=CELL, name="01_convolution.ipynb", level="core", **metadata):
    title = nbformat.v4.new_markdown_cell("# Convolution\n\nAbout it.")
    question = nbformat.v4.new_markdown_cell(
        source, metadata={"tags": ["question"], **({"level": level} if level else {}), **metadata}
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[title, question]), folder / name)


def test_every_question_of_every_notebook_is_collected_and_every_topic_has_some():
    cells = [cell for path in NOTEBOOKS.glob("*.ipynb") for cell in nbformat.read(path, 4).cells]
    assert len(QUESTIONS) == sum("question" in cell.metadata.get("tags", []) for cell in cells) >= 80
    assert len({question.place for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS), "the same question twice"
    assert {question.topic for question in QUESTIONS} == set(TOPICS)


@pytest.mark.parametrize("metadata, topic", [({}, "convolution"), ({"topic": "loss"}, "loss")])
def test_a_question_is_taken_apart_and_may_name_another_topic(tmp_path, metadata, topic):
    write_notebook(tmp_path, **metadata)
    (question,) = collect(tmp_path)
    assert (question.text, question.answer, question.place) == ("Why?", "Because of `this`.", "01 Convolution, Q1")
    assert (question.topic, question.level) == (topic, "core")


def test_notebooks_before_09_say_the_level_of_every_question(tmp_path):
    write_notebook(tmp_path, name="09_later.ipynb", level=None)
    assert collect(tmp_path)[0].level == "good"
    write_notebook(tmp_path, name="08_earlier.ipynb", level=None)
    with pytest.raises(ValueError, match="08_earlier.ipynb, cell .* the level is None, expected"):
        collect(tmp_path)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.place)
def test_an_answer_stands_on_its_own(question):
    """On a card or on another page nothing stands above it."""
    assert not re.findall(r"\b(above|below|this cell|the cell|this notebook)\b", question.answer, re.I)


@pytest.mark.parametrize("change", [{"source": CELL.replace("Q1", "1")}, {"topic": "cooking"}, {"level": "easy"}])
def test_a_malformed_question_is_named(tmp_path, change):
    write_notebook(tmp_path, **change)
    with pytest.raises(ValueError, match=r"01_convolution.ipynb, cell \w+.* expected"):
        collect(tmp_path)


def test_a_known_card_leaves_and_a_missed_one_comes_back_after_three_others_and_at_the_end():
    queue, seen = Queue("abcdef"), []
    while queue.waiting:
        seen.append(queue.waiting[0])
        queue.rate(knew=seen != ["a"])
    assert "".join(seen) == "abcdaefa" and not queue.missed


@given(st.lists(st.integers(), unique=True, max_size=12), st.lists(st.booleans(), max_size=60))
def test_no_card_is_ever_lost_or_doubled(cards, verdicts):
    queue, done = Queue(cards), set()
    for knew in verdicts:
        if not queue.waiting:
            break
        card = queue.waiting[0]
        queue.rate(knew)
        done |= {card} - set(queue.waiting)
        assert sorted([*queue.waiting, *done]) == sorted(cards)
        assert knew or card in queue.waiting
        assert set(queue.missed) <= set(queue.waiting)


def test_topics_divide_the_deck_and_a_seed_repeats_its_order():
    queues = by_topic(QUESTIONS, seed=1)
    assert queues["all"].waiting == by_topic(QUESTIONS, seed=1)["all"].waiting != by_topic(QUESTIONS)["all"].waiting
    parts = [question for topic, queue in queues.items() if topic != "all" for question in queue.waiting]
    assert sorted(map(QUESTIONS.index, parts)) == list(range(len(QUESTIONS)))


def test_practice_asks_answers_and_keeps_its_place():
    practice = Practice(QUESTIONS)
    first = practice.queue.waiting[0]
    assert to_html(first.answer) not in practice.card.value and practice.knew.disabled
    practice.show_answer.click()
    assert to_html(first.answer).strip() in practice.card.value and practice.show_answer.disabled
    practice.missed.click()
    assert practice.queue.waiting[0] != first
    assert "0 of" in practice.progress.value and "1 to come" in practice.progress.value
    practice.topic.value = "loss"
    practice.show_answer.click()
    practice.knew.click()
    assert "1 of" in practice.progress.value
    practice.topic.value = "all"
    assert first in practice.queue.missed and "0 of" in practice.progress.value


def test_a_second_quick_click_does_not_judge_a_question_that_was_not_answered():
    practice = Practice(QUESTIONS[:2])
    first, second = practice.queue.waiting
    missed, knew = practice.missed, practice.knew
    for verdict, left in [(missed, [second, first]), (knew, [first]), (knew, [first]), (knew, [])]:
        practice.show_answer.click()
        verdict.click()
        verdict.click()
        assert practice.queue.waiting == left
    assert "All known" in practice.card.value and practice.show_answer.disabled and practice.knew.disabled


def test_links_leave_jupyterlab_open_and_formulas_stay_formulas():
    assert '<a target="_blank" rel="noopener" href="https://x.org">y</a>' in to_html("[y](https://x.org)")
    assert r"\(a_1 * b_1\)" in to_html("$a_1 * b_1$")


def test_notebook_12_was_saved_with_the_questions_as_they_are_now():
    (cell,) = [c for c in nbformat.read(NOTEBOOKS / "12_interview.ipynb", 4).cells if "in pages(" in c.source]
    saved = [output.data["text/markdown"] for output in cell.outputs]
    assert saved == pages(QUESTIONS), (
        "A question changed after notebook 12 was saved. Save it again: "
        "python -m helpers.publish.save_outputs notebooks/12_interview.ipynb"
    )
