"""Intervals of a mean change where people resemble each other: by sites, or by shared mentees."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.samples import Arm, analyse
from oracles.studies import PRE, make_analysis, make_task, sizes_of, small_study, two_arm_study
from oracles.totals import mean_changes
from scipy import stats

from sim.cohorts import draw_cohort, role_arms
from sim.cohorts.truth import true_nulls
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose, generator
from sim.inference.result import MISSING
from sim.inference.rules import decision_rules
from sim.inference.sample import prorated_changes, unit
from sim.inference.unit_means import difference_of_units, difference_within_units
from sim.jobs.search import Search
from sim.jobs.tasks import block_task
from sim.power.monte_carlo import simulate_block
from sim.power.operating import EndpointMeasures
from sim.power.simulate import simulate
from sim.power.summarise import RoleTruth, summarise
from sim.power.tally import Tally
from sim.power.units import interval_unit
from sim.study import Study

SITES = {
    "stated_as": "latent", "icc": 0.2, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 6, "per_site": 10, "size_variation": 0.0,
    "assumption": None,
}  # fmt: skip
SHIFT = 0.5
REPLICATES = 4000
LIKERT = 0.006
"""Coverage allowed beyond Monte Carlo error: means of Likert changes are not quite normal."""


@cache
def measured(test: str, n: int, **clusters: Any) -> tuple[EndpointMeasures, Tally]:
    """Measures of one group of mentors in clusters, tested by one test."""
    study = small_study(clusters={"site": {**SITES, **clusters}}, effect={"shift": SHIFT})
    population = role_arms(study, 0)[0]
    analysis = make_analysis(test=test, p_value="auto")
    task = make_task(population, (n,), analysis, half_width=0.5)
    tally = simulate(task, range(REPLICATES // 500), InProcessExecutor())
    truth = RoleTruth(mean_changes(population), true_nulls(population), 1)
    names = ("a", "b", "c", "total")
    found = summarise(
        tally, (truth,), (n,), sizes_of(task), ("mentor",), names, task.rules, further=["narrow"]
    )
    return found.roles[0].measures, tally


def covers(tally: Tally, least: int = REPLICATES) -> None:
    """Check that intervals cover in .95 of the studies, in every endpoint."""
    assert (tally.estimable >= least).all()
    slack = LIKERT + 4.2 * np.sqrt(0.05 * 0.95 / tally.estimable)
    assert (np.abs(tally.covered / tally.estimable - 0.95) < slack).all()


@cache
def by_hand(n: int, sites: int, replicates: int) -> tuple[np.ndarray, np.ndarray]:
    """Means of the sites' means of one domain and their half-widths, by NumPy alone."""
    rng = np.random.default_rng(17)
    cuts = stats.norm.ppf(np.cumsum(PRE)[:-1])
    rho, shared = 0.5, 0.2 * (1 - 0.5)
    within = np.linalg.cholesky(np.array([[1 - shared, rho], [rho, 1 - shared]]))
    site = rng.normal(size=(replicates, sites, 1, 2)) * np.sqrt(shared)
    latent = site + rng.normal(size=(replicates, sites, n // sites, 2)) @ within.T
    before = (latent[..., 0, None] > cuts).sum(axis=-1)
    after = (latent[..., 1, None] > cuts - SHIFT).sum(axis=-1)
    means = (after - before).mean(axis=2)  # (R, sites)
    half = stats.t.ppf(0.975, sites - 1) * means.std(axis=1, ddof=1) / np.sqrt(sites)
    return means.mean(axis=1), half


@pytest.mark.parametrize("test", ["cluster_mean_t", "paired_t"])
def test_six_sites_are_six_observations(test: str) -> None:
    """With 6 sites and ICC .2 coverage is .95 and the width that of a simulation in plain NumPy.

    Whether the test allows for sites or ignores them.
    """
    found, tally = measured(test, 60)
    covers(tally)
    mean, half = by_hand(60, 6, 20_000)
    assert found.width is not None
    assert found.narrow is not None
    assert found.mean_change is not None
    for measure, values in (
        (found.width, 2 * half), (found.narrow, half <= 0.5), (found.mean_change, mean)
    ):  # fmt: skip
        error = np.hypot(measure.mcse[0, 0], values.std() / np.sqrt(values.size))
        assert within_error(measure.value[0, 0], values.mean(), float(error))
    # the person-level interval would be about a third narrower, and cover far less often
    assert found.width.value[0, 0] > 2.2 * 1.96 * 1.15 / np.sqrt(60)


def test_width_is_that_of_the_intraclass_correlation() -> None:
    """Thirty sites of ten: the width of a mean whose variance inflates by 1 + 9 ICC."""
    found, tally = measured("cluster_mean_t", 300, sites=30)
    covers(tally)
    mean, _ = by_hand(300, 30, 4000)
    assert found.width is not None
    assert found.mean_change is not None
    spread = found.mean_change.mcse[0, 0] * np.sqrt(REPLICATES)
    assert spread == pytest.approx(mean.std(), rel=0.06)
    expected = 2 * stats.t.ppf(0.975, 29) * spread * (1 - 1 / (4 * 29))  # the mean of s is c4 sigma
    assert found.width.value[0, 0] == pytest.approx(expected, rel=0.05)


def test_those_who_share_a_mentee_are_one_observation() -> None:
    """Mentors who share mentees across sites: the interval goes by mentees, and covers in .95."""
    stated = {"icc": 0.0, "shared_icc": 0.45, "sites": 10}
    ratio = {"design": {"ratio": (4, 1)}}
    study = small_study(clusters={"site": {**SITES, **stated}}, **ratio)
    population = role_arms(study, 0)[0]
    assert interval_unit(population.clusters, "paired_t") == "shared"
    assert interval_unit(population.clusters, "cluster_mean_t") == "site"
    task = make_task(population, (60,), make_analysis(test="paired_t"))
    tally = simulate(task, range(REPLICATES // 500), InProcessExecutor())
    covers(tally)


def test_nobody_alike_is_nobody_clustered() -> None:
    """At a correlation of 0 the interval is that of people, but of sites for a test of sites."""
    study = small_study(clusters={"site": {**SITES, "icc": 0.0}})
    clusters = role_arms(study, 0)[0].clusters
    assert interval_unit(clusters, "signed_rank") == "person"
    assert interval_unit(clusters, "clustered_signed_rank") == "site"
    assert interval_unit(None, "signed_rank") == "person"


@pytest.mark.parametrize("total", ["complete_case", "prorated"])
def test_measures_are_those_of_numpy(total: str) -> None:
    """Mean, bias, coverage, width and errors of size of unequal sites with missing answers."""
    missing = {"kind": "mcar", "rate": 0.5, "item_rate": 0.1, "total": total}
    clusters = {**SITES, "accrual": "in_turn", "per_site": 3, "size_variation": 0.5}
    population = role_arms(small_study(missing=missing, clusters={"site": clusters}), 0)[0]
    n, replicates = 9, 2000
    analysis = make_analysis(test="cluster_mean_t", p_value="auto", alpha=0.3)
    task = make_task(population, (n,), analysis, seed=9, block_size=replicates, half_width=1.0)
    tally = simulate_block(task, 0)
    truth = RoleTruth(mean_changes(population), true_nulls(population), 1)
    names = ("a", "b", "c", "total")
    found = summarise(
        tally, (truth,), (n,), sizes_of(task), ("mentor",), names, task.rules, further=["narrow"]
    ).roles[0].measures  # fmt: skip
    cohort = draw_cohort(population, n, replicates, generator(9, Purpose.MAIN, 0, 0))
    scores = np.where(cohort.scores > 0, cohort.scores.astype(float), np.nan)
    domains = scores[..., 1] - scores[..., 0]
    sums = domains.sum(axis=2)
    if total == "prorated":
        whole = prorated_changes(cohort.scores).astype(float)
        sums = np.where(whole == MISSING, np.nan, whole / unit(3))
    changes = np.concatenate([domains, sums[..., None]], axis=2)
    coded = np.where(np.isnan(changes), MISSING, changes).astype(np.int16)
    if total == "prorated":
        coded[..., -1] = prorated_changes(cohort.scores)
    result = analyse(coded, np.array([n]), analysis, cohort.site)
    rejected = result.pvalue[:, 0] <= 0.3
    for e in range(4):
        means = [_site_means(changes[r, :, e], cohort.site) for r in range(replicates)]
        known = np.array([own.size >= 2 for own in means])
        assert 0.1 < known.mean() < 0.999
        assert tally.estimable[0, e] == known.sum()
        own = [m for m in means if m.size >= 2]
        mean = np.array([m.mean() for m in own])
        half = np.array(
            [stats.t.ppf(0.975, m.size - 1) * m.std(ddof=1) / np.sqrt(m.size) for m in own]
        )
        expected = {
            "mean_change": mean,
            "bias": mean - truth.mean_change[e],
            "coverage": np.abs(mean - truth.mean_change[e]) <= half + 1e-9,
            "width": 2 * half,
            "narrow": half <= 1.0,
            "type_m": np.abs(mean[rejected[known, e]]) / truth.mean_change[e],
        }
        for name, values in expected.items():
            measure = getattr(found, name)
            assert abs(measure.value[0, e] - values.mean()) < 1e-5, name
            assert measure.replicates[0, e] == len(values), name


def _site_means(changes: np.ndarray, site: np.ndarray) -> np.ndarray:
    """Means of the sites with anybody observed."""
    of = [changes[(site == s) & ~np.isnan(changes)] for s in np.unique(site)]
    return np.array([own.mean() for own in of if own.size])


# ------------------------------------------------------------------------------- the kernels


def _arm(seed: int, n: int, sizes: list[int]) -> Arm:
    """Changes of people at a few sites, some missing."""
    rng = np.random.default_rng(seed)
    changes = rng.integers(-4, 5, (6, n, 2)).astype(np.int16)
    changes[rng.random(changes.shape) < 0.3] = MISSING
    sites = rng.integers(0, 5, n)
    return Arm(changes, np.ones_like(changes), np.array(sizes), sites)


def _values(arm: Arm, r: int, k: int, e: int) -> dict[int, float]:
    """Mean change of every site with anybody observed."""
    n = arm.sizes[k]
    seen = arm.changes[r, :n, e]
    return {
        int(s): float(seen[(arm.sites[:n] == s) & (seen != MISSING)].mean())
        for s in np.unique(arm.sites[:n][seen != MISSING])
    }


@pytest.mark.parametrize("kind", ["apart", "within"])
def test_units_are_averaged_as_one_would(kind: str) -> None:
    """Estimates, variances and degrees of freedom at every size are those of plain sums."""
    mentored, controls = _arm(1, 30, [0, 2, 9, 30]), _arm(2, 24, [1, 1, 12, 24])
    differ = difference_of_units if kind == "apart" else difference_within_units
    samples, sizes = zip(*((arm.sample, arm.sizes) for arm in (mentored, controls)), strict=True)
    found, known = differ(samples, sizes), 0
    for r, k, e in np.ndindex(found.estimate.shape):
        first, second = _values(mentored, r, k, e), _values(controls, r, k, e)
        if kind == "apart":
            a, b = np.array(list(first.values())), np.array(list(second.values()))
            freedom = a.size + b.size - 2 if a.size and b.size else 0
        else:
            a = np.array([first[s] - second[s] for s in first.keys() & second.keys()])
            freedom = max(a.size - 1, 0)
        assert found.freedom[r, k, e] == freedom
        if freedom == 0:
            continue
        known += 1
        estimate, variance = a.mean(), a.var() / freedom
        if kind == "apart":
            estimate -= b.mean()
            squares = a.size * a.var() + b.size * b.var()
            variance = squares / freedom * (1 / a.size + 1 / b.size)
        assert found.estimate[r, k, e] == pytest.approx(estimate, abs=1e-12)
        assert found.variance[r, k, e] == pytest.approx(variance, abs=1e-12)
    assert known > 12


# ---------------------------------------------------------------------------------- two arms


def arms_tally(study: Study) -> Tally:
    """Tally of a study of two arms."""
    search = Search(study, decision_rules(study), InProcessExecutor())
    task = block_task(study, search.arms, Purpose.MAIN, 500)
    return simulate(task, range(REPLICATES // 500), InProcessExecutor())


@pytest.mark.parametrize(
    ("test", "clusters", "unit"),
    [
        ("cluster_mean_two_sample_t", {"sites": 8}, "site"),
        ("ancova", {"sites": 8}, "site"),
        ("two_sample_t", {"sites": 8}, "person"),
        ("mann_whitney", {"icc": 0.0, "shared_icc": 0.4, "sites": 8}, "site"),
    ],
)
def test_two_arms_cover(test: str, clusters: dict[str, Any], unit: str) -> None:
    """By site, within sites and by shared mentees, the interval of the difference covers in .95."""
    study = two_arm_study(
        test, clusters={"site": {**SITES, **clusters}}, control={"unit": unit},
        design={"n": (48,), "ratio": (3, 1)},
    )  # fmt: skip
    covers(arms_tally(study))
