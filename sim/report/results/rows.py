"""Operating characteristics laid out in tidy rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.power.assurance import QUANTILES, Assurance
from sim.power.estimates import EXACT, MONTE_CARLO, Estimate, column
from sim.power.interim import AT_ENDS, BY_LOOK, BY_SIZE, InterimMeasures
from sim.power.operating import FAMILY_MEASURES, MEASURES, OperatingCharacteristics
from sim.report.results.answer import PlanAnswer

CHANCE = "missing_by_chance"
"""End of the names of measures with as many answers missing by chance."""
WIN_BY_CHANCE = f"win_{CHANCE}"
"""Power with as many answers missing by chance."""


Place = tuple[str, int, int, str, str, str]
"""The first columns of a row, up to its measure."""
Whose = tuple[str, tuple[int, ...], str, str]
"""Roles, their people at every size, kind and name."""


class Row(NamedTuple):
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
    sizes = characteristics.sizes
    for role in characteristics.roles:
        endpoints = [(role.role, role.n, "endpoint", name) for name in role.endpoints]
        family = [(role.role, role.n, "rule", role.family_name)]
        yield from _lay_out(sizes, endpoints, _measures(role.measures, MEASURES, prefix))
        yield from _lay_out(sizes, family, _measures(role.family, FAMILY_MEASURES, prefix))
    yield from rule_rows(characteristics, prefix)
    yield from interim_endpoint_rows(characteristics, prefix)


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
    yield from _lay_out(characteristics.sizes, _rules(characteristics), measures)
    if characteristics.interim is not None:
        yield from _interim_rule_rows(characteristics, characteristics.interim, prefix)


def _interim_rule_rows(
    characteristics: OperatingCharacteristics, interim: InterimMeasures, prefix: str
) -> Iterator[Row]:
    """Lay out what looks do: every rule without them; of the primary rule where studies end."""
    sizes, rules = characteristics.sizes, _rules(characteristics)
    fixed = ("fixed_rejection", "fixed_win")
    yield from _lay_out(sizes, rules, _measures(interim, fixed, prefix))
    by_look = {
        f"{prefix}look_{look + 1}_{name}": column(getattr(interim, name), look)
        for look in range(interim.looks)
        for name in BY_LOOK
    }
    together = _measures(interim, BY_SIZE, prefix)
    yield from _lay_out(sizes, [rules[interim.rule]], by_look | together)


def interim_endpoint_rows(
    characteristics: OperatingCharacteristics, prefix: str = ""
) -> Iterator[Row]:
    """Lay out bias and coverage of the primary rule's endpoints by where a study ends."""
    interim = characteristics.interim
    if interim is None:
        return
    for place, (role, endpoint) in enumerate(interim.endpoints):
        of = characteristics.roles[role]
        whose = (of.role, of.n, "endpoint", of.endpoints[endpoint])
        measures = {
            f"{prefix}look_{look + 1}_{name}": column(column(getattr(interim, name), look), place)
            for look in range(interim.looks)
            for name in AT_ENDS
        }
        yield from _lay_out(characteristics.sizes, [whose], measures)


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
        at the answer's size; where it is wanted, the smallest detectable effect,
        on its scale, or as a multiple of the one assumed.
    """
    chance, least = answer.missing_by_chance, answer.least_favourable
    if chance is not None:
        main, null = chance.characteristics, chance.null_characteristics
        for name, estimate in (
            (WIN_BY_CHANCE, main.rule_win),
            (f"null_rejection_{CHANCE}", null.rule_rejection),
            (f"null_{WIN_BY_CHANCE}", null.rule_win),
        ):
            yield from _lay_out(main.sizes, _rules(main), {name: estimate})
    if least is not None:
        place = _place(answer, least.rule, least.size, "least_favourable_win")
        yield from _row(place, least.estimate, (), MONTE_CARLO)
    smallest = answer.detectable_rule
    if smallest is not None and smallest.multiple:
        place = _place(answer, smallest.rule, smallest.size, "detectable_effect")
        yield Row(*place, *smallest.on_scale, smallest.replicates, smallest.engine)


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
    measures: dict[str, Estimate | None] = {
        f"assurance_{assurance.prior}": assurance.value,
        f"power_at_target_{assurance.prior}": assurance.enough,
    }
    quantiles = assurance.power_quantiles, assurance.quantile_mcse
    for share, value, mcse in zip(QUANTILES, *quantiles, strict=True):
        name = f"power_q{100 * share:02.0f}_{assurance.prior}"
        measures[name] = replace(assurance.value, value=value, mcse=mcse)  # a row has no interval
    engines = [EXACT if exact else MONTE_CARLO for exact in assurance.exact_rules]
    yield from _lay_out(characteristics.sizes, _rules(characteristics), measures, engines)


# -------------------------------------------------------------------------------- row by row


def _measures(of: object, names: Iterable[str], prefix: str) -> dict[str, Estimate | None]:
    """Give estimates by name; those that are not there are None."""
    return {prefix + name: getattr(of, name, None) for name in names}


def _rules(characteristics: OperatingCharacteristics) -> list[Whose]:
    """List the rules, each with the names of its roles, and how many people they have."""
    roles = characteristics.roles
    return [
        (
            "+".join(roles[r].role for r in rule.roles),
            tuple(map(sum, zip(*(roles[r].n for r in rule.roles), strict=True))),
            "rule",
            rule.name,
        )
        for rule in characteristics.rules
    ]


def _lay_out(
    sizes: Sequence[int],
    every: Sequence[Whose],
    measures: Mapping[str, Estimate | None],
    engines: Sequence[str] = (),
) -> Iterator[Row]:
    """Lay estimates (K, ...) out by size, by whose they are, and by measure.

    The engines are those given, or else each estimate's.
    """
    for k, pairs in enumerate(sizes):
        for at, (who, n, kind, name) in enumerate(every):
            for measure, estimate in measures.items():
                if estimate is not None:
                    place = who, pairs, n[k], kind, name, measure
                    within = (k, at)[: estimate.value.ndim]
                    yield from _row(place, estimate, within, *engines[at : at + 1])


def _place(answer: PlanAnswer, name: str, size: int, measure: str) -> Place:
    """Say where a measure of a rule at one size stands."""
    study, main = answer.study, answer.characteristics
    roles = main.rules[main.rule_index(name)].roles
    who = "+".join(study.role_names[role] for role in roles)
    n = sum(study.participants(role, size) for role in roles)
    return who, size, n, "rule", name, measure


def _row(
    place: Place, estimate: Estimate, at: tuple[int, ...], engine: str | None = None
) -> Iterator[Row]:
    value, replicates = float(estimate.value[at]), int(estimate.replicates[at])
    if not np.isnan(value):
        mcse = float(estimate.mcse[at])
        yield Row(*place, value, mcse, replicates, engine or estimate.engine(at))
