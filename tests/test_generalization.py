"""The small trainings of notebook 07, and the remedies that it builds."""

import json

import pytest
import torch
from torch import nn

from helpers import regularization as g
from helpers.data import load_digits
from helpers.figures.generalization import Curves, MovedDigit, show_growth, show_remedies
from helpers.model import SimpleCNN
from helpers.studies import generalization as study


@pytest.fixture(scope="module")
def digits():
    return load_digits(source="sample")


@pytest.fixture
def few(digits):
    return g.draw(digits.images, digits.labels, 60, seed=0)


def seeded(make, seed=0):
    torch.manual_seed(seed)
    return make()


def test_without_remedies_it_is_simple_cnn(few):
    plain, other = seeded(SimpleCNN), seeded(g.RegularizedCNN)
    assert torch.equal(plain(few[0]), other.train()(few[0]))
    assert g.parameters(plain) == g.parameters(other) == 421_642


def test_global_average_pooling_saves_nineteen_in_twenty_parameters(few):
    small = g.AverageCNN()
    assert small(few[0]).shape == (60, 10)
    assert g.parameters(small) == 320 + 18_496 + 650
    assert 0.95 < 1 - g.parameters(small) / g.parameters(SimpleCNN()) < 0.96


def test_average_pooling_forgets_where_a_feature_is():
    """Away from the border, a shift by whole pooling windows changes nothing: the mean forgets the place."""
    image = -torch.ones(1, 1, 28, 28)
    image[..., 12:16, 12:16] = 1
    small, plain = seeded(g.AverageCNN), seeded(SimpleCNN)
    shifted = image.roll(4, dims=-1)
    torch.testing.assert_close(small(image), small(shifted), rtol=1e-4, atol=1e-5)
    assert not torch.allclose(plain(image), plain(shifted), atol=1e-4)


def test_dropout_acts_in_training_only(few):
    model = seeded(lambda: g.RegularizedCNN(dropout=0.5))
    assert not torch.equal(model(few[0]), model(few[0]))
    model.eval()
    assert torch.equal(model(few[0]), model(few[0]))


def test_batch_norm_refuses_one_image_in_training_and_takes_it_in_eval(few):
    model = seeded(lambda: g.RegularizedCNN(batch_norm=True))
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        model(few[0][:1])
    alone = model.eval()(few[0][:1])
    torch.testing.assert_close(alone, model(few[0])[:1], rtol=1e-4, atol=1e-4)


def amounts(*values):
    return [torch.tensor([float(value)]) for value in values]


def test_moving_by_nothing_changes_nothing(few):
    moved = g.move(few[0][:1], *amounts(0, 1, 0, 0))
    torch.testing.assert_close(moved, few[0][:1], rtol=0, atol=1e-5)


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, 2), (-4, 1)])
def test_whole_pixels_move_right_and_down(right, down):
    image = -torch.ones(1, 1, 28, 28)
    image[0, 0, 10, 12] = 1
    moved = g.move(image, *amounts(0, 1, right, down))
    assert divmod(int(moved.argmax()), 28) == (10 + down, 12 + right)
    assert moved.max() > 0.99 and moved.min() > -1.01


def test_a_quarter_turn_is_anticlockwise(few):
    turned = g.move(few[0][:1], *amounts(90, 1, 0, 0))
    torch.testing.assert_close(turned, few[0][:1].rot90(1, (2, 3)), rtol=0, atol=1e-4)


def test_turn_then_move():
    """The shift is in pixels of the page, whatever the angle and the scale."""
    image = -torch.ones(1, 1, 28, 28)
    image[..., 13:15, 13:15] = 1  # the middle stays the middle when it turns or grows
    moved = g.move(image, *amounts(37, 1.5, 5, -3))
    rows, columns = (moved[0, 0] + 1).sum(1), (moved[0, 0] + 1).sum(0)
    centre = torch.arange(28.0)
    assert (rows @ centre / rows.sum()).item() == pytest.approx(13.5 - 3, abs=0.1)
    assert (columns @ centre / columns.sum()).item() == pytest.approx(13.5 + 5, abs=0.1)


