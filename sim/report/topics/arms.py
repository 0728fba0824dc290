"""Where the change comes from, and what a control arm makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.power.change_parts import OneGroup, Probability
from sim.power.sample_size import SampleSize
from sim.report.document.model import LONG_NAME, Block, Paragraph, Table, clean, text
from sim.report.document.numbers import number, percent, with_error
from sim.report.document.sizes import interval, pairs_cell, pairs_words
from sim.report.results.answer import DesignFacts, PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS
from sim.report.topics.least_favourable import level_null_words
from sim.report.topics.soundness import briefly
from sim.study.control import BaselineSelection, ScreeningSelection
from sim.study.methods import TESTS

CLEAR = 3.0
"""Monte Carlo errors by which two levels must differ for it to be told."""
ROUNDING = 1e-6
"""Part of a change, in points, that is nothing but rounding."""
LARGE = 0.01
"""Change in points from which it is told that it needs no intervention."""
NO_CONTROL = (
    "There is no control arm: part of any change before to after needs no {intervention} (repeated "
    "questionnaires, regression to the mean), and this design cannot tell it apart."
)


def change_tables(facts: DesignFacts) -> dict[str, Table]:
    """Tabulate what part of each role's mean change is the intervention's, where that is asked.

    Parameters
    ----------
    facts : DesignFacts
        Of the design.

    Returns
    -------
    dict of str to Table
        By role, an endpoint a row, in points.
    """
    study, words = facts.study, facts.study.words
    head = ("endpoint", "change", words.intervention, "response shift", "regression to the mean")
    tables = {}
    for role, parts in facts.change_parts.items():
        columns = (parts.change, parts.mentoring, parts.response_shift, parts.regression)
        rows = tuple(
            (clean(name, LONG_NAME), *(_part(float(column[e])) for column in columns))
            for e, name in enumerate(study.endpoints)
        )
        caption = f"Where the mean change of the {words.people(role)} comes from, in points"
        tables[role] = Table(caption, head, rows)
    return tables


def change_blocks(facts: DesignFacts) -> tuple[Block, ...]:
    """Show where each role's change comes from, and which people are selected."""
    blocks: list[Block] = []
    for role, table in change_tables(facts).items():
        blocks += [table, *_selected(facts, role)]
    return tuple(blocks)


def _part(value: float) -> str:
    """Write a part of a change; one that is nothing but rounding as 0."""
    return number(0.0 if abs(value) < ROUNDING else value, 2, "+")


def _selected(facts: DesignFacts, role: str) -> Iterator[Paragraph]:
    selection = facts.study.selection
    if not isinstance(selection, BaselineSelection | ScreeningSelection):
        return
    limits = [
        f"{word} {value}"
        for word, value in (("at least", selection.at_least), ("at most", selection.at_most))
        if value is not None
    ]
    when = "before" if isinstance(selection, BaselineSelection) else "in an earlier screening"
    yield text(
        f"Those {facts.study.words.people(role)} take part whose total {when} is "
        f"{' and '.join(limits)}: {percent(facts.change_parts[role].taking_part)} of those invited."
    )


# ------------------------------------------------------------------- with and without controls


def one_group_blocks(answer: PlanAnswer) -> tuple[Block, ...]:
    """Compare the study with the same one without its control arm, where that was computed."""
    table, other = one_group_table(answer), answer.one_group
    if table is None or other is None:
        return ()
    words = answer.study.words
    said = (
        f"Two arms: {answer.study.analysis.test_facts.title}. One group, everybody "
        f"{words.treated}: {TESTS[other.test].title}. What changes without {words.intervention} "
        f"counts for the one group, and cancels between two arms.{_at_its_size(answer, other)}"
        f"{_lost_by_answers(answer)}"
    )
    return table, text(said)


