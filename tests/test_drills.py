"""The drills: for hundreds of seeds the formula and torch must agree."""

import html

from helpers.practice.drills import KINDS, make, parse
from helpers.practice.widgets import Drills

import pytest
import torch
from ipywidgets import HTMLMath
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

SEEDS = range(300)


def multiply_adds(c_in, c_out, k, n, s, p):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        nn.Conv2d(c_in, c_out, k, stride=s, padding=p, bias=False)(torch.zeros(1, c_in, n, n))
    return counter.get_total_flops() // 2  # a multiply-add is two operations


def receptive_field(layers):
    """Measured: which pixels of a line have a gradient."""
    y = x = torch.zeros(1, 1, 200, dtype=torch.float64, requires_grad=True)
    for name, k, s in layers:
        kernel = torch.ones(1, 1, k, dtype=torch.float64)
        y = F.avg_pool1d(y, k, s) if name == "pool" else F.conv1d(y, kernel, stride=s)
    (gradient,) = torch.autograd.grad(y[0, 0, y.shape[-1] // 2], x)
    places = gradient[0, 0].nonzero()
    return int(places.max() - places.min()) + 1


FROM_TORCH = {
    "output size": lambda n, k, s, p, d: nn.Conv2d(1, 1, k, s, p, d)(torch.zeros(1, 1, n, n)).shape[-1],
    "parameters": lambda layer: sum(p.numel() for p in eval(layer, {"nn": nn}).parameters()),
    "multiply-adds": multiply_adds,
    "receptive field": receptive_field,
    "memory": lambda shape, dtype: torch.empty(shape, dtype=getattr(torch, dtype), device="meta").nbytes,
    "loss": lambda powers, label: F.cross_entropy(torch.tensor(powers).double().log(), torch.tensor(label)).item(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_torch_gives_the_same_answer(kind):
    for seed in SEEDS:
        drill = make(kind, seed)
        assert FROM_TORCH[kind](**drill.numbers) == pytest.approx(drill.answer, rel=1e-12, abs=1e-12), drill.task
        assert drill.verdict(str(round(drill.answer, 2))) == "Correct."
        assert drill.verdict(str(round(drill.answer + 1, 2))).startswith("Not")


def test_seeds_give_many_different_tasks_and_each_repeats():
    for kind in KINDS:
        assert len({make(kind, seed).task for seed in SEEDS}) > 40
        assert make(kind, 7) == make(kind, 7)
    with pytest.raises(ValueError, match="'cooking'.*output size"):
        make("cooking", 0)


@pytest.mark.parametrize(
    ("text", "number"),
    [("18496", 18496), ("18,496", 18496), (" 1 234 567 ", 1234567), ("0.98", 0.98), ("-2.5", -2.5), ("1e3", 1000)],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert parse(text) == number


@pytest.mark.parametrize("text", ["", "14x14", "0,98", "1,2,3", "nan", "inf", "1,2345", "eleven"])
def test_what_is_no_number_is_explained_and_not_called_wrong(text):
    assert parse(text) is None
    assert "is no number: write it like" in make("loss", 0).verdict(text)


def test_the_working_is_shown_after_an_answer_and_gone_with_the_next_task():
    drills = Drills()
    drills.kind.value = "parameters"
    drills.answer.value = "1"
    assert "Not 1." in drills.result.value and f"{drills.drill.answer:,}" in drills.result.value
    drills.answer.value = str(drills.drill.answer)
    assert "Correct." in drills.result.value
    before = drills.drill.task
    drills.another.click()
    assert drills.drill.task != before and drills.answer.value == "" and "Correct" not in drills.result.value


def test_a_wrong_answer_says_what_its_comma_was_taken_for():
    drill = make("loss", 0)
    assert drill.verdict("1,386") == "Not 1,386, read as 1386: a comma parts thousands, a point begins the decimals."
    assert drill.verdict("1386") == "Not 1386."


@pytest.mark.parametrize("text", ["![](https://x.org/a.png)", "<img src=x>", "**1**", "$1$"])
def test_what_is_typed_is_shown_as_text(text):
    drills = Drills()
    drills.answer.value = text
    assert f"<p>“{html.escape(text)}” is no number" in drills.result.value
    assert not isinstance(drills.result, HTMLMath)
