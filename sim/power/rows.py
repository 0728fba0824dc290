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


def rows(found: OperatingCharacteristics, prefix: str = "") -> Iterator[Row]:
    """Lay operating characteristics out in tidy rows; what is not defined has no row.

    Parameters
    ----------
    found : OperatingCharacteristics
        What to lay out.
    prefix : str
        Put before every measure, such as ``null_``.

    Yields
    ------
    Row
        Endpoints by role, size, name and measure; each role's endpoints that
        are adjusted together, as one; then rules by size, name and measure.
    """
    for role in found.roles:
        yield from _endpoint_rows(found, role, prefix)
        yield from _family_rows(found, role, prefix)
    for k, pairs in enumerate(found.pairs):
        for q, rule in enumerate(found.rules):
            who, n = _people(found, rule, k)
            engine = EXACT if found.exact_rules[q] else MONTE_CARLO
            for measure in ("rejection", "win"):
                estimate: Estimate = getattr(found, f"rule_{measure}")
                place = (who, pairs, n, "rule", rule.name, prefix + measure)
                yield from _row(place, estimate, (k, q), engine)


def _people(found: OperatingCharacteristics, rule: DecisionRule, k: int) -> tuple[str, int]:
    """Names of the roles that a rule looks at, and how many people they have at a size."""
    roles = [found.roles[place] for place in rule.roles]
    return "+".join(role.role for role in roles), sum(role.n[k] for role in roles)


def _endpoint_rows(
    found: OperatingCharacteristics, role: RoleCharacteristics, prefix: str
) -> Iterator[Row]:
    for k, pairs in enumerate(found.pairs):
        for e, name in enumerate(role.endpoints):
            for measure in MEASURES:
                estimate = getattr(role.measures, measure)
                exact = role.exact[e] and measure in {"rejection", "win"}
                place = (role.role, pairs, role.n[k], "endpoint", name, prefix + measure)
                if estimate is not None:
                    yield from _row(place, estimate, (k, e), EXACT if exact else MONTE_CARLO)


def _family_rows(
    found: OperatingCharacteristics, role: RoleCharacteristics, prefix: str
) -> Iterator[Row]:
    if role.family is None:
        return
    for k, pairs in enumerate(found.pairs):
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


def assurance_rows(found: OperatingCharacteristics, own: Assurance) -> Iterator[Row]:
    """Lay assurance under one prior out in tidy rows.

    Parameters
    ----------
    found : OperatingCharacteristics
        Of the same study, for its sizes and people.
    own : Assurance
        What to lay out; `replicates` counts draws of the effect, and the
        engine is that of the power under each.

    Yields
    ------
    Row
        By size, rule and measure: assurance, P(power at the target or above),
        quantiles of the power over what is believed.
    """
    quantiles = [
        (f"power_q{100 * share:02.0f}_{own.prior}", own.power_quantiles[i], own.quantile_mcse[i])
        for i, share in enumerate(QUANTILES)
    ]
    measures = [
        (f"assurance_{own.prior}", own.value.value, own.value.mcse),
        (f"power_at_target_{own.prior}", own.enough.value, own.enough.mcse),
        *quantiles,
    ]
    for k, pairs in enumerate(found.pairs):
        for q, rule in enumerate(found.rules):
            who, n = _people(found, rule, k)
            engine = EXACT if own.exact_rules[q] else MONTE_CARLO
            for name, value, mcse in measures:
                yield Row(
                    who, pairs, n, "rule", rule.name, name,
                    float(value[k, q]), float(mcse[k, q]), own.draws, engine,
                )  # fmt: skip
