"""Curves as SVG, drawn on the spot; their colours come from the page's style."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from htmltools import HTML, TagList, tags

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 40
"""Pixels around the drawing."""
Readings = list[tuple[float, str]]
"""Places along the level axis, and what is read there."""


@dataclass(frozen=True)
class Curve:
    """Values at sizes.

    Attributes
    ----------
    sizes : sequence of int
        Sizes.
    value, low, high : sequence of float
        The curve and its band.
    """

    sizes: Sequence[int]
    value: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def chart(curves: Sequence[Curve], title: str, span: tuple[float, float], line: float,
          mark: int | None = None, *, units: str) -> TagList:  # fmt: skip
    """Draw curves over size, and what is read off them where one points.

    Parameters
    ----------
    curves : sequence of Curve
        One or two, at the same sizes, at least one.
    title : str
        What is drawn, for the axis and for those who hear it.
    span : (float, float)
        Lower and upper end of the upright axis.
    line : float
        Level of the dashed line: the target, or none.
    mark : int, optional
        Size that is marked.
    units : str
        What sizes are counted in.
    """
    first, last = curves[0].sizes[0], max(curves[0].sizes[-1], curves[0].sizes[0] + 1)

    def x(size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (size - first) / (last - first)

    def y(value: float) -> float:
        inside = min(max(value, span[0]), span[1])
        return TOP + (HEIGHT - TOP - BOTTOM) * (span[1] - inside) / (span[1] - span[0])

    parts = [grid_line(y(at), f"{at:.2f}") for at in _upright(span)]
    parts += [tick(x(at), str(at)) for at in _level(first, last)]
    parts.append(stroke("target", LEFT, y(line), WIDTH - RIGHT, y(line)))
    for curve, style in zip(curves, ("first", "second"), strict=False):
        parts += _curve(curve, style, x, y)
    if mark is not None and first <= mark <= last:
        parts.append(stroke("mark", x(mark), TOP, x(mark), HEIGHT - BOTTOM))
    heard = title if mark is None else f"{title}; from {mark} {units} it is {line:g} or more"
    return drawing(parts, units, heard, _readings(curves, x, units))


def drawing(parts: Sequence[str], below: str, heard: str, readings: Readings) -> TagList:
    """Put a drawing together, with what is read off it where one points.

    Parameters
    ----------
    parts : sequence of str
        What is drawn, in its order.
    below : str
        What the level axis is of.
    heard : str
        The drawing in words, for those who hear it.
    readings : list
        Places along the level axis, and what is read there.
    """
    name = f'<text class="name" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}">{escape(below)}'
    pointer = stroke("pointer", LEFT, TOP, LEFT, HEIGHT - BOTTOM)
    drawn = tags.svg(
        HTML(f"{''.join(parts)}{name}</text>{pointer}"),
        {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "aria-label": heard, "class": "chart",
         "data-read": json.dumps(readings, separators=(",", ":"))},
    )  # fmt: skip
    return TagList(drawn, tags.p("", class_="reading", **{"aria-hidden": "true"}))


def _curve(
    curve: Curve, style: str, x: Callable[[float], float], y: Callable[[float], float]
) -> Iterator[str]:
    def points(values: Sequence[float]) -> list[str]:
        return [f"{x(n):.1f},{y(v):.1f}" for n, v in zip(curve.sizes, values, strict=True)]

    values = points(curve.value)
    band = [*points(curve.high), *points(curve.low)[::-1]]
    yield f'<polygon class="band {style}" points="{" ".join(band)}"/>'
    yield f'<polyline class="curve {style}" points="{" ".join(values)}"/>'
    if len(values) < 40:
        for place in values:
            across, up = place.split(",")
            yield f'<circle class="dot {style}" cx="{across}" cy="{up}" r="3"/>'


def _readings(curves: Sequence[Curve], x: Callable[[float], float], units: str) -> Readings:
    """Write what is read where one points: by size its place, and the words."""
    rows: Readings = []
    for k, size in enumerate(curves[0].sizes):
        words = [_reading(curve, k) for curve in curves]
        named = words if len(words) == 1 else [f"{a} {b}" for a, b in zip("AB", words, strict=True)]
        rows.append((round(x(size), 1), f"{size} {units}: {', '.join(named)}"))
    return rows


def _reading(curve: Curve, k: int) -> str:
    sign = "+" if min(curve.low) < 0 else ""
    value, low, high = (f"{end[k]:{sign}.3f}" for end in (curve.value, curve.low, curve.high))
    return value if low == high else f"{value} ({low} to {high})"


def _upright(span: tuple[float, float]) -> list[float]:
    return [span[0] + (span[1] - span[0]) * part / 4 for part in range(5)]


def _level(first: int, last: int) -> list[int]:
    """Round sizes along the axis, five or so."""
    width = last - first
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if width / s <= 7)
    return [first, *(at for at in range(-(-first // step) * step, last + 1, step)
                     if at - first > step / 2)]  # fmt: skip


def stroke(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """Draw a straight line, with a kind of the page's style."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def grid_line(y: float, text: str) -> str:
    """Draw a line across, with what stands at its left end."""
    return (
        stroke("grid", LEFT, y, WIDTH - RIGHT, y)
        + f'<text class="up" x="{LEFT - 6}" y="{y + 4:.1f}">{text}</text>'
    )


def tick(x: float, at: str) -> str:
    """Write what stands at a place of the level axis."""
    return f'<text class="level" x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}">{at}</text>'
