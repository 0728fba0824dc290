"""An effect made smaller and larger as a whole: once is the effect, none of it is none."""

from typing import Any

import numpy as np
import pytest
from oracles.studies import PRE, small_study

from sim.cohorts import role_arms
from sim.cohorts.marginals import shifted
from sim.power.effect_scale import EffectScale

STEEP = (0.05, 0.10, 0.30, 0.25, 0.30)
EFFECTS: dict[str, Any] = {
    "shift": {"shift": (0.2, 0.5, 0.0)},
    "odds_ratio": {"odds_ratio": (1.5, 2.0, 3.0)},
    "post": {"post": STEEP},
    "nobody": {"post": (0.0, 0.2, 0.4, 0.2, 0.2)},
    "median": {"median": (4, None, 5)},
    "responders": {"responders": {"at_least": 4, "rise": 0.25}},
    "by_domain": {
        "items": {"a": {"odds_ratio": 2.0}},
        "otherwise": {"shift": 0.3},
    },
}  # fmt: skip


@pytest.fixture(params=EFFECTS)
def scale(request: pytest.FixtureRequest) -> EffectScale:
    """Every way to state an effect."""
    return EffectScale.of(small_study(effect=EFFECTS[request.param]))


def test_once_is_the_effect(scale: EffectScale) -> None:
    """At a multiple of 1 people answer as under the effect, at 0 as without one."""
    (planned,) = role_arms(scale.study, 0)
    (once,), (never,) = (role_arms(scale.study_at(multiple), 0) for multiple in (1, 0))
    assert np.allclose(once.tables, planned.tables, atol=1e-12)
    assert np.allclose(never.post, planned.pre, atol=1e-12)


def test_the_distribution_moves_one_way(scale: EffectScale) -> None:
    """Ever more people score high as the multiple grows, far beyond the effect too."""
    for path in scale.paths[0]:
        above = [1 - np.cumsum(path.post(multiple)) for multiple in np.linspace(0, 12, 61)]
        assert (np.diff(above, axis=0) >= -1e-12).all()
        assert (np.array([path.post(m) for m in (0.5, 3, 12)]) >= 0).all()


def test_values_on_the_scale() -> None:
    """Shifts and log odds ratios are multiplied; a median is a shift, a distribution no number."""
    values = {
        name: [path.value(2.0) for path in EffectScale.of(small_study(effect=effect)).paths[0]]
        for name, effect in EFFECTS.items()
    }
    assert values["shift"] == pytest.approx([0.4, 1.0, 0.0])
    assert values["odds_ratio"] == pytest.approx([2.25, 4.0, 9.0])
    assert values["by_domain"] == pytest.approx([4.0, 0.6, 0.6])
    assert values["responders"][0] > 1.5 * 0.25  # in shares of people, as it is stated
    (responders, *_) = EffectScale.of(small_study(effect=EFFECTS["responders"])).paths[0]
    assert responders.value(1.0) == pytest.approx(0.25, abs=1e-9)
    assert responders.value(2.0) == pytest.approx(responders.post(2.0)[3:].sum() - 0.3)
    assert values["post"] == values["nobody"] == [None] * 3
    (first, *_) = EffectScale.of(small_study(effect=EFFECTS["median"])).paths[0]
    assert first.scale == "shift"
    assert np.cumsum(first.post(1.0))[2] == pytest.approx(0.5)
    assert values["median"][0] == pytest.approx(2 * first.value(1.0))
    assert values["median"][1] == 0.0


def test_a_distribution_that_is_a_shift_is_one() -> None:
    """Stated as the distribution after it comes out as the shift that makes it."""
    post = tuple(shifted(np.array(PRE), 0.37).tolist())
    (path, *_) = EffectScale.of(small_study(effect={"post": post})).paths[0]
    assert path.value(1.0) == pytest.approx(0.37)
    assert path.mean_change(1.0) == pytest.approx((np.array(post) - PRE) @ np.arange(1, 6))


@pytest.mark.parametrize(("direction", "side"), [("rise", 1), ("fall", -1)])
def test_the_side_is_that_of_success(direction: str, side: int) -> None:
    """No effect becomes a common one on that side; one against it is turned; one on it is not."""
    analysis = {"direction": direction}
    common = EffectScale.of(small_study(effect={}, analysis=analysis))
    assert [path.value(0.5) for path in common.paths[0]] == [0.5 * side] * 3
    ratio = {"odds_ratio": 1.0}
    odds = EffectScale.of(small_study(effect=ratio, analysis=analysis)).paths[0][0]
    assert odds.value(1.0) == pytest.approx(np.exp(side))
    for shift in (0.4, -0.4):
        stated = EffectScale.of(small_study(effect={"shift": shift},
                                            analysis=analysis))  # fmt: skip
        assert stated.turned == (shift * side < 0)
        assert stated.paths[0][0].value(1.0) == pytest.approx(0.4 * side)


def test_only_the_rules_roles_are_scaled() -> None:
    """A role that the primary rule does not look at keeps the effect assumed, or its absence."""
    roles = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE}}
    scale = EffectScale.of(small_study(roles=roles))
    larger = scale.study_at(3.0)
    assert list(scale.paths) == [0]
    assert larger.effect_of(1) == scale.study.effect_of(1)
    assert larger.effect_of(0) != scale.study.effect_of(0)
