"""What goes with a control arm, a selection, an order or a graph, said in one line each."""

from typing import Any

import pytest
from oracles.studies import PRE, small_study

from sim.errors import StudyError

PARALLEL = {
    "ratio": (1, 1),
    "unit": "person",
    "effect": {},
    "beside": None,
}
ANCOVA = {"control": PARALLEL, "analysis": {"test": "ancova", "p_value": "auto"}}
SITES = {
    "stated_as": "latent",
    "icc": 0.1,
    "shared_icc": 0.0,
    "accrual": "round_robin",
    "sites": 8,
    "per_site": 6,
    "size_variation": 0.0,
}
BASELINE = {"kind": "baseline", "at_least": None, "at_most": 8}
GRAPH = {"weights": {"total": 1.0}, "transitions": {"total": {"items": 1.0}}}
GEE = {"test": "ordinal_gee", "p_value": "auto"}
ITEMS_ONLY: dict[str, Any] = {"primary": "any", "success": {"any": "any of items"}}


def graph(**changes: Any) -> dict[str, Any]:
    """State a graph with changes."""
    return {"adjustment": "graphical", "graph": {**GRAPH, **changes}}


def sequence(*names: str) -> dict[str, Any]:
    """State a fixed sequence."""
    return {"adjustment": "fixed_sequence", "sequence": names}


