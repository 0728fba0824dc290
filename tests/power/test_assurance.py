"""Assurance from draws: its mean, its error, its spread, its limit."""

from dataclasses import replace

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.studies import PRE, make_analysis, sizes_of
from oracles.studies import task_of as roles_of
from scipy import stats

from sim.cohorts.drawn import PopulationDraws
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose
from sim.inference.rules import DecisionRule
from sim.power.assurance import (
    Assurance,
    mean_of_draws,
    summarise_assurance,
    without_noise,
)
from sim.power.assurance_draws import AssuranceTask, DrawWins
from sim.power.simulate import simulate_draws
from sim.power.task import BlockTask

RULES = (
    DecisionRule("one", (0,), (0,), 1),
    DecisionRule("any", (0,), (0, 1, 2), 1),
    DecisionRule("two", (0,), (0, 1, 2), 2),
    DecisionRule("all", (0,), (0, 1, 2), 3),
    DecisionRule("total", (0,), (3,), 1),
)


def drawn(shift: np.ndarray) -> PopulationDraws:
    """Draws with those shifts (S, D), everything else as usual."""
    number, domains = shift.shape
    return PopulationDraws(
        shift=np.asarray(shift, np.float64),
        pre_post=np.full((number, domains), 0.5),
        pre=np.tile(PRE, (number, domains, 1)),
        between=np.full((domains, domains), 0.3) + 0.7 * np.eye(domains),
    )


def task_of(sizes: tuple[int, ...], replicates: int, **changes: object) -> BlockTask:
    """State all but the populations: five rules on three domains and their total."""
    analysis = make_analysis(**{"p_value": "auto", **changes})
    people = drawn(np.zeros((1, 3))).population(0)
    return roles_of((people,), (sizes,), analysis, RULES, 5, replicates, purpose=Purpose.ASSURANCE)


def wins_of(shift: np.ndarray, task: BlockTask) -> DrawWins:
    """Simulate draws with those shifts in this process."""
    return simulate_draws(AssuranceTask((drawn(shift),), task), InProcessExecutor())


def simulated(won: np.ndarray, possible: np.ndarray) -> DrawWins:
    """Wins without exact powers, of draws that are sure to succeed in the end or to fail."""
    limit = np.repeat(possible[..., None].astype(np.float64), 2, axis=2)
    return DrawWins(won, limit, np.full(won.shape, np.nan))


def summary_of(wins: DrawWins, task: BlockTask, target: float = 0.8) -> Assurance:
    """Summarise wins."""
    return summarise_assurance("mine", wins, task, sizes_of(task)[0], target)


# ------------------------------------------------------------------------ limits


@pytest.mark.parametrize("alternative", ["two_sided", "greater", "less"])
def test_limit_is_the_share_of_draws_on_the_stated_side(alternative: str) -> None:
    """Each rule's limit is the share of draws with enough effects in the stated direction."""
    shift = np.random.default_rng(1).normal(0.2, 1, (60, 3))
    task = task_of((5,), 2, alternative=alternative)
    found = summary_of(wins_of(shift, task), task)
    good = shift < 0 if alternative == "less" else shift > 0
    number = good.sum(axis=1)
    expected = [good[:, 0].mean(), *((number >= k).mean() for k in (1, 2, 3))]
    assert found.limit.value[:4].tolist() == expected


def test_no_effect_wins_by_chance_alone() -> None:
    """Without effect a test wins by its level; other draws tend to 0 or 1, or nothing is said."""
    shift = np.array([[0, 0, 0], [0, 0.5, 0], [0, 0.5, -0.5], [0, -0.5, 0.6], [0.1, 0.2, 0.1]])
    found = wins_of(shift, task_of((5,), 2)).limit
    assert found[..., 0].tolist() == [
        [0.025, 0.025, 0, 0, 0.025],
        [0.025, 1, 0.025, 0, 1],
        [0.025, 1, 0.025, 0, 0],
        [0.025, 1, 0.025, 0, 1],
        [1, 1, 1, 1, 1],
    ]
    assert np.allclose(found[:, 1:4, 1], [
        [0.075, 0.075 / 2, 0.025], [1, 0.05, 0.025], [1, 0.025, 0.0125], [1, 0.025, 0.0125],
        [1, 1, 1],
    ])  # fmt: skip
    # a rise and a fall as large cancel in the total: no sign of it is clear
    assert found[:, 4, 1].tolist() == [0.025, 1, 1, 1, 1]


