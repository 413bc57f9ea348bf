"""What the reader clicks through: the deck (question, think, answer, verdict) and the drills."""

import html
from collections.abc import Callable, Iterable, Sequence

from helpers.practice.deck import Question, by_topic
from helpers.practice.drills import KINDS, make, parse

import ipywidgets as widgets
import mistune
from IPython.display import Markdown, display

TEXT_STYLE = "font-size: 20px; line-height: 1.5; max-width: 60em"


class _Renderer(mistune.HTMLRenderer):
    """Links open beside JupyterLab, not in its place."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, url, title).replace("<a ", '<a target="_blank" rel="noopener" ', 1)


to_html = mistune.create_markdown(renderer=_Renderer(), plugins=["math", "table"])


def say(panel: widgets.HTML | widgets.HTMLMath, markdown: str, plain: str = "") -> None:
    """Put plain text and, below it, Markdown into a panel; a screen reader reads out what has changed."""
    panel.add_class("jp-RenderedHTMLCommon")  # gives code and links JupyterLab's usual look
    text = f"<p>{html.escape(plain)}</p>" if plain else ""
    panel.value = f'<div style="{TEXT_STYLE}" aria-live="polite">{text}{to_html(markdown)}</div>'


def button(label: str, hint: str, act: Callable[[], None]) -> widgets.Button:
    """A button large enough for the back row, with a hint for the mouse.

    While it is disabled a click does nothing: the second of two quick ones was sent before the browser knew.
    """
    style, layout = {"font_size": "18px"}, {"width": "auto", "height": "40px"}
    made = widgets.Button(description=label, tooltip=hint, style=style, layout=layout)
    made.on_click(lambda _: None if made.disabled else act())
    return made


def toggles(label: str, names: Iterable[str]) -> widgets.ToggleButtons:
    """One button for each name. (JupyterLab takes the arrow keys away from a drop-down menu.)"""
    style = {"description_width": "initial", "button_width": "auto"}
    return widgets.ToggleButtons(options=list(names), description=label, style=style, layout={"width": "auto"})


class Practice(widgets.VBox):
    """Practise questions by topic. Its place in each topic's queue is kept as long as the object lives."""

    def __init__(self, questions: Sequence[Question], seed: int = 0) -> None:
        self.queues = by_topic(questions, seed)
        self.topic = toggles("topic", self.queues)
        self.progress, self.card = widgets.HTMLMath(), widgets.HTMLMath()
        self.show_answer = button("Show the answer", "First answer aloud", self._reveal)
        self.knew = button("I knew it", "The question leaves the deck", lambda: self._rate(True))
        self.missed = button("I missed it", "The question comes back soon", lambda: self._rate(False))
        row = widgets.HBox([self.show_answer, self.knew, self.missed])
        super().__init__([self.topic, self.progress, self.card, row])
        self.topic.observe(lambda _: self._show(), names="value")
        self._show()

    def __repr__(self) -> str:
        return f"[A deck of {self.queues['all'].total} questions. It works when the notebook runs.]"

    def _show(self, answer: bool = False) -> None:
        """Show the first question that waits, with or without its answer."""
        self.queue = self.queues[self.topic.value]
        waiting, total = self.queue.waiting, self.queue.total
        say(self.progress, f"{total - len(waiting)} of {total} known, {len(self.queue.missed)} to come back")
        text = "All known. Choose another topic."
        if waiting:
            text = f"**{waiting[0].text}**\n\n*{waiting[0].place}*" + answer * f"\n\n{waiting[0].answer}"
        say(self.card, text)
        self.show_answer.disabled = answer or not waiting
        self.knew.disabled = self.missed.disabled = not answer

    def _reveal(self) -> None:
        self._show(answer=True)
        self.knew.focus()  # the button that had the focus is disabled now

    def _rate(self, knew: bool) -> None:
        self.queue.rate(knew)
        self._show()
        self.show_answer.focus()


class Drills(widgets.VBox):
    """Tasks with new numbers at each press: type the answer, press Enter or Check, and read the working."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.kind = toggles("kind", KINDS)
        self.task, self.result = widgets.HTML(), widgets.HTML()  # not HTMLMath: what is typed is no formula
        style = {"description_width": "initial", "font_size": "18px"}
        self.answer = widgets.Text(description="your answer", continuous_update=False, style=style)
        self.check = button("Check", "or press Enter", self._judge)
        self.another = button("Another task", "new numbers", self._next)
        row = widgets.HBox([self.answer, self.check, self.another], layout={"flex_flow": "row wrap"})
        super().__init__([self.kind, self.task, row, self.result])
        self.kind.observe(lambda _: self._set(), names="value")
        self.answer.observe(lambda _: self._judge(), names="value")
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
            say(self.result, "" if parse(text) is None else self.drill.solution, plain=self.drill.verdict(text))


def show_drill(kind: str, seed: int) -> None:
    """Show one task with its working, folded, to read without a kernel."""
    drill = make(kind, seed)
    display(Markdown(f"{drill.task}\n\n<details><summary>Working</summary>\n\n{drill.solution}\n\n</details>"))
