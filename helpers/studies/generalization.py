"""The full measurements of notebook 08: `python -m helpers.studies.generalization` makes the file in `data/` again.

Each run trains one network on a few training digits and tests it once, on all test digits. Its seed decides which
digits, the first weights and the order. The strengths of the remedies were chosen on the last 1,000 training digits
of MNIST, which `pick_digits` never takes, and nothing on the test digits.

The file holds {"source": ..., "torch": ..., "runs": {name of the experiment: one run for each seed, 0 first}}.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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

FILE, OWN_FILE = ROOT / "data" / "generalization.json", ROOT / "data" / "generalization_own.json"
ACCURACIES = ("train accuracy", "test accuracy", "gap")
SIZES = (100, 300, 1000, 3000, 10_000)


def flip_half(images: Tensor) -> Tensor:
    """The images (N, 1, 28, 28), each mirrored left to right with probability 1/2."""
    return torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, images.flip(-1), images)


def narrow_cnn() -> SimpleCNN:
    """SimpleCNN with 16 units in fc1 in the place of 128."""
    model = SimpleCNN()
    model.fc1, model.fc2 = nn.Linear(64 * 7 * 7, 16), nn.Linear(16, 10)
    return model


@dataclass(frozen=True)
class Experiment:
    """How one network is trained; by default without any remedy."""

    network: Callable[[], nn.Module] = SimpleCNN
    change: Callable[[Tensor], Tensor] | None = None  # of a batch of images
    weight_decay: float = 0.0
    stop_early: bool = False  # a fifth of the digits is then kept for validation
    wrong_labels: float = 0.0  # share
    count: int = 300  # training digits
    epochs: int = 60
    seeds: int = 5


REMEDIES = {
    "none": Experiment(),
    "dropout": Experiment(partial(RegularizedCNN, batch_norm=False)),
    "augmentation": Experiment(change=augment),
    "weight decay": Experiment(weight_decay=0.01),
    "early stopping": Experiment(stop_early=True),
    "batch norm": Experiment(partial(RegularizedCNN, dropout=0)),
    "all but early stopping": Experiment(RegularizedCNN, augment, weight_decay=0.01),
    "all five": Experiment(RegularizedCNN, augment, weight_decay=0.01, stop_early=True),
}
OTHERS = {
    "240 digits": Experiment(count=240),  # those that early stopping trains on
    "flips": Experiment(change=flip_half),
    "fc1 with 16 units": Experiment(narrow_cnn),
    "average pooling": Experiment(average_cnn),
    "average pooling, 480 epochs": Experiment(average_cnn, epochs=480),
    "wrong labels": Experiment(wrong_labels=0.2),
    "wrong labels, early stopping": Experiment(wrong_labels=0.2, stop_early=True),
}
GROWTH = {
    f"{name}, {count:,}": replace(REMEDIES[name], count=count, epochs=30_000 // count, seeds=3)  # 600 batches of 50
    for name in ("none", "all but early stopping")
    for count in SIZES
}
EXPERIMENTS = REMEDIES | OTHERS | GROWTH


@torch.random.fork_rng(devices=())  # the seed is this training's alone
def run(experiment: Experiment, train_set: Digits, test_set: Digits, seed: int) -> dict[str, float]:
    """Train once and test once; "epochs" is the epoch whose weights were kept."""
    images, labels = pick_digits(train_set.images, train_set.labels, experiment.count, seed)
    labels = mislabel(labels, experiment.wrong_labels, seed)
    kept = experiment.count * 4 // 5 if experiment.stop_early else experiment.count
    torch.manual_seed(seed)
    model = experiment.network()
    epochs = fit(
        model, images[:kept], labels[:kept], experiment.epochs, weight_decay=experiment.weight_decay, seed=seed,
        change=experiment.change, validation=(images[kept:], labels[kept:]) if experiment.stop_early else None,
    )  # fmt: skip
    train = accuracy_and_loss(model, images[:kept][:2000], labels[:kept][:2000])
    test = accuracy_and_loss(model, test_set.images, test_set.labels)
    names = ("train accuracy", "train loss", "test accuracy", "test loss")
    return {name: round(value, 4) for name, value in zip(names, train + test, strict=True)} | {"epochs": epochs}


def make_results(file: Path = OWN_FILE) -> dict:
    """Make every run that is missing in `file`; Ctrl-C keeps the finished ones. Returns what the file then holds."""
    train_set, test_set = load_digits(train=True), load_digits(train=False)
    results: dict = load_results(file) if file.exists() else {"source": train_set.source, "torch": torch.__version__}
    runs = results.setdefault("runs", {})
    missing = [(name, seed) for name, e in EXPERIMENTS.items() for seed in range(len(runs.get(name, [])), e.seeds)]
    try:
        for name, seed in tqdm(missing, desc="runs", leave=False):
            found = run(EXPERIMENTS[name], train_set, test_set, seed)  # first: stopped here, it leaves no empty list
            runs.setdefault(name, []).append(found)
            keep(file, results)
    except KeyboardInterrupt:
        print(f"Stopped. {sum(map(len, runs.values()))} finished runs are kept in {file.name}; run again to go on.")
    return results


def load_results(file: Path = FILE) -> dict:
    """The results in `file`."""
    return kept(file, __spec__.name)


def values(results: dict, name: str, key: str) -> list[float]:
    """What the runs of one experiment gave, seed by seed; key "gap" is train minus test accuracy."""
    runs = results["runs"][name]
    return [run["train accuracy"] - run["test accuracy"] if key == "gap" else run[key] for run in runs]


def report(results: dict, names: Iterable[str], keys: Sequence[str] = ACCURACIES) -> None:
    """Print one line for each experiment: mean ± standard deviation over its n seeds."""
    print(f"{'':<30}" + "".join(f"{key:>17}" for key in keys) + "   n")
    for name in names:
        line = f"{name:<30}"
        for key in keys:
            numbers = values(results, name, key)
            mean, spread = statistics.mean(numbers), statistics.stdev(numbers) if len(numbers) > 1 else 0.0
            scale, places, unit = (1, 3, "") if "loss" in key else (1, 0, "") if key == "epochs" else (100, 1, " %")
            line += f"{scale * mean:.{places}f} ± {scale * spread:.{places}f}{unit}".rjust(17)
        print(f"{line}{len(numbers):>4}")


if __name__ == "__main__":
    report(make_results(FILE), EXPERIMENTS)
