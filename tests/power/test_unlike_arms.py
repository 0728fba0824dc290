"""Two arms that are not mirror images: unequal shares, controls with an effect, sites, drop-out."""

from typing import Any

import numpy as np
import pytest
from oracles.checks import binomial_agrees
from oracles.studies import PRE, small_study, two_arm_study
from oracles.totals import mean_changes, true_effects
from scipy.stats import norm

from sim import plan
from sim.cohorts import draw_cohort, role_arms
from sim.cohorts.participants import arm_accrual
from sim.cohorts.truth import true_nulls
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose, generator
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.attainable import attainable
from sim.jobs.one_group import without_control
from sim.jobs.plan import check
from sim.jobs.search import Search
from sim.jobs.tasks import block_task
from sim.power.detectable import detectable_effects
from sim.power.participation import participation
from sim.power.role import draw_samples
from sim.power.simulate import simulate
from sim.power.tally import Tally
from sim.power.task import BlockTask
from sim.report.files import summary_data
from sim.report.telling import summary
from sim.report.topics.size import people_words
from sim.study import Study

SITES = {
    "stated_as": "latent",
    "icc": 0.3,
    "shared_icc": 0.0,
    "accrual": "round_robin",
    "sites": 12,
    "per_site": 8,
    "size_variation": 0.0,
    "assumption": None,
}
MAR = {"kind": "mar", "rate": 0.25, "slope": -0.7, "item_rate": 0.0}
SHIFTED = {"shift": 0.4}
FEW = {"replicates": 1000, "search_replicates": 1000, "block_size": 250}
APPROXIMATE = 0.004
"""What the level of an approximate test may differ at some 40 people an arm."""


def study_of(test: str = "two_sample_t", **changes: Any) -> Study:
    """Three domains, two arms."""
    return two_arm_study(test, **changes)


def task_of(study: Study, purpose: Purpose = Purpose.MAIN) -> BlockTask:
    """Task of 250 studies a block; the null run where that is the purpose."""
    search = Search(study, decision_rules(study), InProcessExecutor())
    arms = search.arms if purpose is Purpose.MAIN else search._nulls
    return block_task(study, arms, purpose, 250)


def tally_of(study: Study, purpose: Purpose = Purpose.MAIN, blocks: int = 24) -> Tally:
    """6,000 studies."""
    return simulate(task_of(study, purpose), range(blocks), InProcessExecutor())


# ------------------------------------------------------------- controls that get something too


@pytest.mark.parametrize("purpose", [Purpose.MAIN, Purpose.NULL])
def test_equal_effects_reject_at_alpha(purpose: Purpose) -> None:
    """What both arms get cancels, whether as the stated effect or in the null run."""
    effect = SHIFTED if purpose is Purpose.MAIN else {"shift": 1.2}
    study = study_of(control={"effect": SHIFTED}, effect=effect, design={"n": (80,)})
    tally = tally_of(study, purpose)
    levels = tally.rejected[0] / tally.replicates
    error = norm.isf(1e-5) * np.sqrt(0.05 * 0.95 / tally.replicates)
    assert (np.abs(levels - 0.05) <= APPROXIMATE + error).all()
    # all of what is rejected is false: the domains are true nulls
    assert tally.families[0, 0, 1:].sum() == tally.families[0, 0, :, 1:].sum() > 0


def test_equal_effects_are_true_nulls_and_never_enough() -> None:
    """Where the controls get as much there is nothing to find, and no size that finds it."""
    study = study_of(control={"effect": SHIFTED}, effect=SHIFTED, monte_carlo=FEW)
    answer = plan(study)
    assert answer.effects["mentor"].true_null.all()
    assert all(size.impossible for size in answer.sample_sizes)
    assert "Endpoints of the" not in summary(answer)


