"""Studies in sites of listed sizes: level, power and precision as an independent simulation has."""

from functools import cache

import numpy as np
import pytest
from oracles.samples import analyse, changes_tested, endpoint_changes
from oracles.studies import PRE, make_analysis, small_study
from oracles.totals import observed_icc
from scipy import stats

from sim.cohorts import Population, draw_cohort, role_arms, without_effect

WARDS = (3, 4, 4, 5, 5, 6, 6, 7)
SITES = {
    "stated_as": "latent", "icc": 0.3, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 2, "per_site": 1, "size_variation": 0.0, "sizes": WARDS,
    "assumption": None,
}  # fmt: skip
REPLICATES = 20_000
RHO = 0.5


@cache
def people(order: str, shift: float = 0.0) -> Population:
    """Mentors at eight wards; without a shift what they answer after is as before."""
    effect = {"shift": (shift,) * 3}
    population = role_arms(
        small_study(clusters={"site": {**SITES, "accrual": order}}, effect=effect), 0
    )[0]
    return population if shift else without_effect(population)


@cache
def by_hand(shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Answers before and after, (R, 40), of people who stand ward by ward; by NumPy alone."""
    rng = np.random.default_rng(23)
    cuts = stats.norm.ppf(np.cumsum(PRE)[:-1])
    shared = SITES["icc"] * (1 - RHO)  # type: ignore[operator]
    ward = np.repeat(np.arange(8), WARDS)
    site = rng.normal(size=(REPLICATES, 8, 2)) * np.sqrt(shared)
    within = np.linalg.cholesky(np.array([[1 - shared, RHO], [RHO, 1 - shared]]))
    latent = site[:, ward] + rng.normal(size=(REPLICATES, 40, 2)) @ within.T
    before = 1 + (latent[..., 0, None] > cuts).sum(axis=-1)
    return before, 1 + (latent[..., 1, None] > cuts - shift).sum(axis=-1)


def by_ward(values: np.ndarray) -> np.ndarray:
    """Mean of every ward, (R, 8), of values of people (R, 40) who stand ward by ward."""
    ends = np.cumsum(WARDS)
    sums = np.diff(np.cumsum(values, axis=1)[:, ends - 1], axis=1, prepend=0)
    return np.asarray(sums / np.array(WARDS))


def rejected_by_hand(test: str, shift: float) -> float:
    """Rate at which the t test of ward means, or Durkalski's statistic, rejects."""
    before, after = by_hand(shift)
    if test == "cluster_mean_t":
        means = by_ward(after - before)
        t = means.mean(axis=1) / (means.std(axis=1, ddof=1) / np.sqrt(8))
        return float((np.abs(t) > stats.t.ppf(0.975, 7)).mean())
    shares = by_ward((after >= 4).astype(float) - (before >= 4))
    z = shares.sum(axis=1) / np.sqrt(np.maximum((shares**2).sum(axis=1), 1e-9))
    return float((np.abs(z) > stats.norm.ppf(0.975)).mean())


@pytest.mark.parametrize("shift", [0.0, 0.4])
@pytest.mark.parametrize("order", ["round_robin", "in_turn"])
@pytest.mark.parametrize(("test", "cut"), [("cluster_mean_t", None), ("clustered_mcnemar", 4)])
def test_level_and_power_are_those_by_hand(
    test: str, cut: int | None, order: str, shift: float
) -> None:
    """With and without effect a test of wards rejects as often as the same worked out by hand."""
    population = people(order, shift)
    assert population.clusters is not None
    cohort = draw_cohort(population, 40, REPLICATES, np.random.default_rng(5))
    analysis = make_analysis(test=test, p_value="auto", cut=cut)
    changes = changes_tested(cohort.scores, analysis)
    found = analyse(changes, np.array([40]), analysis, population.clusters.sites(40))
    rate, expected = float((found.pvalue[:, 0, 0] <= 0.05).mean()), rejected_by_hand(test, shift)
    assert abs(rate - expected) < 4 * np.sqrt(2 * expected * (1 - expected) / REPLICATES)


def test_variance_has_the_design_effect_of_unequal_wards() -> None:
    """The mean change varies 1 + (m (1 + cv^2) - 1) ICC times as much as of independent people."""
    population = people("round_robin")
    assert population.clusters is not None
    cuts = population.pre_cuts, population.post_cuts[:, 0]
    icc = observed_icc(population.clusters.levels[0].share, *cuts, population.correlation)
    # wards of 5 on average, squared coefficient of variation 1.5 / 25: sum of squares 212 over 40
    effect = 1 + (5 * (1 + 1.5 / 25) - 1) * icc
    assert effect == pytest.approx(1 + (212 / 40 - 1) * icc)
    scores = draw_cohort(population, 40, REPLICATES, np.random.default_rng(6)).scores
    changes = endpoint_changes(scores).astype(float)  # (R, N, E)
    inflated = changes.mean(axis=1).var(axis=0) / (changes.var(axis=(0, 1)) / 40)
    # a variance of R nearly normal means has a relative error of the root of 2 / R
    assert (np.abs(inflated / effect - 1) < 4 * np.sqrt(2 / REPLICATES)).all()
    assert (effect > 1.2).all()
