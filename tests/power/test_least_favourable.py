"""The least favourable null of rules that need several endpoints."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.plain_studies import PlainStudy, agree, holm, share, t_tests, with_totals
from oracles.studies import PRE, small_study, two_arm_study

from sim import plan
from sim.cohorts import Arms, arms_without_effect, draw_cohort, role_arms
from sim.cohorts.partial_null import arms_without_effect_on
from sim.compute.streams import Purpose, generator
from sim.inference.rules import DecisionRule
from sim.power.least_favourable import LeastFavourable, kept_columns, without_effect_by_role
from sim.report.files import results_csv, summary_data
from sim.report.results.answer import PlanAnswer
from sim.report.topics.soundness import judged
from sim.study import Study
from sim.study.endpoints import Endpoints

SIZE = 40
SHIFTS = (0.6, 0.35, 0.5, 0.2)
THREE = Endpoints.with_total(3)
BOTH = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE}}


def study_of(rule: str, **changes: Any) -> Study:
    """State a study of four domains with unequal effects, one rule and t tests."""
    stated = {
        "questionnaire": {"points": 5, "items": ("a", "b", "c", "d")},
        "effect": {"shift": SHIFTS},
        "primary": "it", "success": {"it": rule},
        "analysis": {"test": "paired_t", "p_value": "auto", "adjustment": "none"},
        "correlation": {"pre_post": 0.5}, "design": {"n": (SIZE,)},
        "monte_carlo": {"replicates": 10_000, "search_replicates": 10_000, "block_size": 500},
    }  # fmt: skip
    return small_study(**{**stated, **changes})


ALL = "all of items"
TWO = "at least 2 of items"


@cache
def answer_of(kind: str, adjustment: str = "none") -> PlanAnswer:
    """Answer of one rule on the four domains."""
    analysis = {"test": "paired_t", "p_value": "auto", "adjustment": adjustment}
    return plan(study_of({"all": ALL, "two": TWO}[kind], analysis=analysis))


def least_of(answer: PlanAnswer) -> LeastFavourable:
    """The least favourable null, which is there."""
    assert answer.least_favourable is not None
    return answer.least_favourable


def plain_rule(shifts: tuple[float, ...], needed: int, adjustment: str, between: float) -> Any:
    """How often a rule on the domains is met in a plain simulation, with its error."""
    people = PlainStudy(PRE, shifts, 0.5, between)
    p, sign = t_tests(people.changes(SIZE, 20_000, seed=7))
    adjusted = holm(p) if adjustment == "holm" else p
    return share(((adjusted <= 0.05) & (sign > 0)).sum(axis=1) >= needed)


# ------------------------------------------------------------------ against a plain simulation


def test_all_of_four_is_that_of_a_plain_simulation() -> None:
    """Three keep their effect, the weakest has none: met as often as by hand, within 4 errors."""
    answer = answer_of("all")
    least = least_of(answer)
    assert [name for _, name in least.kept] == ["a", "b", "c"]
    between = float(answer.study.correlation.items)
    expected = plain_rule((0.6, 0.35, 0.5, 0.0), 4, "none", between)
    assert agree((least.value, least.mcse), expected)


@pytest.mark.parametrize("adjustment", ["none", "holm"])
def test_two_of_four_is_that_of_a_plain_simulation(adjustment: str) -> None:
    """The strongest keeps its effect, the other three have none: as by hand, within 4 errors."""
    answer = answer_of("two", adjustment)
    least = least_of(answer)
    assert least.kept == (("mentor", "a"),)
    assert [name for _, name in least.without] == ["b", "c", "d"]
    between = float(answer.study.correlation.items)
    expected = plain_rule((0.6, 0.0, 0.0, 0.0), 2, adjustment, between)
    assert agree((least.value, least.mcse), expected)
    none = plain_rule((0.0,) * 4, 2, adjustment, between)
    assert not agree((least.value, least.mcse), none)  # so that the one above can fail


def test_both_roles_count() -> None:
    """Of totals of both roles the weaker one has no effect: as by hand, within 4 errors."""
    rule = "all of [total] for [mentor, mentee]"
    roles = {"mentor": {"pre": PRE, "effect": {"shift": 0.25}},
             "mentee": {"pre": PRE, "effect": {"shift": 0.15}}}  # fmt: skip
    answer = plan(study_of(rule, roles=roles))
    least = least_of(answer)
    assert least.kept == (("mentor", "total"),)
    assert least.without == (("mentee", "total"),)
    people = [answer.characteristics.roles[role].n[0] for role in (0, 1)]
    between, met = float(answer.study.correlation.items), []
    for shift, size in zip((0.25, 0.0), people, strict=True):
        drawn = PlainStudy(PRE, (shift,) * 4, 0.5, between).changes(size, 20_000, seed=size)
        p, sign = t_tests(with_totals(drawn))
        met.append((p[:, -1] <= 0.05) & (sign[:, -1] > 0))
    assert agree((least.value, least.mcse), share(met[0] & met[1]))


# ------------------------------------------------------------------------------- properties


@pytest.mark.parametrize(
    ("kind", "adjustment"), [("all", "none"), ("all", "holm"), ("two", "holm")]
)
def test_the_level_is_kept_and_no_effect_at_all_gives_less(kind: str, adjustment: str) -> None:
    """It is at most alpha / 2 with noise, and at least what no effect on any endpoint gives."""
    answer = answer_of(kind, adjustment)
    least, null = least_of(answer), answer.null_characteristics.rule_win
    noise = 4 * np.sqrt(0.025 * 0.975 / least.replicates)
    assert least.value <= 0.025 + noise
    assert null.value[0, 0] < least.value
    assert judged(answer, answer.sample_size).causes == ()


def test_a_level_that_only_it_exceeds_makes_a_size_unusable() -> None:
    """Two of four without adjustment: rarely met without any effect, too often with one."""
    answer = answer_of("two")
    null, least = answer.null_characteristics.rule_win.value[0, 0], least_of(answer)
    assert null < 0.025
    assert least.value > 0.05
    verdict = judged(answer, answer.sample_size)
    assert verdict.causes == ("multiplicity",)
    assert verdict.excess is not None
    warned = " ".join(answer.warnings)
    assert "where the mentors' 'a' keeps its effect as assumed and the other 3 have none" in warned
    assert f"probability {least.value:.3f}" in warned
    assert summary_data(answer)["answer"].startswith(
        "The power of the rule 'it' with 40 pairs cannot be given: multiplicity is not controlled"
    )


def test_a_rule_that_one_endpoint_meets_needs_no_further_run() -> None:
    """Its null is the full one: nothing is simulated, said or written."""
    answer = plan(study_of("any of items",
                           monte_carlo={"replicates": 500, "block_size": 500}))  # fmt: skip
    assert answer.least_favourable is None
    assert "least_favourable" not in results_csv(answer)
    (line,) = [own for own in results_csv(answer_of("all")).splitlines() if "least_fav" in own]
    assert line.startswith(f"mentor,{SIZE},{SIZE},rule,it,least_favourable_win,")


def test_who_leaves_by_the_answers_leaves_by_chance_in_it() -> None:
    """It is that of the tests: the same as of the study that loses as many by chance."""
    rest = {"rate": 0.2, "item_rate": 0.0, "total": "complete_case"}
    few = {"monte_carlo": {"replicates": 1000, "search_replicates": 1000, "block_size": 500}}
    by_answers = plan(study_of(ALL, missing={"kind": "mnar", "slope": -2.0, **rest}, **few))
    chance = plan(study_of(ALL, missing={"kind": "mcar", **rest}, **few))
    assert least_of(by_answers) == least_of(chance)


# -------------------------------------------------------------------- which endpoints keep theirs


@pytest.mark.parametrize(
    ("columns", "needed", "powers", "kept"),
    [
        ((0, 1, 2), 3, (0.2, 0.9, 0.5, 0.6), (1, 2)),
        ((0, 1, 2), 2, (0.5, 0.5, 0.5, 0.6), (0,)),
        ((0, 3), 2, (0.9, 0.1, 0.1, 0.3), (3,)),  # the total has an effect where a domain has
        ((0, 1, 3), 3, (0.9, 0.1, 0.1, 0.3), (3, 0)),
        ((0, 1, 3), 3, (0.2, 0.1, 0.1, 0.9), (3, 0)),
        ((3, 7), 2, (0, 0, 0, 0.4, 0, 0, 0, 0.6), (7,)),
        ((0, 7), 2, (0.9, 0, 0, 0.4, 0, 0, 0, 0.6), (0,)),
    ],
)
def test_the_most_powerful_keep_their_effect(
    columns: tuple[int, ...], needed: int, powers: tuple[float, ...], kept: tuple[int, ...]
) -> None:
    """The k - 1 of highest power, a total before what it is the sum of."""
    rule = DecisionRule("r", (0,), columns, needed)
    assert kept_columns(rule, np.array(powers), THREE) == kept


def test_a_total_without_effect_has_no_domain_with_one() -> None:
    """Domains that a rule does not look at keep theirs, but for those of a total that has none."""
    nulls = without_effect_by_role((0, 7), 2, THREE)
    assert nulls.tolist() == [[True, False, False], [True, True, True]]


def test_a_total_of_which_every_domain_has_none_is_named_so() -> None:
    """Where a rule looks at all domains and their total, the full null is least favourable."""
    rule = "at least 2 of [a, b, c, d, total]"
    answer = plan(study_of(rule, monte_carlo={"replicates": 1000, "block_size": 500}))
    least = least_of(answer)
    assert least.kept == ()
    assert least.value == answer.null_characteristics.rule_win.value[0, 0]


# ------------------------------------------------------------------------------- who exists


CONDITIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "shifted": {"uncontrolled": {"response_shift": 0.2}},
    "selected": {"selection": {"kind": "baseline", "at_least": None, "at_most": 9}},
    "two arms": {},
}


def arms_of(condition: str) -> Arms:
    """Arms of a study of three domains under some conditions."""
    if condition == "two arms":
        effect = {"shift": (0.2, 0.1, 0.0)}
        return role_arms(two_arm_study("two_sample_t", control={"effect": effect}), 0)
    return role_arms(small_study(**CONDITIONS[condition]), 0)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_domain_without_effect_is_that_of_the_full_null(condition: str) -> None:
    """The others are as planned: tables, and the answers drawn from the same random numbers."""
    arms = arms_of(condition)
    full, mixed = arms_without_effect(arms), arms_without_effect_on(arms, np.array([0, 1, 0]) > 0)
    np.testing.assert_allclose(mixed[0].tables[1], full[0].tables[1], atol=1e-12)
    np.testing.assert_array_equal(mixed[0].tables[[0, 2]], arms[0].tables[[0, 2]])
    planned, none, some = (
        draw_cohort(own[0], 30, 200, generator(3, Purpose.NULL, 0, 0)).scores
        for own in (arms, full, mixed)
    )
    if condition == "selected":  # who is selected is the same, for that is before
        np.testing.assert_array_equal(planned[:, :, :, 0], some[:, :, :, 0])
    np.testing.assert_array_equal(some[:, :, 1], none[:, :, 1])
    np.testing.assert_array_equal(some[:, :, [0, 2]], planned[:, :, [0, 2]])
    assert not np.array_equal(some[:, :, 0], none[:, :, 0])
    assert mixed[1:] == arms[1:]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_no_effect_on_any_domain_is_the_full_null(condition: str) -> None:
    """All domains without effect: the null run's populations."""
    arms = arms_of(condition)
    all_null = arms_without_effect_on(arms, np.ones(3, bool))
    for mine, other in zip(all_null, arms_without_effect(arms), strict=True):
        np.testing.assert_array_equal(mine.tables, other.tables)
    nobody = arms_without_effect_on(arms, np.zeros(3, bool))
    np.testing.assert_array_equal(nobody[0].post_cuts, arms[0].post_cuts)
