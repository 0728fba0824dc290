"""Assurance from a study to its answer: where it must equal power, and where nothing may move."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.checks import SLIP
from oracles.results import results_of
from oracles.studies import PRE, small_study
from scipy.stats import norm

from sim import compose_study, plan
from sim.cohorts.drawn import PopulationDraws
from sim.cohorts.posterior_file import posterior_csv
from sim.errors import StudyError
from sim.jobs.assurance import STATED, assurance_blocks, believed_effects, inflations
from sim.report.files import results_csv, summary_data
from sim.report.results.answer import PlanAnswer
from sim.report.results.rows import result_rows

RULES = {
    "one": "b",
    "any": "any of items",
    "two": "at least 2 of items",
    "all": "all of items",
    "total": "total",
}
DOMAINS = ("a", "b", "c")


def prior_of(**changes: Any) -> dict[str, Any]:
    """State a normal prior; by default one point, at the stated effect."""
    point = {"mean": 0.5, "sd": 0.0, "between_sd": 0.0, "draws": 100, "replicates": 40}
    return {"kind": "normal_shift", **point, **changes}


FEWER = {"draws": 25, "replicates": 160}
"""A quarter of the draws, and as many simulated studies."""


def effect_of(**changes: Any) -> dict[str, Any]:
    """State a shift with a prior."""
    return {"shift": 0.5, "prior": prior_of(**changes)}


def answer_of(**changes: Any) -> PlanAnswer:
    """Plan a small study with a prior."""
    stated = {
        "effect": effect_of(),
        "primary": "one",
        "success": RULES,
        "design": {"n": (6, 12, 25)},
        "analysis": {"adjustment": "none"},
        **changes,
    }
    return plan(small_study(**stated))


# ------------------------------------------------------------------ a prior of one point


def test_a_point_prior_is_power() -> None:
    """With one effect believed, assurance is the power of every rule at every size."""
    answer = answer_of(monte_carlo={"replicates": 4000}, engine="auto")
    (own,), found = answer.assurances, answer.characteristics
    assert found.rule_engines == ("exact", *["monte_carlo"] * 3, "sampled")
    spread = np.hypot(own.value.mcse, found.rule_win.mcse)
    assert (np.abs(own.value.value - found.rule_win.value) <= 4 * spread + 1e-12).all()
    assert np.array_equal(own.limit.value, np.ones(5))
    simulated = own.value.value[:, 1:]
    assert np.allclose(own.value.mcse[:, 1:], np.sqrt(simulated * (1 - simulated) / 4000),
                       rtol=0.4, atol=1e-9)  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"correlation": {"pre_post": -0.3, "items": 0.2}, "effect": effect_of(**FEWER)},
        {"analysis": {"adjustment": "none", "test": "mcnemar", "cut": 4, "total_cut": 10}},
        {"analysis": {"adjustment": "none", "alternative": "less"},
         "effect": {"shift": -0.5, "prior": prior_of(mean=-0.5, **FEWER)}},
    ],
    ids=["negative correlation", "mcnemar", "falls"],
)  # fmt: skip
def test_a_point_prior_is_the_exact_power(changes: Mapping[str, Any]) -> None:
    """Whatever the correlation, test or direction, one domain's assurance is its exact power."""
    exact = answer_of(**{"engine": "auto", **changes})
    assert exact.characteristics.rule_engines[0] == "exact"
    power = exact.characteristics.rule_win.value[:, 0]
    for engine, error in (("auto", 0), ("monte_carlo", np.sqrt(power * (1 - power) / 4000))):
        (own,) = answer_of(**{"engine": engine, **changes}).assurances
        assert own.exact_rules[0] == (engine == "auto")
        assert (np.abs(own.value.value[:, 0] - power) <= 4 * error + 1e-12).all()
        assert np.array_equal(own.limit.value, np.ones(5))


