"""Operating characteristics laid out in tidy rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    size: int
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
    yield from rule_rows(characteristics, prefix)


def answer_rows(answer: PlanAnswer, of_run: Callable[..., Iterator[Row]]) -> Iterator[Row]:
    """Lay an answer out in the order of results.csv.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    of_run : callable
        What is laid out of either run: :func:`result_rows` all, :func:`rule_rows` only rules.

    Yields
    ------
    Row
        The run under the assumed effect, that without any as ``null_...``, assurance, and what
        only some studies have.
    """
    main = answer.characteristics
    yield from of_run(main)
    yield from of_run(answer.null_characteristics, "null_")
    for assurance in answer.assurances:
        yield from assurance_rows(main, assurance)
    yield from further_rows(answer)


def rule_rows(characteristics: OperatingCharacteristics, prefix: str = "") -> Iterator[Row]:
    """Lay level and power of every rule out, by size, rule and measure."""
    rejection, win = characteristics.rule_rejection, characteristics.rule_win
    measures = {f"{prefix}rejection": rejection, f"{prefix}win": win}
    yield from _rule_rows(characteristics, measures)


def _rule_rows(
    characteristics: OperatingCharacteristics,
    measures: Mapping[str, Estimate],
    exact_rules: Sequence[bool] | None = None,
) -> Iterator[Row]:
    """Lay estimates of every rule out, by size, rule and measure.

    Exact are the rules that are so in `characteristics`, or those of `exact_rules`.
    """
    exact = characteristics.exact_rules if exact_rules is None else exact_rules
    for k, pairs in enumerate(characteristics.sizes):
        for q, rule in enumerate(characteristics.rules):
            who, n = _people(characteristics, rule, k)
            engine = EXACT if exact[q] else MONTE_CARLO
            for name, estimate in measures.items():
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
        at the answer's size; where it is wanted, the smallest detectable effect.
    """
    chance, least = answer.missing_by_chance, answer.least_favourable
    if chance is not None:
        main, null = chance.characteristics, chance.null_characteristics
        yield from _rule_rows(main, {WIN_BY_CHANCE: main.rule_win})
        yield from _rule_rows(null, {f"null_rejection_{CHANCE}": null.rule_rejection})
        yield from _rule_rows(null, {f"null_{WIN_BY_CHANCE}": null.rule_win})
    if least is not None:
        main = answer.characteristics
        rule = main.rules[main.rule_index(least.rule)]
        who, n = _people(main, rule, main.sizes.index(least.size))
        place = (who, least.size, n, "rule", rule.name, "least_favourable_win")
        yield from _row(place, least.estimate, (), MONTE_CARLO)
    yield from _detectable_row(answer)


def _detectable_row(answer: PlanAnswer) -> Iterator[Row]:
    """Lay the smallest effect out on its scale, or as a multiple of the one assumed."""
    smallest, study = answer.detectable_rule, answer.study
    if smallest is None or not smallest.multiple:
        return
    main = answer.characteristics
    rule = main.rules[main.rule_index(smallest.rule)]
    who = "+".join(study.role_names[role] for role in rule.roles)
    n = sum(study.participants(role, smallest.size) for role in rule.roles)
    place = (who, smallest.size, n, "rule", rule.name, "detectable_effect")
    engine = MONTE_CARLO if smallest.replicates else EXACT
    yield Row(*place, *smallest.on_scale, smallest.replicates, engine)


def _people(
    characteristics: OperatingCharacteristics, rule: DecisionRule, k: int
) -> tuple[str, int]:
    """Names of the roles that a rule looks at, and how many people they have at a size."""
    roles = [characteristics.roles[place] for place in rule.roles]
    return "+".join(role.role for role in roles), sum(role.n[k] for role in roles)


def _endpoint_rows(
    characteristics: OperatingCharacteristics, role: RoleCharacteristics, prefix: str
) -> Iterator[Row]:
    for k, pairs in enumerate(characteristics.sizes):
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
    for k, pairs in enumerate(characteristics.sizes):
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
    measures = {
        f"assurance_{assurance.prior}": assurance.value,
        f"power_at_target_{assurance.prior}": assurance.enough,
    }
    quantiles = assurance.power_quantiles, assurance.quantile_mcse
    for share, value, mcse in zip(QUANTILES, *quantiles, strict=True):
        name = f"power_q{100 * share:02.0f}_{assurance.prior}"
        measures[name] = replace(assurance.value, value=value, mcse=mcse)  # a row has no interval
    yield from _rule_rows(characteristics, measures, assurance.exact_rules)
