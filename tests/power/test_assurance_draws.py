"""Exact powers of each draw: what is made of them, and that they never mix with simulated ones."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from oracles.checks import SLIP
from oracles.studies import PRE, make_analysis
from oracles.studies import task_of as roles_of
from scipy import stats

from sim.cohorts.drawn import PopulationDraws
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.power import assurance_draws
from sim.power.assurance import Assurance, summarise_assurance
from sim.power.assurance_draws import (
    TABLE_STEPS,
    AssuranceTask,
    DrawWins,
    simulate_draw,
    work_limit,
)
from sim.power.exact import AUTO_CUT, AUTO_LIMIT, WORK_LIMIT, exact_rejection
from sim.power.simulate import simulate_draws
from sim.study.endpoints import Endpoints

SIZES = (6, 12, 25)
BETWEEN = 1e6
"""Steps that suffice for an effect of 0 at these sizes, not for one of 2."""


def drawn(shift: np.ndarray) -> PopulationDraws:
    """Draws with those shifts (S, D), everything else as usual."""
    number, domains = shift.shape
    return PopulationDraws(
        shift=np.asarray(shift, np.float64),
        pre_post=np.full((number, domains), 0.5),
        pre=np.tile(PRE, (number, domains, 1)),
        between=np.full((domains, domains), 0.3) + 0.7 * np.eye(domains),
    )


def task_of(shift: np.ndarray, limit: float, **changes: Any) -> AssuranceTask:
    """State two rules on three domains: the second domain alone, and any."""
    rules = (DecisionRule("one", (0,), (1,), 1), DecisionRule("any", (0,), (0, 1), 1))
    believed, analysis = drawn(shift), make_analysis(**changes)
    people = (believed.population(0),)
    task = roles_of(people, (SIZES,), analysis, rules, 5, 50, purpose=Purpose.ASSURANCE)
    return AssuranceTask((believed,), task, limit)


def wins_of(task: AssuranceTask) -> DrawWins:
    """Simulate draws in this process."""
    return simulate_draws(task, InProcessExecutor())


def summary_of(task: AssuranceTask, wins: DrawWins) -> Assurance:
    """Summarise wins."""
    return summarise_assurance("mine", wins, task.task, SIZES, 0.8)


def shifts(draws: int, seed: int = 3) -> np.ndarray:
    """Shifts of three domains by chance."""
    return np.random.default_rng(seed).normal(0.5, 0.5, (draws, 3))


def test_each_draw_has_its_own_exact_power() -> None:
    """Mean, error, quantiles and P(enough power) are those of the draws' exact powers."""
    task = task_of(shifts(40), 1e9)
    (people,) = task.believed
    assert isinstance(people, PopulationDraws)
    power = np.array([
        exact_rejection(
            _change_pmf(people, draw), SIZES, task.task.analysis, AUTO_CUT
        ).win
        for draw in range(40)
    ])  # fmt: skip
    own = summary_of(task, wins_of(task))
    assert own.exact_rules == (True, False)
    shares = [0.05, 0.25, 0.5, 0.75, 0.95]
    for found, expected in (
        (own.value.value, power.mean(axis=0)),
        (own.value.mcse, power.std(axis=0, ddof=1) / np.sqrt(40)),
        (own.enough.value, (power >= 0.8).mean(axis=0)),
        (own.power_quantiles, np.quantile(power, shares, axis=0)),
    ):
        assert np.allclose(found[..., 0], expected, rtol=0, atol=1e-12)


def _change_pmf(people: PopulationDraws, draw: int) -> np.ndarray:
    """Distribution of the second domain's change, summed up from its table."""
    table = people.population(draw).tables[1]
    return np.array([np.trace(table, offset=change) for change in range(-4, 5)])


@pytest.mark.parametrize("changes", [{}, {"test": "sign"}, {"test": "paired_t"}], ids=str)
def test_draw_by_draw_it_is_what_is_simulated(changes: Mapping[str, Any]) -> None:
    """Every draw's simulated wins are binomial with its exact power."""
    wins = wins_of(task_of(shifts(60), 1e10, **changes))
    power, observed = wins.exact[..., 0], wins.won[..., 0] / 50
    assert wins.exact_rules.tolist() == [True, False]
    error = np.sqrt((power * (1 - power)).sum(axis=0) / 50) / 60
    gap = np.abs(observed.mean(axis=0) - power.mean(axis=0))
    assert (gap <= stats.norm.isf(SLIP / 2) * error).all()
    # sizes share their people, so that each is looked at alone
    for k in range(len(SIZES)):
        p = np.clip(power[:, k], 1e-3, 1 - 1e-3)
        squares = (50 * (observed[:, k] - p) ** 2 / (p * (1 - p))).sum()
        assert squares < 60 + 6 * np.sqrt(2 * 60 * 3)


