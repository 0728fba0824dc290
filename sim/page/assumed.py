"""What a scenario assumes of people: answers before and after, and what the difference comes to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from htmltools import HTML, Tag, TagList, tags

from sim.cohorts import TrueEffects
from sim.report.charts.labels import percent, plain
from sim.report.charts.likert import answer_shares
from sim.report.charts.theme import DIVERGING, blended
from sim.report.direction import best_end
from sim.report.wording import number
from sim.study import TOTAL

WIDTH, HEIGHT, GAP = 96, 9, 2
"""Pixels of one bar, and between two."""
NOTHING = 1e-9
"""Change of a mean, in points, that is rounding."""
HEAD = ("", "answers before and after", "median", "mean change", "d_z", "better", "worse")


def assumed_part(effects: dict[str, TrueEffects], domains: Sequence[str], side: int) -> TagList:
    """Show what is assumed of every role.

    Parameters
    ----------
    effects : dict of str to TrueEffects
        By role.
    domains : sequence of str
        Names.
    side : int
        Sign of the change that is the success.
    """
    return TagList(*(_role(role, own, domains, side) for role, own in effects.items()))


def _role(role: str, own: TrueEffects, domains: Sequence[str], side: int) -> Tag:
    if own.true_null.all() and np.abs(own.mean_change).max() < NOTHING:
        said = f"Of the {role}s: no effect; answers after are distributed as before."
        return tags.p(said, class_="help")
    bars = answer_shares(own.reaching, own.rising_to, own.falling_below)
    rows = [_row(own, d, plain(name), *bars[d]) for d, name in enumerate(domains)]
    rows.append(_cells(TOTAL, "", "", *_change(own, len(domains)), "", "", ""))
    head = tags.thead(
        tags.tr(*(tags.th(name, scope="col") for name in (*HEAD, f"at {best_end(side)}")))
    )
    caption = f"Assumed of the {role}s (answers from lowest, orange, to highest, purple)"
    table = tags.table(tags.caption(caption), head, tags.tbody(*rows))
    return tags.div(table, class_="scroll dense", tabindex="0", role="group",
                    **{"aria-label": caption})  # fmt: skip


def _row(
    own: TrueEffects, d: int, name: str, before: Sequence[float], after: Sequence[float]
) -> Tag:
    medians = f"{own.pre_median[d]:g} → {own.post_median[d]:g}"
    shares = (percent(share[d]) for share in (own.better, own.worse, own.ceiling))
    return _cells(name, _bars(before, after), medians, *_change(own, d), *shares)


def _change(own: TrueEffects, e: int) -> tuple[str, str]:
    change = own.mean_change[e]
    return "0" if abs(change) < NOTHING else f"{change:+.2f}", number(own.standardised[e], 2)


def _cells(name: str, *cells: str | Tag) -> Tag:
    return tags.tr(tags.th(name, scope="row"), *map(tags.td, cells))


def _bars(before: Sequence[float], after: Sequence[float]) -> Tag:
    """Draw two stacked bars, one above the other."""
    colours, parts = blended(DIVERGING, len(before)), []
    for row, shares in enumerate((before, after)):
        start = 0.0
        for share, colour in zip(shares, colours, strict=True):
            parts.append(
                f'<rect x="{start * WIDTH:.1f}" y="{row * (HEIGHT + GAP)}" '
                f'width="{share * WIDTH:.1f}" height="{HEIGHT}" fill="{colour}"/>'
            )
            start += share
    said = [", ".join(percent(share) for share in shares) for shares in (before, after)]
    label = f"Answers 1 to {len(before)}: before {said[0]}; after {said[1]}"
    size = {"width": str(WIDTH), "height": str(2 * HEIGHT + GAP)}
    return tags.svg(HTML("".join(parts)), {"role": "img", "aria-label": label, "class": "bars",
                                           **size})  # fmt: skip
