"""The full measurements of notebook 07: `python -m helpers.studies.generalization` makes the file in `data/` again.

Each run trains one network on a few training digits and tests it once, on all test digits. A run's seed decides
which training digits it gets, the first weights and the order. Finished runs are written to the file at once, and
the next call goes on with the missing ones. The strengths of the remedies were chosen on the last 1,000 training
digits of MNIST, from which `generalization.draw` never takes any; no setting was chosen on the test digits.
"""

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from helpers import ROOT
from helpers import regularization as g
from helpers.data import Digits, load_digits
from helpers.model import SimpleCNN

DATA = ROOT / "data"
FILE, OWN_FILE = DATA / "generalization.json", DATA / "generalization_own.json"
VALIDATION_SHARE = 0.2  # of the digits at hand, where training stops early
SIZES = (100, 300, 1000, 3000, 10_000)
STEPS = 600  # of every run against the size of the training set


@dataclass(frozen=True)
class Recipe:
    """How one network is trained; by default without any remedy."""

    dropout: float = 0.0
    augment: bool = False
    weight_decay: float = 0.0
    patience: int = 0  # epochs; 0: no early stopping
    batch_norm: bool = False
    flips: bool = False
    average: bool = False  # global average pooling for fc1
    units: int = 128  # of fc1
    wrong_labels: float = 0.0  # share
    count: int = 300  # training digits
    epochs: int = 60


