"""Measure the ladder: `python -m helpers.studies.ladder_study` writes data/ladder.json, which notebook 06 shows.

Every rung is trained on MNIST's training images and tested on all its test images. Rungs take turns, so that a machine
that grows slower is slow for all of them. The clock runs from the digits as bytes in
memory to the last step; testing is not timed. What is measured is kept: stopped, the study goes on where it was.
"""

import json
import platform
import statistics
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from helpers import ROOT
from helpers.data import Digits, load_digits
from helpers.model import SimpleCNN
from helpers.studies import ladder
from helpers.studies.ladder import LADDER, PROGRAM, Recipe
from helpers.training import evaluate

RESULTS = ROOT / "data" / "ladder.json"
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Run:
    """One training: `seconds` of wall time, and the `accuracy` on the test digits, 0 to 1."""

    rung: str
    seed: int
    seconds: float
    accuracy: float


@dataclass(frozen=True)
class Rung:
    """The runs of one recipe together: median seconds, mean accuracy, its standard deviation, the number of seeds."""

    recipe: Recipe
    seconds: float
    accuracy: float
    spread: float
    seeds: int

    def spoken_accuracy(self) -> str:
        """The accuracy in percent, with its spread when there is more than one seed."""
        return f"{self.accuracy:.2%}" + (f" ± {100 * self.spread:.2f}" if self.seeds > 1 else "")


def measure(recipe: Recipe, train_set: Digits, test_set: Digits, seed: int) -> Run:
    """Train by `recipe` against the clock, then test its weights in the plain SimpleCNN."""
    began = time.perf_counter()
    trained = ladder.train(recipe, train_set, seed, live=False)
    seconds = time.perf_counter() - began
    model = SimpleCNN()
    model.load_state_dict(trained.state_dict())
    accuracy = evaluate(model, DataLoader(test_set, batch_size=500))
    return Run(recipe.name, seed, round(seconds, 3), accuracy)


def summary(runs: Iterable[Run], recipes: Iterable[Recipe] = LADDER) -> list[Rung]:
    """One Rung for each of `recipes` that was run, in their order."""
    rungs = []
    for recipe in recipes:
        mine = [run for run in runs if run.rung == recipe.name]
        if mine:
            accuracies = [run.accuracy for run in mine]
            spread = statistics.stdev(accuracies) if len(mine) > 1 else 0.0
            seconds = statistics.median(run.seconds for run in mine)
            rungs.append(Rung(recipe, seconds, statistics.mean(accuracies), spread, len(mine)))
    return rungs


def load_runs(path: Path = RESULTS) -> list[Run]:
    """The runs that were measured and kept. Raises FileNotFoundError, naming the command, when there is no file."""
    if not path.exists():
        raise FileNotFoundError(f"No results in {path.name}: measure them with python -m helpers.studies.ladder_study")
    return [Run(**run) for run in json.loads(path.read_text())["runs"]]


def conditions() -> str:
    """Where a measurement is made, in words: processor, threads, versions."""
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            processor = line.split(":")[1].strip()
    return f"{processor}, {torch.get_num_threads()} threads, torch {torch.__version__.split('+')[0]}"


def planned() -> list[tuple[Recipe, int]]:
    """What to run: every rung with every seed, but those that only make the program's own images cheaper with one.

    Their weights come out as the program's, up to rounding.
    """
    cheaper = [recipe for recipe in LADDER if recipe != PROGRAM and recipe.images == PROGRAM.images]
    return [(recipe, seed) for seed in SEEDS for recipe in LADDER if seed == SEEDS[0] or recipe not in cheaper]


def main() -> None:
    """Measure the runs that are missing and write all of them to RESULTS."""
    runs = load_runs(RESULTS) if RESULTS.exists() else []
    train_set, test_set = load_digits(train=True, source="disk"), load_digits(train=False, source="disk")
    for recipe, seed in planned():
        if not any((run.rung, run.seed) == (recipe.name, seed) for run in runs):
            runs.append(measure(recipe, train_set, test_set, seed))
            print(runs[-1], flush=True)
            kept = {"conditions": conditions(), "runs": [asdict(run) for run in runs]}
            RESULTS.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