def one_group_table(answer: PlanAnswer) -> Table | None:
    """Tabulate both designs; None where only one was computed."""
    other, size, words = answer.one_group, answer.sample_size, answer.study.words
    if other is None:
        return None
    k = answer.characteristics.pairs.index(other.pairs)
    q = answer.characteristics.rule_index(size.rule)
    met = Probability.of(answer.characteristics.rule_win, k, q)
    two_arms = "two arms" + " (not to be used)" * bool(briefly(answer, size))
    head = (
        "design", f"{words.units} for power {size.target:g}",
        f"met with {words.count(other.pairs)}",
        f"met where {words.intervention} does nothing",
    )  # fmt: skip
    rows = (
        (two_arms, _size_cell(size), _chance(met), _chance(other.controlled_null_win)),
        ("one group", _size_cell(other.size), _chance(other.win), _chance(other.null_win)),
    )
    caption = f"With and without a control arm, rule '{clean(size.rule, LONG_NAME)}'"
    return Table(caption, head, rows)


def _lost_by_answers(answer: PlanAnswer) -> str:
    """Say of which drop-out the probabilities are, where there are two."""
    if answer.missing_by_chance is None:
        return ""
    return f" The sizes are the larger of two; the probabilities are those {BY_ANSWERS}."


def _at_its_size(answer: PlanAnswer, other: OneGroup) -> str:
    if other.null_win_at_own is None or other.size.pairs is None:
        return ""
    words = answer.study.words
    return (
        f" With {words.count(other.size.pairs)} the one group meets the rule with probability "
        f"{_chance(other.null_win_at_own)} where {words.intervention} does nothing."
    )


def _chance(probability: Probability) -> str:
    return with_error(probability.value, probability.mcse)


def _size_cell(size: SampleSize) -> str:
    """Write a sample size and its interval for a narrow column."""
    ends = interval(size).replace(f"more than {size.limit}", f"{size.limit}+")
    return pairs_cell(size) + (f" ({ends})" if ends else "")


# ------------------------------------------------------------------------------------ warnings


def uncontrolled_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Warn of a change that needs no intervention, in numbers where they are known."""
    if answer.study.has_controls:
        yield from _misleading_group(answer)
        return
    changes, words = change_without(answer), answer.study.words
    yield from changes or [NO_CONTROL.format(intervention=words.intervention)]
    if changes:
        null, size = answer.level_characteristics, answer.sample_size
        k, q = answer.place, null.rule_index(size.rule)
        yield (
            f"{level_null_words(answer).removesuffix(',')}, the tests of the rule '{size.rule}' "
            f"reject with probability {number(float(null.rule_rejection.value[k, q]))} at "
            f"{words.count(null.pairs[k])}, and the rule is met with "
            f"{number(float(null.rule_win.value[k, q]))}. Use a control arm (control=parallel)."
        )


def early_uncontrolled(facts: DesignFacts) -> list[str]:
    """Warn of the same before anything is simulated."""
    if facts.study.has_controls:
        return []
    no_control = NO_CONTROL.format(intervention=facts.study.words.intervention)
    return change_without(facts) or [no_control]


def change_without(facts: DesignFacts) -> list[str]:
    """Say how far each role's total changes without the intervention, if it does."""
    words, sentences = facts.study.words, []
    for role, parts in facts.change_parts.items():
        without = float(parts.change[-1] - parts.mentoring[-1])
        if abs(without) >= LARGE:
            sentences.append(
                f"Without any {words.intervention} the total of the {words.people(role)} changes "
                f"by {without:+.2f} points on average (expected with {words.intervention}: "
                f"{parts.change[-1]:+.2f}); a study without control arm takes that for the effect "
                f"of {words.intervention}."
            )
    return sentences


def _misleading_group(answer: PlanAnswer) -> Iterator[str]:
    other, words = answer.one_group, answer.study.words
    if other is None:
        return
    alone, controlled = other.null_rejection, other.controlled_null_rejection
    if alone.value - controlled.value > CLEAR * float(np.hypot(alone.mcse, controlled.mcse)):
        yield (
            f"Without the control arm the study would need {pairs_words(other.size)} "
            f"{words.units}; but where {words.intervention} does nothing its tests reject with "
            f"probability {_chance(alone)} at {words.count(other.pairs)}, those with a control arm "
            f"with {_chance(controlled)}. A smaller number is no saving."
        )
