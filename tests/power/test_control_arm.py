"""Two arms: what a study without control takes for an effect cancels between them."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.checks import binomial_agrees, within_error
from oracles.samples import endpoint_changes
from oracles.studies import PRE, small_study, two_arm_study
from oracles.totals import mean_changes
from scipy.stats import norm

from sim import plan
from sim.cohorts import draw_cohort, without_effect
from sim.cohorts.draw import site_stream
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose, generator
from sim.inference.rules import decision_rules
from sim.jobs.search import Search
from sim.jobs.tasks import block_task
from sim.power.simulate import simulate
from sim.power.summarise import summarise
from sim.power.tally import Tally
from sim.report.files import results_csv
from sim.report.results.answer import PlanAnswer
from sim.report.telling import summary
from sim.study import Study

SELECTED = {"kind": "baseline", "at_least": None, "at_most": 8, "assumption": None}
SITES = {
    "stated_as": "latent",
    "icc": 0.3,
    "shared_icc": 0.0,
    "accrual": "round_robin",
    "sites": 12,
    "per_site": 6,
    "size_variation": 0.0,
    "assumption": None,
}
ROLES = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": None}}
TESTS = ("mann_whitney", "ancova", "two_sample_t")


def study_of(test: str = "ancova", **changes: Any) -> Study:
    """Three domains, two arms."""
    return two_arm_study(test, **changes)


def tally_of(study: Study, purpose: Purpose = Purpose.MAIN, blocks: int = 40) -> Tally:
    """Tally of 100 studies a block."""
    search = Search(study, decision_rules(study), InProcessExecutor())
    arms = search.arms if purpose is Purpose.MAIN else search._nulls
    task = block_task(study, arms, purpose, 250)
    return simulate(task, range(blocks), InProcessExecutor())


# -------------------------------------------------------------------------- levels, estimates


@cache
def null_tally(test: str) -> Tally:
    """10,000 studies of selected people on whom mentoring has no effect."""
    study = study_of(
        test, selection=SELECTED, uncontrolled={"response_shift": 0.2},
        effect={}, design={"n": (80,)},
    )  # fmt: skip
    return tally_of(study)


@pytest.mark.parametrize("test", TESTS)
def test_level_with_a_control_arm(test: str) -> None:
    """Selected people who answer otherwise the second time: two arms reject at alpha all the same.

    The tests are approximate; at 40 people an arm .004 are allowed for that.
    """
    tally = null_tally(test)
    error = norm.isf(1e-5) * np.sqrt(0.05 * 0.95 / tally.replicates)
    levels = tally.rejected[0] / tally.replicates
    assert (np.abs(levels - 0.05) <= 0.004 + error).all()


def test_level_without_one_is_far_above() -> None:
    """The same people in one group: the test takes what needs no mentoring for its effect."""
    study = small_study(
        selection=SELECTED, uncontrolled={"response_shift": 0.2}, effect={},
        design={"n": (40,)}, analysis={"adjustment": "none"},
    )  # fmt: skip
    search = Search(study, decision_rules(study), InProcessExecutor())
    task = block_task(study, search.arms, Purpose.NULL, 250)
    tally = simulate(task, range(4), InProcessExecutor())
    assert tally.won[0].min() / tally.replicates > 0.5


@pytest.mark.parametrize("test", TESTS)
def test_estimates_are_unbiased_and_covered(test: str) -> None:
    """The effect's estimate is mentoring's own in spite of the selection; intervals cover it."""
    study = study_of(
        test, selection=SELECTED, uncontrolled={"response_shift": 0.2},
        effect={"shift": (0.5, 0.2, 0.0)}, design={"n": (60,)},
    )  # fmt: skip
    search = Search(study, decision_rules(study), InProcessExecutor())
    tally = tally_of(study)
    truth = search._truth(search.arms)
    own = mean_changes(search.arms[0][0]) - mean_changes(without_effect(search.arms[0][0]))
    assert np.allclose(truth[0].mean_change, own)
    assert truth[0].true_nulls.tolist() == [False, False, True]
    names = (*study.domains, "total")
    found = summarise(
        tally, truth, study.sizes, ((60,),), ("mentor",), names, decision_rules(study)
    ).roles[0].measures  # fmt: skip
    assert found.bias is not None
    assert found.coverage is not None
    for e in range(4):
        bias, error = float(found.bias.value[0, e]), float(found.bias.mcse[0, e])
        assert within_error(bias, 0.0, np.hypot(error, 0.002))
        assert abs(float(found.coverage.value[0, e]) - 0.95) < 0.012


def test_covariance_analysis_wins_most() -> None:
    """Adjusting for the score before gives more power than changes do."""
    power = [tally_of(study_of(test, design={"n": (80,)}), blocks=8).won[0, -1] for test in TESTS]
    assert power[1] > power[0] + 50
    assert power[1] > power[2] + 50


# ------------------------------------------------------------------------------ who is where


@pytest.mark.parametrize(
    ("ratio", "pairs", "arms"),
    [
        ((1, 1), (2, 3, 4, 7, 10), [(1, 1), (2, 1), (2, 2), (4, 3), (5, 5)]),
        ((2, 1), (3, 4, 5, 6, 9), [(2, 1), (3, 1), (4, 1), (4, 2), (6, 3)]),
        ((1, 3), (2, 4, 8), [(1, 1), (1, 3), (2, 6)]),
    ],
)
def test_arms_fill_in_blocks(
    ratio: tuple[int, int], pairs: tuple[int, ...], arms: list[tuple[int, int]]
) -> None:
    """Every complete block holds the stated ratio; neither arm ever shrinks."""
    study = study_of(control={"ratio": ratio}, design={"n": pairs})
    assert [study.arm_pairs(n) for n in pairs] == arms
    steps = np.diff([study.arm_pairs(n) for n in range(2, 60)], axis=0)
    assert (steps >= 0).all()
    assert (steps.sum(axis=1) == 1).all()


def test_people_of_both_arms_are_counted() -> None:
    """A role's participants are those of both arms, the mentees by the ratio in each."""
    study = study_of(roles=ROLES, design={"n": (12,), "ratio": (6, 5)})
    assert study.arm_participants(0, 12) == (6, 6)
    assert study.arm_participants(1, 12) == (5, 5)
    assert study.participants(1, 12) == 10


