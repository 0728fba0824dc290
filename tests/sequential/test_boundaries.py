"""Levels of interim looks, and what they cost, against other software and published cases."""

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from sim.sequential.boundaries import solve_boundaries
from sim.sequential.characteristics import (
    characterise,
    conditional_power,
    required_drift,
    stopping,
)
from sim.sequential.futility import (
    BetaSpending,
    FutilityBounds,
    LeastConditionalPower,
    LeastEffect,
    bounds_of_pvalues,
    solve_with_futility,
)
from sim.sequential.local import local_levels
from sim.study.checks.interim import BY_LEVELS
from sim.study.interim import BoundaryName

FOLDER = Path(__file__).parent.parent / "data"


def lines_of(name: str) -> list[dict[str, Any]]:
    """Read a file of reference data."""
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


CASES = {case["id"]: case for case in lines_of("planned_cases.jsonl")}
THIRDS = [1 / 3, 2 / 3, 1]


@pytest.mark.parametrize("kind", [kind for kind in get_args(BoundaryName) if kind not in BY_LEVELS])
def test_one_look_has_the_level_itself(kind: Any) -> None:
    """A single look is the analysis without looks: its level is alpha, to the last bit."""
    assert solve_boundaries([1.0], 0.05, 2, kind, 0.3).nominal.tolist() == [0.05]


def test_published_boundaries() -> None:
    """GS04, GS05 and the constants of GS09 to their tolerance."""
    case = CASES["GS04-rpact-asUser"]["expected"]
    spent = solve_boundaries([0.25, 0.5, 0.75, 1], 0.05, 1, "spent", None, [0.01, 0.02, 0.03, 0.05])
    np.testing.assert_allclose(spent.critical, case["critical_values"], atol=1e-6)
    np.testing.assert_allclose(spent.levels, case["stage_levels"], atol=1e-6)
    case = CASES["GS05-rpact-asPocock-underrun"]["expected"]
    short = solve_boundaries([0.4, 0.7], 0.025, 1, "pocock_spending")
    np.testing.assert_allclose(short.spent, case["alpha_spent"], atol=1e-6)
    np.testing.assert_allclose(short.critical, case["critical_values"], atol=1e-6)
    case = CASES["GS09-Pocock-OBF-table"]["expected"]
    for place, looks in enumerate([2, 3, 4, 5]):
        shares = [(look + 1) / looks for look in range(looks)]
        for kind, letter in (("pocock", "P"), ("obrien_fleming", "B")):
            solved = solve_boundaries(shares, 0.05, 2, kind)
            assert abs(solved.critical[-1] - case[f"C_{letter}"][place]) < 6e-4
            assert abs(characterise(solved, 0.8).inflation - case[f"R_{letter}"][place]) < 6e-4


def test_published_sizes() -> None:
    """GN01: sizes and stopping of a one-sample design."""
    expected = CASES["GN01-rpact-one-sample-z"]["expected"]
    solved = solve_boundaries([0.2, 0.5, 1], 0.025, 1, "wang_tsiatis", 0.3)
    drift = required_drift(solved, 0.9)
    largest = (drift * 2 / 0.3) ** 2
    leaving = [stopping(solved, drift * part) for part in (0, 0.5, 1)]
    sizes = [largest * e.expected_share(solved.shares) for e in leaving]
    named = ["E_n_H0", "E_n_midway", "E_n_H1"]
    np.testing.assert_allclose(largest, expected["n_max"], atol=1e-4)
    np.testing.assert_allclose(leaving[2].high, expected["reject_per_look"], atol=1e-7)
    np.testing.assert_allclose(sizes, [expected[name] for name in named], atol=1e-4)


def test_published_power_with_futility() -> None:
    """GN03: power and expected size of a t test under the normal process, to the case's bound."""
    expected = CASES["GN03-rpact-one-sample-power-futility"]["expected"]
    solved = solve_with_futility(
        [0.3, 0.7, 1], 0.07, 1, "wang_tsiatis", 0.22, bounds=FutilityBounds((-0.5, 0.5))
    )
    for place, effect in enumerate((0.7, 0.9)):
        leaving = stopping(solved, effect / 2 * 50**0.5)
        by_look = [expected[f"reject_look{look}"][place] for look in (1, 2, 3)]
        np.testing.assert_allclose(leaving.high, by_look, atol=0.025)
        assert abs(leaving.high.sum() - (0.80544, 0.93731)[place]) < 1e-5
        assert abs(50 * leaving.expected_share(solved.shares) - (35.477, 31.356)[place]) < 1e-3


def test_published_conditional_power() -> None:
    """CP01 and CP03, with one look and with several left."""
    looks = solve_boundaries([0.5, 1], 0.025, 1, "hwang_shih_decani", -4)
    expected = CASES["CP01-East-condPower"]["expected"]["conditional_power"]
    assert abs(conditional_power(looks, 0, 1.151764990571) - expected) < 0.001
    looks = solve_boundaries(THIRDS, 0.05, 2, "hwang_shih_decani", -4)
    drift = 0.05733214 * (800 * characterise(looks, 0.9).inflation) ** 0.5
    expected = CASES["CP03-East-gsCP"]["expected"]["conditional_power"]
    assert abs(conditional_power(looks, 0, 0.943317, drift) - expected) < 1e-6