def test_scale_enlarges(few):
    def ink(scale):
        return (g.move(few[0][:1], *amounts(0, scale, 0, 0)) + 1).sum()

    assert ink(0.7) < ink(1.0) < ink(1.2)


def test_augmentation_differs_from_digit_to_digit_and_repeats_from_a_seed(few):
    same = few[0][:1].expand(4, 1, 28, 28)
    first, again, other = seeded(lambda: g.augment(same)), seeded(lambda: g.augment(same)), g.augment(same)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert not torch.equal(first[0], first[1]) and first.min() >= -1.001 and first.max() <= 1.001
    torch.testing.assert_close(g.augment(same, 0, 0, 0), same, rtol=0, atol=1e-5)


def test_draw_takes_distinct_digits_from_the_first_five_sixths():
    images, labels = torch.arange(120.0)[:, None], torch.arange(120)
    for seed in range(5):
        picked, names = g.draw(images, labels, 100, seed)
        assert sorted(names.tolist()) == list(range(100)) and torch.equal(picked[:, 0].long(), names)
    assert not torch.equal(g.draw(images, labels, 50, 0)[1], g.draw(images, labels, 50, 1)[1])


@pytest.mark.parametrize("count", [0, -1, 101])
def test_draw_refuses_what_is_not_there(count):
    with pytest.raises(ValueError, match=f"count is {count}: give a number from 1 to 100"):
        g.draw(torch.zeros(120, 1), torch.zeros(120), count, 0)


def test_mislabel_changes_exactly_the_share_asked_for():
    labels = torch.arange(200) % 10
    wrong = g.mislabel(labels, 0.2, seed=1)
    assert int((wrong != labels).sum()) == 40 and set(wrong.tolist()) == set(range(10))
    assert torch.equal(labels, torch.arange(200) % 10) and torch.equal(g.mislabel(labels, 0.0, 1), labels)


def test_measure_is_in_eval_mode_and_leaves_no_trace(few):
    model = seeded(lambda: g.RegularizedCNN(dropout=0.5, batch_norm=True))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    first, again = g.measure(model, *few), g.measure(model, *few)
    assert first == again and model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert first[0] == g.accuracy(model.eval(), *few, batch_size=7)


def test_fit_learns_by_heart_and_repeats_from_its_seed(few):
    runs = []
    for seed in (0, 0, 1):
        model = seeded(SimpleCNN)
        watch = g.Watch(model, {"train": few})
        assert g.fit(model, *few, epochs=40, after_epoch=watch, seed=seed) == 40
        runs.append(watch)
    assert runs[0].accuracy["train"][-1] > 0.95 and len(runs[0].loss["train"]) == 40
    assert runs[0].loss == runs[1].loss != runs[2].loss


def test_fit_uses_weight_decay_and_change(few):
    def weights(**settings):
        model = seeded(SimpleCNN)
        g.fit(model, *few, epochs=5, **settings)
        return sum(float(p.detach().square().sum()) for p in model.parameters())

    assert weights(weight_decay=0.1) < weights()
    with pytest.raises(RuntimeError, match="changed"):
        g.fit(SimpleCNN(), *few, epochs=1, change=lambda images: (_ for _ in ()).throw(RuntimeError("changed")))


def test_a_last_batch_of_one_digit_is_left_out(digits):
    model = seeded(lambda: g.RegularizedCNN(batch_norm=True))
    assert g.fit(model, digits.images[:51], digits.labels[:51], epochs=1) == 1


@pytest.mark.parametrize("epochs", [0, -2, 1.5, "3"])
def test_fit_refuses_epochs_that_are_no_count(few, epochs):
    with pytest.raises(ValueError, match="epochs is .*: give a whole number of at least 1"):
        g.fit(SimpleCNN(), *few, epochs=epochs)


class Press:
    """Somebody presses stop at the call with this number."""

    def __init__(self, at):
        self.left = at

    def __call__(self, images):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return images


