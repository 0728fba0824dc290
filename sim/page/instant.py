"""The exact answer while typing: one endpoint, or a rule on one, by enumeration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.cohorts import Population, control_population, role_population, true_effects
from sim.cohorts.truth import mean_changes
from sim.errors import StudyError
from sim.inference.rules import DecisionRule, decision_rules
from sim.jobs.plan import attainable, check
from sim.jobs.posterior_effect import with_plain_effects
from sim.power.audit import audit
from sim.power.choice import exact_place
from sim.power.exact import ExactPower, exact_rejection
from sim.power.thinned import Enumerable, thinned_rejection
from sim.report.warnings import Stated, early_warnings
from sim.study import Study

WORK = 2e7
"""Most elementary steps of an enumeration while typing: under a tenth of a second."""
CUT = 1e-6
"""Probability below which a way to distribute the changes is left out, and accounted for."""
FEWEST = 12
"""Size in people below which no shorter curve is tried."""
PRIMARY = "primary"
"""Asks for the primary rule, or else for its largest effect on one domain."""


@dataclass(frozen=True)
class Instant:
    """What is known at once.

    Attributes
    ----------
    endpoints : dict of str to str
        What can be asked for: keys, and names for people.
    asked : str
        Key of what is answered.
    name : str
        In words, what is answered.
    pairs, people : tuple of int
        Sizes, and participants of the role at each.
    power : tuple of float
        Exact, at each size; empty where there is no exact answer.
    error : float
        The most by which a power is too small.
    needed : int or None
        Smallest size from which the target is reached and kept.
    refused : str
        Why there is no exact answer, or none at larger sizes; empty otherwise.
    warnings : tuple of str
        Those that need no power.
    """

    endpoints: dict[str, str]
    asked: str
    name: str
    pairs: tuple[int, ...]
    people: tuple[int, ...]
    power: tuple[float, ...]
    error: float
    needed: int | None
    refused: str
    warnings: tuple[str, ...]


def instant(study: Study, asked: str = PRIMARY) -> Instant:
    """Answer at once, exactly, what can be answered so.

    Parameters
    ----------
    study : Study
        The design.
    asked : str
        A key of :attr:`Instant.endpoints`; another stands for the primary rule.

    Returns
    -------
    Instant

    Raises
    ------
    StudyError
        Where the study cannot exist, as in ``mentorsim plan``.
    """
    check(study)
    plain = with_plain_effects(study)
    populations = tuple(role_population(plain, role) for role in plain.role_names)
    rule = next(r for r in decision_rules(plain) if r.name == plain.decision.primary)
    domains = plain.scale.domains
    keys = {
        f"{r}.{d}": f"{name} ({role}s), on its own"
        for r, role in enumerate(plain.role_names)
        for d, name in enumerate(domains)
    }
    role, domain, level, name = _wanted(plain, populations, rule, asked)
    curve = _curve(plain, populations[role], (role, domain), level)
    key = asked if asked in keys else PRIMARY
    endpoints = {PRIMARY: f"primary rule '{rule.name}', or the nearest to it", **keys}
    return Instant(endpoints, key, name, *curve, _warnings(plain, populations))


def _wanted(
    study: Study, populations: tuple[Population, ...], rule: DecisionRule, asked: str
) -> tuple[int, int, float, str]:
    """Role, domain, level and name of what is answered."""
    domains, alpha = study.scale.domains, study.analysis.alpha
    role, _, domain = asked.partition(".")
    roles, places = map(str, range(len(populations))), map(str, range(len(domains)))
    if role in roles and domain in places:
        return _named(study, int(role), int(domain), alpha)
    try:
        r, d, level = exact_place(rule, len(domains), study.analysis)
    except StudyError:
        r = rule.columns[0] // (len(domains) + 1)
        changes = np.abs(mean_changes(populations[r])[: len(domains)])
        return _named(study, r, int(np.argmax(changes)), alpha)
    return r, d, level, f"the rule '{rule.name}'"


def _named(study: Study, role: int, domain: int, level: float) -> tuple[int, int, float, str]:
    words = f"'{study.scale.domains[domain]}' of the {study.role_names[role]}s, on its own"
    return role, domain, level, words


_Curve = tuple[
    tuple[int, ...], tuple[int, ...], tuple[float, ...], float, int | None, str
]  # pairs, people, power, error, needed, refused


def _curve(study: Study, people: Population, place: tuple[int, int], level: float) -> _Curve:
    """Exact power up to the largest size that can be enumerated at once."""
    own, (role, domain) = Enumerable.of(people, study.analysis), place
    if own.refused is not None:
        return (), (), (), 0.0, None, own.refused
    n = [study.participants(study.role_names[role], pairs) for pairs in study.sizes]
    most = n[-1]
    while True:
        sizes = [size for size in n if size <= most]
        try:
            found = _power(study, own, domain, sizes, level)
            break
        except StudyError:
            most = most * 3 // 4
            if most < max(FEWEST, n[0]):
                return (), (), (), 0.0, None, "the enumeration would take too long"
    pairs = study.sizes[: len(sizes)]
    refused = "" if most == n[-1] else f"beyond {pairs[-1]} pairs it takes longer than an instant"
    power = tuple(np.round(found.win, 12).tolist())
    error = float(found.error.max())
    return pairs, tuple(sizes), power, error, _needed(pairs, power, study.target.power), refused


def _power(
    study: Study, own: Enumerable, domain: int, sizes: list[int], level: float
) -> ExactPower:
    analysis = study.analysis.model_copy(update={"alpha": level})
    distinct, place = np.unique(sizes, return_inverse=True)
    pmf = own.pmfs[domain]
    if own.gone > 0:
        found = thinned_rejection(pmf, distinct, analysis, own.gone, WORK, CUT)
    else:
        found = exact_rejection(pmf, distinct.tolist(), analysis, CUT, WORK)
    return ExactPower(found.power[place], found.win[place], found.error[place])


def _needed(pairs: tuple[int, ...], power: tuple[float, ...], target: float) -> int | None:
    """Smallest size from which the target is reached and kept."""
    short = [k for k, value in enumerate(power) if value < target]
    first = short[-1] + 1 if short else 0
    return pairs[first] if first < len(pairs) else None


def _warnings(study: Study, populations: tuple[Population, ...]) -> tuple[str, ...]:
    everyone = [
        (role, own, control_population(study, role))
        for role, own in zip(study.role_names, populations, strict=True)
    ]
    audits = {role: audit(own, controls) for role, own, controls in everyone}
    return early_warnings(
        Stated(
            study,
            {role: true_effects(own, controls) for role, own, controls in everyone},
            attainable(study, decision_rules(study)),
            {role: own for role, own in audits.items() if own is not None},
        )
    )
