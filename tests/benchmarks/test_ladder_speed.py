"""The ladder's ratio, measured on real MNIST: `python -m pytest tests/benchmarks -s` says first how long it may take.

Left out of the ordinary tests (norecursedirs in pyproject.toml), which measure no times.
"""

from statistics import mean, median

from helpers.data import DigitsUnavailable, load_digits
from helpers.studies.ladder import BF16, LARGER_BATCH, PROGRAM, SEEDS, conditions, load_runs, time_rung

import pytest

RUNGS = (PROGRAM, LARGER_BATCH, BF16)


@pytest.fixture(scope="module")
def measured():
    """Median seconds and mean accuracy of the program and the two last rungs, measured seed by seed side by side."""
    try:
        sets = load_digits(train=True, source="disk"), load_digits(train=False, source="disk")
    except DigitsUnavailable as reason:
        pytest.skip(str(reason))
    kept = sum(run.seconds for run in load_runs() if run.rung in [rung.name for rung in RUNGS])
    print(f"\nNine trainings. They took {kept / 60:.0f} minutes where data/ladder.json was measured. {conditions()}")
    runs = [time_rung(rung, *sets, seed) for seed in SEEDS for rung in RUNGS]
    found = {}
    for rung in RUNGS:
        mine = [run for run in runs if run.rung == rung.name]
        found[rung] = median(run.seconds for run in mine), mean(run.accuracy for run in mine)
        print(f"{rung.name}: {found[rung][0]:.2f} s, test accuracy {found[rung][1]:.2%}")
    return found


def test_float32_needs_a_hundredth_of_the_time(measured):
    assert not LARGER_BATCH.bf16 and measured[LARGER_BATCH][0] <= measured[PROGRAM][0] / 100


def test_no_rung_is_less_accurate_than_the_program(measured):
    assert min(accuracy for _, accuracy in measured.values()) >= measured[PROGRAM][1]
