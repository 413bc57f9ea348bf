"""The ladder of notebook 11: its rungs compute what they say, and what was measured is kept."""

from dataclasses import fields, replace
from statistics import mean, median

from helpers import ROOT
from helpers.data import load_digits
from helpers.model import SimpleCNN
from helpers.studies import ladder
from helpers.studies.ladder import LADDER, PROGRAM, OneByOne, PoolFirst, Rung
from helpers.training import train_step

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import SGD


@pytest.fixture(scope="module")
def digits():
    return load_digits(source="sample")


def test_the_first_rung_is_the_program(digits):
    """The program's step over the same batches leaves the same weights."""
    trained = ladder.train_rung(replace(PROGRAM, images=640), digits, seed=3)
    torch.manual_seed(3)
    model = SimpleCNN()
    optimizer = SGD(model.parameters(), lr=0.01)
    for index in ladder.shuffled(640, len(digits), 64):
        train_step(model, optimizer, digits.images[index], digits.labels[index])
    torch.testing.assert_close(trained.state_dict(), model.state_dict())


@pytest.mark.parametrize("rung", ladder.CHEAPER, ids=lambda rung: rung.name)
def test_cheaper_images_give_the_same_weights(digits, rung):
    weights = [ladder.train_rung(replace(r, images=640), digits, seed=1).state_dict() for r in (PROGRAM, rung)]
    torch.testing.assert_close(*weights, rtol=1e-3, atol=1e-5)


def test_one_change_at_a_time():
    """Each rung but the first changes one setting, and with it only how far and how long it trains."""
    free = {"name", "images", "learning_rate"}
    for before, after in zip(LADDER, LADDER[1:], strict=False):
        changed = {f.name for f in fields(Rung) if getattr(before, f.name) != getattr(after, f.name)} - free
        assert len(changed - {"momentum"} or changed) == 1, after.name


def test_pool_first_gives_the_same_answers(digits):
    model, twin = SimpleCNN(), PoolFirst()
    twin.load_state_dict(model.state_dict())
    torch.testing.assert_close(twin(digits.images[:50]), model(digits.images[:50]))


def test_one_by_one_is_what_the_tensor_holds(digits):
    images, labels = zip(*(OneByOne(digits)[k] for k in range(30)), strict=True)
    assert torch.equal(torch.stack(images), digits.images[:30]) and list(labels) == digits.labels[:30].tolist()


@given(images=st.integers(1, 100), count=st.integers(1, 40), batch_size=st.integers(1, 16))
def test_shuffled_uses_every_digit_before_it_repeats_one(images, count, batch_size):
    indices = ladder.shuffled(images, count, batch_size)
    used = torch.cat(indices).tolist()
    assert len(used) == images and max(map(len, indices)) <= batch_size
    for start in range(0, images, count):
        part = used[start : start + count]
        assert len(set(part)) == len(part)


@given(steps=st.integers(20, 2000))
def test_the_schedule_rises_to_1_and_falls_towards_0(steps):
    factors = [ladder.factor(step, steps) for step in range(steps)]
    top = factors.index(max(factors))
    assert max(factors) == pytest.approx(1, abs=0.06) and top == pytest.approx(steps / 10, abs=1)
    assert factors[:top] == sorted(factors[:top]) and factors[top:] == sorted(factors[top:], reverse=True)
    assert 0 < factors[-1] < 0.06


@pytest.mark.parametrize("rung", [ladder.MUON, ladder.LARGER_BATCH, ladder.BF16], ids=lambda rung: rung.name)
def test_a_fast_rung_learns_in_one_pass(digits, rung):
    run = ladder.time_rung(replace(rung, images=3000), digits, load_digits(train=False, source="sample"), seed=0)
    assert run.rung == rung.name and run.accuracy > 0.8 and run.seconds > 0


def test_a_stopped_measurement_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(ladder, "RESULTS", tmp_path / "ladder.json")
    monkeypatch.setattr(ladder, "load_digits", lambda **asked: None)
    measured = []

    def stops_at_the_fourth(rung, train_set, test_set, seed):
        measured.append(ladder.Run(rung.name, seed, 1.0 + len(measured), 0.9))
        if len(measured) == 4:
            raise KeyboardInterrupt
        return measured[-1]

    monkeypatch.setattr(ladder, "time_rung", stops_at_the_fourth)
    with pytest.raises(FileNotFoundError, match="python -m helpers.studies.ladder$"):
        ladder.load_runs()
    with pytest.raises(KeyboardInterrupt):
        ladder.main()
    assert ladder.load_runs() == measured[:3]
    ladder.main()
    wanted = [(r.name, s) for s in ladder.SEEDS for r in LADDER if s == 0 or r not in ladder.CHEAPER]
    assert ladder.load_runs() == measured[:3] + measured[4:]
    assert [(run.rung, run.seed) for run in ladder.load_runs()] == wanted


def test_the_readme_quotes_the_kept_results():
    readme = " ".join((ROOT / "README.md").read_text().split())
    kept = {rung: [run for run in ladder.load_runs() if run.rung == rung.name] for rung in LADDER}
    assert sum(map(len, kept.values())) == 3 * len(LADDER) - 2 * len(ladder.CHEAPER)
    seconds = {rung: median(run.seconds for run in runs) for rung, runs in kept.items()}
    percent = {rung: f"{100 * mean(run.accuracy for run in runs):.2f} %" for rung, runs in kept.items()}
    assert f"{percent[PROGRAM]} of MNIST's test digits in {seconds[PROGRAM]:.1f} s" in readme
    for rung in (ladder.LARGER_BATCH, ladder.BF16):
        faster = f"{seconds[PROGRAM] / seconds[rung]:.0f} times faster"
        assert f"{percent[rung]} in {seconds[rung]:.2f} s ({faster})" in readme
