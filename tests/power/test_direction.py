"""Which change is the success: a planned fall counts as a planned rise does."""

from typing import Any

import numpy as np
import pytest
from oracles.samples import CLUSTERED, FITTED, ONE_GROUP, TWO_ARMS
from oracles.studies import small_study, two_arm_study
from oracles.totals import true_effects

from sim.cohorts import role_arms
from sim.errors import StudyError
from sim.jobs.plan import plan
from sim.power.exact_api import exact_power
from sim.report.results.answer import PlanAnswer
from sim.report.telling import summary
from sim.study.methods import TESTS

PRE = (0.30, 0.30, 0.20, 0.12, 0.08)
SITES = {
    "stated_as": "latent", "icc": 0.1, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 8, "per_site": 10, "size_variation": 0.0,
}  # fmt: skip
SHIFTS = (0.6, 0.3, 0.0)
ANY = {"any": "any of items"}


def stated(side: int, domains: int = 3, **changes: Any) -> dict[str, Any]:
    """State a study, or the same with its scale turned round and a fall for the success."""
    analysis = {"direction": "rise" if side > 0 else "fall", **changes.pop("analysis", {})}
    if (
        "test" in analysis and TESTS[analysis["test"]].has_cut
    ):  # answers from 4 rise where mirrored ones from 3 fall
        analysis |= {"cut": 4, "total_cut": 11} if side > 0 else {"cut": 3, "total_cut": 8}
    return {
        "roles": {"mentor": {"pre": PRE[::side]}, "mentee": None},
        "effect": {"shift": tuple(side * own for own in SHIFTS[:domains])},
        "design": {"n": (12, 25)},
        "monte_carlo": {"replicates": 400, "search_replicates": 400},
        "analysis": analysis,
        "questionnaire": {"items": ("a", "b", "c")[:domains]},
        **changes,
    }


def mirrored(**changes: Any) -> tuple[PlanAnswer, PlanAnswer]:
    """Plan a study and its mirror image."""
    up, down = (plan(small_study(**stated(side, **changes))) for side in (1, -1))
    return up, down


def assert_alike(up: PlanAnswer, down: PlanAnswer) -> None:
    """Compare powers of two answers within 4.5 standard errors, and which rules are possible."""
    role, mirror = up.characteristics.roles[0].measures, down.characteristics.roles[0].measures
    rules = up.characteristics.rule_win, down.characteristics.rule_win
    for one, other in ((role.win, mirror.win), rules):
        error = np.hypot(one.mcse, other.mcse) + 0.003
        assert (np.abs(one.value - other.value) <= 4.5 * error).all()
    assert role.win.value[-1, 0] > 0.2
    assert [own.impossible for own in up.sample_sizes] == [
        own.impossible for own in down.sample_sizes
    ]
    assert mirror.type_s is not None
    assert mirror.type_s.value[-1, 0] < 0.05


@pytest.mark.parametrize("test", ONE_GROUP)
def test_a_mirrored_study_has_the_same_exact_power(test: str) -> None:
    """By the exact engine a fall is won, two-sided, as often as the rise that mirrors it."""
    p_value = "auto" if test == "paired_t" else "exact"
    analysis = {"test": test, "p_value": p_value, "adjustment": "none"}
    few = {"replicates": 100, "search_replicates": 100}
    up, down = mirrored(analysis=analysis, engine="auto", monte_carlo=few)
    role, mirror = up.characteristics.roles[0], down.characteristics.roles[0]
    assert role.engines[:3] == mirror.engines[:3] == ("exact",) * 3
    for name in ("win", "rejection"):
        one, other = getattr(role.measures, name).value, getattr(mirror.measures, name).value
        assert np.allclose(one[:, :3], other[:, :3], rtol=0, atol=1e-10)
    assert role.measures.win.value[1, 0] > 0.3


def test_exact_power_takes_the_direction() -> None:
    """From plain numbers the mirrored changes are won as often where a fall is the success."""
    pmf = [0.03, 0.12, 0.35, 0.35, 0.15]
    up, down = exact_power(pmf, [10, 30]), exact_power(pmf[::-1], [10, 30], direction="fall")
    assert np.allclose(up.win, down.win, rtol=0, atol=1e-12)
    assert exact_power(pmf[::-1], [30]).win[0] < 1e-3 < up.win[1]
    with pytest.raises(ValueError, match="direction: 'down' must be one of rise, fall"):
        exact_power(pmf, [10], direction="down")


