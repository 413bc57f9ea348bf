"""The hand-written SGD against torch.optim.SGD: every combination of its settings, and what both refuse."""

import inspect
from itertools import product

import pytest
import torch
from torch import optim

from helpers.optimizers import SGD

CHOICES = {
    "momentum": (0, 0.9),
    "dampening": (0, 0.1),
    "nesterov": (False, True),
    "weight_decay": (0, 0.1),
    "maximize": (False, True),
}
COMBINATIONS = [dict(zip(CHOICES, values, strict=True)) for values in product(*CHOICES.values())]


def valid(settings):
    return not settings["nesterov"] or (settings["momentum"] > 0 and settings["dampening"] == 0)


def parameters():
    """Three leaves: a matrix, a vector, and one that never gets a gradient."""
    random = torch.Generator().manual_seed(0)
    return [torch.randn(s, generator=random, dtype=torch.float64, requires_grad=True) for s in ((3, 4), (3,), (2,))]


def run(optimizer, params, steps, trace):
    """Minimise (or maximise) a bounded function that is different at each step; note the parameters in `trace`."""
    matrix, vector, _ = params
    for step in range(steps):
        optimizer.zero_grad()
        used = vector if step % 7 else vector.detach()  # now and then one has no gradient
        ((matrix * (step % 3 + 1)).sin().sum() + (matrix.sum(1) * used).cos().sum()).backward()
        optimizer.step()
        trace.append([p.detach().clone() for p in params])


@pytest.mark.parametrize("settings", [s for s in COMBINATIONS if valid(s)], ids=str)
def test_same_parameters_over_100_steps(settings):
    ours, torchs = [], []
    run(SGD(params := parameters(), lr=0.01, **settings), params, 100, ours)
    run(optim.SGD(params := parameters(), lr=0.01, **settings), params, 100, torchs)
    assert not torch.equal(ours[0][0], ours[-1][0])
    for step in range(100):
        torch.testing.assert_close(ours[step], torchs[step], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("settings", [s for s in COMBINATIONS if not valid(s)], ids=str)
def test_invalid_combinations_are_refused_as_by_torch(settings):
    for optimizer in (SGD, optim.SGD):
        with pytest.raises(ValueError, match="(?i)nesterov"):
            optimizer(parameters(), **settings)


def test_there_are_as_many_combinations_as_there_should_be():
    assert len(COMBINATIONS) == 32 and sum(map(valid, COMBINATIONS)) == 20


@pytest.mark.parametrize("name", ["lr", "momentum", "weight_decay"])
def test_negative_numbers_are_refused_with_a_message(name):
    with pytest.raises(ValueError, match=f"{name} is -0.1: give a number of at least 0"):
        SGD(parameters(), **{name: -0.1})
    with pytest.raises(ValueError):
        optim.SGD(parameters(), **{name: -0.1})


@pytest.mark.parametrize(
    ("params", "message"),
    [(lambda: [], "no parameters"), (lambda: [parameters()[0] * 2], "computed from others")],
    ids=["none", "not a leaf"],
)
def test_parameters_that_cannot_be_optimised(params, message):
    with pytest.raises(ValueError, match=message):
        SGD(params())
    with pytest.raises(ValueError):
        optim.SGD(params())


def test_arguments_and_defaults_are_those_of_torch():
    torchs = inspect.signature(optim.SGD).parameters
    for name, ours in inspect.signature(SGD).parameters.items():
        assert (ours.default, ours.kind) == (torchs[name].default, torchs[name].kind), name


def test_without_gradients_nothing_moves():
    params = parameters()
    SGD(params, lr=1.0, momentum=0.9, weight_decay=0.1).step()
    for moved, start in zip(params, parameters(), strict=True):
        assert torch.equal(moved, start)


def test_zero_grad_forgets():
    params = parameters()
    params[0].sum().backward()
    SGD(params).zero_grad()
    assert all(p.grad is None for p in params)


def test_gradients_are_left_as_they_were():
    params = parameters()
    optimizer = SGD(params, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True)
    for _ in range(2):
        params[0].grad = torch.ones_like(params[0])
        optimizer.step()
        assert torch.equal(params[0].grad, torch.ones_like(params[0]))
