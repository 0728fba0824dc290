"""Estimates of studies in which answers are missing: of those that have an estimate at all."""

import numpy as np
from oracles.samples import analyse
from oracles.studies import make_analysis, sizes_of, small_study, task_of
from oracles.totals import mean_changes
from scipy.stats import t as student

from sim.cohorts import draw_cohort, role_arms
from sim.cohorts.truth import true_nulls
from sim.compute.streams import Purpose, generator
from sim.inference.rules import DecisionRule
from sim.power.monte_carlo import simulate_block
from sim.power.summarise import RoleTruth, summarise
from sim.power.task import BlockTask

N = 5
REPLICATES = 3000


def simulated() -> tuple[np.ndarray, BlockTask]:
    """Changes of five people of whom most drop out, NaN where missing (R, N, E); their task."""
    missing = {"kind": "mcar", "rate": 0.6, "item_rate": 0.1, "total": "complete_case"}
    population = role_arms(small_study(missing=missing), 0)[0]
    rule = DecisionRule("any", (0,), (0, 1, 2), 1)
    analysis = make_analysis(test="paired_t", alpha=0.3)
    task = task_of((population,), ((N,),), analysis, (rule,), 9, REPLICATES, half_width=1.0)
    cohort = draw_cohort(population, N, REPLICATES, generator(9, Purpose.MAIN, 0, 0))
    scores = np.where(cohort.scores > 0, cohort.scores.astype(float), np.nan)
    domains = scores[..., 1] - scores[..., 0]
    return np.concatenate([domains, domains.sum(axis=2, keepdims=True)], axis=2), task


def test_measures_are_those_of_numpy() -> None:
    """Mean, bias, coverage, width and errors of size are those of the changes that are there."""
    changes, task = simulated()
    population = task.roles[0][0].population
    tally = simulate_block(task, 0)
    truth = RoleTruth(mean_changes(population), true_nulls(population), 1)
    names = ("a", "b", "c", "total")
    found = summarise(
        tally, (truth,), (N,), sizes_of(task), ("mentor",), names, task.rules, further=["narrow"]
    ).roles[0].measures  # fmt: skip
    seen = (~np.isnan(changes)).sum(axis=1)  # (R, E)
    coded = np.where(np.isnan(changes), -32768, changes).astype(np.int16)
    rejected = analyse(coded, np.array([N]), task.analysis).pvalue[:, 0] <= 0.3
    for e in range(4):
        known = seen[:, e] >= 2
        assert 0.1 < known.mean() < 0.9
        assert tally.estimable[0, e] == known.sum()
        own = changes[known, :, e]
        means, n = np.nanmean(own, axis=1), seen[known, e]
        half = student.ppf(0.975, n - 1) * np.nanstd(own, axis=1, ddof=1) / np.sqrt(n)
        expected = {
            "mean_change": means,
            "bias": means - truth.mean_change[e],
            "coverage": np.abs(means - truth.mean_change[e]) <= half + 1e-12,
            "width": 2 * half,
            "narrow": half <= 1.0,
            "type_m": np.abs(means[rejected[known, e]]) / truth.mean_change[e],
        }
        assert not rejected[~known, e].any()
        for name, values in expected.items():
            measure = getattr(found, name)
            assert abs(measure.value[0, e] - values.mean()) < 1e-5, name
            error = np.std(values) / np.sqrt(len(values))
            assert abs(measure.mcse[0, e] / error - 1) < 0.01, name
            assert measure.replicates[0, e] == len(values), name


def test_the_estimate_is_unbiased_among_those_that_exist() -> None:
    """Where people are missing by chance the mean change is unbiased, its interval about .95."""
    missing = {"kind": "mcar", "rate": 0.5, "item_rate": 0.0, "total": "complete_case"}
    population = role_arms(small_study(missing=missing), 0)[0]
    rule = DecisionRule("any", (0,), (0, 1, 2), 1)
    task = task_of((population,), ((30,),), make_analysis(), (rule,), 10, 10_000)
    tally = simulate_block(task, 0)
    truth = RoleTruth(mean_changes(population), true_nulls(population), 1)
    found = summarise(
        tally, (truth,), (30,), sizes_of(task), ("mentor",), ("a", "b", "c", "total"), task.rules
    ).roles[0].measures  # fmt: skip
    assert found.bias is not None
    assert found.coverage is not None
    assert (np.abs(found.bias.value) < 4 * found.bias.mcse).all()
    # .01: a t interval of about 15 whole numbers, not of normal ones
    assert (np.abs(found.coverage.value - 0.95) < 4 * found.coverage.mcse + 0.01).all()
