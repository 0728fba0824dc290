"""Checks of an order or a graph in which endpoints are tested, and of sign flips."""

from collections.abc import Iterable, Sequence

from sim.study.draft import Draft
from sim.study.methods import ADJUSTMENTS
from sim.study.refusals import FieldError, nearest
from sim.study.sections import HypothesisGraph
from sim.study.success import ITEMS

MOST_NODES = 12
"""Most endpoints of a graph: its weights are written out for every subset of them."""


def check_orders(study: Draft) -> None:
    """Run every check of this file."""
    _check_company(study)
    if study.analysis.sequence is not None:
        _check_sequence(study, study.analysis.sequence)
    if study.analysis.graph is not None:
        _check_graph(study, study.analysis.graph)
    _check_flips(study)


def _check_company(study: Draft) -> None:
    """Sequence and graph come with their procedure, and their procedure with them."""
    analysis, needs = study.analysis, study.analysis.adjustment_facts.needs
    if needs == "sequence" and not analysis.sequence:
        right = f"must list endpoints in their order, for analysis.adjustment={analysis.adjustment}"
        raise FieldError("analysis.sequence", analysis.sequence, right)
    if needs != "sequence" and analysis.sequence is not None:
        right = f"goes with analysis.adjustment={_needing('sequence')} only"
        raise FieldError("analysis.sequence", analysis.sequence, right)
    if needs == "graph" and analysis.graph is None:
        right = (
            f"must be a graph, for analysis.adjustment={analysis.adjustment}; choose "
            "graph=gatekeeping"
        )
        raise FieldError("analysis.graph", None, right)
    if needs != "graph" and analysis.graph is not None:
        right = f"does not use the graph that is stated; use {_needing('graph')}, or graph=none"
        raise FieldError("analysis.adjustment", analysis.adjustment, right)


def _needing(setting: str) -> str:
    return " or ".join(name for name, facts in ADJUSTMENTS.items() if facts.needs == setting)


def _check_sequence(study: Draft, sequence: tuple[str, ...]) -> None:
    _check_names("analysis.sequence", sequence, study.endpoints)
    if len(set(sequence)) < len(sequence):
        raise FieldError("analysis.sequence", sequence, "must name endpoints, each once")
    _check_tested(study, "analysis.sequence", sequence)
    # other rules may look at what is not tested: it is never significant
    for endpoint in study.primary_endpoints:
        if endpoint not in sequence:
            right = "is not tested: analysis.sequence does not name it"
            raise FieldError(f"success.{study.primary}", endpoint, right)


def _check_names(place: str, names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise FieldError(place, name, f"is not an endpoint; {nearest(name, known)}")


def _check_tested(study: Draft, place: str, names: Iterable[str]) -> None:
    """Refuse a sum where the test leaves it out: all that follows would never be tested."""
    for name in names:
        if name != ITEMS and not study.is_tested(name):
            right = f"is not tested by analysis.test={study.analysis.test} as stated"
            raise FieldError(place, name, right)


def _check_graph(study: Draft, graph: HypothesisGraph) -> None:
    if len(study.endpoints) > MOST_NODES:
        sums = len(study.totals)
        beyond = ["", " and the total"][sums] if sums < 2 else f" and {sums} totals"
        right = f"are too many items for a graph, which takes {MOST_NODES - sums}{beyond}"
        raise FieldError("questionnaire.items", len(study.domains), right)
    known = (*study.endpoints, ITEMS)
    _check_names("analysis.graph.transitions", graph.transitions, known)
    _check_shares("analysis.graph.weights", graph.weights, known)
    for name, shares in graph.transitions.items():
        place = f"analysis.graph.transitions.{name}"
        _check_shares(place, shares, known)
        if name in shares and name != ITEMS:
            raise FieldError(place, name, "must not pass its level to itself")
    if not any(graph.weights.values()):
        right = "gives no endpoint a share of the level to start with"
        raise FieldError("analysis.graph.weights", dict(graph.weights), right)
    heirs = [name for shares in graph.transitions.values() for name in shares]
    _check_tested(study, "analysis.graph", [*graph.weights, *heirs])


def _check_shares(place: str, shares: dict[str, float], known: Sequence[str]) -> None:
    _check_names(place, shares, known)
    total = sum(shares.values())
    if total > 1 + 1e-9:
        right = f"sums to {total:.6g}; shares of the level must sum to at most 1"
        raise FieldError(place, dict(shares), right)


def _check_flips(study: Draft) -> None:
    analysis, facts = study.analysis, study.analysis.adjustment_facts
    if facts.needs != "flips":
        return
    if analysis.test != facts.only_test:
        right = f"flips the signs of mean changes; use it with analysis.test={facts.only_test}"
        raise FieldError("analysis.adjustment", analysis.adjustment, right)
    if analysis.alternative != "two_sided":
        right = f"does not go with analysis.adjustment={analysis.adjustment}, which is two-sided"
        raise FieldError("analysis.alternative", analysis.alternative, right)
