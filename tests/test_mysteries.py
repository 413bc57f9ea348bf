"""The seven sick trainings of notebook 07: the checklist tells them apart, with MNIST and with the built-in sample."""

import math

from helpers.checks.training_loop import FAULTS
from helpers.data import load_digits
from helpers.model import load_pretrained
from helpers.practice.mysteries import mystery

import pytest
import torch

STEPS = 100
HEALTHY = 0.2  # nats, below which one batch counts as learned by heart


@pytest.fixture(scope="module", params=["auto", "sample"])
def digits(request):
    return load_digits(source=request.param)


def examine(number, digits):
    """The verdict of the checklist, as a letter of the exercise; "G" is left when nothing else is found."""
    patient = mystery(number, digits)
    model, images, labels = patient.model, patient.images, patient.labels
    with torch.no_grad():
        outputs, changed = model(images), model(torch.cat([images[1:2], images[1:]]))
    if ((outputs - changed).abs().amax(dim=1) > 1e-5).sum() > 1:
        return "F"
    before, lengths = model.fc1.weight.detach().clone(), []
    for _ in range(2):
        first = patient.step(images, labels, rate=0)
        lengths.append(model.fc1.weight.grad.norm().item())
    if abs(first - math.log(10)) > 1:
        return "E"
    if lengths[1] > 1.5 * lengths[0]:
        return "C"
    if outputs.min() >= 0:
        return "D"
    last = [patient.step(images, labels) for _ in range(STEPS)][-1]
    if not last < HEALTHY:
        moved = (model.fc1.weight - before).norm() / before.norm()
        return "A" if moved < 0.01 else "B"
    return "G"


def test_the_checklist_tells_all_seven_apart(digits):
    assert "".join(examine(number, digits) for number in range(1, 8)) == FAULTS


def test_the_healthy_one_passes_too_and_only_looking_tells_it_from_number_6(digits):
    assert examine(0, digits) == "G"
    patients = [mystery(number, digits) for number in (0, 6)]
    read = [(load_pretrained()(each.images).argmax(dim=1) == each.labels).float().mean() for each in patients]
    assert read[0] > 0.9 and read[1] < 0.5


def test_with_bytes_the_network_dies(digits):
    patient = mystery(3, digits)
    assert max(patient.step(*patient.batch()) for _ in range(14)) > 1000
    model = patient.model
    assert not (model.conv2(model.pool(model.conv1(patient.images).relu())) > 0).any()
    assert not patient.model.conv1.weight.grad.abs().max() > 0  # nan is not, either


def test_softmax_twice_learns_ten_times_too_slowly(digits):
    patient = mystery(2, digits)
    losses = [patient.step(patient.images, patient.labels) for _ in range(STEPS)]
    assert losses[0] == pytest.approx(math.log(10), abs=0.05) and 1.461 < losses[-1] < 2.3


@pytest.mark.parametrize("number", range(8))
def test_a_mystery_is_the_same_at_every_call_and_leaves_the_readers_random_numbers(digits, number):
    before = torch.random.get_rng_state()
    twins = [mystery(number, digits) for _ in range(2)]
    losses = [[twin.step(*twin.batch()) for _ in range(2)] for twin in twins]
    assert losses[0] == losses[1] and torch.equal(torch.random.get_rng_state(), before)


def test_there_are_no_others():
    for number in (-1, 8, "1"):
        with pytest.raises(ValueError, match="must be one of 0 to 7"):
            mystery(number, load_digits(source="sample"))
