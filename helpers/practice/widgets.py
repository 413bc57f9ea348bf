"""What the reader clicks through: the deck (question, think, answer, verdict) and the drills."""

from collections.abc import Sequence

import ipywidgets as widgets
import mistune
from IPython.display import Markdown, display

from helpers.figures.live import choice
from helpers.practice.deck import Question, Queue, by_topic
from helpers.practice.drills import KINDS, make, parse

# JupyterLab's own class for rendered text gives code and links their usual look.
WIDE = {"description_width": "initial", "font_size": "18px"}
TEXT_CLASS, TEXT_STYLE = "jp-RenderedHTMLCommon", "font-size: 20px; line-height: 1.5; max-width: 60em"


class _Renderer(mistune.HTMLRenderer):
    """Links open beside JupyterLab, not in its place."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, url, title).replace("<a ", '<a target="_blank" rel="noopener" ', 1)


to_html = mistune.create_markdown(renderer=_Renderer(), plugins=["math", "table"])


def text_panel() -> widgets.HTMLMath:
    """An empty panel for text with formulas; the `value` is to be set by `say`."""
    panel = widgets.HTMLMath()
    panel.add_class(TEXT_CLASS)
    return panel


def say(panel: widgets.HTMLMath, markdown: str) -> None:
    """Put Markdown into a panel; a screen reader reads out what has changed."""
    panel.value = f'<div style="{TEXT_STYLE}" aria-live="polite">{to_html(markdown)}</div>'


def button(label: str, hint: str) -> widgets.Button:
    """A button large enough for the back row, with a hint for the mouse."""
    style = {"font_size": "18px"}
    return widgets.Button(description=label, tooltip=hint, style=style, layout={"width": "auto", "height": "40px"})


class Practice(widgets.VBox):
    """Practise questions by topic. Its place in each topic's queue is kept as long as the object lives."""

    def __init__(self, questions: Sequence[Question], seed: int = 0) -> None:
        self.queues = by_topic(questions, seed)
        self.topic = choice("topic", {name: name for name in self.queues})
        self.progress, self.card = text_panel(), text_panel()
        self.show_answer = button("Show the answer", "First answer aloud")
        self.knew = button("I knew it", "The question leaves the deck")
        self.missed = button("I missed it", "The question comes back soon")
        super().__init__(
            [self.topic, self.progress, self.card, widgets.HBox([self.show_answer, self.knew, self.missed])]
        )
        self.topic.observe(lambda _: self._ask(), names="value")
        self.show_answer.on_click(lambda _: self._reveal())
        self.knew.on_click(lambda _: self._rate(True))
        self.missed.on_click(lambda _: self._rate(False))
        self._ask()

    def __repr__(self) -> str:
        return f"[A deck of {self.queues['all'].total} questions. It works when the notebook runs.]"

    @property
    def queue(self) -> Queue:
        """The queue of the chosen topic."""
        return self.queues[self.topic.value]

    def _ask(self) -> None:
        """Show the current question without its answer."""
        question, queue = self.queue.current, self.queue
        say(self.progress, f"{queue.known} of {queue.total} known, {len(queue.missed)} to come back")
        say(self.card, f"**{question.text}**\n\n*{question.place}*" if question else "All known. Choose another topic.")
        self._allow(answer=question is not None, verdict=False)

    def _reveal(self) -> None:
        question = self.queue.current
        say(self.card, f"**{question.text}**\n\n*{question.place}*\n\n{question.answer}")
        self._allow(answer=False, verdict=True)
        self.knew.focus()  # the button that had the focus is disabled now

    def _rate(self, knew: bool) -> None:
        self.queue.rate(knew)
        self._ask()
        self.show_answer.focus()

    def _allow(self, answer: bool, verdict: bool) -> None:
        self.show_answer.disabled = not answer
        self.knew.disabled = self.missed.disabled = not verdict


class Drills(widgets.VBox):
    """Tasks with new numbers at each press: type the answer, press Enter or Check, and read the working."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.kind = choice("kind", {name: name for name in KINDS})
        self.task, self.result = text_panel(), text_panel()
        self.answer = widgets.Text(description="your answer", continuous_update=False, style=dict(WIDE))
        self.check, self.another = button("Check", "or press Enter"), button("Another task", "new numbers")
        row = widgets.HBox([self.answer, self.check, self.another], layout={"flex_flow": "row wrap"})
        super().__init__([self.kind, self.task, row, self.result])
        self.kind.observe(lambda _: self._set(), names="value")
        self.answer.observe(lambda _: self._judge(), names="value")
        self.check.on_click(lambda _: self._judge())
        self.another.on_click(lambda _: self._next())
        self._set()

    def __repr__(self) -> str:
        return f"[Drills of {len(KINDS)} kinds. They work when the notebook runs.]"

    def _set(self) -> None:
        """Show the task of this kind and seed, without an answer."""
        self.drill = make(self.kind.value, self.seed)
        say(self.task, self.drill.task)
        self.answer.value = ""
        say(self.result, "")

    def _next(self) -> None:
        self.seed += 1
        self._set()
        self.answer.focus()

    def _judge(self) -> None:
        text = self.answer.value
        if text.strip():
            working = "" if parse(text) is None else f"\n\n{self.drill.solution}"
            say(self.result, f"{self.drill.verdict(text)}{working}")


def show_drill(kind: str, seed: int) -> None:
    """Show one task with its working, folded, to read without a kernel."""
    drill = make(kind, seed)
    display(Markdown(f"{drill.task}\n\n<details><summary>Working</summary>\n\n{drill.solution}\n\n</details>"))
