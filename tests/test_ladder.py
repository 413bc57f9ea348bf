"""The ladder of notebook 06: its rungs compute what they say, Muon is Muon, and the study keeps what it has."""

from collections import Counter
from dataclasses import fields, replace

import pytest
import torch
from torch import nn
from torch.optim import SGD
from torch.utils.data import DataLoader

from helpers.data import load_digits
from helpers.failures import loss_curve
from helpers.model import SimpleCNN
from helpers.optimizers import Muon, orthogonalize
from helpers.studies import ladder, ladder_study
from helpers.studies.ladder import LADDER, PROGRAM, OneByOne, PoolFirst, Recipe
from helpers.training import train_one_epoch


@pytest.fixture(scope="module")
def digits():
    return load_digits(source="sample")


def test_the_first_rung_is_the_program(digits, monkeypatch):
    """One epoch by the recipe is one epoch of the plain loop over the same batches."""
    few = load_digits(train=False, source="sample")
    trained = ladder.train(replace(PROGRAM, images=len(few)), few, seed=3, live=False)
    torch.manual_seed(3)
    model = SimpleCNN()
    order = ladder.shuffled(len(few), len(few), 64)
    loader = DataLoader(few, batch_sampler=[index.tolist() for index in order])
    train_one_epoch(model, loader, SGD(model.parameters(), lr=0.01))
    torch.testing.assert_close(trained.state_dict(), model.state_dict())


def test_one_change_at_a_time():
    """Each rung but the first changes one setting, and with it only how far and how long it trains."""
    free = {"name", "images", "learning_rate"}
    for before, after in zip(LADDER, LADDER[1:], strict=False):
        changed = {f.name for f in fields(Recipe) if getattr(before, f.name) != getattr(after, f.name)} - free
        assert len(changed - {"momentum"} or changed) == 1, after.name


@pytest.mark.parametrize("rung", LADDER[1:4], ids=lambda recipe: recipe.name)
def test_cheaper_images_give_the_same_weights(digits, rung):
    """The first three rungs compute what the program computes, up to rounding."""
    weights = [ladder.train(replace(r, images=640), digits, seed=1, live=False).state_dict() for r in (PROGRAM, rung)]
    torch.testing.assert_close(*weights, rtol=1e-3, atol=1e-5)


def test_pool_first_gives_the_same_answers(digits):
    model, twin = SimpleCNN(), PoolFirst()
    twin.load_state_dict(model.state_dict())
    torch.testing.assert_close(twin(digits.images[:50]), model(digits.images[:50]))


def test_one_by_one_is_what_the_tensor_holds(digits):
    images = [OneByOne(digits)[k][0] for k in range(30)]
    assert torch.equal(torch.stack(images), digits.images[:30])
    assert OneByOne(digits)[7][1] == digits.labels[7]


@pytest.mark.parametrize(("images", "count"), [(100, 30), (30, 30), (7, 30)])
def test_shuffled_uses_every_digit_before_it_repeats_one(images, count):
    used = torch.cat(ladder.shuffled(images, count, batch_size=8)).tolist()
    assert len(used) == images
    for start in range(0, images, count):
        part = used[start : start + count]
        assert len(set(part)) == len(part)


def test_the_schedule_rises_to_1_and_falls_towards_0():
    factors = [ladder.factor(step, 200) for step in range(200)]
    top = factors.index(max(factors))
    assert max(factors) == pytest.approx(1, abs=0.06) and top == pytest.approx(20, abs=1)
    assert factors[:top] == sorted(factors[:top]) and factors[top:] == sorted(factors[top:], reverse=True)
    assert 0 < factors[-1] < 0.01


def test_the_fast_recipe_learns_in_one_pass(digits):
    model = ladder.train(replace(ladder.LARGER_BATCH, images=3000), digits, seed=0, live=False)
    test = load_digits(train=False, source="sample")
    assert (model(test.images).argmax(1) == test.labels).float().mean() > 0.8


def test_stop_returns_the_network_so_far(digits, monkeypatch, capsys):
    def two_batches(*arguments):
        yield digits.images[:64], digits.labels[:64]
        raise KeyboardInterrupt

    monkeypatch.setattr(ladder, "batches", two_batches)
    torch.manual_seed(0)
    untrained = SimpleCNN()
    stopped = ladder.train(replace(PROGRAM, images=640), digits, seed=0)
    assert not torch.equal(stopped.fc2.weight, untrained.fc2.weight)
    assert "Stopped after 1 of 10 steps" in capsys.readouterr().out
    with pytest.raises(KeyboardInterrupt):
        ladder_study.measure(replace(PROGRAM, images=640), digits, digits, seed=0)


