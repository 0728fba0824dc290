"""Procedures keep the error that they promise, under any pattern of true nulls."""

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.studies import small_study, task_of
from scipy.stats import norm

from sim.cohorts import role_arms
from sim.compute.executors import InProcessExecutor
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.inference.testing_order import order_of
from sim.power.simulate import simulate
from sim.power.tally import Tally
from sim.study import Study, parse_study
from sim.study.sections import HypothesisGraph

DOMAINS = tuple("abcde")
SIZE = 16
PATTERNS = {
    "all null": (0.0,) * 5,
    "mixed": (0.9, 0.0, 0.0, 0.6, 0.0),
    "one null": (0.9, 0.9, 0.9, 0.9, 0.0),
    "no null": (0.9,) * 5,
}
"""Latent shifts per domain."""
GATE = {
    "weights": {"total": 1.0},
    "transitions": {"total": {"items": 1.0}, "items": {"items": 1.0}},
}
SHARED = {
    "weights": {"total": 0.5, "a": 0.25, "b": 0.25},
    "transitions": {
        "total": {"c": 0.5, "d": 0.5},
        "a": {"b": 1.0},
        "b": {"total": 1.0},
        "c": {"e": 0.9, "a": 0.1},
        "d": {"total": 1.0},
    },
}
PROCEDURES = {
    "bonferroni": {},
    "sidak": {},
    "holm": {},
    "hochberg": {},
    "hommel": {},
    "fixed_sequence": {"sequence": ("total", "b", "a", "e")},
    "graphical": {"graph": GATE},
    "graphical, shared": {"graph": SHARED},
    "westfall_young": {"test": "sign_flip"},
    "westfall_young, random": {"test": "sign_flip", "flips": 199},
}
"""Those that promise the familywise error, and their options (exact raw p-values)."""
STRICT = norm.isf(1e-5)
"""Standard errors allowed."""


def study_of(procedure: str, pattern: str) -> Study:
    """Five correlated domains with exact p-values."""
    name = procedure.partition(",")[0]
    rule = "any of [a]"
    return small_study(
        questionnaire={"items": DOMAINS},
        effect={"shift": PATTERNS[pattern]},
        analysis={
            "p_value": "exact",
            "adjustment": name,
            "exact_limit": 25,
            **PROCEDURES.get(procedure, {}),
        },
        primary="first",
        success={"first": rule},
        design={"n": (SIZE,)},
        correlation={"items": 0.5},
    )


@cache
def tally_of(procedure: str, pattern: str, blocks: int = 16) -> Tally:
    """Tally of 8,000 studies."""
    study = study_of(procedure, pattern)
    task = task_of(
        (role_arms(study, 0)[0],),
        ((SIZE,),),
        study.analysis,
        decision_rules(study),
        11,
        500,
        order=order_of(study),
    )
    return simulate(task, range(blocks), InProcessExecutor())


def familywise_error(tally: Tally) -> tuple[float, float]:
    """Share of studies in which a true null is rejected, and its standard error at alpha."""
    wrong = int(tally.families[0, 0, 1:].sum())
    return wrong / tally.replicates, float(np.sqrt(0.05 * 0.95 / tally.replicates))


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_familywise_error_is_kept(procedure: str, pattern: str) -> None:
    """No procedure rejects a true null more often than alpha; without nulls it never does."""
    error, margin = familywise_error(tally_of(procedure, pattern))
    assert error <= 0.05 + STRICT * margin
    assert (error == 0) == (pattern == "no null")


def test_without_adjustment_it_is_not() -> None:
    """The check can fail: unadjusted tests reject a true null far more often."""
    error, margin = familywise_error(tally_of("none", "all null"))
    assert error > 0.05 + 10 * margin


@pytest.mark.parametrize("name", ["benjamini_hochberg", "benjamini_yekutieli"])
@pytest.mark.parametrize("pattern", ["all null", "mixed", "one null"])
def test_false_discovery_rate_is_kept(name: str, pattern: str) -> None:
    """The mean share of true nulls among the rejections stays below alpha times their share."""
    tally = tally_of(name, pattern)
    false, every = np.indices(tally.families.shape[2:])
    share = false / np.maximum(every, 1)
    cells = tally.families[0, 0]
    rate = float((cells * share).sum() / tally.replicates)
    error = np.sqrt((cells * (share - rate) ** 2).sum()) / tally.replicates
    nulls = PATTERNS[pattern].count(0.0)
    assert rate <= 0.05 * nulls / 5 + STRICT * error


