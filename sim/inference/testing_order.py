"""Endpoints that are adjusted together: the domains, or all in an order or a graph."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.errors import StudyError
from sim.inference.adjust import adjust_rows
from sim.inference.graphical import Graph, as_written, graph_rows
from sim.inference.rules import decision_rules
from sim.study import Analysis
from sim.study.sections import HypothesisGraph

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs

DOMAINS = "items"
"""Name in a graph that stands for every domain alike."""
NEARLY = 1 + Fraction(1, 10**8)
"""Sum of shares up to which they are taken to be rounded, and to mean 1."""


@dataclass(frozen=True)
class TestingOrder:
    """Order or graph in which the endpoints of one role are tested.

    Attributes
    ----------
    order : tuple of int
        For a fixed sequence: places of the endpoints in their order; those
        that are not named are not tested.
    graph : Graph or None
        For the graphical procedure: over all endpoints.
    """

    __test__ = False  # not a test class for pytest

    order: tuple[int, ...] = ()
    graph: Graph | None = None


def order_of(study: Study) -> TestingOrder | None:
    """Read the order or graph of a study; None where domains are adjusted alike.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    TestingOrder or None
    """
    analysis, endpoints = study.analysis, study.endpoints
    if analysis.sequence is not None:
        return TestingOrder(order=tuple(map(endpoints.index, analysis.sequence)))
    if analysis.graph is not None:
        graph = graph_of(analysis.graph, endpoints, len(study.domains))
        _require_tested(study, graph)
        return TestingOrder(graph=graph)
    return None


def _require_tested(study: Study, graph: Graph) -> None:
    """Refuse a graph that never lets level reach what the primary rule needs."""
    rules = {rule.name: rule for rule in decision_rules(study)}
    primary = rules[study.primary]
    endpoints = study.endpoints
    reached = graph.reached()
    columns = [column % len(endpoints) for column in primary.columns]
    if sum(reached[e] for e in columns) < primary.needed:
        never = ", ".join(dict.fromkeys(endpoints[e] for e in columns if not reached[e]))
        raise StudyError(
            f"analysis.graph: no level ever reaches {never}, which the primary rule "
            f"'{primary.name}' needs; give it a weight, or a transition from what has one"
        )


def graph_of(hypothesis_graph: HypothesisGraph, endpoints: tuple[str, ...], count: int) -> Graph:
    """Write a hypothesis graph out in exact fractions, endpoint by endpoint.

    Parameters
    ----------
    hypothesis_graph : HypothesisGraph
        Weights and transitions by name; "items" stands for each of them, in
        equal shares, and gives way to a domain that is named itself.
    endpoints : tuple of str
        Names of the domains, then of sums of them.
    count : int
        Number of domains.

    Returns
    -------
    Graph

    Raises
    ------
    StudyError
        Where shares add up to more than 1.
    """
    domains, sums = list(endpoints[:count]), endpoints[count:]

    def shares(of: dict[str, float], to: list[str]) -> dict[str, Fraction]:
        unnamed = [name for name in to if name not in sums and name not in of]
        named = {name: as_written(share) for name, share in of.items() if name != DOMAINS}
        if DOMAINS in of and unnamed:
            each = as_written(of[DOMAINS]) / len(unnamed)
            named |= dict.fromkeys(unnamed, each)
        whole = sum(named.values())
        # 1 and a little more is rounding of what was written
        return (
            {name: share / whole for name, share in named.items()} if 1 < whole < NEARLY else named
        )

    weights = shares(hypothesis_graph.weights, domains)
    rows = []
    for name in endpoints:
        general = {} if name in sums else hypothesis_graph.transitions.get(DOMAINS, {})
        others = [domain for domain in domains if domain != name]
        # what is said of all domains holds for one of them less what it would pass to itself
        passed = hypothesis_graph.transitions.get(
            name, {k: v for k, v in general.items() if k != name}
        )
        passes = shares(passed, others)
        rows.append(tuple(passes.get(other, Fraction(0)) for other in endpoints))
    try:
        return Graph(tuple(weights.get(name, Fraction(0)) for name in endpoints), tuple(rows))
    except ValueError as error:
        raise StudyError(f"analysis.graph: {error}") from None


def adjustment_matters(study: Study) -> bool:
    """Tell whether the primary rule can be met otherwise without the multiplicity adjustment.

    It cannot where all that the rule looks at is tested at the full level,
    whatever becomes of the other endpoints.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    bool
    """
    endpoints = len(study.endpoints)
    rules = {rule.name: rule for rule in decision_rules(study)}
    named = {column % endpoints for column in rules[study.primary].columns}
    return not named <= _at_full_level(study)


def _at_full_level(study: Study) -> set[int]:
    """Places of the endpoints that are tested at the full level, whatever becomes of others."""
    domains, family = len(study.domains), order_of(study)
    if family is None:
        alone = domains == 1 or not study.analysis.adjustment_facts.adjusts
        return set(range(0 if alone else domains, len(study.endpoints)))
    if family.graph is not None:
        return {place for place, weight in enumerate(family.graph.weights) if weight == 1}
    return {family.order[0]}


def adjusted_pvalues(
    pvalues: FloatArray, domains: int, analysis: Analysis, order: TestingOrder | None
) -> FloatArray:
    """Adjust the p-values of one role.

    Parameters
    ----------
    pvalues : ndarray, shape (..., E)
        Raw p-values of the domains, then of sums of them.
    domains : int
        Number of domains D.
    analysis : Analysis
        Its adjustment; not westfall_young, which needs the changes.
    order : TestingOrder or None
        The order or graph, where the adjustment has one.

    Returns
    -------
    ndarray, shape (..., E)
        A sum is adjusted only where the order or graph holds it.
    """
    if order is None:
        together = adjust_rows(pvalues[..., :domains], analysis.adjustment or "none")
        return np.concatenate([together, pvalues[..., domains:]], axis=-1)
    if order.graph is not None:
        return graph_rows(pvalues, order.graph)
    adjusted, tested = np.ones_like(pvalues), list(order.order)
    adjusted[..., tested] = adjust_rows(pvalues[..., tested], analysis.adjustment or "none")
    return adjusted