@pytest.mark.parametrize("shape", [(4, 9), (32, 32), (64, 288)])
def test_orthogonalize_keeps_directions_and_levels_their_sizes(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    inside = u.T @ orthogonalize(matrix) @ v.T  # diagonal when the directions are kept
    sizes = inside.diag()
    torch.testing.assert_close(inside, torch.diag(sizes), rtol=0, atol=1e-8)
    assert sizes.max() < 1.25 and sizes[: len(sizes) // 2].min() > 0.65


@pytest.mark.parametrize("shape", [(10, 30), (20, 20)])
def test_muon_steps_like_torchs(shape):
    generator = torch.Generator().manual_seed(1)
    ours, torchs = (nn.Parameter(torch.zeros(shape)) for _ in range(2))
    optimizers = Muon([ours], lr=0.1), torch.optim.Muon([torchs], lr=0.1, weight_decay=0)
    for _ in range(5):
        ours.grad = torch.randn(shape, generator=generator)
        torchs.grad = ours.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    assert torch.nn.functional.cosine_similarity(ours.flatten(), torchs.flatten(), dim=0) > 0.995
    torch.testing.assert_close(ours.norm(), torchs.norm(), rtol=0.03, atol=0)


def test_muon_counts_a_kernel_as_a_row():
    kernels = nn.Parameter(torch.zeros(6, 2, 3, 3))
    rows = nn.Parameter(torch.zeros(6, 18))
    kernels.grad = torch.randn(6, 2, 3, 3, generator=torch.Generator().manual_seed(2))
    rows.grad = kernels.grad.flatten(1)
    Muon([kernels, rows], lr=0.1).step()
    torch.testing.assert_close(kernels.detach().flatten(1), rows.detach())


def test_muon_refuses_what_has_no_rows():
    with pytest.raises(ValueError, match=r"shape \[\(3,\)\] have no rows: leave biases to another optimizer"):
        Muon([nn.Parameter(torch.zeros(3))])
    with pytest.raises(ValueError, match="lr is -1: give a number of at least 0"):
        Muon([nn.Parameter(torch.zeros(3, 3))], lr=-1)
    with pytest.raises(ValueError, match="expected two axes"):
        orthogonalize(torch.zeros(3, 3, 3))


def test_the_study_goes_on_where_it_stopped(tmp_path, monkeypatch, digits):
    monkeypatch.setattr(ladder_study, "RESULTS", tmp_path / "ladder.json")
    monkeypatch.setattr(ladder_study, "LADDER", (replace(ladder.SMOOTHING, images=64), ladder.MUON))
    monkeypatch.setattr(ladder_study, "load_digits", lambda train, source: digits)
    trained = []

    def stops_after_three(recipe, *arguments):
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append(ladder_study.Run(recipe.name, arguments[-1], 1.0 + len(trained), 0.9))
        return trained[-1]

    monkeypatch.setattr(ladder_study, "measure", stops_after_three)
    with pytest.raises(KeyboardInterrupt):
        ladder_study.main()
    assert ladder_study.load_runs(tmp_path / "ladder.json") == trained
    kept, trained[:] = list(trained), []
    ladder_study.main()
    everything = ladder_study.load_runs(tmp_path / "ladder.json")
    assert everything == kept + trained and len(everything) == len(ladder_study.planned()) == 6


def test_summary_gives_means_and_spread():
    runs = [ladder_study.Run(PROGRAM.name, seed, (10.0, 90.0, 20.0)[seed], 0.5 + 0.1 * seed) for seed in range(3)]
    (rung,) = ladder_study.summary(runs)
    assert (rung.seconds, rung.accuracy, rung.spread, rung.seeds) == pytest.approx((20.0, 0.6, 0.1, 3))


def test_measure_tests_the_trained_weights_in_the_plain_network(digits):
    test = load_digits(train=False, source="sample")
    run = ladder_study.measure(replace(ladder.BF16, images=3000), digits, test, seed=0)
    assert run.rung == "bfloat16" and run.accuracy > 0.8 and run.seconds > 0


def test_missing_results_name_the_command(tmp_path):
    with pytest.raises(FileNotFoundError, match="python -m helpers.studies.ladder_study"):
        ladder_study.load_runs(tmp_path / "none.json")


def test_the_kept_results_are_complete():
    runs = ladder_study.load_runs()
    assert [(run.rung, run.seed) for run in runs] == [(r.name, seed) for r, seed in ladder_study.planned()]


def test_only_the_rungs_that_repeat_the_program_run_once():
    count = Counter(recipe.name for recipe, _ in ladder_study.planned())
    assert {name for name, n in count.items() if n == 1} == {recipe.name for recipe in LADDER[1:4]}
    assert set(count.values()) == {1, 3} and count[PROGRAM.name] == 3


def test_loss_curve_starts_alike_and_is_spoilt_by_one_argument(digits):
    images, labels = digits.images[:500], digits.labels[:500]
    healthy, again, slow = (loss_curve(images, labels, **spoilt) for spoilt in ({}, {}, {"lr": 0.0}))
    assert healthy == again and healthy[0] == slow[0]
    assert healthy[-1] < 1.5 < 2 < min(slow)


def test_the_readme_quotes_the_kept_results():
    readme = (ladder_study.RESULTS.parent.parent / "README.md").read_text()
    rungs = {rung.recipe.name: rung for rung in ladder_study.summary(ladder_study.load_runs())}
    program, fp32, bf16 = rungs[PROGRAM.name], rungs[ladder.LARGER_BATCH.name], rungs[ladder.BF16.name]
    assert f"{100 * program.accuracy:.2f} % of MNIST's test digits\nin {program.seconds:.1f} s" in readme
    for rung in (fp32, bf16):
        ratio = program.seconds / rung.seconds
        quoted = f"{100 * rung.accuracy:.2f} % in {rung.seconds:.2f} s ({ratio:.0f} times faster)"
        assert quoted in " ".join(readme.split())