def test_an_effect_on_controls_alone_is_an_effect() -> None:
    """Mentoring that does nothing where the controls gain: endpoints are shown, no null is true."""
    study = study_of(
        control={"effect": SHIFTED}, effect={}, monte_carlo=FEW,
        analysis={"alternative": "less"}, design={"n": (40,)},
    )  # fmt: skip
    answer = plan(study)
    assert not answer.effects["mentor"].true_null.any()
    text = " ".join(summary(answer).split())
    assert "Endpoints of the mentors with 40 pairs" in text
    assert "Where mentoring does no more than what the controls get, the rule is met" in text
    assert "in either direction" not in text  # one-sided
    truth = mean_changes(role_arms(study, 0)[0])
    controls = role_arms(study, 0)[1]
    assert controls is not None
    assert np.allclose(answer.change_parts["mentor"].effect, truth - mean_changes(controls))
    assert (answer.change_parts["mentor"].effect < -0.1).all()


# --------------------------------------------------------------------- unequal shares of pairs


@pytest.mark.parametrize("ratio", [(1, 3), (3, 1), (2, 1)])
def test_level_with_unequal_arms_sites_and_drop_out(ratio: tuple[int, int]) -> None:
    """Sites that both arms share cancel in any ratio; missing answers by chance do not matter."""
    study = study_of(
        control={"ratio": ratio}, clusters={"site": SITES}, missing=MAR, effect={},
        design={"n": (120,)},
    )  # fmt: skip
    tally = tally_of(study)
    levels = tally.rejected[0] / tally.replicates
    error = norm.isf(1e-5) * np.sqrt(0.05 * 0.95 / tally.replicates)
    # sharing sites takes variance away that the test does not know of: it may be below
    assert (levels <= 0.05 + APPROXIMATE + error).all()
    assert (levels > 0.01).all()


@pytest.mark.parametrize("accrual", ["round_robin", "in_turn"])
@pytest.mark.parametrize("ratio", [(1, 1), (1, 3), (3, 1)])
@pytest.mark.parametrize("variation", [0.0, 0.5])
def test_every_site_holds_the_ratio(accrual: str, ratio: tuple[int, int], variation: float) -> None:
    """Allocated by person, whole blocks enter a site: each has both arms, in the stated ratio."""
    clusters = {**SITES, "accrual": accrual, "size_variation": variation}
    both = sum(ratio)
    study = study_of(
        control={"ratio": ratio}, clusters={"site": clusters}, design={"n": (24 * both,)}
    )
    arms = role_arms(study, 0)
    counts = [
        np.bincount(arm.clusters.sites(24 * own))
        for arm, own in zip(arms, ratio, strict=True)
        if arm is not None and arm.clusters is not None
    ]
    assert np.array_equal(counts[0] * ratio[1], counts[1] * ratio[0])
    assert counts[0].min() >= ratio[0]
    if accrual == "in_turn" and variation == 0:
        assert set((counts[0] + counts[1]).tolist()) == {SITES["per_site"]}


def test_a_site_that_blocks_do_not_fill_is_refused() -> None:
    """One line says what would fit."""
    clusters = {**SITES, "accrual": "in_turn", "per_site": 10}
    with pytest.raises(StudyError, match=r"^clusters.site.per_site: 10 must be a multiple of 3, "):
        study_of(control={"ratio": (2, 1)}, clusters={"site": clusters})


@pytest.mark.parametrize(("ratio", "own"), [((1, 1), (6, 6)), ((1, 3), (3, 9)), ((2, 1), (8, 4))])
def test_sites_are_allocated_in_the_ratio(ratio: tuple[int, int], own: tuple[int, int]) -> None:
    """Allocated whole, the sites are shared between the arms as stated, and counted together."""
    study = study_of(
        control={"ratio": ratio, "unit": "site"}, clusters={"site": SITES}, design={"n": (12, 120)}
    )
    found = [arm_accrual(study, arm)[0].sites for arm in (0, 1)]
    assert tuple(found) == own
    arms = role_arms(study, 0)
    assert participation(study, 0, *arms).sites[1] == 12


def test_sites_of_both_arms_are_counted_once() -> None:
    """Where both arms are at every site there are as many sites as there are."""
    study = study_of(clusters={"site": SITES}, design={"n": (12, 120)})
    arms = role_arms(study, 0)
    assert participation(study, 0, *arms).sites == (6, 12)


