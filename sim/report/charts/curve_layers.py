"""Layers of curves against the number of pairs: axes, colours, bands, the target, the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.report.charts.figure import datum, single
from sim.report.charts.labels import legend
from sim.report.charts.theme import DASHES, Spec
from sim.report.sizes import CONFIDENCE, drawn_interval, interval, pairs_words
from sim.report.soundness import is_usable

FEW_SIZES, MOST_TICKS = 15, 8
"""Up to so many sizes each is marked by a point."""
POWER: Spec = {
    "field": "value",
    "type": "quantitative",
    "title": "Power (probability of success)",
    "scale": {"domain": [0, 1]},
    "axis": {"format": ".1f", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
}


def pairs_axis(studied: Sequence[int]) -> Spec:
    """Encode the sizes, from the first studied to the last."""
    first, last = studied[0], studied[-1]
    domain = [first, last] if last > first else [first - 1, first + 1]
    ticks: Spec = {"tickCount": 6}
    if last - first <= MOST_TICKS:  # halves of a pair are none
        ticks = {"values": list(range(first, last + 1))}
    return {
        "field": "pairs",
        "type": "quantitative",
        "title": "Sample size (pairs)",
        "scale": {"domain": domain, "nice": False},
        "axis": {"format": "d", **ticks},
    }


def band(x: Spec, low: str, high: str, **style: Any) -> Spec:
    """Fill between two fields; a thin bar where there is only one size."""
    return {
        "mark": {"type": "area", **style},
        "encoding": {"x": x, "y": {**POWER, "field": low}, "y2": {"field": high}},
    }


def line(x: Spec, field: str, style: str) -> Spec:
    """Join one field's values."""
    return {
        "mark": {"type": "line", "style": style},
        "encoding": {"x": x, "y": {**POWER, "field": field}},
    }


def lone(studied: Sequence[int]) -> list[Spec]:
    """One curve with its band."""
    x = pairs_axis(studied)
    layers = [band(x, "low", "high", style="main-band"), line(x, "value", "main-line")]
    if len(studied) <= FEW_SIZES:
        dots = {"type": "point", "filled": True, "style": "main-point"}
        layers.append(bars(x, "low", "high", style="main-error"))
        layers.append({"mark": dots, "encoding": {"x": x, "y": POWER}})
    return layers


def bars(x: Spec, low: str, high: str, **style: Any) -> Spec:
    """Draw an upright line between two fields at each size."""
    return {
        "mark": {"type": "rule", **style},
        "encoding": {"x": x, "y": {**POWER, "field": low}, "y2": {"field": high}},
    }


def coloured(labels: Sequence[str], studied: Sequence[int]) -> list[Spec]:
    """Curves by name, each with its band, each in a colour and dashes."""
    x = pairs_axis(studied)
    drawn = {**legend(labels, "stroke"), "symbolSize": 350}
    name = {"field": "name", "type": "nominal", "title": None, "legend": drawn}
    colour = {**name, "scale": {"domain": list(labels), "range": "category"}}
    dash = {**name, "scale": {"domain": list(labels), "range": DASHES}}
    few = len(studied) <= FEW_SIZES
    error = bars(x, "low", "high") if few else band(x, "low", "high", opacity=0.18)
    return [
        {**error, "encoding": {**error["encoding"], "color": colour}},
        {
            "mark": {"type": "line", "strokeWidth": 2, "point": few},
            "encoding": {"x": x, "y": POWER, "color": colour, "strokeDash": dash},
        },
    ]


def marks(size: Mapping[str, Any], studied: Sequence[int]) -> Iterator[Spec]:
    """Mark the target, and the answer with its interval where there is one."""
    target, pairs = size["target"], size["pairs"]
    early = pairs is not None and pairs <= (studied[0] + studied[-1]) / 2
    yield single({"type": "rule", "style": "target"}, datum(y=target))
    at = ("width", "right", -4, 11) if early else (0, "left", 4, -6)
    text = {"type": "text", "style": "note", "align": at[1], "dx": at[2], "dy": at[3]}
    place = {"x": {"value": at[0]}, **datum(y=target), "text": {"value": f"target {target:.2f}"}}
    yield single(text, place)
    if pairs is None or not is_usable(size):
        return
    low, high = drawn_interval(size, studied[0])
    if high > low:
        yield single({"type": "rect", "style": "interval"}, datum(low, x2=high))
    yield single({"type": "rule", "style": "answer"}, datum(pairs))
    yield single({"type": "point", "filled": True, "style": "answer-point"},
                 datum(pairs, size["power"]))  # fmt: skip
    yield from _answer_text(size, early=early)


def _answer_text(size: Mapping[str, Any], *, early: bool) -> Iterator[Spec]:
    side = {"align": "left" if early else "right", "dx": 7 if early else -7}
    texts = [("strong-note", 0.12, f"{pairs_words(size)} pairs")]
    if interval(size):
        texts.append(("note", 0.05, f"{interval(size)} ({CONFIDENCE})"))
    for style, y, text in texts:
        place = {**datum(size["pairs"], y), "text": {"value": text}}
        yield single({"type": "text", "style": style, **side}, place)
