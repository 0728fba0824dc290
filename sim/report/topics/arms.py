"""Where the change comes from, and what a control arm makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.power.change_parts import OneGroup, Probability
from sim.report.document.model import Block, Paragraph, by_columns, text
from sim.report.document.numbers import number, percent, with_error
from sim.report.document.phrases import the_endpoint
from sim.report.document.sizes import pairs_words, size_with_interval
from sim.report.document.words import short
from sim.report.results.answer import DesignFacts, PlanAnswer
from sim.report.topics.assumptions import selection_words
from sim.report.topics.drop_out import BY_ANSWERS
from sim.report.topics.least_favourable import level_null_words
from sim.report.topics.size import is_fixed
from sim.report.topics.soundness import briefly
from sim.study.control import NoSelection
from sim.study.methods import TESTS
from sim.study.words import Words

CLEAR = 3.0
"""Monte Carlo errors by which two levels must differ for it to be told."""
ROUNDING = 1e-6
"""Part of a change, in points, that is nothing but rounding."""
LARGE = 0.01
"""Change in points from which it is told that it needs no intervention."""


def change_blocks(facts: DesignFacts) -> tuple[Block, ...]:
    """Show what part of each role's mean change is the intervention's, and who is selected.

    Parameters
    ----------
    facts : DesignFacts
        Of the design.

    Returns
    -------
    tuple of Table or Paragraph
        For each role of which part of the change is the intervention's, where that is asked.
    """
    study, words, blocks = facts.study, facts.words, list[Block]()
    for role, parts in facts.change_parts.items():
        columns = {"change": parts.change, words.intervention: parts.treatment,
                   "response shift": parts.response_shift,
                   "regression to the mean": parts.regression}  # fmt: skip
        table = by_columns(
            f"Where the mean change of the {words.people(role)} comes from, in points",
            ("endpoint", map(short, study.endpoints)),
            *((name, map(_part, column)) for name, column in columns.items()),
        )
        blocks += [table, *_selected(facts, role)]
    return tuple(blocks)


def _part(value: float) -> str:
    """Write a part of a change; one that is nothing but rounding as 0."""
    return number(0.0 if abs(value) < ROUNDING else value, 2, "+")


def _selected(facts: DesignFacts, role: str) -> Iterator[Paragraph]:
    if isinstance(facts.study.selection, NoSelection):
        return
    share = percent(facts.change_parts[role].taking_part)
    yield text(
        f"Of the {facts.words.people(role)} invited {share} take part: "
        f"{selection_words(facts.study)}."
    )


# ------------------------------------------------------------------- with and without controls


def one_group_blocks(answer: PlanAnswer) -> tuple[Block, ...]:
    """Compare the study with the same one without its control arm, where that was computed."""
    other, size, words = answer.one_group, answer.sample_size, answer.words
    if other is None:
        return ()
    k = answer.characteristics.sizes.index(other.compared_at)
    met = Probability.of(answer.characteristics.rule_win, k,
                         answer.characteristics.rule_index(size.rule))  # fmt: skip
    two_arms = "two arms" + " (not to be used)" * bool(briefly(answer, size))
    nothing = f"where {words.intervention} does nothing"
    sizes = f"{words.units} for power {size.target:g}", map(size_with_interval, (size, other.size))
    table = by_columns(
        f"With and without a control arm, rule '{short(size.rule)}'",
        ("design", (two_arms, "one group")),
        *([] if is_fixed(answer) else [sizes]),
        (f"met with {words.count(other.compared_at)}", map(_chance, (met, other.win))),
        (f"met {nothing}", map(_chance, (other.controlled_null_win, other.null_win))),
    )
    said = (
        f"Two arms: {answer.study.analysis.test_facts.title}. One group, everybody "
        f"{words.treated}: {TESTS[other.test].title}. What changes without {words.intervention} "
        f"counts for the one group, and cancels between two arms.{_at_its_size(answer, other)}"
        f"{_lost_by_answers(answer)}"
    )
    return table, text(said)


def _lost_by_answers(answer: PlanAnswer) -> str:
    """Say of which drop-out the probabilities are, where there are two."""
    if answer.missing_by_chance is None:
        return ""
    return f" The sizes are the larger of two; the probabilities are those {BY_ANSWERS}."


def _at_its_size(answer: PlanAnswer, other: OneGroup) -> str:
    if other.null_win_at_own is None or other.size.size is None:
        return ""
    words = answer.words
    return (
        f" With {words.count(other.size.size)} the one group meets the rule with probability "
        f"{_chance(other.null_win_at_own)} where {words.intervention} does nothing."
    )


def _chance(probability: Probability) -> str:
    return with_error(probability.value, probability.mcse)


# ------------------------------------------------------------------------------------ warnings


def uncontrolled_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Warn of a change that needs no intervention, in numbers where they are known."""
    if answer.study.has_controls:
        yield from _misleading_group(answer)
        return
    changes, words = change_without(answer), answer.words
    yield from changes or [_no_control(words)]
    if changes:
        null, size = answer.level_characteristics, answer.sample_size
        k, q = answer.place, null.rule_index(size.rule)
        yield (
            f"{level_null_words(answer).removesuffix(',')}, the tests of the rule '{size.rule}' "
            f"reject with probability {number(null.rule_rejection.value[k, q])} at "
            f"{words.count(null.sizes[k])}, and the rule is met with "
            f"{number(null.rule_win.value[k, q])}. Use a control arm."
        )


def early_uncontrolled(facts: DesignFacts) -> list[str]:
    """Warn of the same before anything is simulated."""
    if facts.study.has_controls:
        return []
    return change_without(facts) or [_no_control(facts.words)]


def _no_control(words: Words) -> str:
    return (
        f"There is no control arm: part of any change {words.from_to} does not need "
        f"{words.intervention} (repeated questionnaires, regression to the mean), and this design "
        "cannot tell it apart."
    )


def change_without(facts: DesignFacts) -> list[str]:
    """Say how far each role's sums change without the intervention, if they do.

    Where there is no sum, how far the item does that changes most.
    """
    words, sentences = facts.words, []
    for role, parts in facts.change_parts.items():
        without = parts.change - parts.treatment
        places = [facts.study.endpoints.index(name) for name in facts.study.totals]
        for e in places or [int(np.abs(without).argmax())]:
            if abs(without[e]) < LARGE:
                continue
            named = the_endpoint(facts.study.endpoints[e])
            sentences.append(
                f"Without any {words.intervention} {named} of the {words.people(role)} changes "
                f"by {without[e]:+.2f} points on average (expected with {words.intervention}: "
                f"{parts.change[e]:+.2f}); a study without control arm takes that for the effect "
                f"of {words.intervention}."
            )
    return sentences


def _misleading_group(answer: PlanAnswer) -> Iterator[str]:
    other, words = answer.one_group, answer.words
    if other is None:
        return
    alone, controlled = other.null_rejection, other.controlled_null_rejection
    needed, moral = f"need {pairs_words(other.size)} {words.units}", "A smaller number is no saving"
    if is_fixed(answer):
        needed, moral = f"have power {_chance(other.win)}", "More power of that kind is no gain"
    if alone.value - controlled.value > CLEAR * float(np.hypot(alone.mcse, controlled.mcse)):
        yield (
            f"Without the control arm the study would {needed}; but where {words.intervention} "
            f"does nothing its tests reject with probability {_chance(alone)} at "
            f"{words.count(other.compared_at)}, those with a control arm with "
            f"{_chance(controlled)}. {moral}."
        )