def test_too_few_sites_for_the_ratio() -> None:
    """The line says how many it takes."""
    study = study_of(control={"ratio": (20, 1), "unit": "site"}, clusters={"site": SITES})
    with pytest.raises(StudyError, match=r"12 are too few to be allocated 20:1 .* at least 21$"):
        check(study)


def test_an_empty_arm_wins_nothing() -> None:
    """With twenty mentored to one control there is nobody to compare with before pair 21."""
    study = study_of("mann_whitney", control={"ratio": (20, 1)}, design={"n": (12, 20, 21, 42)})
    found = attainable(study, decision_rules(study))
    assert found.smallest["mentor"][:2] == (1.0, 1.0)
    assert found.smallest["mentor"][2] < 0.05
    assert found.winnable_from["any"] == 21


# ---------------------------------------------------------------------------- random numbers


def test_no_stream_of_the_mentored_is_the_controls() -> None:
    """The controls' numbers are none that the mentored, or what they spawn, ever draw."""
    study = study_of(effect={}, design={"n": (12,)})
    drawn = []
    for purpose in (Purpose.MAIN, Purpose.NULL):
        for block in range(4):
            rng = generator(study.seed, purpose, 0, block)
            drawn += [child.integers(0, 2**63, 4).tobytes() for child in rng.spawn(6)]
            drawn.append(generator(study.seed, purpose, 0, block).integers(0, 2**63, 4).tobytes())
            rng = generator(study.seed, Purpose.CONTROLS, int(purpose), 0, block)
            drawn.append(rng.integers(0, 2**63, 4).tobytes())
    assert len(set(drawn)) == len(drawn)
    mentored, controls = draw_samples(task_of(study), 0, 0)
    apart = task_of(study).seed, Purpose.CONTROLS, int(Purpose.MAIN), 0, 0
    people = role_arms(study, 0)[1]
    assert people is not None
    again = draw_cohort(people, 6, 250, generator(*apart))
    assert np.array_equal(controls.before[..., :3], again.scores[..., 0])
    assert not np.array_equal(mentored.before, controls.before)


@pytest.mark.parametrize("unit", ["person", "site"])
def test_arms_of_a_block_share_sites_by_person_only(unit: str) -> None:
    """What the people of a site share goes into both arms of a block, or into one."""
    study = study_of(
        clusters={"site": {**SITES, "icc": 0.45}}, control={"unit": unit}, design={"n": (24,)},
        correlation={"pre_post": 0.2},
    )  # fmt: skip
    task = task_of(study)
    pairs = [draw_samples(task, 0, block) for block in range(12)]
    one, other = (
        np.concatenate([both[arm].changes[:, 0, -1] for both in pairs]).astype(float)
        for arm in (0, 1)
    )
    correlation = float(np.corrcoef(one, other)[0, 1])
    if unit == "person":
        assert correlation > 0.2
    else:
        assert abs(correlation) < 4.4 / np.sqrt(len(one))


# ----------------------------------------------------------------------- the one group beside


def test_the_one_group_is_that_study_itself() -> None:
    """What stands beside is the plan of the same study without its control arm."""
    study = study_of(
        "ancova", control={"beside": "signed_rank"}, uncontrolled={"response_shift": 0.12},
        roles={"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": None}},
        primary="total", design={"n": (10, 21)}, monte_carlo=FEW,
    )  # fmt: skip
    answer, plain = plan(study), without_control(study)
    assert plain is not None
    alone, other = plan(plain), answer.one_group
    assert other is not None
    q, k = (
        alone.null_characteristics.rule_index("total"),
        alone.study.sizes.index(other.compared_at),
    )
    null = alone.null_characteristics
    assert other.null_win.value == null.rule_win.value[k, q]
    assert other.null_rejection.value == null.rule_rejection.value[k, q]
    assert other.null_rejection.value > other.null_win.value > 0.05  # some in either direction
    assert other.win.value == alone.characteristics.rule_win.value[k, q]
    assert other.size == alone.sample_size
    if other.size.size is not None:
        at = alone.study.sizes.index(other.size.size)
        assert other.null_win_at_own is not None
        assert other.null_win_at_own.value == null.rule_win.value[at, q]
    assert other.controlled_null_rejection.value < 0.09
    assert "its tests reject with probability" in " ".join(answer.warnings)


