"""The hand-written SGD against torch.optim.SGD, step for step, and what it refuses."""

from helpers.optimizers import SGD, Momentum, Nesterov

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import optim

RATES = st.floats(1e-4, 0.05)  # larger steps, and the function blows up what was a rounding error
SHARES = st.floats(0.01, 0.9)  # of the velocity; torch refuses Nesterov with none
DECAYS = st.one_of(st.just(0.0), st.floats(1e-4, 0.2))


def parameters():
    """Three leaves: a matrix, a vector, and one that never gets a gradient."""
    random = torch.Generator().manual_seed(0)
    return [torch.randn(s, generator=random, dtype=torch.float64, requires_grad=True) for s in ((3, 4), (3,), (2,))]


def path(make, **options):
    """The parameters after each of 30 steps on a bounded function that is different at each step."""
    matrix, vector, _ = params = parameters()
    optimizer, trace = make(params, **options), []
    for step in range(30):
        optimizer.zero_grad()
        used = vector if step % 7 else vector.detach()  # now and then one has no gradient
        ((matrix * (step % 3 + 1)).sin().sum() + (matrix.sum(1) * used).cos().sum()).backward()
        optimizer.step()
        trace += [p.detach().clone() for p in params]
    return trace


def assert_same(found, expected):
    assert not torch.equal(found[0], found[-3])
    torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-7)


@given(RATES, DECAYS)
@settings(deadline=None, max_examples=20)
def test_sgd_steps_as_torch(lr, decay):
    assert_same(path(SGD, lr=lr, weight_decay=decay), path(optim.SGD, lr=lr, weight_decay=decay))


@given(RATES, SHARES, DECAYS, st.booleans())
@settings(deadline=None, max_examples=40)
def test_momentum_and_nesterov_step_as_torch(lr, momentum, decay, ahead):
    options = {"lr": lr, "momentum": momentum, "weight_decay": decay}
    assert_same(path(Nesterov if ahead else Momentum, **options), path(optim.SGD, nesterov=ahead, **options))


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_a_velocity_that_keeps_nothing_is_plain_sgd(kind):
    assert_same(path(kind, lr=0.05, momentum=0), path(SGD, lr=0.05))


@pytest.mark.parametrize("name", ["lr", "momentum", "weight_decay"])
def test_negative_settings_are_refused_by_name(name):
    with pytest.raises(ValueError, match=f"{name} is -0.1: give a number of at least 0"):
        Nesterov(parameters(), **{"lr": 0.1, name: -0.1})


@pytest.mark.parametrize("params", [[], [torch.ones(2, requires_grad=True) * 2]], ids=["none", "not a leaf"])
def test_parameters_that_cannot_be_optimised_are_refused(params):
    with pytest.raises(ValueError, match="at least one parameter, and none that is computed"):
        SGD(params, lr=0.1)


def test_without_gradients_nothing_moves():
    params = parameters()
    Nesterov(params, lr=1.0, weight_decay=0.1).step()
    for moved, start in zip(params, parameters(), strict=True):
        assert torch.equal(moved, start)


def test_zero_grad_forgets():
    params = parameters()
    params[0].sum().backward()
    SGD(params, lr=0.1).zero_grad()
    assert all(p.grad is None for p in params)


def test_gradients_are_left_as_they_were():
    params = parameters()
    optimizer = Nesterov(params, lr=0.1, weight_decay=0.1)
    for _ in range(2):
        params[0].grad = torch.ones_like(params[0])
        optimizer.step()
        assert torch.equal(params[0].grad, torch.ones_like(params[0]))
