"""The answer on screen, within 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from textwrap import wrap

from sim.power.sample_size import SampleSize
from sim.report.adjustments import before_sentences
from sim.report.arms import audit_parts, failed_sentences, one_group_part
from sim.report.assurance import assurance_sentences, assurance_table
from sim.report.estimands import level_words
from sim.report.layout import WIDTH, bullets, file_part, heading, paragraph, title
from sim.report.participation import participation_sentences
from sim.report.precision import precision_sentences
from sim.report.results.answer import PlanAnswer
from sim.report.sizes import interval_words, pairs_words
from sim.report.soundness import answer_words, briefly, level_sentences, unusable_sentences
from sim.report.tables import CELL, cell, effect_tables, in_words, power_table, shorten, sizes_shown
from sim.report.wording import (
    answer_place,
    assumption_words,
    design_sentence,
    no_effect_words,
    number,
)

RULES_PER_TABLE = 4


def summary(answer: PlanAnswer, files: Sequence[Path] = ()) -> str:
    """Everything a reader needs first, as plain text of at most 80 columns.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    files : sequence of Path
        Files written, named at the end.

    Returns
    -------
    str
    """
    parts = [
        title(answer.study.title),
        paragraph(design_sentence(answer.study)),
        *_effect_parts(answer),
        *audit_parts(answer),
        *_published_part(answer),
        *_pilot_part(answer),
        *_power_part(answer),
        *_answer_part(answer),
        *one_group_part(answer),
        *_assurance_part(answer),
        *_detectable_part(answer),
        *bullets("Warnings", answer.warnings),
        *bullets("Assumptions", list(map(assumption_words, answer.assumptions))),
        *file_part(files),
    ]
    return "\n".join(line.rstrip() for line in "\n\n".join(parts).splitlines())


def one_line(answer: PlanAnswer) -> str:
    """Answer in one line, for many runs in a row."""
    size = answer.sample_size
    power = f"power {number(size.power)} ({number(size.mcse)})"
    why = briefly(answer, size)
    if why:
        return f"{size.rule}: no usable size, {why} ({size.pairs or size.limit} pairs, {power})"
    reached = "not reached" if size.pairs is None else f"{pairs_words(vars(size))} pairs"
    return f"{size.rule}: {reached}, {power}"


def _effect_parts(answer: PlanAnswer) -> Iterator[str]:
    for role, effects in answer.effects.items():
        if effects.true_null.all() and role not in answer.change_parts:
            text = "No effect: scores after are distributed as scores before. "
            shown = [paragraph(text + level_words(answer.estimands[role]))]
        else:
            shown = effect_tables(answer, effects)
        yield "\n".join([heading(f"What is assumed of the {role}s"), "\n\n".join(shown)])


def _published_part(answer: PlanAnswer) -> Iterator[str]:
    """What the pilot published next to what is assumed here."""
    pilot = answer.study.pilot
    if pilot is None or not answer.study.follows_pilot:
        return
    endpoints = answer.study.endpoints
    lines = [heading("Beside the pilot's published figures")]
    for outcome in pilot.outcomes:
        effects = answer.effects.get(outcome.role)
        if effects is None or outcome.outcome not in endpoints:
            continue
        e = endpoints.index(outcome.outcome)
        start, change = effects.pre_mean[e], effects.mean_change[e]
        lines.append(
            f"{shorten(outcome.outcome):24} published {outcome.pre} → {outcome.post} "
            f"(p = {outcome.p}); assumed mean {start:.1f} → {start + change:.1f}"
        )
    if len(lines) > 1:
        yield "\n".join([*lines, *wrap(pilot.source, WIDTH)])


def _pilot_part(answer: PlanAnswer) -> Iterator[str]:
    pilot = answer.study.pilot
    if not answer.pilot_scores or pilot is None or pilot.example is None:
        return
    example = pilot.example
    changes = ", ".join(f"{change:+d}" if change else "0" for change in example.changes)
    informative = sum(change != 0 for change in example.changes)
    given = (
        f"Changes of ({changes}) in {len(example.changes)} people, made up to fit the "
        f"published p = {example.published_p} for {example.outcome}, give:"
    )
    scores = [
        f"  {score.test:42} p = {score.pvalue:.4f}{'  = as published' if score.matches else ''}"
        for score in answer.pilot_scores
    ]
    told = (
        f"With {informative} people who changed, all in one direction, the exact p is "
        f"2^(1-{informative}) = {2.0 ** (1 - informative):g} whatever the size of the "
        "changes: such data cannot be significant at .05 by an exact test. A normal "
        "approximation prints a smaller p on the same data. The paper does not say which "
        "test it used; this only shows what its p-value can and cannot carry."
    )
    head = heading("What the pilot's p-value says")
    yield "\n".join([head, paragraph(given), *scores, paragraph(told)])


def _power_part(answer: PlanAnswer) -> Iterator[str]:
    characteristics = answer.characteristics
    shown = _rows_shown(answer)
    rules = range(len(characteristics.rules))
    size = answer.sample_size
    usable = size.pairs is not None and not briefly(answer, size)
    marked = answer_place(answer) if usable else None
    tables = [
        power_table(characteristics, shown, list(rules)[start : start + RULES_PER_TABLE], marked)
        for start in range(0, len(characteristics.rules), RULES_PER_TABLE)
    ]
    mark = "; < marks the answer" if usable else ""
    named = heading(f"Power of each rule (± Monte Carlo standard error{mark})")
    yield named + "\n" + "\n\n".join(tables)
    tested_total = answer.study.analysis.tests_total
    for role in characteristics.roles:
        if answer.effects[role.role].true_null.all():
            continue
        tested = role.endpoints if tested_total else role.endpoints[:-1]
        at = [shown[0], answer_place(answer), shown[-1]]
        places = sorted(set(at))
        sizes = "".join(f"{f'n = {role.n[k]}':>{CELL}}" for k in places)
        lines = [
            heading(f"Power of each endpoint, {role.role}s, unadjusted"),
            f"{'':24}{sizes}",
            *(
                f"{shorten(name):24}"
                + "".join(f"{cell(role.measures.win, k, e):>{CELL}}" for k in places)
                for e, name in enumerate(tested)
            ),
        ]
        yield "\n".join(lines)


def _rows_shown(answer: PlanAnswer) -> list[int]:
    """Rows of the curve at round sizes, with the first, the last and the answer's."""
    pairs = answer.characteristics.pairs
    return sizes_shown(pairs, answer_place(answer), answer.study.report.table_rows)