def test_nothing_is_said_where_a_control_arm_saves_nothing() -> None:
    """Without selection or shift one group has its level too: no warning on noise."""
    study = study_of(
        control={"beside": "paired_t"}, design={"n": (40,)}, primary="total",
        monte_carlo=FEW,
    )  # fmt: skip
    assert not [words for words in plan(study).warnings if "no saving" in words]


# ------------------------------------------------------------------------------ what is said


def test_arms_are_in_the_data() -> None:
    """The sizes of both arms are in summary.json, by role; parts of a change by endpoint."""
    study = study_of(
        effect={"shift": 1.5}, control={"ratio": (2, 1)},
        design={"n": (31, 62)}, monte_carlo=FEW,
    )  # fmt: skip
    answer = plan(study)
    data = summary_data(answer)
    size = next(s for s in data["sample_sizes"] if s["rule"] == "any")
    assert size["size"] in (31, 62)
    mentored, controls = study.arm_participants(0, size["size"])
    assert data["participants"]["any"] == {"mentor": (mentored, controls)}
    assert mentored + controls == size["size"]
    assert f"{mentored} mentored and {controls} controls" in people_words(study, size["size"])
    parts = data["change_parts"]["mentor"]
    assert parts["response_shift"] == pytest.approx([0] * 4, abs=1e-9)
    assert len(parts["change"]) == len(study.endpoints) == 4


def test_true_nulls_are_against_the_controls() -> None:
    """A response shift in both arms is no effect; an effect is, whatever the shift."""
    study = study_of(
        uncontrolled={"response_shift": 0.3}, effect={"shift": (0.4, 0.0, 0.0)},
        control={"effect": {"shift": (0.4, 0.2, 0.0)}},
    )  # fmt: skip
    mentored, controls = role_arms(study, 0)
    assert true_nulls(mentored, controls).tolist() == [True, False, True]
    assert true_effects(mentored, controls).true_null.tolist() == [True, False, True, False]
    assert true_nulls(mentored).tolist() == [False, True, True]


def test_detectable_effects_do_not_know_a_response_shift() -> None:
    """The smallest effect of mentoring is not that of mentoring and a shift together."""
    study = small_study(
        design={"n": (30,), "solve": "effect"}, uncontrolled={"response_shift": 0.3},
        analysis={"adjustment": "none"},
    )  # fmt: skip
    assert detectable_effects(study, (role_arms(study, 0)[0],)) == ()


@pytest.mark.parametrize("procedure", ["holm", "hommel", "graphical"])
@pytest.mark.parametrize("shifts", [(0.0, 0.0, 0.0), (0.9, 0.0, 0.0)])
def test_familywise_error_between_arms(procedure: str, shifts: tuple[float, ...]) -> None:
    """True nulls between arms are rejected at alpha at most, with controls that gain too."""
    graph = None
    if procedure == "graphical":
        graph = {
            "weights": {"total": 0.5, "items": 0.5},
            "transitions": {"total": {"items": 1.0}, "items": {"items": 0.5, "total": 0.5}},
        }
    study = study_of(
        "mann_whitney", analysis={"adjustment": procedure, "graph": graph},
        control={"effect": SHIFTED}, design={"n": (80,)},
        effect={"shift": tuple(0.4 + shift for shift in shifts)},
    )  # fmt: skip
    tally = tally_of(study)
    wrong = tally.families[0, 0, 1:].sum() / tally.replicates
    error = np.sqrt(0.05 * 0.95 / tally.replicates)
    assert wrong <= 0.05 + APPROXIMATE + norm.isf(1e-5) * error
    assert wrong > 0.01


def test_level_of_sites_in_unequal_numbers() -> None:
    """Site means of three sites against nine: the test of sites keeps its level."""
    study = study_of(
        "cluster_mean_two_sample_t", control={"ratio": (1, 3), "unit": "site"},
        clusters={"site": SITES}, effect={}, design={"n": (96,)},
    )  # fmt: skip
    tally = tally_of(study)
    assert binomial_agrees(int(tally.rejected[0, -1]), tally.replicates, 0.05)