def test_conditional_power_bounds_have_that_power() -> None:
    """At its bound a look has the least conditional power, along the trend or planned effect."""
    for drift in (None, 2.5):
        solved = solve_with_futility(
            THIRDS, 0.05, 2, "pocock", bounds=LeastConditionalPower(0.2, drift)
        )
        assert solved.futility is not None
        powers = [conditional_power(solved, j, z, drift) for j, z in enumerate(solved.futility)]
        np.testing.assert_allclose(powers, 0.2, atol=1e-9)


@pytest.mark.parametrize(
    "bounds", [LeastConditionalPower(0.2), BetaSpending(0.2, "pocock_spending")], ids=str
)
def test_a_look_for_futility_alone(bounds: Any) -> None:
    """A look whose level is 0 cannot reject, and can stop for futility."""
    looks = solve_with_futility([0.5, 1], 0.05, 2, "levels", None, [0, 0.05], bounds=bounds)
    leaving = stopping(looks, 2.8)
    assert leaving.high[0] == 0.0
    assert leaving.futility[0] > 0.05
    assert leaving.high[1] < stopping(looks, 2.8, obeyed=False).high[1]


def test_futility_by_pvalue_and_effect() -> None:
    """A p-value of .5 is z = 0; half the planned effect is half its expected z at the look."""
    np.testing.assert_allclose(bounds_of_pvalues([0.5, 0.025]).z, [0, 1.959964], atol=1e-6)
    looks = solve_boundaries([0.25, 1], 0.05, 2, "pocock")
    drift = required_drift(looks, 0.8)
    np.testing.assert_allclose(LeastEffect(0.5, 0.8)(looks), [drift / 4], rtol=1e-9)
    assert stopping(looks, drift).high.sum() == pytest.approx(0.8)


@pytest.mark.parametrize("sides", [1, 2])
def test_binding_futility_and_the_level(sides: int) -> None:
    """Bounds that bind keep the level where they are obeyed, and exceed it where they are not."""
    bounds = FutilityBounds((0.3, 0.8))
    design = (THIRDS, 0.05, sides, "pocock_spending")
    bound = solve_with_futility(*design, bounds=bounds, binding=True)
    free = solve_with_futility(*design, bounds=bounds)
    level = 0.05 / sides
    assert abs(stopping(bound, 0).high.sum() - level) < 1e-9
    assert stopping(bound, 0, obeyed=False).high.sum() > level + 1e-4
    assert abs(stopping(free, 0, obeyed=False).high.sum() - level) < 1e-9
    assert stopping(free, 0).high.sum() < level - 1e-4


def test_all_ways_to_end_sum_to_one() -> None:
    """A design with futility on two sides rejects high, low, stops, or ends without rejection."""
    solved = solve_with_futility(THIRDS, 0.05, 2, "pocock", bounds=FutilityBounds((0.0, 0.5)))
    rng = np.random.default_rng(5)
    steps = rng.normal(1.5 / 3, (1 / 3) ** 0.5, (100_000, 3))
    z = steps.cumsum(axis=1) / np.sqrt(solved.shares)
    going, leaving = np.ones(len(z), bool), stopping(solved, 1.5)
    floor = np.append(solved.futility, -np.inf)
    for j in range(3):
        high, low = z[:, j] >= solved.critical[j], z[:, j] <= -solved.critical[j]
        stops = ~high & ~low & (z[:, j] < floor[j])
        for gone, chance in zip((high, low, stops), _at(leaving, j), strict=True):
            assert abs((going & gone).mean() - chance) < 4 * (chance / len(z)) ** 0.5 + 1e-6
        going &= ~(high | low | stops)


def _at(leaving: Any, look: int) -> tuple[float, float, float]:
    """Give a look's probabilities."""
    return leaving.high[look], leaving.low[look], leaving.futility[look]


def test_haybittle_and_peto_refuse_a_level_that_is_gone() -> None:
    """Three standard errors at a look spend more than a level of .002."""
    with pytest.raises(ValueError, match="spend all of alpha"):
        solve_boundaries([0.5, 1], 0.002, 2, "haybittle_peto")


# ----------------------------------------------------------------------- several hypotheses


def test_adjusting_at_a_look_does_not_control() -> None:
    """Seven hypotheses at Pocock's levels divided by seven exceed .05; local shares do not."""
    looks = solve_boundaries([0.5, 1], 0.05, 2, "pocock")
    divided = solve_boundaries([0.5, 1], 0.05, 2, "levels", None, (looks.nominal / 7).tolist())
    assert abs(7 * divided.spent[-1] - 0.0531) < 0.0005
    local = local_levels([1 / 7], [0.5, 1], 0.05, 2, "pocock")[0]
    spent = solve_boundaries([0.5, 1], 0.05, 2, "levels", None, local.tolist()).spent[-1]
    assert abs(7 * spent - 0.05) < 1e-9


@pytest.mark.parametrize("kind", ["obrien_fleming_spending", "pocock", "haybittle_peto"])
def test_local_levels_rise_with_the_portion(kind: Any) -> None:
    """What is rejected at a portion of alpha is rejected at more of it, at every look."""
    portions = [1 / left for left in (12, 7, 3, 2, 1)]
    levels = local_levels(portions, THIRDS, 0.05, 2, kind)
    assert (np.diff(levels, axis=0) > 0).all()
    spent = [solve_boundaries(THIRDS, 1, 2, "levels", None, row).spent[-1] for row in levels]
    np.testing.assert_allclose(spent, np.array(portions) * 0.05, atol=1e-9)
