"""Assurance whose powers are exact: the power's own, the simulation's, and nothing else moves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from oracles.results import results_of
from oracles.studies import PRE, small_study

from sim import plan
from sim.power.assurance import Assurance
from sim.report.results.answer import PlanAnswer

SIZES = (6, 12, 25)
RULES = {
    "one": "b",
    "any": "any of items",
    "all": "all of items",
    "total": "total",
}
MCAR = {"kind": "mcar", "rate": 0.2, "item_rate": 0.0, "total": "complete_case"}

SITES = {
    "stated_as": "observed", "icc": 0.05, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 4, "per_site": 5, "size_variation": 0.0,
}  # fmt: skip


def believed(**changes: Any) -> dict[str, Any]:
    """State a shift of 0.5 with a normal prior around it; by default of one point."""
    point = {"mean": 0.5, "sd": 0.0, "between_sd": 0.0, "draws": 20, "replicates": 40}
    prior = {"kind": "normal_shift", **point, **changes}
    return {"shift": prior["mean"], "prior": prior}


def answer_of(**changes: Any) -> PlanAnswer:
    """Plan a small study with a prior, its primary rule on one domain."""
    stated = {
        "effect": believed(),
        "primary": "one",
        "success": RULES,
        "design": {"n": SIZES},
        "analysis": {"adjustment": "none"},
        "engine": "auto",
        **changes,
    }
    return plan(small_study(**stated))


def columns(own: Assurance, rules: list[int]) -> list[np.ndarray]:
    """Every number of some rules."""
    by_size = [own.value.value, own.value.mcse, own.value.low, own.value.high, own.enough.value]
    deep = [own.power_quantiles, own.quantile_mcse]
    return [found[..., rules] for found in (*by_size, *deep)]


# ------------------------------------------------------------------ one point believed


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"engine": "exact"},
        {"analysis": {"adjustment": "bonferroni"}},
        {"analysis": {"adjustment": "none", "zeros": "pratt"}},
        {"analysis": {"adjustment": "none", "test": "sign"}},
        {"analysis": {"adjustment": "none", "test": "sign_flip"}},
        {"analysis": {"adjustment": "none", "test": "paired_t"}},
        {"analysis": {"adjustment": "none", "test": "mcnemar", "cut": 4, "total_cut": 10}},
        {"analysis": {"adjustment": "none", "alternative": "less"}, "effect": believed(mean=-0.5)},
        {"missing": MCAR},
        {"uncontrolled": {"response_shift": 0.2}},
    ],
    ids=str,
)
def test_a_point_prior_has_the_exact_power(changes: Mapping[str, Any]) -> None:
    """With one effect believed, exact assurance is the exact power and has no error at all."""
    answer = answer_of(**changes)
    (own,), power = answer.assurances, answer.characteristics.rule_win.value[:, 0]
    assert own.exact_rules == (True, False, False, False)
    engines = answer.characteristics.rule_engines
    assert [engine == "exact" for engine in engines[:3]] == [True, False, False]
    assert np.allclose(own.value.value[:, 0], power, rtol=0, atol=1e-12)
    assert np.allclose(own.value.mcse[:, 0], 0, rtol=0, atol=1e-12)
    assert np.allclose(own.power_quantiles[..., 0], power, rtol=0, atol=1e-12)
    assert np.array_equal(own.enough.value[:, 0], power >= 0.8)


def test_roles_have_the_power_of_their_own_people() -> None:
    """A rule on the mentees takes their numbers and their effect, not the mentors'."""
    rules = {"theirs": "a for mentee", **RULES}
    mentee = {"pre": PRE, "effect": believed(mean=0.8)}
    answer = answer_of(
        roles={"mentor": {"pre": PRE}, "mentee": mentee},
        primary="one",
        success=rules,
        design={"n": SIZES, "ratio": (2, 1)},
    )
    (own,), found = answer.assurances, answer.characteristics
    assert own.exact_rules == (True, True, False, False, False)
    assert np.allclose(own.value.value[:, :2], found.rule_win.value[:, :2], rtol=0, atol=1e-12)
    assert (np.abs(own.value.value[:, 0] - own.value.value[:, 1]) > 0.01).all()


# -------------------------------------------------------------- beside the simulation


@pytest.mark.parametrize("missing", [None, MCAR], ids=str)
def test_it_agrees_with_simulated_assurance(missing: Mapping[str, Any] | None) -> None:
    """Under a wide prior both engines give one assurance, also with a fifth lost by chance."""
    draws, replicates = 80, 100
    stated = {"effect": believed(sd=0.4, draws=draws, replicates=replicates)}
    stated |= {} if missing is None else {"missing": missing}
    exact, simulated = (
        answer_of(**stated, engine=engine).assurances[0] for engine in ("auto", "monte_carlo")
    )
    assert (exact.exact_rules[0], simulated.exact_rules[0]) == (True, False)
    # the same draws: what is left is of the replicates
    error = np.sqrt(0.25 / (draws * replicates))
    assert (np.abs(exact.value.value - simulated.value.value)[:, 0] <= 4.4 * error).all()
    spread = np.abs(exact.power_quantiles - simulated.power_quantiles)[..., 0]
    assert (spread <= 0.15).all()
    assert np.array_equal(exact.limit.value, simulated.limit.value)


def test_other_rules_do_not_move() -> None:
    """Rules that cannot be exact have the same numbers to the bit under either engine."""
    stated = {"effect": believed(sd=0.4, draws=30)}
    auto, simulated = (
        answer_of(**stated, engine=engine).assurances[0] for engine in ("auto", "monte_carlo")
    )
    assert auto.exact_rules == (True, False, False, False)
    for mine, other in zip(columns(auto, [1, 2, 3]), columns(simulated, [1, 2, 3]), strict=True):
        assert np.array_equal(mine, other)
    assert auto.sizes[1:] == simulated.sizes[1:]
    assert not np.array_equal(auto.value.value[:, 0], simulated.value.value[:, 0])


@pytest.mark.parametrize(
    "changes",
    [
        {"analysis": {"adjustment": "holm"}},
        {"clusters": {"site": SITES}},
    ],
    ids=str,
)
def test_nothing_moves_where_nothing_can_be_exact(changes: Mapping[str, Any]) -> None:
    """Where the engine does not apply, auto and monte_carlo give every rule the same numbers."""
    stated = {"effect": believed(sd=0.4, draws=20, replicates=10), **changes}
    auto, simulated = (
        answer_of(**stated, engine=engine).assurances[0] for engine in ("auto", "monte_carlo")
    )
    assert auto.exact_rules == (False,) * 4
    for mine, other in zip(columns(auto, [0, 1, 2, 3]), columns(simulated, [0, 1, 2, 3]),
                           strict=True):  # fmt: skip
        assert np.array_equal(mine, other)
    assert auto.sizes == simulated.sizes


def test_rows_name_the_engine() -> None:
    """results.csv calls a rule's assurance, quantiles and P(enough power) exact where they are."""
    results = results_of(answer_of(effect=believed(sd=0.2)))
    for measure in ("assurance", "power_at_target", "power_q05", "power_q50", "power_q95"):
        engines = {
            rule: {row.engine for row in results.where(name=rule, measure=f"{measure}_stated")}
            for rule in RULES
        }
        assert engines.pop("one") == {"exact"}
        assert set.union(*engines.values()) == {"monte_carlo"}
    assert {row.replicates for row in results.where(measure="assurance_stated")} == {20}
