"""The remedies of notebook 08, the study that measures them, and the notebook's live pictures."""

from functools import partial

from helpers.data import load_digits
from helpers.figures.generalization import Curves, MovedDigit
from helpers.model import SimpleCNN
from helpers.regularization import (
    RegularizedCNN,
    accuracy_and_loss,
    augment,
    average_cnn,
    fit,
    mislabel,
    move,
    pick_digits,
)
from helpers.studies import generalization as study

import pytest
import torch
from conftest import run_cells
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def few():
    digits = load_digits(source="sample")
    return pick_digits(digits.images, digits.labels, 60, seed=0)


def seeded(make, seed=0):
    torch.manual_seed(seed)
    return make()


def test_without_remedies_it_is_simple_cnn(few):
    plain, other = seeded(SimpleCNN), seeded(partial(RegularizedCNN, dropout=0, batch_norm=False))
    assert torch.equal(plain(few[0]), other.train()(few[0]))
    assert sum(p.numel() for p in other.parameters()) == 421_642


def test_remedies_act_in_training_only(few):
    model = seeded(RegularizedCNN)
    assert not torch.equal(model(few[0]), model(few[0]))
    model.eval()
    assert torch.equal(model(few[0]), model(few[0]))
    torch.testing.assert_close(model(few[0][:1]), model(few[0])[:1], rtol=1e-4, atol=1e-4)


def test_average_pooling_forgets_where_a_feature_is():
    """Away from the border, a shift by whole pooling windows changes nothing: the mean forgets the place."""
    image = -torch.ones(1, 1, 28, 28)
    image[..., 12:16, 12:16] = 1
    small, plain = seeded(average_cnn).eval(), seeded(SimpleCNN)
    shifted = image.roll(4, dims=-1)
    assert sum(p.numel() for p in small.parameters()) == 320 + 18_496 + 650 + 2 * (32 + 64)
    torch.testing.assert_close(small(image), small(shifted), rtol=1e-4, atol=1e-5)
    assert not torch.allclose(plain(image), plain(shifted), atol=1e-4)


def amounts(*values):
    return [torch.tensor([float(value)]) for value in values]


@given(right=st.integers(-8, 8), down=st.integers(-8, 8))
def test_whole_pixels_move_right_and_down(right, down):
    image = -torch.ones(1, 1, 28, 28)
    image[0, 0, 10, 12] = 1
    moved = move(image, *amounts(0, 1, right, down))
    assert divmod(int(moved.argmax()), 28) == (10 + down, 12 + right)
    assert moved.max() > 0.99 and moved.min() > -1.01


def test_a_quarter_turn_is_anticlockwise_and_scale_enlarges(few):
    image = few[0][:1]
    torch.testing.assert_close(move(image, *amounts(90, 1, 0, 0)), image.rot90(1, (2, 3)), rtol=0, atol=1e-4)
    ink = [(move(image, *amounts(0, scale, 0, 0)) + 1).sum() for scale in (0.7, 1.0, 1.2)]
    assert ink == sorted(ink)


@given(degrees=st.floats(-180, 180), scale=st.floats(0.8, 1.6))
def test_turn_then_move(degrees, scale):
    """The shift is in pixels of the page, whatever the angle and the scale."""
    image = -torch.ones(1, 1, 28, 28)
    image[..., 13:15, 13:15] = 1  # the middle stays the middle when it turns or grows
    moved = move(image, *amounts(degrees, scale, 5, -3))
    rows, columns = (moved[0, 0] + 1).sum(1), (moved[0, 0] + 1).sum(0)
    centre = torch.arange(28.0)
    assert (rows @ centre / rows.sum()).item() == pytest.approx(13.5 - 3, abs=0.2)
    assert (columns @ centre / columns.sum()).item() == pytest.approx(13.5 + 5, abs=0.2)


def test_augmentation_differs_from_digit_to_digit_and_repeats_from_a_seed(few):
    same = few[0][:1].expand(4, 1, 28, 28)
    first, again, other = seeded(lambda: augment(same)), seeded(lambda: augment(same)), augment(same)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert not torch.equal(first[0], first[1]) and first.min() >= -1.001 and first.max() <= 1.001


def test_distinct_digits_are_picked_from_the_first_five_sixths():
    images, labels = torch.arange(120.0)[:, None], torch.arange(120)
    for seed in range(5):
        picked, names = pick_digits(images, labels, 100, seed)
        assert sorted(names.tolist()) == list(range(100)) and torch.equal(picked[:, 0].long(), names)
    assert not torch.equal(pick_digits(images, labels, 50, 0)[1], pick_digits(images, labels, 50, 1)[1])
    for count in (0, 101):
        with pytest.raises(ValueError, match=f"count is {count}: give a number from 1 to 100"):
            pick_digits(images, labels, count, 0)


