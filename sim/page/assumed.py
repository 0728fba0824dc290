"""What a scenario assumes of people: answers before and after, and what the difference comes to."""

from __future__ import annotations

from collections.abc import Sequence

from htmltools import HTML, Tag, TagList, tags

from sim.cohorts import TrueEffects
from sim.page.answers import grid
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
    return TagList(*(_role(role, effect, domains, side) for role, effect in effects.items()))


def _role(role: str, effect: TrueEffects, domains: Sequence[str], side: int) -> Tag:
    if effect.true_null.all() and max(map(abs, effect.mean_change)) < NOTHING:
        line = f"Of the {role}s: no effect; answers after are distributed as before."
        return tags.p(line, class_="help")
    bars = answer_shares(effect.reaching, effect.rising_to, effect.falling_below)
    rows = [_row(effect, d, plain(name), *bars[d]) for d, name in enumerate(domains)]
    rows.append((TOTAL, "", "", *_change(effect, len(domains)), "", "", ""))
    caption = f"Assumed of the {role}s (answers from lowest, orange, to highest, purple)"
    return grid(caption, (*HEAD, f"at {best_end(side)}"), rows, kind="scroll dense")


def _row(
    effect: TrueEffects, d: int, name: str, before: Sequence[float], after: Sequence[float]
) -> tuple[str | Tag, ...]:
    medians = f"{effect.pre_median[d]:g} → {effect.post_median[d]:g}"
    shares = (percent(share[d]) for share in (effect.better, effect.worse, effect.ceiling))
    return name, _bars(before, after), medians, *_change(effect, d), *shares


def _change(effect: TrueEffects, e: int) -> tuple[str, str]:
    change = effect.mean_change[e]
    return "0" if abs(change) < NOTHING else f"{change:+.2f}", number(effect.standardised[e], 2)


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
    heard = [", ".join(percent(share) for share in shares) for shares in (before, after)]
    label = f"Answers 1 to {len(before)}: before {heard[0]}; after {heard[1]}"
    size = {"width": str(WIDTH), "height": str(2 * HEIGHT + GAP)}
    return tags.svg(HTML("".join(parts)), {"role": "img", "aria-label": label, "class": "bars",
                                           **size})  # fmt: skip
