"""The one training step, and testing, on a tiny set."""

from dataclasses import replace

from helpers.data import Digits, load_digits
from helpers.model import SimpleCNN
from helpers.studies import generalization, ladder, pretrained
from helpers.training import evaluate, train_step

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset


@pytest.fixture(scope="module")
def loader():
    return DataLoader(Subset(load_digits(source="sample"), range(128)), batch_size=16)


def fresh(lr=0.05):
    torch.manual_seed(0)
    model = SimpleCNN()
    return model, torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def test_learns_a_tiny_set(loader):
    model, optimizer = fresh()
    assert evaluate(model, loader) < 0.5
    losses = [train_step(model, optimizer, *batch) for _ in range(20) for batch in loader]
    assert evaluate(model, loader) > 0.95 and losses[-1] < losses[0] / 4


def test_a_step_clears_gradients_tells_the_loss_before_and_uses_the_criterion(loader):
    images, labels = next(iter(loader))
    criterion = nn.CrossEntropyLoss(label_smoothing=0.3)
    model, optimizer = fresh()
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    loss = criterion(model(images), labels)
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    model.fc2.bias.grad = torch.ones(10)  # left over from another step
    assert train_step(model, optimizer, images, labels, criterion) == loss.item()
    for (name, weight), gradient in zip(model.named_parameters(), gradients, strict=True):
        torch.testing.assert_close(weight.detach(), before[name] - 0.05 * gradient)


@pytest.mark.parametrize("training", [True, False])
def test_evaluate_counts_all_images_and_leaves_mode_and_gradients_alone(loader, training):
    model, _ = fresh()
    model.train(training)
    right = sum((model(images).argmax(dim=1) == labels).sum().item() for images, labels in loader)
    assert evaluate(model, loader) == right / 128
    assert model.training is training and all(p.grad is None for p in model.parameters())


MODEL = SimpleCNN()
TRAININGS = {
    "train_rung": lambda few: ladder.train_rung(replace(ladder.PROGRAM, images=64), few, seed=0),
    "generalization.run": lambda few: generalization.run(generalization.Experiment(count=100, steps=4), few, few, 0),
    "train_jittered": lambda few: pretrained.train_jittered(few),
}


@pytest.mark.parametrize("name", TRAININGS)
def test_a_training_leaves_the_readers_random_numbers_as_they_were(name):
    sample = load_digits(source="sample")
    before = torch.random.get_rng_state()
    TRAININGS[name](Digits(sample.pixels[:256], sample.labels[:256], "sample"))
    assert torch.equal(torch.random.get_rng_state(), before)