@pytest.mark.parametrize("kind", ["baseline", "screening"])
def test_a_point_prior_under_selection_is_power(kind: str) -> None:
    """People are selected once: the draws' as the stated ones."""
    selection = {"kind": kind, "at_most": 8, "at_least": None, "assumption": None}
    if kind == "screening":
        selection["retest"] = None
    answer = answer_of(selection=selection, monte_carlo={"replicates": 4000})
    (own,), found = answer.assurances, answer.characteristics
    spread = np.hypot(own.value.mcse, found.rule_win.mcse)
    assert (np.abs(own.value.value - found.rule_win.value) <= 4 * spread + 1e-12).all()


@pytest.mark.parametrize("shifts", [10, pytest.param(40, marks=pytest.mark.long)])
def test_assurance_is_the_integral_of_exact_powers(shifts: int) -> None:
    """Under a normal prior, one domain's assurance is the weighted mean of its exact powers."""
    draws = 10 * shifts
    answer = answer_of(effect=effect_of(sd=0.4, draws=draws, replicates=20), engine="auto")
    places = norm.ppf((np.arange(shifts) + 0.5) / shifts, 0.5, 0.4)
    powers = [
        plan(small_study(
            effect={"shift": float(shift)}, engine="exact",
            primary="one", success={"one": RULES["one"]},
            design={"n": (6, 12, 25)}, analysis={"adjustment": "none"},
        )).characteristics.rule_win.value[:, 0]
        for shift in places
    ]  # fmt: skip
    (own,) = answer.assurances
    # the draws' powers are exact and stand at quantiles, as these do, ten times as many
    assert own.exact_rules[0]
    assert np.allclose(own.value.value[:, 0], np.mean(powers, axis=0), rtol=0, atol=0.08 / shifts)
    assert own.limit.value[0] == pytest.approx(norm.cdf(0.5 / 0.4), abs=1 / draws)
    spread = own.power_quantiles[2, :, 0] - np.median(powers, axis=0)
    assert (np.abs(spread) <= 0.01).all()


# ----------------------------------------------------------------------- nothing moves


def test_switching_assurance_on_moves_nothing() -> None:
    """Main and null runs are the same to the bit with and without a prior."""
    with_prior = answer_of(effect=effect_of(sd=0.2))
    without = answer_of(effect={"shift": 0.5})
    for name in ("characteristics", "null_characteristics"):
        pair = [list(result_rows(getattr(answer, name))) for answer in (with_prior, without)]
        assert pair[0] == pair[1]
    assert with_prior.sample_sizes == without.sample_sizes
    assert results_csv(with_prior).startswith(results_csv(without))
    assert without.assurances == ()
    assert summary_data(without)["assurances"] == []