LINES: list[tuple[dict[str, Any], str]] = [
    # two arms
    (
        {"control": PARALLEL},
        "analysis.test: 'signed_rank' looks at one group; with a control arm use one of "
        "mann_whitney, ancova, two_sample_t, welch_t, cluster_mean_two_sample_t",
    ),
    (
        {"analysis": {"test": "ancova", "p_value": "auto"}},
        "analysis.test: 'ancova' compares two arms; choose control=parallel",
    ),
    (
        {"control": PARALLEL, "analysis": {"test": "mann_whitney", "p_value": "exact"}},
        "analysis.p_value: 'exact' does not apply to analysis.test=mann_whitney; use auto",
    ),
    (
        {**ANCOVA, "analysis": {"test": "ancova", "p_value": "auto", "zeros": "pratt"}},
        "analysis.zeros: 'pratt' does not apply to analysis.test=ancova; use wilcox",
    ),
    (
        {**ANCOVA, "control": {**PARALLEL, "unit": "site"}},
        "control.unit: 'site' needs sites; choose clusters=sites",
    ),
    (
        {
            "control": PARALLEL,
            "clusters": {"site": SITES},
            "analysis": {"test": "cluster_mean_two_sample_t", "p_value": "auto"},
        },
        "analysis.test: 'cluster_mean_two_sample_t' compares sites of two arms; use "
        "control.unit=site, or another test",
    ),
    (
        {**ANCOVA, "clusters": {"ward": {**SITES, "accrual": "in_turn", "per_site": 5}}},
        "clusters.ward.per_site: 5 must be a multiple of 2, whole blocks of control.ratio",
    ),
    (
        {**ANCOVA, "missing": {"item_rate": 0.1, "total": "prorated"}},
        "missing.total: 'prorated' is not offered with a control arm; use complete_case",
    ),
    (
        {
            **ANCOVA,
            "control": {
                **PARALLEL,
                "effect": {"posterior": "raju_2022.csv", "under": "neutral"},
            },
        },
        "control.effect: 'posterior' must be stated in numbers, without a posterior or prior",
    ),
    (
        {
            **ANCOVA,
            "control": {**PARALLEL, "effect": {"shift": 0.1}},
            "effect": {
                "shift": 0.5,
                "prior": {
                    "kind": "normal_shift",
                    "mean": 0.3,
                    "sd": 0.2,
                    "between_sd": 0.0,
                    "draws": 20,
                    "replicates": 10,
                },
            },
        },
        "control.effect: 'shift' must be none where the effect has a prior (or set "
        "effect.prior=null)",
    ),
    (
        {**ANCOVA, "control": {**PARALLEL, "effect": {"median": 9}}},
        "control.effect.median: 9 must be a point from 1 to 5",
    ),
    (
        {**ANCOVA, "control": {**PARALLEL, "effect": {"shift": (1.0, 2.0)}}},
        "control.effect.shift: [1.0, 2.0] must be one value, or 3 (one per item)",
    ),
    # who takes part, what changes anyway
    (
        {"selection": {**BASELINE, "at_most": 2}},
        "selection.at_most: 2 must be a total from 3 to 15",
    ),
    (
        {"selection": {**BASELINE, "at_least": 9}},
        "selection.at_least: 9 exceeds selection.at_most, 8",
    ),
    (
        {"selection": {**BASELINE, "at_most": None}},
        "selection.at_most: null excludes nobody; state a limit, or choose selection=none",
    ),
    (
        {"selection": BASELINE, "clusters": {"site": SITES}},
        "selection: 'baseline' is not offered together with clusters; use selection=none or "
        "clusters=none",
    ),
    (
        {"uncontrolled": {"response_shift": (0.1, 0.2)}},
        "uncontrolled.response_shift: [0.1, 0.2] must be one value, or 3 (one per item)",
    ),
    (
        {"uncontrolled": {"response_shift": 4.5}},
        "uncontrolled.response_shift: 4.5 must be from -4 to 4",
    ),
    # orders and graphs
    (
        {"analysis": {"adjustment": "fixed_sequence"}},
        "analysis.sequence: null must list endpoints in their order, for "
        "analysis.adjustment=fixed_sequence",
    ),
    (
        {"analysis": {"adjustment": "holm", "sequence": ("total",)}},
        "analysis.sequence: ['total'] goes with analysis.adjustment=fixed_sequence only",
    ),
    (
        {"analysis": sequence("total", "a", "b", "d")},
        "analysis.sequence: 'd' is not an endpoint; known: a, b, c, total",
    ),
    (
        {"analysis": sequence("total", "a", "a")},
        "analysis.sequence: ['total', 'a', 'a'] must name endpoints, each once",
    ),
    (
        {"analysis": sequence("total", "a", "b")},
        "success.any: 'c' is not tested: analysis.sequence does not name it",
    ),
    (
        {"analysis": {"adjustment": "graphical"}},
        "analysis.graph: null must be a graph, for analysis.adjustment=graphical; choose "
        "graph=gatekeeping",
    ),
    (
        {"analysis": {"adjustment": "holm", "graph": GRAPH}},
        "analysis.adjustment: 'holm' does not use the graph that is stated; use graphical, or "
        "graph=none",
    ),
    (
        {"analysis": graph(weights={"totl": 1.0})},
        "analysis.graph.weights: 'totl' is not an endpoint; did you mean 'total'?",
    ),
    (
        {"analysis": graph(weights={"a": 0.7, "b": 0.5})},
        "analysis.graph.weights: {'a': 0.7, 'b': 0.5} sums to 1.2; shares of the level must sum "
        "to at most 1",
    ),
    (
        {"analysis": graph(transitions={"d": {"a": 1.0}})},
        "analysis.graph.transitions: 'd' is not an endpoint; known: a, b, c, total, items",
    ),
    (
        {"analysis": graph(transitions={"a": {"a": 1.0}})},
        "analysis.graph.transitions.a: 'a' must not pass its level to itself",
    ),
    (
        {"analysis": {"adjustment": "westfall_young"}},
        "analysis.adjustment: 'westfall_young' flips the signs of mean changes; use it with "
        "analysis.test=sign_flip",
    ),
    (
        {
            "analysis": {
                "adjustment": "westfall_young",
                "test": "sign_flip",
                "alternative": "greater",
            }
        },
        "analysis.alternative: 'greater' does not go with analysis.adjustment=westfall_young, "
        "which is two-sided",
    ),
    # models
    (
        {"analysis": GEE, "primary": "total"},
        "success.total: 'total' is not tested by analysis.test=ordinal_gee; name items",
    ),
    (
        {"analysis": graph(weights={})},
        "analysis.graph.weights: {} gives no endpoint a share of the level to start with",
    ),
    (
        {
            "analysis": {**GEE, **graph(weights={"a": 1.0}, transitions={"a": {"total": 1.0}})},
            **ITEMS_ONLY,
        },
        "analysis.graph: 'total' is not tested by analysis.test=ordinal_gee as stated",
    ),
    (
        {"analysis": {**GEE, **sequence("total", "a")}, **ITEMS_ONLY},
        "analysis.sequence: 'total' is not tested by analysis.test=ordinal_gee as stated",
    ),
]


@pytest.mark.parametrize(("changes", "line"), LINES, ids=[line for _, line in LINES])
def test_the_line(changes: dict[str, Any], line: str) -> None:
    """Each is refused in the stated words."""
    with pytest.raises(StudyError) as refusal:
        small_study(**changes)
    assert str(refusal.value) == line


def test_what_goes_together_is_taken() -> None:
    """The settings that the lines point to are accepted."""
    small_study(**ANCOVA)
    small_study(selection=BASELINE, uncontrolled={"response_shift": (0.1, 0.0, -0.1)})
    small_study(analysis=sequence("total", "a", "b", "c"))
    small_study(analysis=graph())
    small_study(analysis={"adjustment": "westfall_young", "test": "sign_flip"})
    small_study(analysis=GEE, **ITEMS_ONLY, roles={"mentor": {"pre": PRE}}, design={"n": None})
