"""The power of rules and endpoints at the sizes studied, and how often a rule is met by chance."""

from __future__ import annotations

from sim.power.estimates import Estimate
from sim.power.operating import RoleCharacteristics
from sim.power.sample_size import SampleSize
from sim.report.document.model import Paragraph, Requirement, Section, Table, by_columns, text
from sim.report.document.numbers import estimate
from sim.report.document.phrases import sentence_case
from sim.report.document.sizes import (
    CONFIDENCE,
    interval_cell,
    pairs_words,
    power_cell,
    sizes_shown,
)
from sim.report.document.words import short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS, SHORT, Version, versions
from sim.report.topics.least_favourable import least_favourable_sentences, level_null_words
from sim.report.topics.method import aim
from sim.report.topics.size import is_fixed, is_justified
from sim.report.topics.soundness import reasons

NEAR = (0.8, 0.9, 1.0, 1.1, 1.2)
"""Sizes shown with the answer, as shares of it."""
UP_TO = (0.25, 0.5, 0.75, 1.0)
"""Sizes shown where there is no answer, as shares of the largest."""


def marked_row(answer: PlanAnswer, places: list[int]) -> int | None:
    """Row of the answer in a table of such places; None where there is none to be used."""
    is_marked = is_justified(answer) and not is_fixed(answer)
    return places.index(answer.place) if is_marked else None


def power_tables(answer: PlanAnswer) -> tuple[Table, ...]:
    """Tabulate the power of every rule at round sizes; two where drop-out is by the answers."""
    return tuple(_power_table(answer, version) for version in versions(answer))


def by_size(answer: PlanAnswer, caption: str, *columns: tuple[str, Estimate | None, int]) -> Table:
    """Tabulate estimates at round sizes and at the answer's, which is marked where it can be used.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    caption : str
        Of the table.
    *columns : tuple of (str, Estimate, int)
        Name of each, estimates by size, and the place there of what is shown.
    """
    pairs = answer.characteristics.sizes
    places = sizes_shown(pairs, answer.place, answer.study.report.table_rows)
    return by_columns(
        caption,
        (answer.words.units, [str(pairs[k]) for k in places]),
        *((name, [estimate(of, k, at) for k in places]) for name, of, at in columns),
        left=0,
        marked=marked_row(answer, places),
    )


def _power_table(answer: PlanAnswer, version: Version) -> Table:
    where = f" {version.where}" if version.where else ""
    rules = enumerate(version.main.rules)
    columns = ((short(rule.name), version.main.rule_win, q) for q, rule in rules)
    return by_size(answer, f"Power of each rule{where}, ± Monte Carlo standard error", *columns)


def near_table(answer: PlanAnswer) -> Table:
    """Tabulate the primary rule's power near the answer, and how often it is met by chance."""
    main, words = answer.characteristics, answer.words
    q = main.rule_index(answer.study.primary)
    shares = UP_TO if answer.sample_size.size is None else NEAR
    places = sorted({_nearest(main.sizes, share * answer.size) for share in shares})
    people = ((sentence_case(words.people(role.role)), [str(role.n[k]) for k in places])
              for role in main.roles if words.people(role.role) != words.units)  # fmt: skip
    columns = (
        (own.named(what), [estimate(of.rule_win, k, q) for k in places])
        for own in versions(answer)
        for what, of in (("Power", own.main), ("Met without any effect", own.null))
    )
    return by_columns(
        "Power at other sizes, ± Monte Carlo standard error",
        (sentence_case(words.units), [str(main.sizes[k]) for k in places]),
        *people,
        *columns,
        left=0,
        marked=marked_row(answer, places),
    )


def _nearest(pairs: tuple[int, ...], size: float) -> int:
    return min(range(len(pairs)), key=lambda k: (abs(pairs[k] - size), pairs[k]))


def endpoint_tables(answer: PlanAnswer) -> tuple[Table, ...]:
    """Tabulate the endpoints of the roles on which there is an effect, at the answer's size."""
    roles = zip(answer.characteristics.roles, answer.null_characteristics.roles, strict=True)
    return tuple(
        _endpoint_table(answer, role, null)
        for role, null in roles
        if not answer.effects[role.role].true_null.all()
    )


