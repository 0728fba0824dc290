"""Studies with looks that are enumerated, and those that spend their level exactly."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from sim import plan
from sim.errors import StudyError
from sim.inference.decide import PValues
from sim.inference.look_path import hopeful_at
from sim.inference.looks import Looks
from sim.inference.result import TestResult
from sim.inference.rules import DecisionRule
from sim.jobs.interim import interim_plan
from sim.jobs.plan import check
from sim.report.results.answer import PlanAnswer
from sim.report.topics.interim import gain_sentences
from sim.sequential.boundaries import solve_boundaries
from sim.sequential.characteristics import required_drift
from sim.study import Study, parse_study

CASES = Path(__file__).parents[1] / "data" / "planned_cases.jsonl"
ENUMERATED = {
    case["id"]: case
    for case in map(json.loads, CASES.read_text(encoding="utf-8").splitlines())
    if case["id"].startswith("GX")
}
NULL = (0.1, 0.2, 0.4, 0.2, 0.1)
STOPS = {"reject_look1": ("met", 0), "win_look1": ("won", 0), "futility_look1": ("futile", 0)}


def of_changes(chances: Any, interim: dict[str, Any], **more: Any) -> Study:
    """Twenty people with one item, answered in the middle before."""
    joint = [[0.0] * 5, [0.0] * 5, list(chances), [0.0] * 5, [0.0] * 5]
    return parse_study(
        {
            "questionnaire": {"points": 5, "items": ("x",), "totals": {}},
            "roles": {"person": {"pre": (0, 0, 1, 0, 0)}},
            "effect": {"joint": tuple(map(tuple, joint))},
            "design": {"n": 20},
            "interim": {"looks": 2, **interim},
            "monte_carlo": {"replicates": 4_000, "search_replicates": 4_000, "block_size": 4_000},
            **more,
        }
    )


def of_case(name: str, under: str, engine: str) -> PlanAnswer:
    """Plan a case's study."""
    stated = ENUMERATED[name]["inputs"]
    futility = None if stated["futility"] == "none" else {"p": 0.25, "binding": True}
    levels = tuple(stated["two_sided_nominal_levels"])
    interim = {"boundary": "levels", "levels": levels, "futility": futility}
    return plan(of_changes(stated[under], interim, engine=engine))


@pytest.mark.parametrize("engine", ["exact", "monte_carlo"])
@pytest.mark.parametrize("under", ["H1", "H0"])
@pytest.mark.parametrize("name", ENUMERATED)
def test_a_plan_has_the_enumerated_stops(name: str, under: str, engine: str) -> None:
    """GX: a plan has them to 1e-9 where it is exact, and within 4 errors where it simulates."""
    expected, answer = ENUMERATED[name]["expected"][under], of_case(name, under, engine)
    measures = answer.characteristics.interim
    assert measures is not None
    known = {what: (getattr(measures, part), (0, look)) for what, (part, look) in STOPS.items()}
    known["reject_total"] = answer.characteristics.rule_rejection, (0, 0)
    known["win_total"] = answer.characteristics.rule_win, (0, 0)
    known["expected_pairs"] = measures.expected_analysed, (0,)
    for what, (estimate, at) in known.items():
        assert (estimate.engine(at) == "exact") == (engine == "exact"), what
        allowed = 4 * estimate.mcse[at] + (1e-9 if engine == "exact" else 1 / 4_000)
        assert abs(estimate.value[at] - expected[what]) <= allowed, what


def level_of(answer: PlanAnswer) -> float:
    """Level that the primary rule attains in either direction."""
    return float(answer.null_characteristics.rule_rejection.value[0, 0])


def test_the_level_that_is_attained_is_said() -> None:
    """Without an effect Pocock's looks at 10 and 20 attain .0227, spent exactly .0354."""
    usual = plan(of_changes(NULL, {"boundary": "pocock"}))
    exact = plan(of_changes(NULL, {"boundary": "pocock", "spend": "exact"}))
    assert (round(level_of(usual), 4), round(level_of(exact), 4)) == (0.0227, 0.0354)
    assert "0.0227 (exact)" in " ".join(gain_sentences(usual))
    assert "0.0354 (exact)" in " ".join(gain_sentences(exact))
    simulated = plan(of_changes(NULL, {"boundary": "pocock", "spend": "exact"},
                                engine="monte_carlo"))  # fmt: skip
    assert abs(level_of(simulated) - 0.0354) < 4 * np.sqrt(0.0354 / 4_000)
    early = [answer.null_characteristics.interim.met for answer in (exact, simulated)]
    assert abs(early[0].value[0, 0] - early[1].value[0, 0]) < 4 * early[1].mcse[0, 0] + 1 / 4_000


