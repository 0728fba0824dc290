"""Layers of curves against the sample size: axes, colours, bands, the target, the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.power.sample_size import SampleSize
from sim.report.charts.end_labels import label_layers
from sim.report.charts.figure import datum, single
from sim.report.charts.labels import legend
from sim.report.charts.theme import DASHES, Spec
from sim.report.document.sizes import CONFIDENCE, drawn_interval, interval, pairs_words

FEW_SIZES, MOST_TICKS = 15, 8
"""Up to so many sizes each is marked by a point."""
POWER: Spec = {
    "field": "value",
    "type": "quantitative",
    "title": "Power (probability of success)",
    "scale": {"domain": [0, 1]},
    "axis": {"format": ".1f", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
}


def pairs_axis(studied: Sequence[int], units: str) -> Spec:
    """Encode the sizes, from the first studied to the last."""
    first, last = studied[0], studied[-1]
    domain = [first, last] if last > first else [first - 1, first + 1]
    ticks: Spec = {"tickCount": 6}
    if last - first <= MOST_TICKS:  # halves of a pair are none
        ticks = {"values": list(range(first, last + 1))}
    return {
        "field": "size",
        "type": "quantitative",
        "title": f"Sample size ({units})",
        "scale": {"domain": domain, "nice": False},
        "axis": {"format": "d", **ticks},
    }


def band(x: Spec, low: str, high: str, **style: object) -> Spec:
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


def lone(studied: Sequence[int], units: str) -> list[Spec]:
    """One curve with its band."""
    x = pairs_axis(studied, units)
    layers = [band(x, "low", "high", style="main-band"), line(x, "value", "main-line")]
    if len(studied) <= FEW_SIZES:
        dots = {"type": "point", "filled": True, "style": "main-point"}
        layers.append(bars(x, "low", "high", style="main-error"))
        layers.append({"mark": dots, "encoding": {"x": x, "y": POWER}})
    return layers


def bars(x: Spec, low: str, high: str, **style: object) -> Spec:
    """Draw an upright line between two fields at each size."""
    return {
        "mark": {"type": "rule", **style},
        "encoding": {"x": x, "y": {**POWER, "field": low}, "y2": {"field": high}},
    }


class Corner(NamedTuple):
    """Where a word stands at a line across: at which end, and on which side of it."""

    right: bool
    below: bool


CORNERS = (Corner(False, False), Corner(True, True), Corner(True, False), Corner(False, True))
"""In the order in which they are tried."""


def coloured(labels: Sequence[str], x: Spec, *, few: bool, named: Sequence[Spec]) -> list[Spec]:
    """Draw curves by name, each with its band, each in a colour and dashes.

    Parameters
    ----------
    labels : sequence of str
        Their names.
    x : dict
        Encoding of the sizes.
    few : bool
        Whether the sizes are so few that each is marked.
    named : sequence of dict
        Names at their ends, as of :func:`~sim.report.charts.end_labels.end_labels`; a
        legend stands below where there are none.

    Returns
    -------
    list of dict
        Layers.
    """
    drawn = None if named else {**legend(labels, "stroke"), "symbolSize": 350}
    name = {"field": "name", "type": "nominal", "title": None, "legend": drawn}
    colour = {**name, "scale": {"domain": list(labels), "range": "category"}}
    dash = {**name, "scale": {"domain": list(labels), "range": DASHES}}
    error = bars(x, "low", "high") if few else band(x, "low", "high", opacity=0.18)
    layers = [
        {**error, "encoding": {**error["encoding"], "color": colour}},
        {
            "mark": {"type": "line", "strokeWidth": 2, "point": few},
            "encoding": {"x": x, "y": POWER, "color": colour, "strokeDash": dash},
        },
    ]
    return [*layers, *(label_layers(named, x, POWER, colour) if named else [])]


def marks(
    size: SampleSize, studied: Sequence[int], units: str, free: Corner, *, usable: bool
) -> Iterator[Spec]:
    """Mark the target, and the answer with its interval where there is one."""
    target, pairs = size.target, size.size
    yield from target_line(target, free)
    if pairs is None or not usable:
        return
    low, high = drawn_interval(size, studied[0])
    if high > low:
        yield single({"type": "rect", "style": "interval"}, datum(low, x2=high))
    yield single({"type": "rule", "style": "answer"}, datum(pairs))
    yield single({"type": "point", "filled": True, "style": "answer-point"},
                 datum(pairs, size.power))  # fmt: skip
    early = pairs <= (studied[0] + studied[-1]) / 2
    yield from _answer_text(size, units, early=early)


def target_line(target: float, free: Corner) -> Iterator[Spec]:
    """Draw the target across, with its value where no curve passes."""
    yield single({"type": "rule", "style": "target"}, datum(y=target))
    x, align, dx = ("width", "right", -4) if free.right else (0, "left", 4)
    text = {
        "type": "text",
        "style": "note",
        "align": align,
        "dx": dx,
        "dy": 11 if free.below else -6,
    }
    place = {"x": {"value": x}, **datum(y=target), "text": {"value": f"target {target:.2f}"}}
    yield single(text, place)


def _answer_text(size: SampleSize, units: str, *, early: bool) -> Iterator[Spec]:
    side = {"align": "left" if early else "right", "dx": 7 if early else -7}
    texts = [("strong-note", f"{pairs_words(size)} {units}")]
    if interval(size):
        texts += [("note", interval(size)), ("note", f"({CONFIDENCE})")]
    for place, (style, text) in enumerate(texts, 1):
        at = {**datum(size.size, 0.05 + 0.07 * (len(texts) - place)), "text": {"value": text}}
        yield single({"type": "text", "style": style, **side}, at)
