"""Estimates, their Monte Carlo errors and intervals."""

import numpy as np
import pytest
from oracles.checks import within_error
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from sim.power.estimates import Estimate, mean, proportion, wilson_interval
from sim.power.sample_size import SampleSize, smallest_size


@pytest.mark.parametrize("replicates", [1, 10, 1000, 10**6])
def test_wilson_is_statsmodels_s(replicates: int) -> None:
    """Wilson's interval equals statsmodels', and never leaves 0 to 1."""
    counts = np.unique(np.linspace(0, replicates, 9).astype(int))
    found = proportion(counts, replicates)
    low, high = proportion_confint(counts, replicates, method="wilson")
    assert np.allclose(found.low, low, rtol=0, atol=1e-12)
    assert np.allclose(found.high, high, rtol=0, atol=1e-12)
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()


def test_wilson_at_the_ends() -> None:
    """With no or all successes the interval is one-sided and still has a width."""
    none, every = proportion(0, 50), proportion(50, 50)
    assert (none.low, every.high) == (0, 1)
    assert none.high > 0.05
    assert every.low < 0.95


def test_wilson_confidence() -> None:
    """A 99% interval is statsmodels' at alpha = .01."""
    low, high = wilson_interval(np.array([0.3]), 200, 0.99)
    expected = proportion_confint(60, 200, alpha=0.01, method="wilson")
    assert (low[0], high[0]) == pytest.approx(expected, abs=1e-12)


def test_error_of_a_proportion() -> None:
    """The standard error is sqrt(p (1 - p) / R), and the denominator goes with it."""
    found = proportion([0, 30, 100], 100)
    assert found.value.tolist() == [0, 0.3, 1]
    assert found.mcse.tolist() == pytest.approx([0, np.sqrt(0.3 * 0.7 / 100), 0])
    assert (np.asarray(found.replicates) == 100).all()


def test_error_is_the_spread_of_repetitions() -> None:
    """Over repeated simulations the estimates spread as their standard error says."""
    counts = np.random.default_rng(50).binomial(400, 0.3, 4000)
    spread = proportion(counts, 400).value.std()
    assert within_error(spread, np.sqrt(0.3 * 0.7 / 400), spread / np.sqrt(2 * 4000))


def test_mean() -> None:
    """Mean and error follow from sums over replicates, per participant."""
    sums = np.random.default_rng(51).integers(-20, 30, (500, 3))
    found = mean(sums.sum(axis=0), (sums**2).sum(axis=0), 500, 10)
    assert np.allclose(found.value, sums.mean(axis=0) / 10)
    assert np.allclose(found.mcse, sums.std(axis=0, ddof=1) / np.sqrt(500) / 10)
    assert np.allclose(found.high - found.low, 2 * 1.959963984540054 * found.mcse)


def sized(pairs: tuple[int, ...], power: list[float], target: float = 0.8) -> SampleSize:
    """Smallest size of one rule, beside another that must play no part."""
    value = np.column_stack([np.ones(len(pairs)), power])
    mcse = np.column_stack([np.zeros(len(pairs)), 0.01 * np.arange(len(pairs))])
    counts = np.full(value.shape, 1000)
    estimate = Estimate(value, mcse, value - 0.02, value + 0.02, counts)
    return smallest_size("rule", target, pairs, estimate, 1)


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        ([0.5, 0.7, 0.8, 0.9], (12, 12)),
        ([0.5, 0.81, 0.79, 0.85, 0.9], (13, 11)),
        ([0.81, 0.79, 0.81, 0.79, 0.81], (14, 10)),
        ([0.85, 0.9, 0.95], (10, 10)),
        ([0.5, 0.9, 0.79], (None, 11)),
        ([0.1, 0.2, 0.3], (None, None)),
        ([0.8], (10, 10)),
        ([0.7999999], (None, None)),
    ],
)
def test_smallest_size_stays(power: list[float], expected: tuple[int | None, int | None]) -> None:
    """The answer is the size from which power never falls below the target again."""
    found = sized(tuple(range(10, 10 + len(power))), power)
    assert (found.size, found.first_reached) == expected
    assert found.limit == 9 + len(power)


def test_smallest_size_says_its_power() -> None:
    """Power and error are those at the answer, or at the limit where there is none."""
    kept = sized((5, 9, 20), [0.5, 0.9, 0.85])
    assert (kept.size, kept.power, kept.mcse, kept.replicates) == (9, 0.9, 0.01, 1000)
    missed = sized((5, 9, 20), [0.5, 0.9, 0.85], 0.88)
    assert (missed.size, missed.first_reached, missed.power, missed.mcse) == (None, 9, 0.85, 0.02)


def test_interval_of_the_size() -> None:
    """The interval runs from where the upper limit stays at the target to where the lower does."""
    found = sized(tuple(range(10, 16)), [0.7, 0.79, 0.80, 0.81, 0.83, 0.84])
    assert (found.low, found.size, found.high) == (11, 12, 14)
    beyond = sized(tuple(range(10, 13)), [0.7, 0.79, 0.81])
    assert (beyond.low, beyond.size, beyond.high) == (11, 12, None)


def test_true_saw_tooth_of_the_sign_test() -> None:
    """On the exact power of the sign test the answer lies beyond sizes that reach and lose it."""
    sizes = tuple(range(10, 60))
    power = []
    for n in sizes:
        tail = stats.binom(n, 0.5).cdf(np.arange(n + 1))
        critical = np.flatnonzero(2 * tail <= 0.05).max()
        power.append(float(stats.binom(n, 0.3).cdf(critical)))
    found = sized(sizes, power)
    assert found.first_reached < found.size
    assert min(power[sizes.index(found.size) :]) >= 0.8 > power[sizes.index(found.size) - 1]
