"""Operating characteristics laid out in tidy rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.inference.rules import DecisionRule
from sim.power.assurance import QUANTILES, Assurance
from sim.power.estimates import Estimate
from sim.power.operating import (
    EXACT,
    FAMILY_MEASURES,
    MEASURES,
    MONTE_CARLO,
    OperatingCharacteristics,
    RoleCharacteristics,
)
from sim.report.results.answer import PlanAnswer

CHANCE = "missing_by_chance"
"""End of the names of measures with as many answers missing by chance."""
WIN_BY_CHANCE = f"win_{CHANCE}"
"""Power with as many answers missing by chance."""


@dataclass(frozen=True)
class Row:
    """One line of results.csv."""

    role: str
    pairs: int
    n: int
    kind: str
    name: str
    measure: str
    value: float
    mcse: float
    replicates: int
    engine: str


def result_rows(characteristics: OperatingCharacteristics, prefix: str = "") -> Iterator[Row]:
    """Lay operating characteristics out in tidy rows; what is not defined has no row.

    Parameters
    ----------
    characteristics : OperatingCharacteristics
        What to lay out.
    prefix : str
        Put before every measure, such as ``null_``.

    Yields
    ------
    Row
        Endpoints by role, size, name and measure; each role's endpoints that
        are adjusted together, as one; then rules by size, name and measure.
    """
    for role in characteristics.roles:
        yield from _endpoint_rows(characteristics, role, prefix)
        yield from _family_rows(characteristics, role, prefix)
    for k, pairs in enumerate(characteristics.pairs):
        for q, rule in enumerate(characteristics.rules):
            who, n = _people(characteristics, rule, k)
            engine = EXACT if characteristics.exact_rules[q] else MONTE_CARLO
            for measure in ("rejection", "win"):
                estimate: Estimate = getattr(characteristics, f"rule_{measure}")
                place = (who, pairs, n, "rule", rule.name, prefix + measure)
                yield from _row(place, estimate, (k, q), engine)


def rule_rows(characteristics: OperatingCharacteristics, measure: str, name: str) -> Iterator[Row]:
    """Lay one measure of every rule out under another name, by size and rule."""
    estimate: Estimate = getattr(characteristics, f"rule_{measure}")
    for k, pairs in enumerate(characteristics.pairs):
        for q, rule in enumerate(characteristics.rules):
            who, n = _people(characteristics, rule, k)
            engine = EXACT if characteristics.exact_rules[q] else MONTE_CARLO
            yield from _row((who, pairs, n, "rule", rule.name, name), estimate, (k, q), engine)


def further_rows(answer: PlanAnswer) -> Iterator[Row]:
    """Lay out what only some studies have.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Yields
    ------
    Row
        Where dropping out depends on the answers, each rule's power and level
        with as many missing by chance, at every size; of a primary rule that needs
        several endpoints, how often it is met under its least favourable null,
        at the answer's size.
    """
    chance, least = answer.missing_by_chance, answer.least_favourable
    if chance is not None:
        yield from rule_rows(chance.characteristics, "win", WIN_BY_CHANCE)
        yield from rule_rows(chance.null_characteristics, "rejection", f"null_rejection_{CHANCE}")
        yield from rule_rows(chance.null_characteristics, "win", f"null_{WIN_BY_CHANCE}")
    if least is not None:
        main = answer.characteristics
        rule = main.rules[main.rule_index(least.rule)]
        who, n = _people(main, rule, main.pairs.index(least.pairs))
        place = (who, least.pairs, n, "rule", rule.name, "least_favourable_win")
        yield from _row(place, least.estimate, (), MONTE_CARLO)


def _people(
    characteristics: OperatingCharacteristics, rule: DecisionRule, k: int
) -> tuple[str, int]:
    """Names of the roles that a rule looks at, and how many people they have at a size."""
    roles = [characteristics.roles[place] for place in rule.roles]
    return "+".join(role.role for role in roles), sum(role.n[k] for role in roles)


def _endpoint_rows(
    characteristics: OperatingCharacteristics, role: RoleCharacteristics, prefix: str
) -> Iterator[Row]:
    for k, pairs in enumerate(characteristics.pairs):
        for e, name in enumerate(role.endpoints):
            for measure in MEASURES:
                estimate = getattr(role.measures, measure)
                exact = role.exact[e] and measure in {"rejection", "win"}
                place = (role.role, pairs, role.n[k], "endpoint", name, prefix + measure)
                if estimate is not None:
                    yield from _row(place, estimate, (k, e), EXACT if exact else MONTE_CARLO)


def _family_rows(
    characteristics: OperatingCharacteristics, role: RoleCharacteristics, prefix: str
) -> Iterator[Row]:
    if role.family is None:
        return
    for k, pairs in enumerate(characteristics.pairs):
        for measure in FAMILY_MEASURES:
            place = (role.role, pairs, role.n[k], "rule", role.family_name, prefix + measure)
            yield from _row(place, getattr(role.family, measure), (k,), MONTE_CARLO)


def _row(
    place: tuple[str, int, int, str, str, str],
    estimate: Estimate,
    at: tuple[int, ...],
    engine: str,
) -> Iterator[Row]:
    value = float(estimate.value[at])
    if not np.isnan(value):
        yield Row(*place, value, float(estimate.mcse[at]), int(estimate.replicates[at]), engine)


def assurance_rows(
    characteristics: OperatingCharacteristics, assurance: Assurance
) -> Iterator[Row]:
    """Lay assurance under one prior out in tidy rows.

    Parameters
    ----------
    characteristics : OperatingCharacteristics
        Of the same study, for its sizes and people.
    assurance : Assurance
        What to lay out; `replicates` counts draws of the effect, and the
        engine is that of the power under each.

    Yields
    ------
    Row
        By size, rule and measure: assurance, P(power at the target or above),
        quantiles of the power over what is believed.
    """
    quantiles = [
        (f"power_q{100 * share:02.0f}_{assurance.prior}", quantile, mcse)
        for share, quantile, mcse in zip(
            QUANTILES, assurance.power_quantiles, assurance.quantile_mcse, strict=True
        )
    ]
    measures = [
        (f"assurance_{assurance.prior}", assurance.value.value, assurance.value.mcse),
        (f"power_at_target_{assurance.prior}", assurance.enough.value, assurance.enough.mcse),
        *quantiles,
    ]
    for k, pairs in enumerate(characteristics.pairs):
        for q, rule in enumerate(characteristics.rules):
            who, n = _people(characteristics, rule, k)
            engine = EXACT if assurance.exact_rules[q] else MONTE_CARLO
            for name, value, mcse in measures:
                yield Row(
                    who, pairs, n, "rule", rule.name, name,
                    float(value[k, q]), float(mcse[k, q]), assurance.draws, engine,
                )  # fmt: skip