def test_stop_keeps_weights_and_history_and_training_goes_on(few, capsys):
    model = seeded(SimpleCNN)
    before = model.fc2.weight.detach().clone()
    watch = g.Watch(model, {"train": few})
    assert g.fit(model, *few, epochs=10, change=Press(at=2 * 3 + 2), after_epoch=watch) == 3  # 2 batches an epoch
    assert len(watch.accuracy["train"]) == 3 and not torch.equal(model.fc2.weight, before)
    assert "Stopped in epoch 4. The weights and the 3 completed epochs are kept." in capsys.readouterr().out
    assert g.fit(model, *few, epochs=1, after_epoch=watch) == 1 and len(watch.loss["train"]) == 4


class Told(nn.Module):
    """A network whose validation loss is told beforehand: two classes, the logit of the true one is minus the loss."""

    def __init__(self, losses):
        super().__init__()
        self.losses, self.epoch = losses, nn.Parameter(torch.tensor(-1.0))

    def forward(self, x):
        loss = torch.tensor(self.losses[int(self.epoch)])
        return torch.stack([-loss, torch.log1p(-torch.exp(-loss))]).expand(len(x), 2)


@pytest.mark.parametrize(
    ("losses", "patience", "ends", "best"),
    [
        ([0.9, 0.6, 0.7, 0.5, 0.55, 0.52, 0.4], 2, 6, 4),
        ([0.9, 0.8, 0.7], 2, 3, 3),
        ([0.5, 0.6, 0.6, 0.4], 3, 4, 4),
        ([0.5, 0.5, 0.5], 1, 2, 1),
    ],
)
def test_early_stopping(losses, patience, ends, best):
    model = Told(losses)
    stop = g.EarlyStopping(model, torch.zeros(3, 1), torch.zeros(3, dtype=torch.int64), patience)
    model.epoch.data += 1
    while not stop() and stop.epoch < len(losses):
        model.epoch.data += 1
    assert (stop.epoch, stop.best_epoch) == (ends, best)
    assert stop.best_loss == pytest.approx(losses[best - 1])
    stop.restore()
    assert int(model.epoch) == best - 1, "the weights of the best epoch come back"


def test_fit_ends_where_early_stopping_says_so(few):
    model = seeded(SimpleCNN)
    stop = g.EarlyStopping(model, *few, patience=3)
    done = g.fit(model, *few, epochs=30, lr=0.0, after_epoch=stop)  # nothing is learned: no epoch is better
    assert done == 4 and stop.best_epoch == 1 and stop.exhausted


@pytest.mark.parametrize("patience", [0, -1, 2.5])
def test_early_stopping_refuses_what_is_no_patience(few, patience):
    with pytest.raises(ValueError, match="patience is .*: give an int of at least 1"):
        g.EarlyStopping(SimpleCNN(), *few, patience=patience)


@pytest.fixture
def tiny(digits, monkeypatch):
    """The study in small: three recipes, two seeds, the built-in sample."""
    recipes = {
        "none": study.Recipe(count=60, epochs=2),
        "all five": study.Recipe(0.5, True, 0.01, 2, True, count=60, epochs=6),
        "average": study.Recipe(average=True, flips=True, wrong_labels=0.2, count=60, epochs=1),
    }
    monkeypatch.setattr(study, "RECIPES", recipes)
    monkeypatch.setattr(study, "SEEDS", dict.fromkeys(recipes, 2))
    monkeypatch.setattr(study, "load_digits", lambda train: load_digits(train, source="sample"))


def test_study_measures_every_recipe_and_seed(tiny, tmp_path):
    results = study.study(tmp_path / "own.json")
    assert len(results["runs"]) == 6 and results == study.load(tmp_path / "own.json")
    for name in study.RECIPES:
        for gap, train, test in zip(
            *(study.values(results, name, key) for key in ("gap", "train accuracy", "test accuracy")), strict=True
        ):
            assert gap == train - test and 0 <= test <= 1