def test_arms_at_the_same_sites_share_them() -> None:
    """People of one site resemble each other across arms by person, and not by site."""
    correlations = {}
    for unit in ("person", "site"):
        study = study_of(
            clusters={"site": {**SITES, "icc": 0.45}}, control={"unit": unit}, design={"n": (24,)},
            correlation={"pre_post": 0.2},
        )  # fmt: skip
        search = Search(study, decision_rules(study), InProcessExecutor())
        place = (1, Purpose.MAIN, 0, 0)
        first = draw_cohort(search.arms[0][0], 12, 6000, generator(*place))
        shared = site_stream(generator(*place)) if unit == "person" else None
        apart = generator(1, Purpose.CONTROLS, 0, 0, 0)
        second = draw_cohort(search.arms[0][1], 12, 6000, apart, shared)
        one, other = (endpoint_changes(c.scores)[:, 0, -1].astype(float) for c in (first, second))
        assert first.site[0] == second.site[0] == 0
        correlations[unit] = float(np.corrcoef(one, other)[0, 1])
    assert correlations["person"] > 0.2
    assert abs(correlations["site"]) < 4.4 / np.sqrt(6000)


def test_sites_allocated_whole_need_a_test_of_sites() -> None:
    """Comparing people of sites that were allocated whole rejects too often; site means do not."""
    levels = {}
    for test in ("two_sample_t", "cluster_mean_two_sample_t"):
        study = study_of(
            test, clusters={"site": SITES}, control={"unit": "site"}, effect={},
            design={"n": (96,)},
        )  # fmt: skip
        tally = tally_of(study, blocks=24)
        levels[test] = tally.rejected[0, -1] / tally.replicates
    assert levels["two_sample_t"] > 0.1
    assert binomial_agrees(round(levels["cluster_mean_two_sample_t"] * 6000), 6000, 0.05)


# ----------------------------------------------------------------------------------- answers