def _answer_part(answer: PlanAnswer) -> Iterator[str]:
    size = answer.sample_size
    lines = [heading("Answer"), paragraph(answer_words(answer, size))]
    null = answer.null_characteristics
    k, q = answer_place(answer), null.rule_index(size.rule)
    rejects = ""
    if answer.study.analysis.alternative == "two_sided":
        level = in_words(null.rule_rejection, k, q)
        rejects = f"the rule's tests reject with probability {level} in either direction, and "
    lines.append(
        paragraph(
            f"{no_effect_words(answer.study)}, {rejects}the rule is met with probability "
            f"{in_words(null.rule_win, k, q)}. {answer.characteristics.replicates:,} "
            f"simulated studies with the effect and {null.replicates:,} without, seed "
            f"{answer.study.seed}."
        )
    )
    lines.extend(map(paragraph, level_sentences(answer)))
    others = [other for other in answer.sample_sizes if other is not size]
    if others:
        texts = ", ".join(f"'{other.rule}' {_other_words(other)}" for other in others)
        lines.append(paragraph(f"For the other rules: {texts}."))
        lines.extend(map(paragraph, unusable_sentences(answer)))
    further = (
        before_sentences(answer),
        participation_sentences(answer),
        failed_sentences(answer, k),
        precision_sentences(answer),
    )
    yield "\n".join([*lines, *map(paragraph, chain(*further))])


def _other_words(size: SampleSize) -> str:
    if size.pairs is not None:
        return f"{pairs_words(vars(size))} pairs{interval_words(vars(size))}"
    return "never" if size.impossible else f"not by {size.limit} pairs"


def _assurance_part(answer: PlanAnswer) -> Iterator[str]:
    if answer.assurances:
        rule = answer.study.decision.primary
        lines = [
            heading(f"Power and assurance of the rule '{rule}'"),
            assurance_table(answer, _rows_shown(answer)),
            *map(paragraph, assurance_sentences(answer)),
        ]
        yield "\n".join(lines)


def _detectable_part(answer: PlanAnswer) -> Iterator[str]:
    if not answer.detectable:
        return
    lines = [heading("Smallest detectable effects, one domain tested on its own (exact)")]
    for effect in answer.detectable:
        smallest = "none of any size"
        if effect.shift is not None:
            smallest = f"shift {effect.shift:+.2f} SD, mean change {effect.mean_change:+.2f}"
        lines.append(f"{shorten(effect.domain):24} {effect.n:4} {effect.role}s: {smallest}")
    yield "\n".join(lines)