@pytest.mark.parametrize("seeds", [20, pytest.param(100, marks=pytest.mark.long)])
def test_error_is_that_of_the_draws_alone(seeds: int) -> None:
    """Over priors drawn by chance, exact assurance spreads as stated, and half as far at 4 S."""
    stated = {}
    for draws in (10, 40):
        found = []
        for seed in range(seeds):
            task = task_of(shifts(draws, seed), 1e9, test="sign")
            task = replace(task, task=replace(task.task, block_size=2))
            found.append(summary_of(task, wins_of(task)).value)
        variance = np.mean([one.mcse[:, 0] ** 2 for one in found], axis=0)
        means = np.array([one.value[:, 0] for one in found])
        low, high = stats.chi2.ppf([1e-5, 1 - 1e-5], seeds - 1) / (seeds - 1)
        # the stated variances are known to some percent themselves
        assert (0.9 * low <= means.var(axis=0, ddof=1) / variance).all()
        assert (means.var(axis=0, ddof=1) / variance <= 1.1 * high).all()
        stated[draws] = variance
    assert np.allclose(stated[10] / stated[40], 4, rtol=0.2, atol=0)


def test_never_a_mixture() -> None:
    """One draw whose enumeration takes too long leaves its rule simulated for all draws."""
    few, many = np.zeros((1, 3)), np.full((1, 3), 2.0)  # people whose score moves
    alone = [wins_of(task_of(shift, BETWEEN)).exact_rules[0] for shift in (few, many)]
    assert alone == [True, False]
    for shift in (np.concatenate([few, many]), np.concatenate([many, few])):
        task = task_of(shift, BETWEEN)
        wins, plain = wins_of(task), wins_of(replace(task, work_limit=0.0))
        assert wins.exact_rules.tolist() == [False, False]
        mine, other = (summary_of(task, found) for found in (wins, plain))
        assert np.array_equal(mine.value.value, other.value.value)
        assert np.array_equal(mine.power_quantiles, other.power_quantiles)
        assert np.array_equal(mine.enough.value, other.enough.value)


def test_a_rule_that_has_to_be_exact_is_refused_in_words() -> None:
    """Where exactness is demanded of a rule, too much work is an error; of another, it is none."""
    task = task_of(np.full((2, 3), 2.0), BETWEEN)
    with pytest.raises(StudyError, match=r"^engine: exact enumeration at this size takes more"):
        wins_of(replace(task, required="one"))
    with pytest.raises(StudyError, match=r"^engine: exact tables for 25 participants take more"):
        wins_of(replace(task, required="one", work_limit=TABLE_STEPS * 26**2 - 1))
    with pytest.raises(StudyError, match=r"^engine: exact cannot answer the rule 'any'"):
        wins_of(replace(task, required="any"))
    lenient = task_of(np.full((2, 3), 2.0), 1e9)
    assert wins_of(replace(lenient, required="one")).exact_rules[0]


def test_work_is_shared_by_draws_and_endpoints() -> None:
    """A choice is bounded for all draws together, a demand for each; two rules may share one."""
    one, again, other, total, any_domain = (
        DecisionRule(str(columns), (0,), columns, 1)
        for columns in ((0,), (0,), (1,), (3,), (0, 1, 2))
    )
    analysis = make_analysis()

    def limit(engine: str, *rules: DecisionRule, draws: int = 100) -> float:
        return work_limit(engine, draws, rules, Endpoints.with_total(3), analysis)

    assert limit("auto", one) == limit("auto", one, again, total, any_domain) == AUTO_LIMIT / 100
    assert limit("auto", one, other) == AUTO_LIMIT / 200
    assert limit("auto", one, draws=400) == AUTO_LIMIT / 400
    assert limit("auto", total, any_domain) == 0
    assert limit("exact", one, other) == WORK_LIMIT
    assert limit("monte_carlo", one) == 0
    assert (
        work_limit("auto", 100, (one,), Endpoints.with_total(3), make_analysis(adjustment="holm"))
        == 0
    )


def test_a_copy_of_the_task_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is handed one with every batch; what fifty draws share is known from the first."""
    worked_out: list[int] = []
    several = assurance_draws.limits_of_several
    monkeypatch.setattr(
        assurance_draws,
        "limits_of_several",
        lambda tasks: worked_out.append(len(tasks)) or several(tasks),
    )
    task = task_of(shifts(60, seed=99), 0.0)
    first, second = (simulate_draw(deepcopy(task), 3) for _ in range(2))
    np.testing.assert_array_equal(first.won, second.won)
    simulate_draw(deepcopy(task), 55)
    assert worked_out == [50, 10]
