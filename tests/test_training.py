"""Training and evaluation on a tiny set."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from helpers.data import load_digits
from helpers.model import SimpleCNN
from helpers.training import History, choose_device, evaluate, train


@pytest.fixture(scope="module")
def digits():
    return torch.utils.data.Subset(load_digits(source="sample"), range(128))


def fresh(digits, seed=0, lr=0.05):
    torch.manual_seed(seed)
    model = SimpleCNN()
    loader = DataLoader(digits, batch_size=16, shuffle=True)
    return model, loader, torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def test_learns_a_tiny_set(digits):
    model, loader, optimizer = fresh(digits)
    before = evaluate(model, loader)
    history = train(model, loader, optimizer, epochs=20, test_loader=loader)
    assert len(history.loss) == len(history.accuracy) == 20
    assert before < 0.5 and history.accuracy[-1] > 0.95 and history.loss[-1] < history.loss[0] / 4
    assert history.accuracy[-1] == evaluate(model, loader)


def test_same_seed_same_weights(digits):
    runs = []
    for seed in (1, 1, 2):
        model, loader, optimizer = fresh(digits)
        history = train(model, loader, optimizer, epochs=1, seed=seed)
        runs.append((history, model.fc2.weight.detach()))
    (first, w1), (again, w2), (_, w3) = runs
    assert first == again and torch.equal(w1, w2)
    assert not torch.equal(w1, w3), "another seed shuffles differently"


def test_first_loss_is_the_mean_of_the_batch_losses(digits):
    model, _, optimizer = fresh(digits, lr=0.0)
    loader = DataLoader(digits, batch_size=48)
    history = train(model, loader, optimizer, epochs=1)
    losses = [nn.functional.cross_entropy(model(images), labels).item() for images, labels in loader]
    assert history.loss == pytest.approx([sum(losses) / 3])


class StopsAfter:
    """A loader on which somebody presses stop after some batches."""

    def __init__(self, loader, batches):
        self.loader, self.left, self.dataset = loader, batches, loader.dataset

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        for batch in self.loader:
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            yield batch


def test_stop_keeps_weights_and_history(digits, capsys):
    model, loader, optimizer = fresh(digits)
    before = model.fc2.weight.detach().clone()
    history = train(model, StopsAfter(loader, len(loader) + 2), optimizer, epochs=5, test_loader=loader)
    assert len(history.loss) == len(history.accuracy) == 1
    assert len(history.steps) == len(loader) + 2, "the steps of the unfinished epoch are kept, too"
    assert not torch.equal(model.fc2.weight, before)
    assert "Stopped in epoch 2" in capsys.readouterr().out
    assert len(train(model, loader, optimizer, epochs=1).loss) == 1, "training goes on afterwards"


def test_stop_while_testing_keeps_the_two_lists_equally_long(digits):
    model, loader, optimizer = fresh(digits)
    history = train(model, loader, optimizer, epochs=2, test_loader=StopsAfter(loader, 1))
    assert history == History(steps=history.steps) and len(history.steps) == len(loader)


def test_watch_sees_the_history_after_every_step(digits):
    model, loader, optimizer = fresh(digits)
    seen = []
    history = train(model, loader, optimizer, epochs=2, watch=lambda history: seen.append(list(history.steps)))
    assert seen == [history.steps[: step + 1] for step in range(2 * len(loader))]
    assert history.loss == pytest.approx([sum(part) / 8 for part in (history.steps[:8], history.steps[8:])])


@pytest.mark.parametrize("epochs", [0, -1, 1.5, "3"])
def test_epochs_must_be_a_positive_whole_number(digits, epochs):
    with pytest.raises(ValueError, match="epochs must be a whole number of at least 1, but is"):
        train(*fresh(digits), epochs=epochs)


@pytest.mark.parametrize("training", [True, False])
def test_evaluate_leaves_the_mode_and_the_gradients_alone(digits, training):
    model, loader, _ = fresh(digits)
    model.train(training)
    evaluate(model, loader)
    assert model.training is training and all(p.grad is None for p in model.parameters())


def test_device_can_be_used():
    assert torch.ones(2, device=choose_device()).sum().item() == 2