def test_max_t_wins_more_than_holm() -> None:
    """Westfall-Young uses the correlation of the domains: it rejects more than Holm."""
    holm, max_t = tally_of("holm, sign_flip", "mixed"), tally_of("westfall_young", "mixed")
    assert max_t.adjusted_rejected[0, 0] > holm.adjusted_rejected[0, 0]


PROCEDURES["holm, sign_flip"] = {"test": "sign_flip"}


def test_gatekeeping_rejects_no_domain_without_the_total() -> None:
    """Where the total opens the gate, every study with a significant domain has won the total."""
    tally = tally_of("graphical", "mixed")
    assert tally.adjusted_rejected[0, 5] == tally.rejected[0, 5]
    assert tally.adjusted_rejected[0, :5].max() < tally.adjusted_rejected[0, 5]
    assert tally.families.shape[2:] == (7, 7)


def test_graphs_are_written_out_exactly() -> None:
    """Names and "items" become exact fractions over all endpoints."""
    family = order_of(study_of("graphical", "mixed"))
    assert family is not None
    assert family.graph is not None
    assert family.graph.weights == (*(Fraction(0),) * 5, Fraction(1))
    assert family.graph.transitions[5] == (*(Fraction(1, 5),) * 5, Fraction(0))
    assert family.graph.transitions[0] == (Fraction(0), *(Fraction(1, 4),) * 4, Fraction(0))


@pytest.mark.parametrize(
    ("graph", "row", "expected"),
    [
        # what is said of all domains holds for one of them less itself
        ({"weights": {"total": 1}, "transitions": {"total": {"items": 1}, "items": {"e": 1}}},
         4, (0,) * 6),
        ({"weights": {"total": 1}, "transitions": {"total": {"items": 1}, "items": {"e": 1}}},
         0, (0, 0, 0, 0, 1, 0)),
        # three rounded thirds are one, and each a third
        ({"weights": {"total": 1},
          "transitions": {"total": dict.fromkeys("abc", 0.3333333334)}},
         5, (*(Fraction(1, 3),) * 3, 0, 0, 0)),
    ],
)  # fmt: skip
def test_graphs_that_need_care(
    graph: dict[str, Any], row: int, expected: tuple[Fraction, ...]
) -> None:
    """A graph that passes the checks becomes one, whatever it names."""
    study = study_of("graphical", "mixed")
    analysis = study.analysis.model_copy(update={"graph": HypothesisGraph.model_validate(graph)})
    family = order_of(study.model_copy(update={"analysis": analysis}))
    assert family is not None
    assert family.graph is not None
    assert family.graph.transitions[row] == expected


def test_a_graph_must_reach_what_the_primary_rule_needs() -> None:
    """One line names the endpoint that no level ever comes to."""
    study = study_of("graphical", "mixed")
    out_of_reach = {"weights": {"b": 1}, "transitions": {"b": {"c": 1}, "a": {"b": 1}}}
    graph = HypothesisGraph.model_validate(out_of_reach)
    analysis = study.analysis.model_copy(update={"graph": graph})
    with pytest.raises(StudyError, match=r"^analysis.graph: no level ever reaches a, .* 'first' "):
        order_of(study.model_copy(update={"analysis": analysis}))


@pytest.mark.parametrize("pattern", ["all null", "mixed"])
def test_max_t_keeps_its_error_with_missing_answers(pattern: str) -> None:
    """Signs flipped jointly keep the familywise error where single answers are missing."""
    study = study_of("westfall_young", pattern)
    data = study.model_dump()
    data["missing"] = {"rate": 0.0, "item_rate": 0.15, "total": "complete_case"}
    study = parse_study(data)
    task = task_of(
        (role_arms(study, 0)[0],), ((SIZE,),), study.analysis, decision_rules(study),
        12, 500, order=order_of(study),
    )  # fmt: skip
    error, margin = familywise_error(simulate(task, range(12), InProcessExecutor()))
    assert 0.01 < error <= 0.05 + STRICT * margin


@pytest.mark.long
@pytest.mark.parametrize("pattern", ["all null", "mixed", "one null"])
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_familywise_error_by_many_replicates(procedure: str, pattern: str) -> None:
    """With 100,000 studies no procedure exceeds alpha by more than the Monte Carlo error."""
    error, margin = familywise_error(tally_of(procedure, pattern, 200))
    assert error <= 0.05 + STRICT * margin