@pytest.fixture(scope="module")
def answer() -> PlanAnswer:
    """Both designs side by side, of both roles."""
    study = study_of(
        roles=ROLES, selection=SELECTED, control={"beside": "signed_rank"},
        design={"n": (20, 40, 80)}, effect={"shift": 0.7},
        primary="total",
        monte_carlo={"replicates": 2000, "search_replicates": 2000, "block_size": 250},
    )  # fmt: skip
    return plan(study)


def test_audit_adds_up(answer: PlanAnswer) -> None:
    """Mentoring, response shift and regression are the change; controls change by the rest."""
    own = answer.change_parts["mentor"]
    assert np.allclose(own.treatment + own.response_shift + own.regression, own.change)
    assert own.control_change is not None
    assert np.allclose(own.control_change, own.change - own.treatment)
    assert own.regression[-1] > 0.3
    assert np.allclose(own.response_shift, 0, atol=1e-9)
    assert 0.3 < own.taking_part < 0.7


def test_both_designs_stand_side_by_side(answer: PlanAnswer) -> None:
    """The one group needs fewer pairs, and calls mentoring a success where it does nothing."""
    other = answer.one_group
    assert other is not None
    assert other.size.size is not None
    assert answer.sample_size.size is not None
    assert other.size.size < answer.sample_size.size
    assert other.null_win.value > 0.3
    assert other.controlled_null_win.value < 0.05
    text = " ".join(summary(answer).split())
    assert "Where the mean change of the mentors comes from" in text
    assert "With and without a control arm, rule 'total'" in text
    assert "A smaller number is no saving" in text
    assert max(map(len, summary(answer).splitlines())) <= 80


def test_answers_count_both_arms(answer: PlanAnswer) -> None:
    """Sizes are pairs of both arms together."""
    assert answer.characteristics.roles[0].n == (20, 40, 80)
    pairs = answer.sample_size.size or 0
    text = " ".join(summary(answer).split())
    half = pairs // 2
    assert f"with {half} mentored and {half} controls, {pairs} mentors and" in text
    assert f"Mentors {pairs} {half} {half} {pairs}" in text


def test_the_same_wherever_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A study with controls is the same in another order of blocks and for another block count."""
    study = study_of(
        clusters={"site": SITES}, missing={"kind": "mcar", "rate": 0.2, "item_rate": 0.0},
        monte_carlo={"replicates": 400, "search_replicates": 400, "block_size": 100},
    )  # fmt: skip
    search = Search(study, decision_rules(study), InProcessExecutor())
    task = block_task(study, search.arms, Purpose.MAIN, 100)
    forwards = simulate(task, range(4), InProcessExecutor())
    parts = [simulate(task, range(b, b + 1), InProcessExecutor()) for b in (3, 1, 0, 2)]
    backwards = parts[0] + parts[1] + parts[2] + parts[3]
    for name, value in vars(forwards).items():
        assert np.array_equal(getattr(backwards, name), value), name
    assert results_csv(plan(study)) == results_csv(plan(study))


def test_one_group_is_not_moved_by_a_control_section() -> None:
    """Without control arm a study's numbers do not depend on the code that compares arms."""
    study = small_study()
    search = Search(study, decision_rules(study), InProcessExecutor())
    task = block_task(study, search.arms, Purpose.MAIN, 100)
    assert [len(arms) for arms in task.roles] == [1] * len(task.roles)
    first = simulate(task, range(1), InProcessExecutor())
    mentored = draw_cohort(search.arms[0][0], 12, 100, generator(study.seed, Purpose.MAIN, 0, 0))
    change = endpoint_changes(mentored.scores)[:, :, 0].mean(axis=1)
    assert abs(first.change[1, 0] / 2**20 - change.sum()) < 1e-3


def test_mentors_of_one_mentee_are_warned_of_within_an_arm() -> None:
    """A site is shared by both arms and cancels; a mentee is in one arm, and the level shows it."""
    clusters = {**SITES, "icc": 0.0, "shared_icc": 0.4}
    study = study_of(
        "two_sample_t", clusters={"site": clusters}, design={"n": (40,), "ratio": (6, 1)},
        monte_carlo={"replicates": 400, "search_replicates": 400, "block_size": 100},
    )  # fmt: skip
    warnings = " ".join(plan(study).warnings)
    assert "ignores that mentors of one partner resemble each other" in warnings
    assert "of one site" not in warnings
