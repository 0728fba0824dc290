"""Closed forms for two arms against enumeration, SciPy, statsmodels and simulation."""

import sys
from importlib import import_module
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from oracles.samples import TWO_ARMS, Arm
from oracles.studies import make_analysis
from scipy import stats
from statsmodels.stats.power import TTestIndPower

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))  # shadows nothing
formulas = import_module("published.two_arm_formulas")

CONTROLS = np.array([0.10, 0.20, 0.40, 0.20, 0.10])
MENTORED = np.array([0.05, 0.15, 0.30, 0.25, 0.25])
REPLICATES = 20_000
ERROR = 4.4 * np.sqrt(0.8 * 0.2 / REPLICATES)


def shifted(pmf: np.ndarray, odds_ratio: float) -> np.ndarray:
    """Multiply the odds of being above every cut."""
    above = 1 - np.cumsum(pmf)[:-1]
    odds = odds_ratio * above / (1 - above)
    return -np.diff([1, *(odds / (1 + odds)), 0])


def simulated_power(controls: np.ndarray, mentored: np.ndarray, sizes: tuple[int, int]) -> float:
    """Share of Mann-Whitney tests of five-point changes with p <= .05."""
    rng = np.random.default_rng(sum(sizes))
    arms = []
    for pmf, n in zip((mentored, controls), sizes[::-1], strict=True):
        changes = rng.choice(5, (REPLICATES, n, 1), p=pmf).astype(np.int16) - np.int16(2)
        arms.append(Arm(changes, np.zeros_like(changes), np.array([n]), np.arange(n)))
    found = TWO_ARMS["mann_whitney"](arms[0], arms[1], make_analysis())
    return float((found.pvalue <= 0.05).mean())


def test_relative_effect_by_brute_force() -> None:
    """The relative effect is what all pairs of categories say, and turns around with the arms."""
    pairs = product(enumerate(CONTROLS), enumerate(MENTORED))
    expected = sum(p * q * ((i < j) + (i == j) / 2) for (i, p), (j, q) in pairs)
    assert formulas.relative_effect(CONTROLS, MENTORED) == pytest.approx(expected, abs=1e-14)
    assert formulas.relative_effect(MENTORED, CONTROLS) == pytest.approx(1 - expected, abs=1e-14)
    assert formulas.relative_effect(CONTROLS, CONTROLS) == pytest.approx(0.5, abs=1e-14)


def test_samples_become_shares() -> None:
    """Shares of samples, of unequal length and tied, have the relative effect of SciPy's U."""
    rng = np.random.default_rng(3)
    first, second = rng.integers(0, 6, 17), rng.integers(1, 9, 11)
    one, other = formulas.pmfs_of_samples(first, second)
    assert one.sum() == pytest.approx(1)
    assert other.sum() == pytest.approx(1)
    u = stats.mannwhitneyu(second, first).statistic
    assert formulas.relative_effect(one, other) == pytest.approx(u / (17 * 11))


@pytest.mark.parametrize("allocation", [0.5, 0.3])
def test_rank_sum_size_has_its_power(allocation: float) -> None:
    """The simulated power at the size is .8 within .015 and Monte Carlo error.

    The size is asymptotic, and the smaller arm has some thirty people.
    """
    total = formulas.rank_sum_size(CONTROLS, MENTORED, allocation).total
    sizes = round(allocation * total), round((1 - allocation) * total)
    assert abs(simulated_power(CONTROLS, MENTORED, sizes) - 0.8) < ERROR + 0.015


def test_proportional_odds_have_their_power() -> None:
    """The size for the distribution averaged over the arms has .8 within .015 and its error."""
    mentored = shifted(CONTROLS, 2.0)
    total = formulas.proportional_odds_size((CONTROLS + mentored) / 2, 2.0)
    power = simulated_power(CONTROLS, mentored, (round(total / 2), round(total / 2)))
    assert abs(power - 0.8) < ERROR + 0.015


def test_formulas_meet_for_small_effects() -> None:
    """For a small effect of continuous values all three sizes are one."""
    fine = np.full(400, 1 / 400)
    odds_ratio = 1.02
    other = shifted(fine, odds_ratio)
    found = formulas.rank_sum_size(fine, other)
    whitehead = formulas.proportional_odds_size((fine + other) / 2, odds_ratio)
    assert formulas.noether_size(found.relative_effect) == pytest.approx(found.total, rel=1e-3)
    assert whitehead == pytest.approx(found.total, rel=1e-3)


