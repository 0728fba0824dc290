"""Influence of each factor on the power, in an order that is claimed only where it is clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.report.charts.figure import Figure, datum, layered, limited, single
from sim.report.charts.labels import (
    AXIS_LABEL,
    distinct,
    listed,
    plain,
    quoted,
    two_lines,
    unusable_points,
)
from sim.report.charts.theme import HIGHER, LOWER, UNCLEAR, Spec
from sim.report.saved import SavedRun

MOST_FACTORS = 30
END = 12
"""Most characters of the value at a bar's end."""
PLOT, LETTER = 200, 5.4
"""Least width of the plotting area and that of a letter, in pixels."""
SIDES = ["lower power", "higher power", "not clear of noise"]


def tornado_bars(run: SavedRun) -> Figure | None:
    """Draw the tornado; None where a sweep has none.

    Parameters
    ----------
    run : SavedRun
        A run of `sweep`.

    Returns
    -------
    Figure or None
    """
    tornado = run.summary["tornado"]
    if not tornado or not tornado["factors"]:
        return None
    shown = tornado["factors"][:MOST_FACTORS]
    places = _places(tornado["order"])
    heads = [f"{places.get(bar['factor'], '–')} {plain(bar['factor'])}" for bar in shown]
    labels = two_lines(heads)
    by_number = {point["point"]: point for point in run.summary["points"]}
    rows = [
        row
        for bar, label in zip(shown, labels, strict=True)
        for row in _ends(bar, label, by_number)
    ]
    base = run.summary["points"][0]["power"]["value"]
    below = [
        f"Difference from the study as stated, whose power is {base:.2f}. Thin lines: 95% "
        f"Monte Carlo intervals, paired by block; {run.summary['replicates']:,} simulated "
        "studies a point.",
        *_order_words(tornado),
        *unusable_points([*by_number.values()]),
        limited(len(tornado["factors"]), MOST_FACTORS, "factors", "sweep.json"),
    ]
    seen = "; ".join(
        f"{plain(bar['factor'])} {bar['lowest']['value']:+.2f} to {bar['highest']['value']:+.2f}"
        for bar in shown
    )
    layers = _layers(labels, rows, run.summary["at"])
    said = (_title(tornado), below, f"{seen}.")
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


def _title(tornado: Mapping[str, Any]) -> str:
    order = tornado["order"]
    if not order:
        return "No factor moves the power clear of the simulation's error"
    if len(order[0]) == 1:
        return f"{quoted(order[0][0])} moves the power most, over the values stated"
    names = listed(quoted(name) for name in order[0][:4])
    more = f" and {len(order[0]) - 4} more" if len(order[0]) > 4 else ""
    return f"{names}{more} move the power most; which of them more is not clear"


def _order_words(tornado: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "Numbers: the order by whole length, where it is clear of simulation error; others "
        "share a place."
    )
    if tornado["not_distinguishable"]:
        yield "–: not told apart from no influence."
    if tornado["not_studied"]:
        names = ", ".join(plain(name) for name in tornado["not_studied"][:4])
        yield f"Not studied at that size: {len(tornado['not_studied'])} factors ({names})."


def _ends(
    bar: Mapping[str, Any], label: str, points: Mapping[int, Mapping[str, Any]]
) -> Iterator[Spec]:
    """Both ends of one bar; an end that is the base is none."""
    texts = _end_texts(bar, points)
    for side, text in zip(("lowest", "highest"), texts, strict=True):
        end = bar[side]
        if end["point"] == 0:
            continue
        kind = SIDES[side == "highest"] if bar["clear"] else SIDES[2]
        yield {
            "factor": label,
            "side": kind,
            "zero": 0,
            "value": end["value"],
            "low": end["low"],
            "high": end["high"],
            "text": text,
            "left": side == "lowest",
        }


def _end_texts(bar: Mapping[str, Any], points: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Short texts of the values at both ends: what tells them apart, where they are sections."""
    values = [points[bar[side]["point"]]["settings"].get(bar["factor"])
              for side in ("lowest", "highest")]  # fmt: skip
    kept = [value for value in values if value is not None]
    if len(kept) == 2 and all(isinstance(value, Mapping) for value in kept):
        differ = [key for key in kept[0] if kept[0].get(key) != kept[1].get(key)]
        values = [_field(value, differ) for value in values]
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


def _layers(labels: list[str], rows: Sequence[Spec], at: int) -> list[Spec]:
    axis = {**AXIS_LABEL, "ticks": False, "labelPadding": 4}
    y = {"field": "factor", "type": "nominal", "title": None, "axis": axis,
         "scale": {"domain": labels, "paddingInner": 0.45}}  # fmt: skip
    x = {
        "field": "value", "type": "quantitative", "title": f"Difference in power at {at} pairs",
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
