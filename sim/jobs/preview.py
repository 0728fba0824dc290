"""A preview of the answer, exact and quick: power of one criterion, effects, early warnings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.cohorts import role_arms
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.plan import check, design_facts
from sim.jobs.posterior_effect import with_plain_effects
from sim.power.estimates import exactly
from sim.power.exact_table import ExactTable
from sim.power.known import exact_place
from sim.power.sample_size import SampleSize, smallest_size
from sim.power.thinned import Changes
from sim.report.results.answer import DesignFacts
from sim.study import Study

WORK = 2e7
"""Most elementary steps of an enumeration while typing: under a tenth of a second."""
CUT = 1e-6
"""Probability below which a way to distribute the changes is left out, and accounted for."""
FEWEST = 12
"""Size in people below which no shorter curve is tried."""
PRIMARY = "primary"
"""Key of the primary rule."""


@dataclass(frozen=True)
class Criterion:
    """Whose power is previewed: a rule's, or one endpoint's without the others.

    Attributes
    ----------
    key : str
        By which it is chosen.
    name : str
        In words.
    rule : int or None
        Place of the rule; None for an endpoint.
    role, endpoint : int
        Place of the endpoint.
    """

    key: str
    name: str
    rule: int | None = None
    role: int = 0
    endpoint: int = 0


@dataclass(frozen=True, eq=False)
class ExactCurve:
    """Exact power over size, up to the largest that can be enumerated at once.

    Attributes
    ----------
    sizes, people : tuple of int
        Sizes K, and participants of the role at each.
    power : tuple of float
        At each size.
    error : float
        The most by which a power is too small.
    size : SampleSize
        The answer, up to the largest of these sizes.
    is_whole : bool
        Whether all sizes of the study are among them.
    """

    sizes: tuple[int, ...]
    people: tuple[int, ...]
    power: tuple[float, ...]
    error: float
    size: SampleSize
    is_whole: bool


@dataclass(frozen=True, eq=False)
class Preview:
    """What is known at once.

    Attributes
    ----------
    criteria : dict of str to tuple of Criterion
        Those that can be chosen, by heading.
    criterion : Criterion
        The one that is previewed.
    curve : ExactCurve or None
        Its exact power, where that can be had at once.
    refused : str
        Why it cannot.
    facts : DesignFacts
        What needs no power: effects, early warnings.
    """

    criteria: dict[str, tuple[Criterion, ...]]
    criterion: Criterion
    curve: ExactCurve | None
    refused: str
    facts: DesignFacts


def preview(study: Study, key: str = PRIMARY) -> Preview:
    """Answer at once, exactly, what can be answered so.

    Parameters
    ----------
    study : Study
        The design.
    key : str
        Of a criterion; an unknown one stands for the primary rule.

    Returns
    -------
    Preview

    Raises
    ------
    StudyError
        Where the study cannot exist, as in ``mentorsim plan``.
    """
    check(study)
    plain = with_plain_effects(study)
    criteria = criteria_of(plain)
    by_key = {criterion.key: criterion for group in criteria.values() for criterion in group}
    criterion = by_key.get(key, by_key[PRIMARY])
    curve, refused = None, ""
    try:
        curve = _exact_curve(plain, criterion)
    except StudyError as error:
        refused = str(error)
    return Preview(criteria, criterion, curve, refused, design_facts(plain))


def criteria_of(study: Study) -> dict[str, tuple[Criterion, ...]]:
    """List the criteria of a study by heading, its primary rule first."""
    rules = [Criterion(PRIMARY if name == study.primary else f"rule.{q}",
                       f"the rule '{name}'", rule=q)
             for q, name in enumerate(study.success)]  # fmt: skip
    criteria = {"Rules": tuple(sorted(rules, key=lambda rule: rule.key != PRIMARY))}
    for r, role in enumerate(study.role_names):
        criteria[f"One endpoint of the {study.words.people(role)}, on its own"] = tuple(
            Criterion(
                f"{r}.{e}",
                f"'{name}' of the {study.words.people(role)}, on its own",
                role=r,
                endpoint=e,
            )
            for e, name in enumerate(study.endpoints)
            if study.is_tested(name)
        )
    return criteria


def _exact_curve(study: Study, criterion: Criterion) -> ExactCurve:
    """Exact power of a criterion, as far as it can be enumerated at once.

    Raises
    ------
    StudyError
        Where there is none, or not at once.
    """
    if study.looks is not None:
        raise StudyError("studies with looks are simulated")
    role, domain, level = endpoint_of(study, criterion)
    changes = Changes.of(role_arms(study, role)[0], study.endpoint_sets, study.scored_analysis)
    if not changes.is_single(domain) and study.analysis.test_facts.enumerated == "ties":
        raise StudyError(f"the {study.endpoints[domain]} is a sum over correlated domains")
    change = changes.listed(domain)
    n = [study.participants(role, pairs) for pairs in study.sizes]
    most = n[-1]
    while True:
        people = tuple(size for size in n if size <= most)
        try:
            table = ExactTable(study.scored_analysis, WORK, cut=CUT)
            exact = table.power(change.pmf, people, level, change.gone)
            break
        except StudyError:
            most = most * 3 // 4
            if most < max(FEWEST, n[0]):
                raise StudyError("the enumeration would take too long") from None
    pairs, power = study.sizes[: len(people)], np.round(exact.win, 12)
    size = smallest_size(criterion.name, study.target.power, pairs, exactly(power[:, None]), 0)
    return ExactCurve(
        sizes=pairs,
        people=people,
        power=tuple(power.tolist()),
        error=float(exact.error.max()),
        size=size,
        is_whole=pairs == study.sizes,
    )


def endpoint_of(study: Study, criterion: Criterion) -> tuple[int, int, float]:
    """Role, endpoint and level of what is enumerated."""
    endpoints = study.endpoint_sets
    if criterion.rule is not None:
        return exact_place(decision_rules(study)[criterion.rule], endpoints, study.scored_analysis)
    return criterion.role, criterion.endpoint, study.analysis.alpha
