"""Exact sample sizes: the true ones of benchmark B2, saw-teeth, the limit of the search."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import make_analysis
from scipy import stats

from sim.power.exact import exact_rejection

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))  # shadows nothing
exact_size = import_module("benchmarks.exact_size").exact_size

B1 = (0.03, 0.12, 0.35, 0.35, 0.15)
SAW = (0.3, 0.0, 0.7)
"""Everybody changes, 70% upwards."""
TRUTH = {
    "normal": ({"p_value": "asymptotic"}, 39),
    "normal, corrected": ({"p_value": "asymptotic", "continuity": True}, 39),
    "exact": ({}, 41),
    "Pratt normal": ({"p_value": "asymptotic", "zeros": "pratt"}, 37),
    "Pratt exact": ({"zeros": "pratt"}, 39),
    "sign": ({"test": "sign"}, 44),
    "t": ({"test": "paired_t"}, 38),
}
EVERY = pytest.mark.parametrize(("options", "n"), TRUTH.values(), ids=TRUTH)


@EVERY
def test_benchmark_sizes(options: dict[str, Any], n: int) -> None:
    """The smallest size with rejection probability .80 that stays there is B2's, for all tests."""
    analysis = make_analysis(**options)
    found = exact_size(B1, 0.8, analysis)
    assert found.n == n
    assert found.limit >= max(n + 20, 1.5 * n)
    around = exact_rejection(B1, range(n - 1, found.limit + 1), analysis).win
    assert around[0] < 0.8
    assert (around[1:] >= 0.8).all()
    assert found.power == pytest.approx(around[1], abs=1e-8)


def saw_tooth(n: int) -> float:
    """Power of the two-sided exact sign test where nobody stays unchanged, upwards."""
    upper = np.arange(n + 1)
    rejected = 2 * stats.binom(n, 0.5).sf(upper - 1) <= 0.05
    return float(stats.binom(n, 0.7).pmf(upper) @ rejected)


def test_saw_tooth() -> None:
    """The sign test reaches .80 at 49 and stays from 54, as binomial sums say."""
    found = exact_size(SAW, 0.8, make_analysis(test="sign"))
    assert (found.first_reached, found.n) == (49, 54)
    powers = np.array([saw_tooth(n) for n in range(found.limit + 1)])
    assert np.flatnonzero(powers >= 0.8)[0] == 49
    assert np.flatnonzero(powers < 0.8)[-1] == 53
    assert found.power == pytest.approx(powers[54], abs=1e-9)


def test_a_target_between_the_teeth() -> None:
    """Whatever the target, the size found is the last that power falls short of, plus one."""
    powers = np.array([saw_tooth(n) for n in range(301)])
    for target in (0.3, 0.55, 0.7, 0.9, 0.95):
        found = exact_size(SAW, target, make_analysis(test="sign"))
        assert found.n == np.flatnonzero(powers < target)[-1] + 1
        assert found.first_reached == np.flatnonzero(powers >= target)[0]


@pytest.mark.parametrize("largest", [5, 32, 40])
def test_largest_is_reached(largest: int) -> None:
    """Where no size up to the largest suffices there is no answer, and the limit says so."""
    found = exact_size(B1, 0.8, make_analysis(), largest=largest)
    assert (found.n, found.limit) == (None, largest)
    power = exact_rejection(B1, [largest], make_analysis()).win[0]
    assert found.power == pytest.approx(power, abs=1e-8)


def test_first_reached_without_staying() -> None:
    """Where the largest size cuts a tooth, power is reached at first but does not stay."""
    found = exact_size(SAW, 0.8, make_analysis(test="sign"), largest=53)
    assert (found.first_reached, found.n, found.limit) == (49, None, 53)


def test_no_effect_has_no_size() -> None:
    """Without an effect no size suffices."""
    found = exact_size((0.25, 0.5, 0.25), 0.8, make_analysis(test="sign"), largest=200)
    assert (found.n, found.first_reached, found.limit) == (None, None, 200)


def test_falls_are_wins_where_looked_for() -> None:
    """The size of the mirrored changes under `less` is that of the changes under `greater`."""
    up = exact_size(B1, 0.8, make_analysis(alternative="greater"))
    down = exact_size(B1[::-1], 0.8, make_analysis(alternative="less"))
    assert (up.n, up.first_reached) == (down.n, down.first_reached)
    assert up.n < 41