def test_mislabel_changes_exactly_the_share_asked_for():
    labels = torch.arange(200) % 10
    wrong = mislabel(labels, 0.2, seed=1)
    assert int((wrong != labels).sum()) == 40 and set(wrong.tolist()) == set(range(10))
    assert torch.equal(labels, torch.arange(200) % 10) and torch.equal(mislabel(labels, 0.0, 1), labels)


def test_measuring_leaves_no_trace_in_the_weights(few):
    model = seeded(RegularizedCNN)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert accuracy_and_loss(model.train(), *few) == accuracy_and_loss(model, *few)
    assert not model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def trained(few, epochs=10, **settings):
    """The last weights of a SimpleCNN after a training."""
    model = seeded(SimpleCNN)
    fit(model, *few, epochs, **settings)
    return model.fc2.weight.detach()


def test_fit_learns_by_heart_and_repeats_from_its_seed(few):
    model = seeded(SimpleCNN)
    fit(model, *few, epochs=30)
    assert accuracy_and_loss(model, *few)[0] > 0.95
    assert torch.equal(trained(few), trained(few))


def test_fit_uses_weight_decay_and_change_and_ends_when_told(few):
    assert trained(few, decay=0.1).norm() < trained(few).norm()
    batches, ends = [], iter([False, None, True])
    trained(few, change=lambda images: batches.append(len(images)) or images, watch=lambda model: next(ends))
    assert batches == [50, 10] * 3


def test_the_cell_and_the_study_train_alike(few):
    """The loop that the reader sees is the one that made the saved results."""
    taught = run_cells("08_generalization.ipynb", ("fit",), optim=torch.optim, torch=torch, F=torch.nn.functional)
    model = seeded(SimpleCNN)
    taught["fit"](model, *few, 3, augment, 0.01)
    assert torch.equal(model.fc2.weight, trained(few, 3, change=augment, decay=0.01))


def test_the_study_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    experiments = {
        "none": study.Experiment(count=60, steps=2),
        "stopped": study.Experiment(RegularizedCNN, augment, 0.01, True, 0.2, count=60, steps=6),
        "average": study.Experiment(average_cnn, study.flip_half, wrong_labels=0.2, count=60, steps=2),
    }
    monkeypatch.setattr(study, "EXPERIMENTS", experiments)
    monkeypatch.setattr(study, "SEEDS", 2)
    monkeypatch.setattr(study, "load_digits", lambda train: load_digits(train, source="sample"))
    file, calls, run = tmp_path / "own.json", [], study.run

    def pressed(*arguments):
        calls.append(arguments)
        if len(calls) == 3:  # the first run of an experiment
            raise KeyboardInterrupt
        return run(*arguments)

    monkeypatch.setattr(study, "run", pressed)
    with pytest.raises(KeyboardInterrupt):
        study.make_results(file)
    assert study.load_results(file)["runs"].keys() == {"none"}
    results = study.make_results(file)
    assert len(calls) == 3 + 4 and results == study.load_results(file)
    assert all(len(results["runs"][name]) == 2 for name in experiments)
    assert all(1 <= run["noisy epoch"] <= 3 and run["clean again"] > 0 for run in results["runs"]["stopped"])


def test_missing_and_broken_results_are_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.json: .* python -m helpers.studies.generalization"):
        study.load_results(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"runs": {"none": [{"train acc')
    with pytest.raises(ValueError, match="half.json is broken: .* python -m helpers.studies.generalization"):
        study.load_results(tmp_path / "half.json")


def test_the_saved_results_are_whole_and_made_by_these_experiments():
    results = study.load_results()
    assert results["source"] == "MNIST" and results["runs"].keys() == study.EXPERIMENTS.keys()
    for runs in results["runs"].values():
        assert len(runs) == study.SEEDS
        assert all(0.1 < run["test"] <= 1 and run["train"] > 0.5 for run in runs)


def test_curves_write_the_numbers_of_the_epoch():
    picture = Curves({"train": [(0.5, 1.25), (0.75, 0.5)], "test": [(0.4, 1.5)]})  # stopped before the last test
    for epoch in (1, 9):
        assert "at epoch 1: accuracy train 50.0%, test 40.0%; loss train 1.250" in picture.update(epoch=epoch)
    with pytest.raises(ValueError, match="No epoch was completed yet: run the training cell again"):
        Curves({"train": [], "test": []})


def test_moved_digit_shows_what_move_computes(few):
    picture = MovedDigit(few[0][0])
    picture.update(degrees=20, scale=0.8, right=3)
    expected = move(few[0][:1], *amounts(20, 0.8, 3, 0))[0, 0]
    torch.testing.assert_close(torch.tensor(picture.image.get_array()), expected)
