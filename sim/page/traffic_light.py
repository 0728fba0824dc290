"""A criterion's traffic light as SVG: the probability of each colour against the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from htmltools import TagList

from sim.page.chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    drawing,
    grid_line,
    stroke,
    tick,
)
from sim.report.document.numbers import percent
from sim.report.results.feasibility import ExactCriterion
from sim.report.topics.pilot_errors import truth_words, value_words

COLOURS = ("red", "amber", "green")
"""From the bottom up."""
APART = 40
"""Pixels between two words of the level axis, at least."""
Across = Callable[[float], float]


def traffic_light(one: ExactCriterion, k: int, heard: str) -> TagList:
    """Draw a criterion at the k-th size, with what is read off it where one points.

    Parameters
    ----------
    one : ExactCriterion
        The criterion.
    k : int
        Place of the size.
    heard : str
        What is drawn, for those who hear it.
    """
    low, high = float(one.truths[0]), float(one.truths[-1])

    def x(truth: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (truth - low) / (high - low)

    parts = [*_areas(one, k, [x(truth) for truth in one.truths.tolist()])]
    parts += [grid_line(_y(quarter / 4), f"{quarter / 4:.2f}") for quarter in range(5)]
    parts += [*_marks(one, x)]
    return drawing(parts, truth_words(one), heard, [*_readings(one, k, x)])


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _areas(one: ExactCriterion, k: int, across: Sequence[float]) -> Iterator[str]:
    """Stack the colours."""
    below = [0.0] * len(across)
    for colour in COLOURS:
        shares = getattr(one, colour)[:, k].tolist()
        above = [min(base + share, 1.0) for base, share in zip(below, shares, strict=True)]
        around = [*zip(across, above, strict=True), *zip(across[::-1], below[::-1], strict=True)]
        points = " ".join(f"{place:.1f},{_y(share):.1f}" for place, share in around)
        yield f'<polygon class="{colour}" points="{points}"/>'
        below = above


def _marks(one: ExactCriterion, x: Across) -> Iterator[str]:
    """Mark the limits, and above them what is expected."""
    limits, foot = (one.light.red, one.light.green), HEIGHT - BOTTOM
    ends = [float(end) for end in one.truths[[0, -1]]]
    for limit in limits:
        yield stroke("target", x(limit), TOP, x(limit), foot)
    for at in (*limits, *(end for end in ends if _is_apart(end, limits, x))):
        yield tick(x(at), value_words(one, at))
    at = x(one.expected)
    yield stroke("mark", at, TOP, at, foot)
    yield f'<text class="level" x="{at:.1f}" y="{TOP - 2}">{value_words(one, one.expected)}</text>'


def _is_apart(at: float, others: Sequence[float], x: Across) -> bool:
    return all(abs(x(at) - x(other)) >= APART for other in others)


def _readings(one: ExactCriterion, k: int, x: Across) -> Iterator[tuple[float, str]]:
    """Write what is read where one points: the truth, and each colour's probability."""
    for t, truth in enumerate(one.truths.tolist()):
        shown = [f"{colour} {percent(float(getattr(one, colour)[t, k]), 1)}" for colour in COLOURS]
        yield round(x(truth), 1), f"{value_words(one, truth)}: {', '.join(shown)}"
