"""What is known while typing: exact power of one domain or a rule on one, effects, warnings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.cohorts import (
    Population,
    TrueEffects,
    control_population,
    role_population,
    true_effects,
)
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.plan import attainable, check
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.tasks import estimands_by_role
from sim.power.audit import audit
from sim.power.choice import exact_place
from sim.power.exact import ExactPower, exact_rejection
from sim.power.thinned import Enumerable, thinned_rejection
from sim.report.warnings import Stated, early_warnings
from sim.study import TOTAL, Study

WORK = 2e7
"""Most elementary steps of an enumeration while typing: under a tenth of a second."""
CUT = 1e-6
"""Probability below which a way to distribute the changes is left out, and accounted for."""
FEWEST = 12
"""Size in people below which no shorter curve is tried."""
PRIMARY = "primary"
"""Asks for the primary rule."""


@dataclass(frozen=True)
class Asked:
    """Whose power is asked for: a rule's, or one endpoint's on its own.

    Attributes
    ----------
    key : str
        By which it can be asked for.
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


@dataclass(frozen=True)
class Exact:
    """Exact power over size.

    Attributes
    ----------
    pairs, people : tuple of int
        Sizes, and participants of the role at each.
    power : tuple of float
        At each size.
    error : float
        The most by which a power is too small.
    needed : int or None
        Smallest size from which the target is reached and kept.
    further : str
        Why there is none at larger sizes; empty where there is.
    """

    pairs: tuple[int, ...]
    people: tuple[int, ...]
    power: tuple[float, ...]
    error: float
    needed: int | None
    further: str


@dataclass(frozen=True, eq=False)
class Instant:
    """What is known at once.

    Attributes
    ----------
    choices : dict of str to tuple of Asked
        What can be asked for, by heading.
    asked : Asked
        What is.
    exact : Exact or None
        Its exact power, where that can be had at once.
    refused : str
        Why it cannot.
    effects : dict of str to TrueEffects
        What is assumed, by role.
    warnings : tuple of str
        Those that need no power.
    """

    choices: dict[str, tuple[Asked, ...]]
    asked: Asked
    exact: Exact | None
    refused: str
    effects: dict[str, TrueEffects]
    warnings: tuple[str, ...]


def instant(study: Study, key: str = PRIMARY) -> Instant:
    """Answer at once, exactly, what can be answered so.

    Parameters
    ----------
    study : Study
        The design.
    key : str
        Of what is asked for; an unknown one stands for the primary rule.

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
    choices = _choices(plain)
    every = {own.key: own for part in choices.values() for own in part}
    asked = every.get(key, every[PRIMARY])
    exact, refused = None, ""
    try:
        exact = _exact(plain, populations, asked)
    except StudyError as error:
        refused = str(error)
    effects: dict[str, TrueEffects] = {
        role: true_effects(own, control_population(plain, role), plain.analysis.side)
        for role, own in zip(plain.role_names, populations, strict=True)
    }
    warned = _warnings(plain, populations, effects)
    return Instant(choices, asked, exact, refused, effects, warned)


def _choices(study: Study) -> dict[str, tuple[Asked, ...]]:
    rules = [Asked(PRIMARY if name == study.decision.primary else f"rule.{q}",
                   f"the rule '{name}'", rule=q)
             for q, name in enumerate(study.decision.rules)]  # fmt: skip
    every = {"Rules": tuple(sorted(rules, key=lambda own: own.key != PRIMARY))}
    for r, role in enumerate(study.role_names):
        every[f"One endpoint of the {role}s, on its own"] = tuple(
            Asked(f"{r}.{e}", f"'{name}' of the {role}s, on its own", role=r, endpoint=e)
            for e, name in enumerate([*study.scale.domains, TOTAL])
        )
    return every


def _exact(study: Study, populations: tuple[Population, ...], asked: Asked) -> Exact:
    """Exact power of what is asked for.

    Raises
    ------
    StudyError
        Where there is none, or not at once.
    """
    domains, level = len(study.scale.domains), study.analysis.alpha
    role, domain = asked.role, asked.endpoint
    if asked.rule is not None:
        rule = decision_rules(study)[asked.rule]
        role, domain, level = exact_place(rule, domains, study.analysis)
    elif domain == domains > 1:
        raise StudyError("the total is a sum over correlated domains")
    own = Enumerable.of(populations[role], study.analysis)
    own.require()
    if domain >= len(own.pmfs):
        raise StudyError("the total is not tested")
    return _curve(study, own, (role, domain), level)


def _curve(study: Study, own: Enumerable, place: tuple[int, int], level: float) -> Exact:
    """Exact power up to the largest size that can be enumerated at once."""
    role, domain = place
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
                raise StudyError("the enumeration would take too long") from None
    pairs = study.sizes[: len(sizes)]
    further = "" if most == n[-1] else f"beyond {pairs[-1]} pairs it takes longer than an instant"
    power = tuple(np.round(found.win, 12).tolist())
    needed = _needed(pairs, power, study.target.power)
    return Exact(pairs, tuple(sizes), power, float(found.error.max()), needed, further)


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


def _warnings(
    study: Study, populations: tuple[Population, ...], effects: dict[str, TrueEffects]
) -> tuple[str, ...]:
    audits = {
        role: audit(own, control_population(study, role))
        for role, own in zip(study.role_names, populations, strict=True)
    }
    return early_warnings(
        Stated(
            study,
            effects,
            estimands_by_role(study),
            attainable(study, decision_rules(study)),
            {role: own for role, own in audits.items() if own is not None},
        )
    )