def test_a_huge_study_reaches_the_limit() -> None:
    """With 3000 pairs every draw succeeds, or fails, as its limit says."""
    shift = np.where(np.random.default_rng(2).random((20, 3)) < 0.6, 0.5, -0.5)
    task = task_of((10, 3000), 4, adjustment="holm")
    wins = wins_of(shift, task)
    assert np.array_equal(wins.limit[..., 0], wins.limit[..., 1])
    assert np.array_equal(wins.won[:, 1], 4 * wins.limit[..., 0])
    found = summary_of(wins, task)
    assert np.allclose(found.value.value[1], found.limit.value, rtol=0, atol=1e-12)
    assert (found.value.value[0] < found.limit.value).all()


def test_mcnemar_looks_at_the_cut() -> None:
    """With McNemar's test the side is that of the share at the cut, of the total at its own cut."""
    shift = np.array([[0.5, 0.5, 0.5], [-0.5, -0.5, -0.5], [-0.5, 0.5, -0.5]])
    task = task_of((5,), 2, test="mcnemar", p_value="exact", total_cut=10)
    assert wins_of(shift, task).limit.tolist() == [
        [[1, 1]] * 5,
        [[0, 0]] * 5,
        [[0, 0], [1, 1], [0, 0], [0, 0], [0, 0]],
    ]
    untested = task_of((5,), 2, test="mcnemar", p_value="exact", total_cut=None)
    assert (wins_of(shift, untested).limit[:, 4] == 0).all()


def test_no_size_suffices_where_the_limit_is_below() -> None:
    """A limit clearly below the target is said to be out of reach; a close one is left open."""
    signs = np.where(np.arange(400) < 240, 1.0, -1.0)  # 60% of the draws rise
    won = np.where(signs > 0, 50, 0)[:, None, None] * np.ones((1, 2, 5), np.int64)
    wins = simulated(won.astype(np.int64), np.repeat(signs[:, None] > 0, 5, axis=1))
    task = task_of((10, 20), 50)
    far = summary_of(wins, task, target=0.8)
    assert {size.size for size in far.sizes} == {None}
    assert far.sizes[0].impossible == ("as the study grows assurance tends to 0.60 at the most")
    near = summary_of(wins, task, target=0.62)
    assert near.sizes[0].size is None
    assert near.sizes[0].impossible is None
    reached = summary_of(wins, task, target=0.58)
    assert reached.sizes[0].size == 10
    assert reached.sizes[0].impossible is None


# ------------------------------------------------------------------ mean and error


def test_mean_error_covers_draws_and_replicates() -> None:
    """Over repeated studies the mean's spread is the stated error, both sources of it included."""
    rng = np.random.default_rng(7)
    for draws, replicates in ((50, 5), (200, 25)):
        power = rng.beta(0.8, 1.2, (2000, draws))
        observed = rng.binomial(replicates, power) / replicates
        found = [mean_of_draws(own[:, None]) for own in observed]
        means = np.array([one.value[0] for one in found])
        stated = np.mean([one.mcse[0] ** 2 for one in found])
        true = 0.4 * 0.6 / 3 / draws + 0.4 * 0.6 * (2 / 3) / (draws * replicates)
        low, high = stats.chi2.ppf([1e-5, 1 - 1e-5], 1999) / 1999
        assert low <= means.var(ddof=1) / true <= high
        assert stated == pytest.approx(true, rel=0.03)
        covered = np.mean([one.low[0] <= 0.4 <= one.high[0] for one in found])
        assert 0.92 <= covered <= 0.97


@pytest.mark.parametrize("seeds", [30, pytest.param(200, marks=pytest.mark.long)])
def test_simulated_error_over_seeds(seeds: int) -> None:
    """Over seeds and prior draws, assurance by simulation spreads as its own error says."""
    found = []
    for seed in range(seeds):
        shift = np.random.default_rng((9, seed)).normal(0.3, 0.5, (40, 3))
        task = task_of((12,), 10)
        task = replace(task, seed=seed)
        found.append(summary_of(wins_of(shift, task), task).value)
    means = np.array([one.value[0] for one in found])
    stated = np.mean([one.mcse[0] ** 2 for one in found], axis=0)
    low, high = stats.chi2.ppf([1e-5, 1 - 1e-5], seeds - 1) / (seeds - 1)
    assert (low <= means.var(axis=0, ddof=1) / stated).all()
    assert (means.var(axis=0, ddof=1) / stated <= high).all()


