"""The ladder's ratio, measured: `python -m pytest tests/benchmarks -s`, on real MNIST, about ten minutes.

Left out of the ordinary tests (norecursedirs in pyproject.toml), which measure no times.
"""

import pytest

from helpers.data import DigitsUnavailable, load_digits
from helpers.studies.ladder import BF16, LARGER_BATCH, PROGRAM
from helpers.studies.ladder_study import SEEDS, conditions, measure, summary


@pytest.fixture(scope="module")
def rungs():
    """The program and the two last rungs, seed by seed side by side."""
    try:
        sets = load_digits(train=True, source="disk"), load_digits(train=False, source="disk")
    except DigitsUnavailable as reason:
        pytest.skip(str(reason))
    recipes = (PROGRAM, LARGER_BATCH, BF16)
    runs = [measure(recipe, *sets, seed) for seed in SEEDS for recipe in recipes]
    found = summary(runs, recipes)
    print(f"\n{conditions()}")
    for rung in found:
        ratio = found[0].seconds / rung.seconds
        print(f"{rung.recipe.name}: {rung.seconds:.2f} s, {ratio:.0f}x, {rung.spoken_accuracy()}")
    return found


def test_float32_needs_a_hundredth_of_the_time(rungs):
    program, fp32, _ = rungs
    assert not fp32.recipe.bf16 and fp32.seconds <= program.seconds / 100


def test_no_rung_is_less_accurate_than_the_program(rungs):
    assert min(rung.accuracy for rung in rungs) >= rungs[0].accuracy
