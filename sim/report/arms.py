"""What changes without mentoring, and what a control arm makes of it, in words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import numpy as np

from sim.power.change_parts import ChangeParts, OneGroup, Probability
from sim.power.estimates import FloatArray
from sim.power.sample_size import SampleSize
from sim.report.layout import heading, paragraph
from sim.report.results.answer import PlanAnswer
from sim.report.sizes import interval, pairs_cell, pairs_words
from sim.report.tables import shorten
from sim.report.wording import answer_place, number, with_error
from sim.study import Study
from sim.study.control import BaselineSelection, ScreeningSelection
from sim.study.methods import TESTS

CLEAR = 3.0
"""Monte Carlo errors by which two levels must differ for it to be said."""
ROUNDING = 1e-6
"""Part of a change, in points, that is nothing but rounding."""
LARGE = 0.01
"""Change in points from which it is said that it needs no mentoring."""


def audit_parts(answer: PlanAnswer) -> Iterator[str]:
    """Table per role of what part of the change is mentoring's."""
    for role, parts in answer.change_parts.items():
        lines = [heading(f"Where the {role}s' mean change comes from, in points")]
        lines += _change_lines(answer.study, parts)
        selected = _selected_words(answer.study, parts)
        if selected:
            lines.append(paragraph(selected))
        yield "\n".join(lines)


def _change_lines(study: Study, parts: ChangeParts) -> Iterator[str]:
    controls = "" if parts.control_change is None else f"{'controls':>10}"
    below = "" if parts.control_change is None else f"{'change':>10}"
    yield f"{'':24}{'change':>8} ={'mentoring':>10} +{'response':>9} +{'regression':>11}{controls}"
    yield f"{'':24}{'':10}{'':12}{'shift':>9}  {'to the mean':>11}{below}"
    for e, name in enumerate(study.endpoints):
        without = "" if parts.control_change is None else f"{_plain(parts.control_change[e]):>10}"
        yield (
            f"{shorten(name):24}{_plain(parts.change[e]):>8}  {_plain(parts.mentoring[e]):>10}  "
            f"{_plain(parts.response_shift[e]):>9}  {_plain(parts.regression[e]):>11}{without}"
        )


def _plain(value: float) -> str:
    """Write a part of a change; one that is nothing but rounding as 0."""
    return "0" if abs(value) < ROUNDING else f"{value:+.2f}"


def _selected_words(study: Study, parts: ChangeParts) -> str:
    selection = study.selection
    if not isinstance(selection, BaselineSelection | ScreeningSelection):
        return ""
    limits = [
        f"{word} {value}"
        for word, value in (("at least", selection.at_least), ("at most", selection.at_most))
        if value is not None
    ]
    when = "before" if isinstance(selection, BaselineSelection) else "in an earlier screening"
    return (
        f"Those take part whose total {when} is {' and '.join(limits)}: "
        f"{parts.taking_part:.0%} of the people asked."
    )


def one_group_part(answer: PlanAnswer) -> Iterator[str]:
    """Table of the study with its control arm and of the same study without."""
    other = answer.one_group
    if other is None:
        return
    size = answer.sample_size
    k = answer.characteristics.pairs.index(other.pairs)
    q = answer.characteristics.rule_index(size.rule)
    win = answer.characteristics.rule_win
    with_controls = Probability.of(win, k, q), other.controlled_null_win
    rows = [
        ("two arms", _size_cell(size), *map(_cell, with_controls)),
        ("one group", _size_cell(other.size), _cell(other.win), _cell(other.null_win)),
    ]
    lines = [
        heading(f"With and without a control arm, rule '{size.rule}'"),
        f"{'':11}{'pairs for':>22}{'met with':>20}{'met where':>22}",
        f"{'':11}{f'power {size.target:g}':>22}{f'{other.pairs} pairs':>20}"
        f"{'mentoring does nothing':>24}",
    ]
    lines += [f"{row[0]:11}{row[1]:>22}{row[2]:>20}{row[3]:>24}" for row in rows]
    lines.append(
        paragraph(
            f"Two arms: {answer.study.analysis.test_facts.title}. One group, everybody mentored: "
            f"{TESTS[other.test].title}. What changes without mentoring counts for the one group, "
            "and cancels between two arms." + _own_size_words(other)
        )
    )
    yield "\n".join(lines)


def _own_size_words(other: OneGroup) -> str:
    probability = other.null_win_at_own
    if probability is None:
        return ""
    return (
        f" At {other.size.pairs} pairs the one group meets the rule with probability "
        f"{_cell(probability)} where mentoring does nothing."
    )


