"""McNemar's test in both engines: exact power from the table, simulation, level, effects."""

from typing import Any

import numpy as np
import pytest
from oracles.checks import binomial_agrees
from oracles.enumeration import count_vectors, weights
from oracles.studies import CUTS, make_analysis, make_task, small_study
from scipy import stats

from sim import exact_power
from sim.cohorts import change_pmf, draw_cohort, role_arms, without_effect
from sim.cohorts.marginals import DomainMarginals
from sim.cohorts.population import Population, build_population
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose, generator
from sim.power.exact import exact_rejection
from sim.power.monte_carlo import simulate_block
from sim.power.simulate import simulate
from sim.study import Analysis

ERRORS = 4.0
"""Monte Carlo standard errors allowed."""
SIDES = ("two_sided", "greater", "less")


def crossing(table: np.ndarray, cut: int) -> np.ndarray:
    """Sum the cells of a table that fall below a cut, stay, and rise to it."""
    found = np.zeros(3)
    for (i, j), chance in np.ndenumerate(table):
        found[1 + int(j + 1 >= cut) - int(i + 1 >= cut)] += chance
    return found


def table_population(table: np.ndarray) -> Population:
    """People of one domain with a stated table of before by after."""
    marginals = DomainMarginals(table.sum(axis=1), table.sum(axis=0), table)
    return build_population([marginals], np.eye(2))


def random_design(seed: int) -> tuple[np.ndarray, Analysis, tuple[int, ...]]:
    """Draw a table of before by after, a test with a cut, and three sizes."""
    rng = np.random.default_rng([61, seed])
    points = int(rng.integers(2, 7))
    table = rng.dirichlet(np.full(points**2, 0.7)).reshape(points, points)
    p_value = str(rng.choice(["exact", "auto", "asymptotic", "mid_p"]))
    analysis = make_analysis(
        test="mcnemar",
        cut=int(rng.integers(2, points + 1)),
        total_cut=None,
        p_value=p_value,
        continuity=bool(p_value in ("auto", "asymptotic") and rng.random() < 0.5),
        alternative=str(rng.choice(SIDES)),
        alpha=float(rng.choice([0.01, 0.05, 0.0625, 0.125, 0.2])),
        exact_limit=int(rng.integers(3, 15)),
    )
    sizes = tuple(np.sort(rng.choice(np.arange(2, 41), 3, replace=False)).tolist())
    return table, analysis, sizes


def standard_errors(seed: int) -> np.ndarray:
    """Differences of rejection and win from the exact ones, in standard errors."""
    table, analysis, sizes = random_design(seed)
    task = make_task(table_population(table), sizes, analysis, seed=seed)
    tally = simulate(task, range(20), InProcessExecutor())
    exact = exact_rejection(crossing(table, analysis.cut or 0), sizes, analysis)
    truth = np.clip(np.array([exact.power, exact.win]), 0, 1)
    seen = np.array([tally.rejected[:, 0], tally.won[:, 0]]) / tally.replicates
    return np.abs(seen - truth) / (
        np.sqrt(truth * (1 - truth) / tally.replicates) + 1 / tally.replicates
    )


@pytest.mark.parametrize("seed", range(15))
def test_random_designs(seed: int) -> None:
    """Simulated scores reject and win as often as the table's discordant cells say."""
    assert (standard_errors(seed) < ERRORS).all()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(15, 100))
def test_more_random_designs(seed: int) -> None:
    """The same for 85 more."""
    assert (standard_errors(seed) < ERRORS).all()


def test_designs_are_worth_comparing() -> None:
    """Most of the random designs have a power away from 0 and 1."""
    powers = []
    for seed in range(15):
        table, analysis, sizes = random_design(seed)
        powers += [*exact_rejection(crossing(table, analysis.cut or 0), sizes, analysis).power]
    assert np.mean((np.array(powers) > 0.02) & (np.array(powers) < 0.98)) > 0.5


@pytest.mark.parametrize("alternative", SIDES)
@pytest.mark.parametrize("n", [4, 9, 17])
def test_power_is_the_enumerated_one(alternative: str, n: int) -> None:
    """Exact power is the sum over all numbers of falls and rises, by SciPy's binomial test."""
    pmf = np.array([0.12, 0.5, 0.38])
    counts = count_vectors(n, 3)
    side = alternative.replace("_", "-")
    pvalues = [
        stats.binomtest(int(up), int(up + down), alternative=side).pvalue if up + down else 1.0
        for down, _, up in counts
    ]
    found = exact_power(
        pmf, [n], test="mcnemar", p_value="exact", alpha=0.1, alternative=alternative
    )
    rejected = np.array(pvalues) <= 0.1 + 1e-9
    assert found.power[0] == pytest.approx(weights(counts, pmf) @ rejected, abs=1e-12)


