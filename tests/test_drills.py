"""The drills: for hundreds of seeds the formula and torch must agree."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from helpers.practice.drills import KINDS, make, parse
from helpers.practice.widgets import Drills

SEEDS = range(300)


def output_size(n, k, s, p, d):
    image, kernel = torch.zeros(1, 1, n, n), torch.zeros(1, 1, k, k)
    return F.conv2d(image, kernel, stride=s, padding=p, dilation=d).shape[-1]


def parameters(layer):
    return sum(p.numel() for p in eval(layer, {"nn": nn}).parameters())


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


def memory(shape, dtype):
    maps = torch.empty(shape, dtype=getattr(torch, dtype), device="meta")
    return maps.numel() * maps.element_size()


def loss(powers, label):
    return F.cross_entropy(torch.tensor(powers, dtype=torch.float64).log(), torch.tensor(label)).item()


FROM_TORCH = {
    "output size": output_size,
    "parameters": parameters,
    "multiply-adds": multiply_adds,
    "receptive field": receptive_field,
    "memory": memory,
    "loss": loss,
}


@pytest.mark.parametrize("kind", KINDS)
def test_torch_gives_the_same_answer(kind):
    for seed in SEEDS:
        drill = make(kind, seed)
        assert FROM_TORCH[kind](**drill.numbers) == pytest.approx(drill.answer, rel=1e-12, abs=1e-12), drill.task
        assert drill.verdict(str(round(drill.answer, 2))) == "Correct."
        assert drill.verdict(str(round(drill.answer + 1, 2))).startswith("Not")


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_give_many_different_tasks_and_each_repeats(kind):
    assert len({make(kind, seed).task for seed in SEEDS}) > 40
    assert make(kind, 7) == make(kind, 7)


def test_an_unknown_kind_is_refused():
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
