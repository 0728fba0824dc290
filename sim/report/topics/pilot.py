"""What the pilot's p-value says: an example that fits it, under each test."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.document.model import Section, Table, text
from sim.report.document.numbers import changes_words, number
from sim.report.document.words import short
from sim.report.results.answer import PlanAnswer
from sim.study.pilot import PilotExample

LEVEL = 0.05
"""Level at which pilots are read."""


def pilot_sections(answer: PlanAnswer) -> tuple[Section, ...]:
    """The pilot's constructed example under each test, where the report asks for it.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    tuple of Section
        One, or none.
    """
    pilot = answer.study.pilot
    if not answer.pilot_scores or pilot is None or pilot.example is None:
        return ()
    rows = tuple(
        (score.test, number(score.pvalue, 4), "yes" if score.matches else "no")
        for score in answer.pilot_scores
    )
    table = Table(_given(pilot.example), ("test, two-sided", "p", "as published"), rows)
    told = map(text, _told(pilot.example))
    return (Section("What the pilot's p-value says", (table, *told)),)


def _given(example: PilotExample) -> str:
    made_up = f"({changes_words(example.changes)}) in {len(example.changes)} people"
    return (
        f"Changes of {made_up}, made up to fit the published p = {short(example.published_p)} for "
        f"{short(example.outcome)}"
    )


def _told(example: PilotExample) -> Iterator[str]:
    """Say what an exact test can tell of so few people, where all of them change one way."""
    changed = [change for change in example.changes if change]
    if len({change > 0 for change in changed}) == 1:
        smallest = 2.0 ** (1 - len(changed))
        never = f": such data cannot be significant at {LEVEL:g} by an exact test"
        yield (
            f"With {len(changed)} people who changed, all in one direction, the exact p is "
            f"2^(1-{len(changed)}) = {smallest:g} whatever the size of the changes"
            f"{never if smallest > LEVEL else ''}. A normal approximation prints another p on the "
            "same data."
        )
    yield (
        "The source does not say which test it used; this only shows what its p-value can and "
        "cannot carry."
    )