def test_one_draw_has_no_error() -> None:
    """A single draw says nothing of the error."""
    assert np.isnan(mean_of_draws(np.array([[0.5]])).mcse).all()


# ------------------------------------------------------------------ spread of power


@pytest.mark.parametrize("replicates", [2, 10, 25, 100])
@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (2.0, 1.0), (8.0, 4.0)])
def test_without_noise_leaves_the_true_spread(replicates: int, a: float, b: float) -> None:
    """The mean is kept, the variance becomes that of the true powers, all stays within 0 and 1."""
    rng = np.random.default_rng(3)
    power = rng.beta(a, b, 20_000)
    observed = rng.binomial(replicates, power) / replicates
    found = without_noise(observed, replicates)
    assert found.mean() == pytest.approx(observed.mean(), abs=1e-12)
    assert ((found >= 0) & (found <= 1)).all()
    true, raw = power.var(ddof=1), observed.var(ddof=1)
    tolerance = 4.4 * np.sqrt(4 / 20_000) * raw  # of a variance, generously
    assert within_error(found.var(ddof=1), true, tolerance / 4.4)
    assert abs(found.var(ddof=1) - true) < 0.5 * (raw - true)


@pytest.mark.parametrize("target", [0.8, 0.9])
@pytest.mark.parametrize("replicates", [5, 25])
def test_without_noise_betters_the_chance_of_enough_power(replicates: int, target: float) -> None:
    """P(power at the target) is closer to the truth than from raw shares, at moderate spreads."""
    rng = np.random.default_rng(11)
    power = rng.beta(12, 6, 50_000)
    observed = rng.binomial(replicates, power) / replicates
    truth = stats.beta(12, 6).sf(target)
    raw, mended = (
        (values >= target).mean() for values in (observed, without_noise(observed, replicates))
    )
    assert abs(mended - truth) < abs(raw - truth)


def test_without_noise_of_equal_powers() -> None:
    """Where all draws have one power, nearly all spread is noise and is taken off."""
    observed = np.random.default_rng(5).binomial(25, 0.6, 5000) / 25
    assert without_noise(observed, 25).std() < 0.3 * observed.std()
    constant = np.full((20, 2), 0.4)
    assert np.allclose(without_noise(constant, 25), constant, rtol=0, atol=1e-15)


def test_quantiles_are_those_of_the_powers() -> None:
    """Quantiles of power and their errors fit those of the true powers."""
    rng = np.random.default_rng(8)
    truth, task = stats.beta(2, 2), task_of((10,), 400)
    power = truth.rvs(1000, random_state=rng)
    won = rng.binomial(400, power)[:, None, None] * np.ones((1, 1, 5), np.int64)
    found = summary_of(simulated(won, np.ones((1000, 5), np.bool_)), task)
    shares = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    expected = truth.ppf(shares)
    error = np.sqrt(shares * (1 - shares) / 1000) / truth.pdf(expected)
    assert np.allclose(found.quantile_mcse[:, 0, 0], error, rtol=0.4, atol=0)
    assert (np.abs(found.power_quantiles[:, 0, 0] - expected) < 4.4 * error).all()
    assert (np.diff(found.power_quantiles, axis=0) >= 0).all()
    enough = found.enough.value[0, 0]
    assert within_error(enough, truth.sf(0.8), float(found.enough.mcse[0, 0]))


# ------------------------------------------------------------------ random numbers


def test_draws_stand_on_their_own() -> None:
    """A draw's wins do not depend on the other draws: priors share their random numbers."""
    task = task_of((6, 12), 20)
    shift = np.random.default_rng(6).normal(0.3, 0.5, (5, 3))
    first = wins_of(shift, task)
    other = wins_of(np.where(np.arange(5)[:, None] == 3, shift, shift + 1), task)
    assert np.array_equal(first.won[3], other.won[3])
    assert (first.won.sum(axis=0) < other.won.sum(axis=0)).any()
    fewer = wins_of(shift[:2], task)
    assert np.array_equal(first.won[:2], fewer.won)


def test_shared_numbers_make_differences_precise() -> None:
    """Between two priors alike but for a little, the draws' wins move together."""
    task = task_of((12,), 50)
    shift = np.full((60, 3), 0.4)
    one, other, apart = (
        wins_of(shift + step, replace(task, seed=seed)).won[:, 0, 1]
        for step, seed in ((0, 5), (0.05, 5), (0.05, 6))
    )
    assert (other - one).var() < 0.5 * (apart - one).var()
