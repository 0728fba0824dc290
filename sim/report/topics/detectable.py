"""The smallest effects that a study of a given size detects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.power.detectable_rule import DetectableForRule, DetectedOn
from sim.report.document.model import Block, Table, by_columns, text
from sim.report.document.numbers import number, span
from sim.report.document.words import short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS, BY_CHANCE

SCALES = {"shift": "latent shift", "odds_ratio": "odds ratio", "post": "distribution",
          "responders": "change in responders"}  # fmt: skip
"""Scales of an effect in words."""
UNITS = {"shift": " SD", "responders": " percentage points"}
"""Units of their numbers."""
IN_TABLES = {"responders": "responders, in %"}
"""Scales in tables, where they are called otherwise."""


def detectable_blocks(answer: PlanAnswer) -> tuple[Block, ...]:
    """Smallest effect with which the primary rule is met, then that of each item alone.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    tuple of Paragraph or Table
        Nothing where the study does not ask for it.
    """
    smallest = answer.detectable_rule
    if smallest is None:
        return ()
    said = text(" ".join(detectable_sentences(answer, smallest)))
    return said, *_by_item(answer, smallest), *detectable_table(answer)


def detectable_sentences(answer: PlanAnswer, smallest: DetectableForRule) -> Iterator[str]:
    """Say how small an effect may be, or why that cannot be said."""
    words, rule = answer.words, f"'{short(smallest.rule)}'"
    size, target = words.count(smallest.size), f"{smallest.target:g}"
    if smallest.multiple is None:
        yield (
            f"With {size} no effect is large enough: the largest tried meets {rule} with "
            f"probability {number(smallest.power)}, and {target} is wanted."
        )
    elif smallest.multiple == 0:
        yield (
            f"With {size} {rule} is met with probability {number(smallest.power)} without any "
            f"effect of {words.intervention}, so that no smallest effect can be given."
        )
    else:
        yield (
            f"With {size} the smallest effect with which {rule} is met with power {target} is "
            f"{_amount(answer, smallest)}{_changes(smallest.domains)}."
        )
    if smallest.turned:
        yield "The effect assumed is against the success; this is its mirror image."
    if answer.missing_by_chance is not None:
        yield f"It is that {BY_CHANCE if smallest.by_chance else BY_ANSWERS}, the larger of two."


def _amount(answer: PlanAnswer, smallest: DetectableForRule) -> str:
    """Write the effect where it is one number, or else how many times the one assumed."""
    common, words = smallest.common, answer.words
    if common is None:
        ends = smallest.multiple, smallest.low, smallest.high
        multiple, low, high = (number(of or 0.0, 2) for of in ends)
        error = _error(smallest, low, high)
        return f"{multiple} times the effect assumed{error}, all {words.items} alike"
    value, low, high = _written(common)
    named, unit = SCALES[common.scale], UNITS.get(common.scale, "")
    article = "an" if common.scale == "odds_ratio" else "a"
    everywhere = f" in every {words.item}" if len(smallest.domains) > 1 else ""
    return f"{article} {named} of {value}{unit}{_error(smallest, low, high)}{everywhere}"


def _error(smallest: DetectableForRule, low: str, high: str) -> str:
    """Say how sure it is."""
    if not smallest.replicates:
        return " (exact)"
    known = smallest.low is not None
    return f" (95% interval {low} to {high}, of the simulation)" if known else ""


def _changes(domains: Sequence[DetectedOn]) -> str:
    """Say by how many points it moves the mean."""
    written = span([on.mean_change for on in domains], signed)
    what = "mean changes from" if " to " in written else "a mean change of"
    return f": {what} {written} points"


def _written(on: DetectedOn) -> list[str]:
    """Write the effect and the ends of its interval; dashes where there is no number."""
    sign = "-" if on.scale == "odds_ratio" else "+"
    times, digits = (100, 1) if on.scale == "responders" else (1, 2)
    ends = (on.value, on.low, on.high)
    return ["–" if end is None else number(times * end, digits, sign) for end in ends]


def _cell(on: DetectedOn) -> str:
    """Write the effect with its interval, where there is one."""
    value, low, high = _written(on)
    return value if on.low in (None, on.value) else f"{value} ({low} to {high})"


def _by_item(answer: PlanAnswer, smallest: DetectableForRule) -> tuple[Table, ...]:
    """Tabulate the effect on every item where it is not the same one number."""
    if smallest.common is not None or not smallest.multiple:
        return ()
    words, known = answer.words, smallest.domains
    table = by_columns(
        f"That effect by {words.item}",
        (words.item, [short(on.domain) for on in known]),
        ("of", [words.people(on.role) for on in known]),
        ("scale", [IN_TABLES.get(on.scale, SCALES[on.scale]) for on in known]),
        ("effect", [_cell(on) for on in known]),
        ("mean change in points", [signed(on.mean_change) for on in known]),
        left=3,
    )
    return (table,)


def detectable_table(answer: PlanAnswer) -> tuple[Table, ...]:
    """Smallest detectable effect of every item and role, where the study asks for it.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    tuple of Table
        One, or none.
    """
    size, words, known = answer.study.detectable_at, answer.words, answer.detectable
    if not known or size is None:
        return ()
    table = by_columns(
        f"Smallest effects that {words.count(size)} detect with power "
        f"{answer.study.target.power:g}, one {words.item} tested on its own (exact)",
        (words.item, [short(effect.domain) for effect in known]),
        ("people", [words.counted(effect.role, effect.n) for effect in known]),
        ("shift in SD", [signed(effect.shift, "none suffices") for effect in known]),
        ("mean change in points", [signed(effect.mean_change) for effect in known]),
        left=2,
    )
    return (table,)


def signed(value: float | None, instead: str = "–") -> str:
    """Write a change, or what stands where there is none."""
    return instead if value is None else number(value, 2, "+")
