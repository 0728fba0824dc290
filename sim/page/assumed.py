"""What a scenario assumes of people: answers before and after, and what the difference comes to."""

from __future__ import annotations

from collections.abc import Sequence

from htmltools import HTML, Tag, TagList, tags

from sim.cohorts import TrueEffects
from sim.page.answers import grid, table
from sim.power.target import answer_shares
from sim.report.charts.theme import DIVERGING, blended
from sim.report.document.model import Table
from sim.report.document.numbers import percent
from sim.report.document.words import words_of
from sim.report.results.answer import DesignFacts
from sim.report.topics.effects import assumed_tables, is_unaffected, no_effect_sentence

WIDTH, HEIGHT, GAP = 96, 9, 2
"""Pixels of one bar, and between two."""
BARS = "from lowest, orange, to highest, purple"


def assumed_part(facts: DesignFacts) -> TagList:
    """Show what is assumed of every role.

    Parameters
    ----------
    facts : DesignFacts
        Of the design.
    """
    return TagList(*(_role(facts, role) for role in facts.effects))


def _role(facts: DesignFacts, role: str) -> Tag | TagList:
    effects = facts.effects[role]
    if is_unaffected(effects):
        return tags.p(no_effect_sentence(facts.study, role), class_="help")
    changes, moves, *cut = assumed_tables(facts, role)
    return TagList(_drawn(moves, effects), table(changes), *map(table, cut))


def _drawn(moves: Table, effects: TrueEffects) -> Tag:
    """Put drawn answers before and after into the table of how they move."""
    shares = answer_shares(effects).tolist()
    rows: list[tuple[str | Tag, ...]] = [
        (words_of(row[0]), bars(*shares[d]), *map(words_of, row[1:]))
        for d, row in enumerate(moves.rows)
    ]
    name, *others = map(words_of, moves.head)
    head = (name, "answers before and after", *others)
    return grid(f"{words_of(moves.caption)} ({BARS})", head, rows, kind="scroll dense")


def bars(before: Sequence[float], after: Sequence[float]) -> Tag:
    """Draw two stacked bars, one above the other: shares of the points, lowest first."""
    colours, parts = blended(DIVERGING, len(before)), []
    for row, shares in enumerate((before, after)):
        start = 0.0
        for share, colour in zip(shares, colours, strict=True):
            parts.append(
                f'<rect x="{start * WIDTH:.1f}" y="{row * (HEIGHT + GAP)}" '
                f'width="{share * WIDTH:.1f}" height="{HEIGHT}" fill="{colour}"/>'
            )
            start += share
    heard = [", ".join(map(percent, shares)) for shares in (before, after)]
    label = f"Answers 1 to {len(before)}: before {heard[0]}; after {heard[1]}"
    size = {"width": str(WIDTH), "height": str(2 * HEIGHT + GAP)}
    return tags.svg(HTML("".join(parts)), {"role": "img", "aria-label": label, "class": "bars",
                                           **size})  # fmt: skip