def test_progress_tells_of_every_draw() -> None:
    """Blocks of assurance are counted: the last one done is the last one told of."""
    heard: list[tuple[int, int]] = []
    study = small_study(effect=effect_of(draws=20, replicates=2), analysis={"adjustment": "none"})
    plan(study, lambda done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == list(range(1, 25))
    assert heard[-1] == (24, 24)
    assert assurance_blocks(believed_effects(study)) == 20


# --------------------------------------------------------------------- roles and priors

BOTH = {
    "mentor": {"pre": PRE},
    "mentee": {"pre": PRE},
}
OF_BOTH = {
    "primary": "both",
    "success": {"both": "all of [total] for [mentor, mentee]"},
}


def related(believed: dict[str, dict[Any, PopulationDraws]]) -> float:
    """Correlation between the roles' shifts."""
    (own,) = believed.values()
    return float(np.corrcoef(own[0].shift[:, 0], own[1].shift[:, 0])[0, 1])


def test_roles_share_a_belief_only_where_they_share_the_effect() -> None:
    """One effect for both roles is one belief; effects stated apart are believed apart."""
    prior = {"sd": 0.3, "draws": 400, "replicates": 2}
    shared = small_study(effect=effect_of(**prior), roles=BOTH, **OF_BOTH)
    assert related(believed_effects(shared)) == pytest.approx(1)
    apart = {**BOTH, "mentee": {"pre": PRE, "effect": effect_of(**prior)}}
    stated = small_study(effect=effect_of(**prior), roles=apart, **OF_BOTH)
    assert abs(related(believed_effects(stated))) < norm.isf(SLIP / 2) / np.sqrt(400)


def test_fewer_draws_of_one_role_still_stand_for_the_other() -> None:
    """Where one role has fewer draws, those used of the other are no lower half of its belief."""
    few = effect_of(sd=0.3, draws=50, replicates=2)
    roles = {**BOTH, "mentee": {"pre": PRE, "effect": few}}
    study = small_study(effect=effect_of(sd=0.3, draws=500, replicates=2), roles=roles, **OF_BOTH)
    (own,) = believed_effects(study).values()
    used = own[0].shift[: len(own[1]), 0]
    assert abs(used.mean() - 0.5) < norm.isf(SLIP / 2) * 0.3 / np.sqrt(50)


def test_roles_that_no_rule_looks_at_are_left_out() -> None:
    """Mentees without a rule change no number of assurance, whatever is believed of them."""
    alone = answer_of(effect=effect_of(sd=0.2))
    mentee = {"pre": PRE, "effect": effect_of(mean=2.0)}
    beside = answer_of(effect=effect_of(sd=0.2), roles={**BOTH, "mentee": mentee})
    values = [answer.assurances[0].value.value for answer in (alone, beside)]
    assert np.array_equal(*values)
    only = answer_of(effect={"shift": 0.5}, roles={**BOTH, "mentee": mentee})
    assert only.assurances == ()


def posterior_at(path: Path, roles: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Write posteriors of 20 draws under priors of those names by role; state the prior."""
    rng = np.random.default_rng(1)
    drawn = {
        (name, role): PopulationDraws(
            rng.normal(0.5, 0.3, (20, 3)), rng.uniform(0, 1, (20, 3)),
            rng.dirichlet(np.ones(5), (20, 3)), np.eye(3),
        )
        for role, names in roles.items()
        for name in names
    }  # fmt: skip
    path.write_text(posterior_csv(drawn, DOMAINS))  # type: ignore[arg-type]
    prior = {"kind": "posterior", "file": str(path), "draws": 20, "replicates": 2}
    return {"shift": 0.5, "prior": prior}


def test_priors_go_together_by_name(tmp_path: Path) -> None:
    """Posteriors of one name go together, a stated prior with each; other names are refused."""
    path = tmp_path / "own.csv"
    same = posterior_at(path, {"mentor": ("x", "y"), "mentee": ("y", "x")})
    found = believed_effects(small_study(effect=same, roles=BOTH, **OF_BOTH))
    assert {name: list(own) for name, own in found.items()} == {
        "x": [0, 1],
        "y": [0, 1],
    }
    roles = {**BOTH, "mentee": {"pre": PRE, "effect": effect_of(draws=20)}}
    found = believed_effects(small_study(effect=same, roles=roles, **OF_BOTH))
    assert list(found) == ["x", "y"]
    assert found["x"][1] is found["y"][1]
    other = posterior_at(path, {"mentor": ("x", "y"), "mentee": ("x",)})
    with pytest.raises(StudyError, match=r"^effect.prior.file: the priors must have the same name"):
        believed_effects(small_study(effect=other, roles=BOTH, **OF_BOTH))


def test_a_posterior_named_as_the_stated_prior_is_one_of_them(tmp_path: Path) -> None:
    """A file may call a prior as the config's own is called, and keeps all its priors."""
    effect = posterior_at(tmp_path / "own.csv", {"mentor": (STATED, "z")})
    assert list(believed_effects(small_study(effect=effect))) == [STATED, "z"]


def test_fewest_replicates_of_any_role() -> None:
    """Roles are simulated together, with the fewest replicates that any of them states."""
    roles = {**BOTH, "mentee": {"pre": PRE, "effect": effect_of(draws=20, replicates=4)}}
    answer = answer_of(effect=effect_of(draws=30, replicates=8), roles=roles, **OF_BOTH)
    (own,) = answer.assurances
    assert own.draws == 20
    assert np.array_equal(80 * own.value.value, np.round(80 * own.value.value))


# ------------------------------------------------------------------------- experiments


def test_experiment_assurance_runs() -> None:
    """experiment=assurance answers for both published domains under three priors."""
    words = ["design.n=[20,60]", "monte_carlo.replicates=500", "effect.prior.draws=40",
             "effect.prior.replicates=10"]  # fmt: skip
    answer = plan(compose_study(["experiment=assurance", *words]))
    assert answer.sample_size.rule == "both published domains"
    assert [own.prior for own in answer.assurances] == ["neutral", "sceptical", "hierarchical"]
    assert {own.draws for own in answer.assurances} == {40}
    assert [own.name for own in answer.inflations] == ["Browne 1995", "Julious 2006"]
    k = answer.characteristics.rule_index("both published domains")
    neutral, sceptical, _ = (own.value.value[:, k] for own in answer.assurances)
    assert (sceptical < neutral).all()


def test_effect_believed_runs() -> None:
    """effect=believed states one prior, whose assurance at the target's size is below power."""
    words = ["design.n=[20,60]", "monte_carlo.replicates=500"]
    answer = plan(compose_study(["effect=believed", *words]))
    (own,) = answer.assurances
    assert (own.prior, own.draws) == (STATED, 200)
    k = answer.characteristics.rule_index("total")
    assert (own.value.value[:, k] < answer.characteristics.rule_win.value[:, k]).all()
    assert own.limit.value[k] == pytest.approx(norm.cdf(0.4 / np.hypot(0.2, 0.04)), abs=0.03)


def test_inflation_needs_a_belief_and_a_pilot() -> None:
    """Rules of thumb stand beside assurance only, and only where there is a pilot."""
    default = compose_study([])
    assert [own.factor for own in inflations(default)] == pytest.approx([2.1345, 1.4187], abs=2e-3)
    assert inflations(default.model_copy(update={"pilot": None})) == ()
    assert inflations(compose_study(["effect=shift"])) == ()
    assert inflations(compose_study(["target.power=0.02"])) == ()


@pytest.mark.parametrize(
    ("words", "factors", "who"),
    [
        (["analysis.alternative=greater", "analysis.alpha=0.025"], (2.13, 1.42), "6 mentors"),
        (["mentees' total"], (2.43, 1.56), "5 mentees"),
        (["both totals"], (2.43, 1.56), "5 mentees, the smaller of its groups"),
    ],
)
def test_inflation_is_that_of_the_rule(
    words: list[str], factors: tuple[float, float], who: str
) -> None:
    """Rules of thumb take the level's own sides, and the pilot's size in the rule's own role."""
    if len(words) == 1:
        words = ["experiment=scale_up", f'primary="{words[0]}"']
    found = inflations(compose_study(words))
    assert tuple(round(own.factor, 2) for own in found) == factors
    assert {f"{own.participants} {own.who}" for own in found} == {who}


def test_results_have_assurance(tmp_path: Path) -> None:
    """results.csv has assurance, P(enough power) and quantiles of every rule, size and prior."""
    effect = posterior_at(tmp_path / "own.csv", {"mentor": ("x", "y")})
    results = results_of(answer_of(effect=effect))
    for prior in "xy":
        for measure in ("assurance", "power_at_target", "power_q05", "power_q50", "power_q95"):
            found = results.where(measure=f"{measure}_{prior}")
            assert len(found) == 3 * 5
            assert {(row.kind, row.replicates, row.engine, row.n == row.size) for row in found} == {
                ("rule", 20, "monte_carlo", True)
            }
            assert all(row.value is not None and 0 <= row.value <= 1 for row in found)