def _cell(probability: Probability) -> str:
    return with_error(probability.value, probability.mcse)


def _size_cell(size: SampleSize) -> str:
    """Write a sample size and its interval for a narrow column."""
    ends = interval(vars(size)).replace(f"more than {size.limit}", f"{size.limit}+")
    return pairs_cell(vars(size)) + (f" ({ends})" if ends else "")


def uncontrolled_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Warn of a change that needs no mentoring, in numbers where they are known."""
    if answer.study.has_controls:
        yield from _misleading_group(answer)
        return
    changes = change_without(answer.change_parts)
    yield from changes or [NO_CONTROL]
    if changes:
        null, size = answer.null_characteristics, answer.sample_size
        k, q = answer_place(answer), null.rule_index(size.rule)
        yield (
            f"Where mentoring does nothing, the tests of the rule '{size.rule}' reject with "
            f"probability {number(float(null.rule_rejection.value[k, q]))} at {null.pairs[k]} "
            f"pairs, and the rule is met with {number(float(null.rule_win.value[k, q]))}. Use a "
            "control arm (control=parallel)."
        )


NO_CONTROL = (
    "There is no control arm: part of any change before to after needs no mentoring (repeated "
    "questionnaires, regression to the mean), and this design cannot tell it apart."
)


def change_without(change_parts: Mapping[str, ChangeParts]) -> list[str]:
    """Say how far each role's total changes where nobody is mentored, if it does.

    Parameters
    ----------
    change_parts : mapping of str to ChangeParts
        By role.
    """
    sentences = []
    for role, parts in change_parts.items():
        without = float(parts.change[-1] - parts.mentoring[-1])
        if abs(without) >= LARGE:
            sentences.append(
                f"Without any mentoring the {role}s' total changes by {without:+.2f} points on "
                f"average (expected with mentoring: {parts.change[-1]:+.2f}); a study without "
                "control arm takes that for mentoring's effect."
            )
    return sentences


def _misleading_group(answer: PlanAnswer) -> Iterator[str]:
    other = answer.one_group
    if other is None:
        return
    alone, controlled = other.null_rejection, other.controlled_null_rejection
    if alone.value - controlled.value > CLEAR * float(np.hypot(alone.mcse, controlled.mcse)):
        yield (
            f"Without the control arm the study would need {pairs_words(vars(other.size))} pairs; "
            f"but where mentoring does nothing its tests reject with probability {_cell(alone)} at "
            f"{other.pairs} pairs, those with a control arm with {_cell(controlled)}. A smaller "
            "number is no saving."
        )


def _without_rounding(values: FloatArray) -> list[float]:
    """Parts of a change, those that are nothing but rounding as 0."""
    return [0.0 if abs(value) < ROUNDING else value for value in values.tolist()]


def failed_sentences(answer: PlanAnswer, k: int) -> Iterator[str]:
    """Say how often a model could not be fitted at one size."""
    for role in answer.characteristics.roles:
        failed = role.measures.failed
        if failed is not None:
            e = int(failed.value[k, :-1].argmax())
            yield (
                f"With {role.n[k]} {role.role}s the model could not be fitted in up to "
                f"{failed.value[k, e]:.1%} of the studies ('{shorten(role.endpoints[e])}', Monte "
                f"Carlo error {failed.mcse[k, e]:.1%}); those count as studies without rejection."
            )


def failed_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Warn of fits that fail in more than 1% of replicates, and of small samples."""
    for role in answer.characteristics.roles:
        failed = role.measures.failed
        if failed is None:
            continue
        worst = failed.value.argmax()
        k, e = divmod(int(worst), failed.value.shape[1])
        if failed.value[k, e] > 0.01:
            yield (
                f"The model could not be fitted in {failed.value[k, e]:.1%} of the studies with "
                f"{role.n[k]} {role.role}s ('{role.endpoints[e]}'). They count as studies, not as "
                "rejections: power is what is left."
            )


def arms_data(answer: PlanAnswer) -> dict[str, object]:
    """Hold the parts of changes and the comparison as plain data."""
    other: OneGroup | None = answer.one_group
    endpoints = answer.study.endpoints
    return {
        "audit": {
            role: {
                name: value
                if value is None or isinstance(value, float)
                else dict(zip(endpoints, _without_rounding(value), strict=True))
                for name, value in asdict(parts).items()
            }
            for role, parts in answer.change_parts.items()
        },
        "one_group": None if other is None else asdict(other),
    }