REMEDIES = {
    "none": Recipe(),
    "dropout": Recipe(dropout=0.5),
    "augmentation": Recipe(augment=True),
    "weight decay": Recipe(weight_decay=0.01),
    "early stopping": Recipe(patience=10),
    "batch norm": Recipe(batch_norm=True),
    "all but early stopping": Recipe(dropout=0.5, augment=True, weight_decay=0.01, batch_norm=True),
    "all five": Recipe(dropout=0.5, augment=True, weight_decay=0.01, batch_norm=True, patience=10),
}
OTHERS = {
    "240 digits": Recipe(count=240),  # those that early stopping trains on
    "flips": Recipe(flips=True),
    "fc1 with 16 units": Recipe(units=16),
    "average pooling": Recipe(average=True),
    "average pooling, 480 epochs": Recipe(average=True, epochs=480),
    "wrong labels": Recipe(wrong_labels=0.2),
    "wrong labels, early stopping": Recipe(wrong_labels=0.2, patience=10),
}
GROWTH = {
    f"{name}, {count:,}": Recipe(**(asdict(REMEDIES[name]) | {"count": count, "epochs": STEPS * g.BATCH_SIZE // count}))
    for name in ("none", "all but early stopping")
    for count in SIZES
}
RECIPES = REMEDIES | OTHERS | GROWTH
SEEDS = {name: 3 if name in GROWTH else 5 for name in RECIPES}


def build(recipe: Recipe) -> nn.Module:
    """The network of a recipe, with fresh weights."""
    if recipe.average:
        return g.AverageCNN()
    model = g.RegularizedCNN(recipe.dropout, recipe.batch_norm) if recipe.dropout or recipe.batch_norm else SimpleCNN()
    if recipe.units != model.fc1.out_features:
        model.fc1, model.fc2 = nn.Linear(64 * 7 * 7, recipe.units), nn.Linear(recipe.units, 10)
    return model


def flip_half(images: Tensor) -> Tensor:
    """The images (N, 1, 28, 28), each mirrored left to right with probability 1/2."""
    return torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, images.flip(-1), images)


def run(recipe: Recipe, train_set: Digits, test_set: Digits, seed: int) -> dict[str, float]:
    """Train by the recipe; returns train and test accuracy, train and test loss, and the epoch of the weights kept."""
    images, labels = g.draw(train_set.images, train_set.labels, recipe.count, seed)
    labels = g.mislabel(labels, recipe.wrong_labels, seed)
    kept = recipe.count - round(recipe.count * VALIDATION_SHARE if recipe.patience else 0)
    torch.manual_seed(seed)
    model = build(recipe)
    stop = g.EarlyStopping(model, images[kept:], labels[kept:], recipe.patience) if recipe.patience else None
    change = g.augment if recipe.augment else flip_half if recipe.flips else None
    epochs = g.fit(
        model, images[:kept], labels[:kept], recipe.epochs, weight_decay=recipe.weight_decay,
        change=change, after_epoch=stop, seed=seed,
    )  # fmt: skip
    if epochs < recipe.epochs and not (stop and stop.exhausted):
        raise KeyboardInterrupt  # `fit` was stopped by hand, and half a run is no result
    if stop:
        stop.restore()
    train = g.measure(model, images[:kept][:2000], labels[:kept][:2000])
    test = g.measure(model, test_set.images, test_set.labels)
    names = ("train accuracy", "train loss", "test accuracy", "test loss")
    found = {name: round(value, 4) for name, value in zip(names, (*train, *test), strict=True)}
    return found | {"epochs": stop.best_epoch if stop else epochs}


def study(file: Path = OWN_FILE) -> dict:
    """Make every run that is missing in `file`; Ctrl-C keeps the finished ones. Returns what the file then holds."""
    train_set, test_set = load_digits(train=True), load_digits(train=False)
    results = load(file) if file.exists() else {"source": train_set.source, "torch": torch.__version__, "runs": {}}
    missing = [
        (name, seed) for name in RECIPES for seed in range(SEEDS[name]) if f"{name} #{seed}" not in results["runs"]
    ]
    try:
        for name, seed in tqdm(missing, desc="runs", leave=False):
            results["runs"][f"{name} #{seed}"] = run(RECIPES[name], train_set, test_set, seed)
            save(results, file)
    except KeyboardInterrupt:
        print(f"Stopped. {len(results['runs'])} finished runs are kept in {file.name}; call again to go on.")
    return results


def load(file: Path = FILE) -> dict:
    """The results in `file`; by default those that come with the project. Raises FileNotFoundError with what to do."""
    if not file.exists():
        raise FileNotFoundError(f"No results in {file.name}: make them with python -m helpers.studies.generalization")
    return json.loads(file.read_text())


def save(results: dict, file: Path) -> None:
    """Write the results, whole or not at all."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(results, indent=0) + "\n")
    os.replace(part, file)


def values(results: dict, name: str, key: str) -> list[float]:
    """What the runs of one recipe gave, in the order of their seeds; key "gap" is train minus test accuracy."""
    labels = (f"{name} #{seed}" for seed in range(len(results["runs"])))
    runs = [results["runs"][label] for label in labels if label in results["runs"]]
    if not runs:
        known = sorted({label.rpartition(" #")[0] for label in results["runs"]})
        raise KeyError(f"No run of {name!r}: go on with study(), or take load(), the saved results. There are {known}")
    return [r["train accuracy"] - r["test accuracy"] if key == "gap" else r[key] for r in runs]


def mean_spread(numbers: list[float]) -> tuple[float, float]:
    """Mean and standard deviation (with n - 1; 0 for a single number)."""
    return statistics.mean(numbers), statistics.stdev(numbers) if len(numbers) > 1 else 0.0


def report(
    results: dict, names: Sequence[str], keys: Sequence[str] = ("train accuracy", "test accuracy", "gap")
) -> None:
    """Print one line for each recipe: mean ± standard deviation over its seeds, accuracies in percent."""
    print(f"{'':<30}" + "".join(f"{key:>17}" for key in keys) + "   n")
    for name in names:
        cells = []
        for key in keys:
            mean, spread = mean_spread(values(results, name, key))
            small = "loss" in key
            cells.append(f"{mean:.3f} ± {spread:.3f}" if small else f"{mean:.1%} ± {100 * spread:.1f}")
            if key == "epochs":
                cells[-1] = f"{mean:.0f} ± {spread:.0f}"
        print(f"{name:<30}" + "".join(f"{cell:>17}" for cell in cells) + f"{len(values(results, name, keys[0])):>4}")


def main() -> None:
    """Make the missing runs of the file in `data/`, then print the means."""
    report(study(FILE), list(RECIPES))


if __name__ == "__main__":
    main()