@pytest.mark.parametrize("test", ["sign", "sign_flip", "signed_rank"])
@pytest.mark.parametrize(("alternative", "direction"), [("two_sided", "rise"), ("less", "fall")])
def test_spending_exactly_keeps_the_level(test: str, alternative: str, direction: str) -> None:
    """Three looks never exceed alpha, whatever the test and side, and simulation agrees."""
    study = of_changes(
        NULL, {"looks": 3, "boundary": "pocock_spending", "spend": "exact"},
        analysis={"test": test, "alternative": alternative, "direction": direction},
        design={"n": 12},
    )  # fmt: skip
    exact, simulated = (
        plan(study.model_copy(update={"engine": engine})) for engine in ("exact", "monte_carlo")
    )
    assert 0 < level_of(exact) <= 0.05
    assert abs(level_of(exact) - level_of(simulated)) < 4 * np.sqrt(0.05 / 4_000)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"analysis": {"test": "paired_t"}}, "does not rest on signs"),
        ({"interim": {"looks": 2, "spend": "exact", "futility": {"p": 0.5, "binding": True}}},
         "futility.binding"),
        ({"interim": {"looks": 2, "spend": "exact", "boundary": "levels", "levels": (0.01, 0.04)}},
         "boundary=spent"),
        ({"design": {"up_to": 30}}, "state some sizes in design.n"),
        ({"design": {"n": 250}}, "too many outcomes"),
        ({"interim": {"looks": 3, "spend": "exact"}, "design": {"n": tuple(range(20, 140))}},
         "longer than ten minutes"),
        ({"questionnaire": {"points": 5, "items": ("x", "y")}}, "sums by ranks"),
        ({"questionnaire": {"points": 5, "items": ("x", "y"), "totals": {}},
          "effect": {"shift": 0.5}, "analysis": {"adjustment": "holm"}}, "adjustment=holm"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_not_spent_exactly(more: dict[str, Any], words: str) -> None:
    """Exact spending is refused in words where it does not hold or would take too long."""
    stated = {"interim": {"looks": 2, "spend": "exact"}, **more}
    with pytest.raises(StudyError, match=words):
        check(of_changes(NULL, **stated))


def test_a_demand_for_exact_looks_is_refused_where_there_are_none() -> None:
    """Two hundred people whose answers can change in four ways are too many to enumerate."""
    with pytest.raises(StudyError, match="too many outcomes"):
        check(of_changes(NULL, {}, engine="exact", design={"n": 200}))


@pytest.mark.parametrize(("bound", "direction"), [(0.25, 1), (0.75, -1)])
def test_a_p_value_on_the_bound_has_hope(bound: float, direction: int) -> None:
    """One-sided p equal to the bound does not end a study, and the next larger one does."""
    looks = Looks(
        place=np.array([[0, 1]]), taken=np.ones((1, 2), bool), levels=np.full((1, 2), 0.01),
        futility=np.array([[-ndtri(bound), -np.inf]]), rule=DecisionRule("x", (0,), (0,), 1),
    )  # fmt: skip
    for shift, hope in ((0.0, True), (-1e-12, True), (1e-6, False)):
        one_sided = bound + shift
        pvalue = np.full((1, 2, 1), 2 * min(one_sided, 1 - one_sided))
        ones = np.ones(pvalue.shape)
        result = TestResult(pvalue, ones, (direction * ones).astype(np.int8), ones.astype(np.int32))
        hopeful = hopeful_at(PValues(result, pvalue), looks, np.arange(2), 1)[0, :, 0]
        assert hopeful[looks.occasions.of[0]].tolist() == [hope, True]


def test_futility_by_effect() -> None:
    """Half of the effect that has the power planned for, half-way: half of its z there."""
    study = of_changes(NULL, {"boundary": "pocock", "futility": {"effect": 0.5}})
    planned = interim_plan(study, 20)
    assert planned is not None
    drift = required_drift(solve_boundaries([0.5, 1], 0.05, 2, "pocock"), 0.8)
    assert planned.looks[0].futility == pytest.approx(0.5 * drift * np.sqrt(0.5))
    with pytest.raises(StudyError, match="the only one of p, conditional_power, effect"):
        of_changes(NULL, {"futility": {"effect": 0.5, "p": 0.5}})
