"""The power of rules and endpoints at the sizes studied, and how often a rule is met by chance."""

from __future__ import annotations

from collections.abc import Collection

from sim.power.operating import RoleCharacteristics
from sim.report.document.model import LONG_NAME, Table, clean
from sim.report.document.numbers import estimate
from sim.report.document.sizes import sizes_shown
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS, Version, versions
from sim.report.topics.least_favourable import level_null_words
from sim.report.topics.size import is_fixed, is_justified

NEAR = (0.8, 0.9, 1.0, 1.1, 1.2)
"""Sizes shown with the answer, as shares of it."""
UP_TO = (0.25, 0.5, 0.75, 1.0)
"""Sizes shown where there is no answer, as shares of the largest."""


def places_shown(answer: PlanAnswer) -> list[int]:
    """Places of round sizes, with the first, the last and the answer's."""
    pairs = answer.characteristics.pairs
    return sizes_shown(pairs, answer.place, answer.study.report.table_rows)


def marked_row(answer: PlanAnswer, places: list[int]) -> int | None:
    """Row of the answer in a table of such places; None where there is none to be used."""
    is_marked = is_justified(answer) and not is_fixed(answer)
    return places.index(answer.place) if is_marked else None


def power_tables(answer: PlanAnswer) -> tuple[Table, ...]:
    """Tabulate the power of every rule at round sizes; two where drop-out is by the answers."""
    return tuple(_power_table(answer, version) for version in versions(answer))


def _power_table(answer: PlanAnswer, version: Version) -> Table:
    main, places = version.main, places_shown(answer)
    where = f" {version.where}" if version.where else ""
    names = [clean(rule.name, LONG_NAME) for rule in main.rules]
    rows = [
        (str(main.pairs[k]), *(estimate(main.rule_win, k, q) for q in range(len(names))))
        for k in places
    ]
    return Table(
        f"Power of each rule{where}, ± Monte Carlo standard error",
        (answer.study.words.units, *names),
        tuple(rows),
        left=0,
        marked=marked_row(answer, places),
    )


def near_table(answer: PlanAnswer) -> Table:
    """Tabulate the primary rule's power near the answer, and how often it is met by chance."""
    main, words, known = answer.characteristics, answer.study.words, versions(answer)
    q = main.rule_index(answer.study.decision.primary)
    shares = UP_TO if answer.sample_size.pairs is None else NEAR
    places = sorted({_nearest(main.pairs, share * answer.pairs) for share in shares})
    rows = [
        (*_size(answer, k), *(estimate(of.rule_win, k, q) for own in known
                              for of in (own.main, own.null)))
        for k in places
    ]  # fmt: skip
    columns = (own.named(what) for own in known for what in ("Power", "Met without any effect"))
    named = (words.people(role.role).capitalize() for role in main.roles)
    return Table(
        "Power at other sizes, ± Monte Carlo standard error",
        (words.units.capitalize(), *named, *columns),
        tuple(rows),
        left=0,
        marked=marked_row(answer, places),
    )


def _size(answer: PlanAnswer, k: int) -> tuple[str, ...]:
    """Write a size in units, and in people of each role."""
    main = answer.characteristics
    return str(main.pairs[k]), *(str(role.n[k]) for role in main.roles)


def _nearest(pairs: tuple[int, ...], size: float) -> int:
    return min(range(len(pairs)), key=lambda k: (abs(pairs[k] - size), pairs[k]))


def endpoint_tables(answer: PlanAnswer, roles: Collection[str] | None = None) -> tuple[Table, ...]:
    """Tabulate the endpoints of some roles, by default of every one, at the answer's size."""
    nulls = answer.null_characteristics.roles
    pairs = zip(answer.characteristics.roles, nulls, strict=True)
    return tuple(
        _endpoint_table(answer, role, null)
        for role, null in pairs
        if roles is None or role.role in roles
    )


def _endpoint_table(
    answer: PlanAnswer, role: RoleCharacteristics, null: RoleCharacteristics
) -> Table:
    """Power and level of every endpoint of one role that is tested."""
    k, words, main = answer.place, answer.study.words, role.measures
    tested = role.endpoints if answer.study.analysis.tests_total else role.endpoints[:-1]
    under = "" if answer.missing_by_chance is None else f" {BY_ANSWERS}"
    rows = [
        (clean(name, LONG_NAME), estimate(main.win, k, e),
         estimate(null.measures.rejection, k, e), estimate(main.adjusted_win, k, e))
        for e, name in enumerate(tested)
    ]  # fmt: skip
    return Table(
        f"Endpoints of the {words.people(role.role)} with {words.count(answer.pairs)}{under}, "
        "± Monte Carlo standard error",
        ("endpoint", "power, unadjusted", "level, unadjusted", "power, adjusted"),
        tuple(rows),
    )


def level_sentence(answer: PlanAnswer) -> str:
    """Say how often the primary rule is met without an effect, and how much was simulated."""
    null, k = answer.level_characteristics, answer.place
    q = null.rule_index(answer.study.decision.primary)
    rejects = ""
    if answer.study.analysis.alternative == "two_sided":
        level = estimate(null.rule_rejection, k, q)
        rejects = f"the rule's tests reject with probability {level} in either direction, and "
    return (
        f"{level_null_words(answer).removesuffix(',')}, {rejects}the rule is met with probability "
        f"{estimate(null.rule_win, k, q)}. {answer.characteristics.replicates:,} simulated studies "
        f"with the effect and {null.replicates:,} without, seed {answer.study.seed}."
    )
