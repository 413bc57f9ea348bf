"""The study of moved digits: what moves, what is kept, and that another run gives the same."""

from helpers.data import Digits, load_digits
from helpers.studies import shift

import pytest
import torch


@pytest.fixture(scope="module")
def few():
    sample = load_digits(source="sample")
    return Digits(sample.pixels[:256], sample.labels[:256], "sample")


def test_a_shift_moves_to_the_right_and_black_comes_in():
    image = torch.arange(9.0).reshape(1, 3, 3)
    assert shift.shift(image, 1).tolist() == [[[-1, 0, 1], [-1, 3, 4], [-1, 6, 7]]]
    assert torch.equal(shift.shift(image, 0), image)


@pytest.mark.parametrize("name", shift.NETWORKS)
def test_a_run_repeats_from_its_seed_and_leaves_the_readers_random_numbers_alone(name, few, monkeypatch):
    monkeypatch.setattr(shift, "DIGITS", 256)
    before = torch.random.get_rng_state()
    row = shift.run(name, 1, few, few)
    assert row == shift.run(name, 1, few, few)
    assert row.original > row.shifted or name == "average"
    assert torch.equal(torch.random.get_rng_state(), before)


def test_what_is_kept_is_whole_and_of_these_networks():
    rows = shift.load_shift()
    weights = {name: sum(p.numel() for p in make().parameters()) for name, make in shift.NETWORKS.items()}
    assert {(row.network, row.seed) for row in rows} == {(name, s) for name in weights for s in shift.SEEDS}
    assert len(rows) == 9 and all(row.weights == weights[row.network] for row in rows)