@pytest.mark.parametrize("allocation", [0.5, 0.25])
def test_power_at_the_size_is_the_power_aimed_at(allocation: float) -> None:
    """Whitehead's power at his size is that aimed at, but for n + 1 in the place of n."""
    size = formulas.proportional_odds_size(CONTROLS, 1.1, allocation, power=0.9)
    found = formulas.proportional_odds_power(CONTROLS, 1.1, size, allocation)
    assert found == pytest.approx(0.9, abs=2 / size)


def test_directions_and_arms_are_alike() -> None:
    """An effect and its opposite need as many people, and so do arms that change places."""
    assert formulas.noether_size(0.349) == pytest.approx(formulas.noether_size(0.651))
    assert formulas.noether_size(0.6, 0.3) == pytest.approx(formulas.noether_size(0.6, 0.7))
    assert formulas.proportional_odds_size(CONTROLS, 1.5) == pytest.approx(
        formulas.proportional_odds_size(CONTROLS, 1 / 1.5)
    )
    one, other = (
        formulas.rank_sum_size(CONTROLS, MENTORED, 0.3),
        formulas.rank_sum_size(MENTORED, CONTROLS, 0.7),
    )
    assert one.total == pytest.approx(other.total)


@pytest.mark.parametrize("allocation", [0.5, 0.2])
def test_two_categories_are_two_proportions(allocation: float) -> None:
    """Of two categories the size is the classical one for two proportions, variances unpooled."""
    p, q = 0.3, 0.5
    mixed = allocation * p + (1 - allocation) * q
    apart = allocation * q * (1 - q) + (1 - allocation) * p * (1 - p)
    z = stats.norm.ppf([0.975, 0.9])
    root = z[0] * np.sqrt(mixed * (1 - mixed)) + z[1] * np.sqrt(apart)
    expected = root**2 / (allocation * (1 - allocation) * (p - q) ** 2)
    found = formulas.rank_sum_size([1 - p, p], [1 - q, q], allocation, power=0.9)
    assert found.total == pytest.approx(expected)


def test_ties_save_people_at_a_given_effect() -> None:
    """A sample's variance is at most that of continuous values, least where it is most tied."""
    sizes = [
        formulas.noether_size(0.6, sample=own)
        for own in (None, range(30), [1, 2] * 15, [1] * 9 + [2])
    ]
    assert all(np.diff(sizes) < 0)


@pytest.mark.parametrize("effect", [-1.2, 0.2, 0.5, 2.0])
@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.01, 0.95)])
def test_t_size_is_that_of_statsmodels(effect: float, alpha: float, power: float) -> None:
    """The size per arm of the t test is statsmodels'."""
    expected = TTestIndPower().solve_power(abs(effect), alpha=alpha, power=power)
    assert formulas.two_sample_t_size(effect, alpha, power) == pytest.approx(expected, rel=1e-6)


def test_no_effect_has_no_size() -> None:
    """Where there is no effect every size is refused."""
    with pytest.raises(ValueError, match="no effect"):
        formulas.noether_size(0.5)
    with pytest.raises(ValueError, match="no effect"):
        formulas.rank_sum_size(CONTROLS, CONTROLS)
    with pytest.raises(ValueError, match="no effect"):
        formulas.proportional_odds_size(CONTROLS, 1.0)
    with pytest.raises(ValueError, match="effect of 0"):
        formulas.two_sample_t_size(0.0)


@pytest.mark.parametrize("wrong", [[0.5, 0.6], [1.5, -0.5], [[0.5, 0.5]]])
def test_what_is_no_distribution(wrong: list[float]) -> None:
    """Probabilities that are negative, do not add up to 1 or are no list are refused."""
    with pytest.raises(ValueError, match="sum to 1"):
        formulas.relative_effect(wrong, [0.5, 0.5])
    with pytest.raises(ValueError, match="sum to 1"):
        formulas.proportional_odds_power(wrong, 1.5, 100)


def test_arms_with_other_categories() -> None:
    """Arms that do not have the same categories are refused."""
    with pytest.raises(ValueError, match="same categories"):
        formulas.rank_sum_size(CONTROLS, [0.5, 0.5])
