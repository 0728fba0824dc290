"""Curves as SVG, drawn on the spot; their colours come from the page's style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from htmltools import HTML, Tag, tags

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 40
"""Pixels around the drawing."""


@dataclass(frozen=True)
class Curve:
    """Values at sizes.

    Attributes
    ----------
    pairs : sequence of int
        Sizes.
    value, low, high : sequence of float
        The curve and its band.
    """

    pairs: Sequence[int]
    value: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def chart(curve: Curve, title: str, span: tuple[float, float], line: float,
          mark: int | None = None) -> Tag:  # fmt: skip
    """Draw one curve over size.

    Parameters
    ----------
    curve : Curve
        At least one size.
    title : str
        What is drawn, for the axis and for those who hear it.
    span : (float, float)
        Lower and upper end of the upright axis.
    line : float
        Level of the dashed line: the target, or none.
    mark : int, optional
        Size that is marked.
    """
    first, last = curve.pairs[0], max(curve.pairs[-1], curve.pairs[0] + 1)

    def x(pairs: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (pairs - first) / (last - first)

    def y(value: float) -> float:
        inside = min(max(value, span[0]), span[1])
        return TOP + (HEIGHT - TOP - BOTTOM) * (span[1] - inside) / (span[1] - span[0])

    parts = [_grid(y(at), f"{at:.2f}") for at in _upright(span)]
    parts += [_tick(x(at), at) for at in _level(first, last)]
    up = [f"{x(n):.1f},{y(v):.1f}" for n, v in zip(curve.pairs, curve.high, strict=True)]
    down = [f"{x(n):.1f},{y(v):.1f}" for n, v in zip(curve.pairs, curve.low, strict=True)]
    values = [f"{x(n):.1f},{y(v):.1f}" for n, v in zip(curve.pairs, curve.value, strict=True)]
    parts.append(f'<polygon class="band" points="{" ".join([*up, *down[::-1]])}"/>')
    parts.append(_line("target", LEFT, y(line), WIDTH - RIGHT, y(line)))
    parts.append(f'<polyline class="curve" points="{" ".join(values)}"/>')
    if len(curve.pairs) < 40:
        dots = (own.split(",") for own in values)
        parts += [f'<circle class="dot" cx="{a}" cy="{b}" r="3"/>' for a, b in dots]
    if mark is not None and first <= mark <= last:
        parts.append(_line("mark", x(mark), TOP, x(mark), HEIGHT - BOTTOM))
    parts.append(
        f'<text class="name" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}">pairs</text>'
    )
    return tags.svg(
        HTML("".join(parts)),
        {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "aria-label": title, "class": "chart"},
    )


def _upright(span: tuple[float, float]) -> list[float]:
    return [span[0] + (span[1] - span[0]) * part / 4 for part in range(5)]


def _level(first: int, last: int) -> list[int]:
    """Round sizes along the axis, five or so."""
    width = last - first
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if width / s <= 7)
    return [first, *(at for at in range(-(-first // step) * step, last + 1, step)
                     if at - first > step / 2)]  # fmt: skip


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _grid(y: float, text: str) -> str:
    return (
        _line("grid", LEFT, y, WIDTH - RIGHT, y)
        + f'<text class="up" x="{LEFT - 6}" y="{y + 4:.1f}">{text}</text>'
    )


def _tick(x: float, at: int) -> str:
    return f'<text class="level" x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}">{at}</text>'
