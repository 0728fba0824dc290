"""Whole studies tested by McNemar's test: engines, detectable effects, what the answer says."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.studies import make_analysis, small_study
from oracles.totals import with_total_of

from sim import exact_power, plan
from sim.cohorts import role_arms
from sim.cohorts.marginals import cut_points, shifted
from sim.cohorts.normal import rectangle_table
from sim.compute.executors import InProcessExecutor
from sim.inference.rules import decision_rules
from sim.jobs.search import Search
from sim.power.detectable import ShiftSearch
from sim.power.estimands import estimands_of
from sim.power.exact import exact_rejection
from sim.power.operating import OperatingCharacteristics
from sim.report.telling import summary

ERRORS = 4.0
"""Monte Carlo standard errors allowed."""
PRE = np.array([0.10, 0.20, 0.40, 0.20, 0.10])

ONE = {"primary": "own", "success": {"own": "b"}}  # fmt: skip
AT_CUT = {"test": "mcnemar", "cut": 4, "total_cut": None}


@cache
def searched(engine: str) -> OperatingCharacteristics:
    """Operating characteristics of a rule on one of three domains, under one engine."""
    study = small_study(
        engine=engine,
        **ONE,
        analysis={**AT_CUT, "adjustment": "bonferroni"},
        design={"n": (12, 30, 60)},
        monte_carlo={"replicates": 10_000, "search_replicates": 10_000, "block_size": 500},
    )
    return Search(study, decision_rules(study), InProcessExecutor()).run().main


@pytest.mark.parametrize("engine", ["auto", "exact"])
def test_engines_agree_on_a_study(engine: str) -> None:
    """Domains and the rule on one of them are exact, and equal their simulation within 4 SE."""
    exact, simulated = searched(engine), searched("monte_carlo")
    assert exact.rule_engines == ("exact",)
    assert exact.roles[0].engines[:3] == ("exact",) * 3
    for name in ("rejection", "win"):
        truth = getattr(exact.roles[0].measures, name)
        seen = getattr(simulated.roles[0].measures, name)
        assert (truth.mcse[:, :-1] == 0).all()
        assert (np.abs(seen.value - truth.value)[:, :-1] < ERRORS * seen.mcse[:, :-1]).all()
    gap = np.abs(exact.rule_win.value - simulated.rule_win.value)
    assert (gap <= ERRORS * simulated.rule_win.mcse).all()
    assert exact.rule_win.value[-1, 0] > 0.1


@pytest.mark.parametrize("alternative", ["two_sided", "less"])
@pytest.mark.parametrize("options", [{}, {"p_value": "asymptotic", "continuity": True}], ids=str)
def test_detectable_shift(alternative: str, options: dict[str, Any]) -> None:
    """Power at the smallest detectable shift is the target, by the table's discordant cells."""
    analysis = make_analysis(test="mcnemar", cut=4, alternative=alternative, **options)
    shift, change = ShiftSearch(PRE, 0.6, 40, 0.8, analysis).solve()
    assert shift is not None
    post = shifted(PRE, shift)
    table = rectangle_table(cut_points(PRE), cut_points(post), 0.6)
    falls, rises = table[3:, :3].sum(), table[:3, 3:].sum()
    win = exact_rejection([falls, 1 - falls - rises, rises], [40], analysis).win[0]
    assert win == pytest.approx(0.8, abs=1e-5)
    assert (shift < 0) == (alternative == "less")
    assert change == pytest.approx((post - PRE) @ np.arange(1, 6))


def test_too_few_who_can_rise() -> None:
    """Where hardly anybody is below the cut before, no shift is detectable."""
    pre = np.array([0.02, 0.03, 0.15, 0.4, 0.4])
    analysis = make_analysis(test="mcnemar", cut=2)
    assert ShiftSearch(pre, 0.5, 20, 0.8, analysis).solve() == (None, None)


HIDDEN = {"post": (0.0, 0.30, 0.40, 0.20, 0.10)}
"""Everybody leaves the lowest point, and nobody crosses between 3 and 4."""


def test_a_change_below_the_cut_is_not_seen() -> None:
    """An effect that leaves the share at the cut alone is warned of, and no size suffices."""
    answer = plan(small_study(effect=HIDDEN, **ONE, analysis=AT_CUT))
    assert any("share at 4 or above does not" in warning for warning in answer.warnings)
    assert answer.sample_size.size is None
    assert "its test does not tend to significance" in str(answer.sample_size.impossible)
    seen = plan(small_study(effect=HIDDEN, **ONE, analysis={**AT_CUT, "cut": 2}))
    assert seen.sample_size.impossible is None
    assert not any("or above does not" in warning for warning in seen.warnings)


@pytest.mark.parametrize(
    ("effect", "total_cut", "alternative", "total"),
    [
        ({"shift": 0.5}, 10, "two_sided", 1),
        ({"shift": 0.5}, None, "two_sided", 0),
        ({}, 10, "two_sided", 0),
        ({"shift": -0.5}, 10, "less", -1),
    ],
)
def test_effects_that_the_test_looks_for(
    effect: dict, total_cut: int | None, alternative: str, total: int
) -> None:
    """They are the changes of the shares at the cut; an untested total is on no side."""
    people = role_arms(small_study(effect=effect), 0)[0]
    analysis = make_analysis(test="mcnemar", cut=4, total_cut=total_cut, alternative=alternative)
    found = estimands_of((people,), with_total_of(people, analysis), analysis).value
    share = people.post[:, 3:].sum(axis=1) - people.pre[:, 3:].sum(axis=1)
    assert np.allclose(found[:-1], share, rtol=0, atol=1e-12)
    assert np.sign(found[-1]) == total


def test_the_answer_says_what_is_tested() -> None:
    """Cuts, shares at the cut and an untested total are said; the shares are the table's."""
    answer = plan(small_study(**ONE, analysis=AT_CUT))
    text = summary(answer)
    words = " ".join(text.split())
    assert "McNemar's test of answers at 4 or above (exact p up to 25 discordant pairs" in words
    assert "the total not tested, for no cut of it is stated." in words
    effects = answer.effects["mentor"]
    post = shifted(PRE, 0.5)[3:].sum()
    assert effects.reaching[0, 2] == pytest.approx(0.3)
    rise, fall = effects.rising_to[0, 2], effects.falling_below[0, 2]
    assert rise - fall == pytest.approx(post - 0.3)
    assert f"a 30.0% {post:.1%} {rise:.1%} {fall:.1%} {rise - fall:+.1%}" in words
    assert not any(line.startswith("total") and "±" in line for line in text.splitlines())
    own = plan(small_study(analysis={**AT_CUT, "total_cut": 10}))
    assert "the total tested on its own, at 10 or above." in " ".join(summary(own).split())


@pytest.mark.parametrize("pmf", [[0.1] * 10, [0.2] * 5])
def test_exact_power_wants_three_probabilities(pmf: list[float]) -> None:
    """From a wider distribution McNemar's test cannot be told: it is refused."""
    with pytest.raises(ValueError, match="pmf"):
        exact_power(pmf, [10], test="mcnemar")


def test_precision_does_not_need_a_tested_total() -> None:
    """A half-width that was asked for is answered for the rule's domain, the total untested."""
    target = {"half_width": 1.0}
    text = summary(plan(small_study(**ONE, analysis=AT_CUT, target=target)))
    words = " ".join(text.split())
    assert "the 95% interval of the mentors' mean change in 'b' is" in words
    assert "the expected half-width of that interval is at most 1 points" in words
    assert "where McNemar's test of it is significant" in words
