"""Influence of each factor on the power, in an order that is claimed only where it is clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.power.tornado import Influence, Tornado
from sim.report.charts.figure import Figure, datum, layered, limited, single
from sim.report.charts.labels import (
    distinct,
    label_axis,
    listed,
    plain,
    quoted,
    two_lines,
    unusable_points,
)
from sim.report.charts.theme import HIGHER, LOWER, UNCLEAR, Spec
from sim.report.results.sweep import SweepReport
from sim.report.topics.sweep import basis_words

MOST_FACTORS = 30
END = 12
"""Most characters of the value at a bar's end."""
PLOT, LETTER = 200, 5.4
"""Least width of the plotting area and that of a letter, in pixels."""
SIDES = ["lower power", "higher power", "not clear of noise"]


def tornado_bars(report: SweepReport) -> Figure | None:
    """Draw the tornado; None where a sweep has none."""
    tornado = report.tornado
    if tornado is None or not tornado.influences or report.base.power is None:
        return None
    shown = tornado.influences[:MOST_FACTORS]
    places = _places(tornado.ranks)
    labels = two_lines([f"{places.get(bar.factor, '–')} {plain(bar.factor)}" for bar in shown])
    rows = [
        row for bar, label in zip(shown, labels, strict=True) for row in _ends(bar, label, report)
    ]
    below = [
        f"Difference from the study as stated, whose power is {report.base.power.value:.2f}. Thin "
        f"lines: 95% Monte Carlo intervals, paired by block; "
        f"{basis_words(report)}.",
        *_order_words(tornado),
        *unusable_points(report.points),
        limited(len(tornado.influences), MOST_FACTORS, "factors", "sweep.json"),
    ]
    seen = "; ".join(
        f"{plain(bar.factor)} {bar.to_low.value:+.2f} to {bar.to_high.value:+.2f}" for bar in shown
    )
    layers = _layers(labels, rows, report.study.words.count(report.at))
    said = (_title(tornado.ranks), below, f"{seen}.")
    return layered("tornado", said, layers, rows, height={"step": 38})


def _places(order: Sequence[Sequence[str]]) -> dict[str, str]:
    """Place of each factor in the order; those not told apart share one."""
    places: dict[str, str] = {}
    start = 1
    for group in order:
        last = start + len(group) - 1
        place = f"{start}." if last == start else f"{start}–{last}."
        places |= dict.fromkeys(group, place)
        start = last + 1
    return places


def _title(order: Sequence[Sequence[str]]) -> str:
    if not order:
        return "No factor moves the power clear of the simulation's error"
    if len(order[0]) == 1:
        return f"{quoted(order[0][0])} moves the power most, over the values stated"
    names = listed(quoted(name) for name in order[0][:4])
    more = f" and {len(order[0]) - 4} more" if len(order[0]) > 4 else ""
    return f"{names}{more} move the power most; which of them more is not clear"


def _order_words(tornado: Tornado) -> Iterator[str]:
    yield (
        "Numbers: the order by whole length, where it is clear of simulation error; others "
        "share a place."
    )
    if tornado.unclear:
        yield "–: not told apart from no influence."
    if tornado.left_out:
        names = ", ".join(plain(name) for name in tornado.left_out[:4])
        yield f"Not studied at that size: {len(tornado.left_out)} factors ({names})."


def _ends(bar: Influence, label: str, report: SweepReport) -> Iterator[Spec]:
    """Both ends of one bar; an end that is the base is none."""
    ends = ((bar.low, bar.to_low), (bar.high, bar.to_high))
    for side, (place, apart), text in zip((0, 1), ends, _end_texts(bar, report), strict=True):
        if place == 0:
            continue
        yield {
            "factor": label,
            "side": SIDES[side if bar.clear else 2],
            "zero": 0,
            "value": float(apart.value),
            "low": float(apart.low),
            "high": float(apart.high),
            "text": text,
            "left": side == 0,
        }


def _end_texts(bar: Influence, report: SweepReport) -> list[str]:
    """Short texts of the values at both ends: what tells them apart, where they are sections."""
    values = [report.points[place].settings.get(bar.factor) for place in (bar.low, bar.high)]
    kept = [value for value in values if value is not None]
    if len(kept) == 2 and all(isinstance(value, Mapping) for value in kept):
        differ = [key for key in kept[0] if kept[0].get(key) != kept[1].get(key)]
        values = [_field(value, differ) for value in kept]
    elif len(kept) == 1 and isinstance(kept[0], Mapping):
        values = [value and _field(value, list(value)[1:]) for value in values]
    return distinct([plain(value, END) for value in values], END)


def _field(value: Mapping[str, Any], keys: Sequence[str]) -> object:
    present = [key for key in keys if key in value]
    return f"{present[0]} {plain(value[present[0]], END)}" if len(present) >= 1 else value


def _reach(rows: Sequence[Spec]) -> list[float]:
    """Limits of the axis within which every bar, interval and text at an end has room."""
    low = min([0.0, *(row["low"] for row in rows)])
    high = max([0.0, *(row["high"] for row in rows)])
    least, most = low, high
    for _ in range(20):  # more room for a text makes a pixel worth more
        unit = (most - least or 1.0) / PLOT
        texts = [(row, unit * LETTER * (len(row["text"]) + 1)) for row in rows]
        least = min([low - 4 * unit, *(row["value"] - room for row, room in texts if row["left"])])
        most = max(
            [high + 4 * unit, *(row["value"] + room for row, room in texts if not row["left"])]
        )
    return [least, most]


def _layers(labels: list[str], rows: Sequence[Spec], at: str) -> list[Spec]:
    axis = label_axis(labels)
    y = {"field": "factor", "type": "nominal", "title": None, "axis": axis,
         "scale": {"domain": labels, "paddingInner": 0.45}}  # fmt: skip
    x = {
        "field": "value", "type": "quantitative", "title": f"Difference in power at {at}",
        "scale": {"domain": _reach(rows), "nice": False},
        "axis": {"format": "+.1f", "tickCount": 6},
    }  # fmt: skip
    sides = {
        side: hue
        for side, hue in zip(SIDES, (LOWER, HIGHER, UNCLEAR), strict=True)
        if any(row["side"] == side for row in rows)
    }
    colour = {
        "field": "side", "type": "nominal", "title": None,
        "scale": {"domain": [*sides], "range": [*sides.values()]},
        "legend": {"columns": 2, "symbolType": "square", "symbolOpacity": 1},
    }  # fmt: skip
    ends = {**x, "field": "zero"}
    bar = {"y": y, "x": ends, "x2": {"field": "value"}, "color": colour}
    error = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}
    layers: list[Spec] = [
        {"mark": {"type": "bar"}, "encoding": bar},
        {"mark": {"type": "rule", "style": "error"}, "encoding": error},
        single({"type": "rule", "style": "answer"}, datum(0)),
    ]
    for left, align in ((True, "right"), (False, "left")):
        text = {"type": "text", "style": "small-note", "align": align, "dy": -16}
        place = {"y": y, "x": x, "text": {"field": "text", "type": "nominal"}}
        only = [{"filter": {"field": "left", "equal": left}}]
        layers.append({"transform": only, "mark": text, "encoding": place})
    return layers
