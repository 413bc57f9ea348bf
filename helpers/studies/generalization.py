"""The full measurements of notebook 08: `python -m helpers.studies.generalization` makes the file in `data/` again.

Ctrl-C keeps the finished runs, and the command goes on from them.
Each run trains one network on a few training digits of MNIST, with a learning rate that falls to 0, and tests it on
all test digits. Its seed decides which digits, the first weights and the order: rows of one seed are pairs. The
learning rate (0.2, not 0.1) was chosen on the last 2,000 training digits, which `pick_digits` never takes, with two
other seeds; the strengths of the remedies are the usual ones; nothing was chosen on the test digits.

The file holds {"source": ..., "torch": ..., "runs": {name of the experiment: one run for each seed, 0 first}}.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from helpers import ROOT
from helpers.data import Digits, load_digits
from helpers.model import SimpleCNN
from helpers.regularization import RegularizedCNN, accuracy_and_loss, augment, average_cnn, fit, mislabel, pick_digits
from helpers.studies import keep, kept

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

FILE = ROOT / "data" / "generalization.json"
SEEDS = 10
SIZES = (100, 1000)


def flip_half(images: Tensor) -> Tensor:
    """The images (N, 1, 28, 28), each mirrored left to right with probability 1/2."""
    return torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, images.flip(-1), images)


def narrow_cnn() -> RegularizedCNN:
    """SimpleCNN with batch normalisation and 16 units in fc1 in the place of 128."""
    model = RegularizedCNN(dropout=0)
    model.fc1, model.norm3, model.fc2 = nn.Linear(64 * 7 * 7, 16), nn.BatchNorm1d(16), nn.Linear(16, 10)
    return model


@dataclass(frozen=True)
class Experiment:
    """How one network is trained; by default without any remedy."""

    network: Callable[[], nn.Module] = SimpleCNN
    change: Callable[[Tensor], Tensor] | None = None  # of a batch of images
    decay: float = 0.0
    stop_early: bool = False  # a fifth of the digits is then kept for validation
    wrong_labels: float = 0.0  # share
    count: int = 300  # training digits
    steps: int = 180  # of 50 digits


ALL = partial(Experiment, RegularizedCNN, augment, 0.01)
BATCH_NORM = partial(RegularizedCNN, dropout=0)
EXPERIMENTS = {
    "none": Experiment(),
    "weight decay": Experiment(decay=0.01),
    "dropout": Experiment(partial(RegularizedCNN, batch_norm=False)),
    "batch norm": Experiment(BATCH_NORM),
    "augmentation": Experiment(change=augment),
    "all four": ALL(),
    "early stopping": Experiment(stop_early=True),
    "early stopping, wrong labels": Experiment(stop_early=True, wrong_labels=0.2),
    "wrong labels": Experiment(wrong_labels=0.2),
    "flips": Experiment(change=flip_half),
    "fc1 with 16 units": Experiment(narrow_cnn),
    "average pooling": Experiment(average_cnn),
    **{f"none, {count:,}": Experiment(count=count) for count in SIZES},
    **{f"all four, {count:,}": ALL(count=count) for count in SIZES},
}


@torch.random.fork_rng(devices=())  # the seed is this training's alone
def run(experiment: Experiment, train_set: Digits, test_set: Digits, seed: int) -> dict[str, float]:
    """Train once and test.

    Returns "train" and "test", accuracies at the end. With early stopping also, for right validation labels ("clean")
    and, if some labels are wrong, for those as they are ("noisy"): the test accuracy of the weights with the lowest
    validation loss ("clean stopped"), their epoch ("clean epoch"), and the test accuracy of a new training on all
    digits for so many epochs ("clean again").
    """
    images, truth = pick_digits(train_set.images, train_set.labels, experiment.count, seed)
    labels = mislabel(truth, experiment.wrong_labels, seed)
    used = experiment.count * 4 // 5 if experiment.stop_early else experiment.count

    def trained(used: int, epochs: int, watch: Callable = lambda model: None) -> nn.Module:
        torch.manual_seed(seed)
        model = experiment.network()
        fit(model, images[:used], labels[:used], epochs, experiment.change, experiment.decay, watch)
        return model

    def tested(model: nn.Module) -> float:
        return round(accuracy_and_loss(model, test_set.images, test_set.labels)[0], 4)

    chooses = {"clean": truth, "noisy": labels} if experiment.wrong_labels else {"clean": truth}
    losses: dict[str, list[float]] = {name: [] for name in chooses}
    best_weights: dict[str, dict[str, Tensor]] = {}

    def watch(model: nn.Module) -> None:
        for name, told in chooses.items():
            losses[name].append(accuracy_and_loss(model, images[used:], told[used:])[1])
            if losses[name].index(min(losses[name])) + 1 == len(losses[name]):  # a new lowest
                best_weights[name] = copy.deepcopy(model.state_dict())

    epochs = experiment.steps // -(-experiment.count // 50)
    model = trained(used, epochs, watch) if experiment.stop_early else trained(used, epochs)
    found = {"train": round(accuracy_and_loss(model, images[:used], labels[:used])[0], 4), "test": tested(model)}
    for name, weights in best_weights.items():
        best = losses[name].index(min(losses[name])) + 1
        again = trained(experiment.count, best)
        model.load_state_dict(weights)
        found |= {f"{name} stopped": tested(model), f"{name} epoch": best, f"{name} again": tested(again)}
    return found


def make_results(file: Path = FILE) -> dict:
    """Make every run that is missing in `file`; Ctrl-C keeps the finished ones. Returns what the file then holds."""
    train_set, test_set = load_digits(train=True), load_digits(train=False)
    results: dict = load_results(file) if file.exists() else {"source": train_set.source, "torch": torch.__version__}
    runs = results.setdefault("runs", {})
    missing = [(name, seed) for name in EXPERIMENTS for seed in range(len(runs.get(name, [])), SEEDS)]
    for name, seed in tqdm(missing, desc="runs", leave=False):
        found = run(EXPERIMENTS[name], train_set, test_set, seed)  # first: stopped here, it leaves no empty list
        runs.setdefault(name, []).append(found)
        keep(file, results)
    return results


def load_results(file: Path = FILE) -> dict:
    """The results in `file`."""
    return kept(file, __spec__.name)


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"{sum(map(len, make_results()['runs'].values()))} runs are kept in {FILE.name}.")
