"""Rules of thumb for small pilots, against the distributions they come from."""

import numpy as np
import pytest
from scipy import stats

from sim.power.inflation import browne_inflation, julious_inflation


@pytest.mark.parametrize("pilot", [2, 6, 12, 70])
@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95])
def test_browne_is_the_chi_squared_quantile(pilot: int, confidence: float) -> None:
    """Browne's factor is the upper confidence limit of a variance over its estimate."""
    expected = (pilot - 1) / stats.chi2.ppf(1 - confidence, pilot - 1)
    assert browne_inflation(pilot, confidence) == pytest.approx(expected, rel=1e-10)


def test_browne_keeps_its_promise() -> None:
    """With a pilot of 6 the enlarged study has its power in 80% of pilots."""
    rng = np.random.default_rng(4)
    variances = rng.normal(size=(200_000, 6)).var(axis=1, ddof=1)
    enough = np.count_nonzero(browne_inflation(6) * variances >= 1)
    assert abs(enough / 200_000 - 0.8) <= 4.4 * np.sqrt(0.16 / 200_000)


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("pilot", [2, 4, 6, 12, 70])
@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.05, 0.9), (0.01, 0.8)])
def test_julious_is_the_noncentral_t_quantile(
    sides: int, pilot: int, alpha: float, power: float
) -> None:
    """The factor is a squared ratio of a non-central t quantile and the normal ones."""
    z = stats.norm.isf(alpha / sides)
    expected = (stats.nct.ppf(power, pilot - 1, z) / (z + stats.norm.ppf(power))) ** 2
    assert julious_inflation(pilot, alpha, power, sides) == pytest.approx(expected, rel=1e-7)


def test_julious_keeps_its_promise() -> None:
    """With a pilot of 6 the enlarged studies have the target power on average over pilots."""
    rng = np.random.default_rng(5)
    spread = rng.normal(size=(200_000, 6)).std(axis=1, ddof=1)
    z, planned = stats.norm.isf(0.025), stats.norm.isf(0.025) + stats.norm.ppf(0.8)
    power = stats.norm.cdf(np.sqrt(julious_inflation(6, 0.05, 0.8)) * planned * spread - z)
    assert abs(power.mean() - 0.8) <= 4.4 * power.std() / np.sqrt(200_000)


def test_large_pilots_need_no_allowance() -> None:
    """Both factors fall towards 1 as the pilot grows."""
    pilots = (3, 6, 30, 300, 100_000)
    for factors in (
        [browne_inflation(pilot) for pilot in pilots],
        [julious_inflation(pilot, 0.05, 0.8) for pilot in pilots],
    ):
        assert all(np.diff(factors) < 0)
        assert factors[-1] == pytest.approx(1, abs=0.01)