def test_study_goes_on_where_it_was_stopped(tiny, tmp_path, monkeypatch, capsys):
    file, calls, run = tmp_path / "own.json", [], study.run

    def pressed(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return run(*arguments)

    monkeypatch.setattr(study, "run", pressed)
    assert len(study.study(file)["runs"]) == 2 and "2 finished runs are kept" in capsys.readouterr().out
    assert len(study.study(file)["runs"]) == 6 and len(calls) == 3 + 4


@pytest.mark.parametrize("name", ["none", "all five"])
def test_half_a_run_is_no_result(tiny, digits, monkeypatch, name):
    monkeypatch.setattr(study.g, "step", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        study.run(study.RECIPES[name], digits, digits, seed=0)


def test_missing_results_are_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="python -m helpers.studies.generalization"):
        study.load(tmp_path / "none.json")


def test_the_saved_results_are_whole_and_made_by_these_recipes():
    results = study.load()
    assert results["source"] == "MNIST"
    wanted = {f"{name} #{seed}" for name in study.RECIPES for seed in range(study.SEEDS[name])}
    assert results["runs"].keys() == wanted
    for label, found in results["runs"].items():
        recipe = study.RECIPES[label.rpartition(" #")[0]]
        assert 1 <= found["epochs"] <= recipe.epochs and (recipe.patience or found["epochs"] == recipe.epochs)
        assert 0.1 < found["test accuracy"] <= 1 and found["test loss"] > 0


def test_report_prints_mean_spread_and_n(capsys):
    runs = {f"x #{k}": {"train accuracy": 1.0, "test accuracy": a, "epochs": 60} for k, a in enumerate((0.90, 0.94))}
    study.report({"runs": runs}, ["x"], ["test accuracy", "gap", "epochs"])
    assert capsys.readouterr().out.splitlines()[1].split() == "x 92.0% ± 2.8 8.0% ± 2.8 60 ± 0 2".split()
    with pytest.raises(KeyError, match="No run of 'y'"):
        study.report({"runs": runs}, ["y"])


def test_growth_recipes_take_equally_many_steps():
    for recipe in study.GROWTH.values():
        assert recipe.epochs * -(-recipe.count // g.BATCH_SIZE) == study.STEPS


def test_curves_write_the_numbers_of_the_epoch(few):
    watch = g.Watch(SimpleCNN(), {"train": few})
    watch.accuracy, watch.loss = {"train": [0.5, 0.75]}, {"train": [1.25, 0.5]}
    picture = Curves(watch)
    for epoch, told in ((1, "train 50.0%; loss train 1.250"), (9, "at epoch 2: accuracy train 75.0%")):
        assert told in picture.update(epoch=epoch)


def test_curves_of_a_training_stopped_at_once_say_what_to_do(few):
    with pytest.raises(ValueError, match="No epoch was completed yet: run the training cell again"):
        Curves(g.Watch(SimpleCNN(), {"train": few}))


def test_moved_digit_shows_what_move_computes(few):
    picture = MovedDigit(few[0][0])
    picture.update(degrees=20, scale=0.8, right=3)
    expected = g.move(few[0][:1], *amounts(20, 0.8, 3, 0))[0, 0]
    torch.testing.assert_close(torch.tensor(picture.image.get_array()), expected)


def test_pictures_of_the_results_tell_their_means(monkeypatch):
    told = []
    monkeypatch.setattr("helpers.figures.generalization.show", lambda figure, alt: told.append(alt))
    results = json.loads(json.dumps({"runs": {}}))
    for k, a in enumerate((0.90, 0.94)):
        results["runs"] |= {
            f"{name} #{k}": {"train accuracy": 1.0, "test accuracy": a} for name in ("x", "x, 100", "x, 1,000")
        }
    show_remedies(results, ["x"])
    show_growth(results, (100, 1000), ["x"], ["nothing"])
    assert "x 92.0%" in told[0] and "nothing: 92.0 % with 100, 92.0 % with 1,000" in told[1]
