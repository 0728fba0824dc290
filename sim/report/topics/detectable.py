"""The smallest effects that a study of a given size detects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.power.detectable import DetectableEffect
from sim.power.detectable_rule import DetectableForRule, DetectedOn
from sim.report.document.model import LONG_NAME, Block, Table, clean, text
from sim.report.document.numbers import number
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS, BY_CHANCE

SCALES = {"shift": "latent shift", "odds_ratio": "odds ratio", "post": "distribution"}
"""Scales of an effect in words."""


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
    words, rule = answer.study.words, f"'{clean(smallest.rule, LONG_NAME)}'"
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
    common, words = smallest.common, answer.study.words
    if common is None:
        multiple, low, high = (number(of or 0.0, 2) for of in _span(smallest))
        error = _error(smallest, low, high)
        return f"{multiple} times the effect assumed{error}, all {words.items} alike"
    value, low, high = _written(common)
    named, unit = SCALES[common.scale], " SD" if common.scale == "shift" else ""
    article = "an" if common.scale == "odds_ratio" else "a"
    everywhere = f" in every {words.item}" if len(smallest.domains) > 1 else ""
    return f"{article} {named} of {value}{unit}{_error(smallest, low, high)}{everywhere}"


def _span(smallest: DetectableForRule) -> tuple[float | None, float | None, float | None]:
    return smallest.multiple, smallest.low, smallest.high


def _error(smallest: DetectableForRule, low: str, high: str) -> str:
    """Say how sure it is."""
    if not smallest.replicates:
        return " (exact)"
    known = smallest.low is not None
    return f" (95% interval {low} to {high}, of the simulation)" if known else ""


def _changes(domains: Sequence[DetectedOn]) -> str:
    """Say by how many points it moves the mean."""
    written = [
        number(change, 2, "+")
        for change in (of(on.mean_change for on in domains) for of in (min, max))
    ]
    if written[0] == written[1]:
        return f": a mean change of {written[0]} points"
    return f": mean changes from {written[0]} to {written[1]} points"


def _written(on: DetectedOn) -> list[str]:
    """Write the effect and the ends of its interval; dashes where there is no number."""
    sign = "-" if on.scale == "odds_ratio" else "+"
    ends = (on.value, on.low, on.high)
    return ["–" if end is None else number(end, 2, sign) for end in ends]


def _by_item(answer: PlanAnswer, smallest: DetectableForRule) -> tuple[Table, ...]:
    """Tabulate the effect on every item where it is not the same one number."""
    if smallest.common is not None or not smallest.multiple:
        return ()
    words = answer.study.words
    rows = tuple(
        (clean(on.domain, LONG_NAME), words.people(on.role), SCALES[on.scale], _written(on)[0],
         number(on.mean_change, 2, "+"))
        for on in smallest.domains
    )  # fmt: skip
    head = (words.item, "of", "scale", "effect", "mean change in points")
    return (Table(f"That effect by {words.item}", head, rows, left=3),)


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
    size, words = answer.study.detectable_at, answer.study.words
    if not answer.detectable or size is None:
        return ()
    rows = tuple(
        (clean(effect.domain, LONG_NAME), words.counted(effect.role, effect.n), *_effect(effect))
        for effect in answer.detectable
    )
    return (
        Table(
            f"Smallest effects that {words.count(size)} detect with power "
            f"{answer.study.target.power:g}, one {words.item} tested on its own (exact)",
            (words.item, "people", "shift in SD", "mean change in points"),
            rows,
            left=2,
        ),
    )


def _effect(effect: DetectableEffect) -> tuple[str, str]:
    if effect.shift is None or effect.mean_change is None:
        return "none suffices", "–"
    return number(effect.shift, 2, "+"), number(effect.mean_change, 2, "+")