@pytest.mark.parametrize("test", [*ONE_GROUP, *CLUSTERED, *FITTED])
def test_a_mirrored_study_has_the_same_simulated_power(test: str) -> None:
    """By simulation power and possible rules of a mirrored study agree within error."""
    changes: dict[str, Any] = {"analysis": {"test": test}}
    if test in CLUSTERED:
        changes["clusters"] = {"site": SITES}
    if test in FITTED:  # without the total
        changes |= {"primary": "any", "success": ANY}
    assert_alike(*mirrored(**changes))


@pytest.mark.parametrize("test", TWO_ARMS)
def test_mirrored_arms_have_the_same_power(test: str) -> None:
    """Arms whose mentored fall win as often as arms whose mentored rise, each its own success."""
    found = []
    for side in (1, -1):
        changes = stated(side) | {"design": {"n": (60,)}}
        if test.startswith("cluster"):
            changes |= {"clusters": {"site": SITES}, "control": {"unit": "site"}}
        found.append(plan(two_arm_study(test, **changes)))
    assert_alike(*found)


def test_assurance_and_detectable_effects_look_the_same_way() -> None:
    """The smallest detectable fall mirrors the rise, and assurance over falls is that over them."""
    effect = {
        side: {"shift": side * 0.5, "prior": {
            "kind": "normal_shift", "mean": side * 0.5, "sd": 0.1, "between_sd": 0.0,
            "draws": 40, "replicates": 20,
        }}
        for side in (1, -1)
    }  # fmt: skip
    design, analysis = {"n": (12, 25), "solve": "effect"}, {"adjustment": "none"}
    up, down = (
        plan(small_study(**stated(side, effect=effect[side], design=design, analysis=analysis)))
        for side in (1, -1)
    )
    for one, other in zip(up.detectable, down.detectable, strict=True):
        assert one.shift is not None
        assert one.shift > 0.2
        assert other.shift == pytest.approx(-one.shift, abs=1e-5)
    (one, other) = (answer.assurances[0] for answer in (up, down))
    error = np.hypot(one.value.mcse, other.value.mcse)
    assert (np.abs(one.value.value - other.value.value) <= 4.5 * error + 0.01).all()
    assert other.value.value[-1, 0] > 0.5
    assert other.limit.value.min() > 0.99


def test_better_is_towards_success() -> None:
    """Where a fall is the success, those who fall are better, and the lowest cannot improve."""
    people = role_arms(small_study(**stated(-1)), 0)[0]
    rise, fall = true_effects(people), true_effects(people, side=-1)
    assert np.array_equal(rise.better, fall.worse)
    assert np.allclose(rise.superiority, 1 - fall.superiority)
    assert fall.better[0] > fall.worse[0]
    assert np.allclose(fall.ceiling, PRE[-1])


def test_an_effect_against_success_is_warned_of() -> None:
    """A planned fall where a rise is the success says so in one line, with the setting to use."""
    against = plan(small_study(effect={"shift": -0.5}))
    (said,) = [own for own in against.warnings if "success is a rise" in own]
    assert said == (
        "The stated effect on the mentors is a fall of 'a', 'b', 'c', and success is a rise: the "
        "study can hardly succeed. Where lower is better, state a fall as the success."
    )
    remedied = plan(small_study(**stated(-1)))
    assert not [own for own in remedied.warnings if "success is" in own]
    assert "level 0.05, success being a fall" in " ".join(summary(remedied).split())


@pytest.mark.parametrize(("alternative", "direction"), [("less", "rise"), ("greater", "fall")])
def test_a_one_sided_test_of_the_other_direction_is_refused(
    alternative: str, direction: str
) -> None:
    """A one-sided test cannot look the other way than the success lies."""
    analysis = {"alternative": alternative, "direction": direction}
    with pytest.raises(StudyError, match=rf"analysis.direction: .{direction}. is not what"):
        small_study(analysis=analysis)