@pytest.mark.parametrize("changed", [0.05, 0.3, 0.9, 1.0])
def test_exact_level_never_exceeds_alpha(changed: float) -> None:
    """The exact test keeps its level at every size and share of discordant pairs."""
    for alternative in SIDES:
        level = exact_power(
            [changed / 2, 1 - changed, changed / 2], list(range(1, 80)),
            test="mcnemar", p_value="exact", alternative=alternative,
        ).power  # fmt: skip
        assert (level <= 0.05).all()
        assert level.max() > 0.004


@pytest.mark.parametrize(
    "options", [{}, {"p_value": "mid_p"}, {"p_value": "asymptotic"},
                {"p_value": "asymptotic", "continuity": True}], ids=str,
)  # fmt: skip
def test_null_run_has_the_enumerated_level(options: dict[str, Any]) -> None:
    """Without effect each domain rejects as often as its discordant pairs say."""
    people = without_effect(role_arms(small_study(correlation={"items": 0.4}), 0)[0])
    analysis = make_analysis(test="mcnemar", **options)
    task = make_task(people, (8, 30), analysis, purpose=Purpose.NULL)
    tally = simulate(task, range(40), InProcessExecutor())
    pmf = change_pmf(people, analysis.cut)[0]
    assert pmf[0] == pytest.approx(pmf[2])
    exact = exact_rejection(pmf, (8, 30), analysis)
    for k in range(2):
        for domain in range(3):
            assert binomial_agrees(tally.rejected[k, domain], tally.replicates, exact.power[k])
            assert binomial_agrees(tally.won[k, domain], tally.replicates, exact.win[k])


def test_change_of_success_from_the_table() -> None:
    """The distribution of the change of success is the sum of the table's cells, at every cut."""
    people = role_arms(small_study(), 0)[0]
    for cut in range(2, 6):
        found = change_pmf(people, cut)
        for d, table in enumerate(people.tables):
            assert np.allclose(found[d], crossing(table, cut), rtol=0, atol=1e-14)
        moved = people.post[0, cut - 1 :].sum() - people.pre[0, cut - 1 :].sum()
        assert found[0, 2] - found[0, 0] == pytest.approx(moved, abs=1e-14)


def test_total_of_one_domain_is_that_domain() -> None:
    """With one domain and the same cut the total is tested as the domain is."""
    people = role_arms(small_study(questionnaire={"items": ("a",)}), 0)[0]
    task = make_task(people, (6, 20), make_analysis(test="mcnemar", cut=4, total_cut=4))
    tally = simulate_block(task, 0)
    assert np.array_equal(tally.rejected[:, 0], tally.rejected[:, 1])
    assert tally.rejected[1, 0] > 0


def test_total_by_counting_people() -> None:
    """The total's rejections are those of SciPy's binomial test on each study's totals."""
    people = role_arms(small_study(effect={"shift": 0.8}), 0)[0]
    task = make_task(people, (25,), make_analysis(test="mcnemar"), block_size=200)
    rng = generator(task.seed, Purpose.MAIN, 0, 2)
    reached = draw_cohort(people, 25, 200, rng).scores.astype(int).sum(axis=2) >= CUTS["total_cut"]
    rises = (reached[..., 1] & ~reached[..., 0]).sum(axis=1)
    falls = (reached[..., 0] & ~reached[..., 1]).sum(axis=1)
    expected = [
        stats.binomtest(up, up + down).pvalue <= 0.05 if up + down else False
        for up, down in zip(rises.tolist(), falls.tolist(), strict=True)
    ]
    assert 0 < sum(expected) < 200
    assert simulate_block(task, 2).rejected[0, -1] == sum(expected)


def test_total_without_a_cut_has_no_information() -> None:
    """A total that no cut is stated for never rejects, and counts as uninformative."""
    people = role_arms(small_study(effect={"shift": 2.0}), 0)[0]
    task = make_task(people, (30,), make_analysis(test="mcnemar", total_cut=None))
    tally = simulate_block(task, 0)
    assert (tally.uninformative[0, -1], tally.rejected[0, -1]) == (task.block_size, 0)
    assert tally.rejected[0, 0] > 0


def test_estimates_stay_on_the_scale_of_the_scores() -> None:
    """Mean changes, their coverage and widths are those of the scores, whatever the test."""
    people = role_arms(small_study(), 0)[0]
    tallies = [
        simulate_block(make_task(people, (12,), make_analysis(test=test)), 0)
        for test in ("signed_rank", "mcnemar")
    ]
    for name in ("change", "change_squared", "covered", "width"):
        assert np.array_equal(*(getattr(tally, name) for tally in tallies))
    assert not np.array_equal(*(tally.rejected for tally in tallies))