def _endpoint_table(
    answer: PlanAnswer, role: RoleCharacteristics, null: RoleCharacteristics
) -> Table:
    """Power and level of every endpoint of one role that is tested."""
    k, main = answer.place, role.measures
    tested = [e for e, name in enumerate(role.endpoints) if answer.study.is_tested(name)]
    columns = {"power, unadjusted": main.win, "level, unadjusted": null.measures.rejection,
               "power, adjusted": main.adjusted_win}  # fmt: skip
    under = "" if answer.missing_by_chance is None else f" {BY_ANSWERS}"
    return by_columns(
        f"Endpoints of the {answer.words.people(role.role)} with {answer.counted}{under}, "
        "± Monte Carlo standard error",
        ("endpoint", [short(role.endpoints[e]) for e in tested]),
        *((name, [estimate(of, k, e) for e in tested]) for name, of in columns.items()),
    )


def other_rules_tables(answer: PlanAnswer) -> tuple[Table, ...]:
    """Tabulate what each of the other rules needs; none where there is only one rule.

    Of every rule where it has two sizes, as dropping out depends on the answers.
    """
    words, both, fixed = answer.words, answer.missing_by_chance, is_fixed(answer)
    caption, counts = "The other criteria studied", "the larger size counts"
    known: list[tuple[SampleSize, tuple[str, ...], SampleSize]] = [
        (size, (), size) for size in answer.sample_sizes if size is not answer.sample_size
    ]
    head: tuple[str, ...] = sentence_case(words.units), f"Interval ({CONFIDENCE})", "Power"
    if fixed:
        head, counts = (f"Power with {words.count(answer.size)}",), "the smaller power counts"
    elif both is None:
        caption += " (power at that size, or at the largest)"
    if both is not None:
        caption = f"Every criterion, people dropping out by chance and by their answers: {counts}"
        known = [(size, (how,), own) for size in answer.sample_sizes
                 for how, own in zip(SHORT, both.pair(size.rule), strict=True)]  # fmt: skip
    if not known:
        return ()
    names = ("Criterion",) if both is None else ("Criterion", "Drop-out")
    rows = (
        (_named(answer, size), *how, *_size_cells(own)[-len(head) :]) for size, how, own in known
    )
    return (Table(caption, (*names, *head), tuple(rows), left=len(names)),)


def _named(answer: PlanAnswer, size: SampleSize) -> str:
    return short(size.rule) + (" (not to be used)" if reasons(answer, size) else "")


def _size_cells(size: SampleSize) -> tuple[str, str, str]:
    """Write a size, its interval and the power there."""
    power, between = power_cell(size), interval_cell(size) if size.replicates else "exact"
    if size.size is not None:
        return pairs_words(size), between, power
    none = "none at all" if size.impossible else f"none up to {size.limit}"
    return none, "–" if size.low is None else between, power


def level_section(answer: PlanAnswer) -> Section:
    """State level, sidedness and power for a form, and the error rate that is attained."""
    required = Requirement("DELTA2, item 2", "Significance level, sidedness and power")
    blocks = text(aim(answer.study)), *level_paragraphs(answer)
    return Section("Significance level and power", blocks, (required,))


def level_paragraphs(answer: PlanAnswer) -> tuple[Paragraph, ...]:
    """Say how often the primary rule is met by chance, and where it needs saying in which null."""
    nulls = " ".join(least_favourable_sentences(answer))
    return text(level_sentence(answer)), *([text(nulls)] if nulls else [])


def level_sentence(answer: PlanAnswer) -> str:
    """Say how often the primary rule is met without an effect, and how much was simulated."""
    null, k = answer.level_characteristics, answer.place
    q = null.rule_index(answer.study.primary)
    rejects = ""
    if answer.study.analysis.alternative == "two_sided":
        level = estimate(null.rule_rejection, k, q)
        rejects = f"the rule's tests reject with probability {level} in either direction, and "
    return (
        f"{level_null_words(answer).removesuffix(',')}, {rejects}the rule is met with probability "
        f"{estimate(null.rule_win, k, q)}. {answer.characteristics.replicates:,} simulated studies "
        f"with the effect and {null.replicates:,} without, seed {answer.study.seed}."
    )
