"""The deck: questions collected from the notebooks, the queue of cards, and what notebook 08 saved of them."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import NOTEBOOKS
from helpers.practice import deck
from helpers.practice.deck import Queue, by_topic, collect, pages
from helpers.practice.widgets import Practice, to_html

QUESTIONS = collect()
CELL = "**Q1. Why?**\n\n<details><summary>Answer</summary>\n\nBecause of `this`.\n\n</details>"


def write_notebook(folder, source=CELL, name="01_convolution.ipynb", **metadata):
    title = nbformat.v4.new_markdown_cell("# Convolution\n\nAbout it.")
    question = nbformat.v4.new_markdown_cell(source, metadata={"tags": ["question"], **metadata})
    nbformat.write(nbformat.v4.new_notebook(cells=[title, question]), folder / name)


def test_every_question_of_every_notebook_is_collected():
    tagged = sum(
        "question" in cell.metadata.get("tags", [])
        for path in NOTEBOOKS.glob("*.ipynb")
        for cell in nbformat.read(path, 4).cells
    )
    assert len(QUESTIONS) == tagged
    assert len({(question.notebook, question.number) for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS), "the same question twice"


def test_the_deck_is_large_and_has_every_topic_of_a_notebook():
    numbers = {path.name[:2] for path in NOTEBOOKS.glob("[0-9]*.ipynb")}
    assert len(QUESTIONS) >= 80
    assert {question.topic for question in QUESTIONS} == {deck.TOPIC_OF[number] for number in numbers}


def test_a_question_is_taken_apart(tmp_path):
    write_notebook(tmp_path)
    (question,) = collect(tmp_path)
    assert (question.text, question.answer, question.number) == ("Why?", "Because of `this`.", 1)
    assert (question.topic, question.place) == ("convolution", "01 Convolution, Q1")


def test_the_cell_may_name_another_topic(tmp_path):
    write_notebook(tmp_path, topic="loss")
    assert collect(tmp_path)[0].topic == "loss"


@pytest.mark.parametrize("change", [{"source": CELL.replace("Q1", "1")}, {"topic": "cooking"}])
def test_a_malformed_question_is_named(tmp_path, change):
    write_notebook(tmp_path, **change)
    with pytest.raises(ValueError, match=r"01_convolution.ipynb, cell \w+.* expected"):
        collect(tmp_path)


def test_a_known_card_leaves_and_a_missed_one_comes_back_after_three_others_and_at_the_end():
    queue, seen = Queue("abcdef"), []
    while queue.current:
        seen.append(queue.current)
        queue.rate(knew=not (queue.current == "a" and seen.count("a") == 1))
    assert "".join(seen) == "abcdaefa"
    assert queue.known == queue.total == 6 and not queue.missed


@given(st.lists(st.integers(), unique=True, max_size=12), st.lists(st.booleans(), max_size=60))
def test_no_card_is_ever_lost_or_doubled(cards, verdicts):
    queue, done = Queue(cards), set()
    for knew in verdicts:
        if queue.current is None:
            break
        card = queue.current
        queue.rate(knew)
        done |= {card} - set(queue.waiting)
        assert sorted([*queue.waiting, *done]) == sorted(cards) and queue.known == len(done)
        assert knew or card in queue.waiting
        assert set(queue.missed) <= set(queue.waiting)
    while queue.current is not None:
        queue.rate(True)
    assert queue.known == len(cards)


def test_rating_an_empty_queue_is_refused():
    with pytest.raises(IndexError, match="all are known"):
        Queue([]).rate(True)


def test_topics_divide_the_deck_and_a_seed_repeats_its_order():
    queues = by_topic(QUESTIONS, seed=1)
    assert queues["all"].waiting == by_topic(QUESTIONS, seed=1)["all"].waiting != by_topic(QUESTIONS)["all"].waiting
    parts = [question for topic, queue in queues.items() if topic != "all" for question in queue.waiting]
    assert sorted(map(QUESTIONS.index, parts)) == list(range(len(QUESTIONS)))


def test_practice_asks_answers_and_keeps_its_place():
    practice = Practice(QUESTIONS)
    first = practice.queue.current
    assert to_html(first.answer) not in practice.card.value and practice.knew.disabled
    practice.show_answer.click()
    assert to_html(first.answer).strip() in practice.card.value and practice.show_answer.disabled
    practice.missed.click()
    assert (
        practice.queue.current != first and "0 of" in practice.progress.value and "1 to come" in practice.progress.value
    )
    practice.topic.value = "loss"
    practice.show_answer.click()
    practice.knew.click()
    practice.topic.value = "all"
    assert first in practice.queue.missed and practice.queues["loss"].known == 1


def test_practice_ends_when_all_are_known():
    practice = Practice(QUESTIONS[:1])
    practice.show_answer.click()
    practice.knew.click()
    assert "All known" in practice.card.value and practice.show_answer.disabled and practice.knew.disabled


def test_links_leave_jupyterlab_open_and_formulas_stay_formulas():
    assert '<a target="_blank" rel="noopener" href="https://x.org">y</a>' in to_html("[y](https://x.org)")
    assert r"\(a_1 * b_1\)" in to_html("$a_1 * b_1$")


def test_notebook_08_was_saved_with_the_questions_as_they_are_now():
    notebook = nbformat.read(NOTEBOOKS / "08_interview.ipynb", 4)
    saved = [
        output.data["text/markdown"]
        for cell in notebook.cells
        if "read_all(" in cell.source and cell.cell_type == "code"
        for output in cell.outputs
    ]
    assert saved == pages(QUESTIONS), (
        "A question changed after notebook 08 was saved. Save it again: "
        "python -m helpers.publish.save_outputs notebooks/08_interview.ipynb"
    )
