"""The results of a sweep: power along one factor, over two, and point by point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from sim.report.charts.curve_layers import POWER
from sim.report.charts.figure import Figure, datum, layered, limited, single
from sim.report.charts.labels import (
    AXIS_LABEL,
    distinct,
    mark,
    plain,
    span,
    told_apart,
    two_lines,
    unusable_points,
)
from sim.report.charts.theme import SEQUENTIAL, WIDTH, Spec
from sim.report.saved import SavedRun
from sim.report.sizes import CONFIDENCE, interval_cell, pairs_cell
from sim.report.soundness import is_usable

MOST_POINTS = 40
"""Most points listed in one figure."""
MOST_ACROSS, MOST_DOWN = 8, 24
"""Most cells of a heat map that can be read."""
DARK_FROM = 0.55
"""Share of a scale from which its colours need white letters."""


def sweep_figures(run: SavedRun) -> Iterator[Figure | None]:
    """Figures of a sweep that is no tornado: a curve, heat maps or a list of points."""
    factors = _factors(run)
    if len(factors) == 1 and _is_numeric(told_apart(next(iter(factors.values())))[1]):
        yield _factor_curve(run, factors)
    elif len(factors) == 2 and _fits(factors):
        yield _heat_map(run, factors, "power_map", _power_cell)
        yield _heat_map(run, factors, "pairs_map", _pairs_cell)
    else:
        yield point_list(run)


def point_list(run: SavedRun) -> Figure | None:
    """Power at every point with its interval, in the order of the sweep."""
    every = run.summary["points"]
    studied = [point for point in every if point["power"] is not None]
    shown = studied[:MOST_POINTS]
    if not shown:
        return None
    labels = two_lines([f"{point['label']}{mark(point)}" for point in shown])
    rows = [
        {"point": label, "power": power["value"], "low": power["low"], "high": power["high"]}
        for label, power in zip(labels, (point["power"] for point in shown), strict=True)
    ]
    values = [power["power"]["value"] for power in shown if is_usable(power)]
    spread = f" is {span(values, '.2f')}" if values else ""
    title = f"Power at {_at(run)}{spread} over {len(values) or len(rows)} points"
    below = [
        f"Bars: 95% Monte Carlo intervals; {_studies(run)}. Dashed: the study as stated.",
        limited(len(studied), MOST_POINTS, "points", "sweep.csv"),
        _missing_words(len(every), len(studied), "points"),
        *unusable_points(shown),
    ]
    seen = "; ".join(
        f"{plain(point['label'])} {row['power']:.2f}"
        for point, row in zip(shown, rows, strict=True)
    )
    height = {"step": 28}
    return layered("points", (title, below, f"{seen}."), _list_layers(run, labels), rows,
                   height=height)  # fmt: skip


def _list_layers(run: SavedRun, labels: list[str]) -> list[Spec]:
    axis = {**AXIS_LABEL, "ticks": False, "labelPadding": 4}
    y = {"field": "point", "type": "nominal", "title": None, "axis": axis,
         "scale": {"domain": labels}}  # fmt: skip
    x = {**POWER, "title": f"Power at {_at(run)}"}
    bar = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}
    dot = {"type": "point", "filled": True, "style": "main-point"}
    base = run.summary["points"][0]["power"]
    line = single({"type": "rule", "style": "target"}, datum(base["value"])) if base else None
    drawn = [
        {"mark": {"type": "rule", "style": "main-error"}, "encoding": bar},
        {"mark": dot, "encoding": {"y": y, "x": {**x, "field": "power"}}},
    ]
    return [*drawn, *([line] if line else [])]


# ----------------------------------------------------------------------------- one factor


def _factor_curve(run: SavedRun, factors: Mapping[str, list[Any]]) -> Figure | None:
    name = next(iter(factors))
    _, values = told_apart(factors[name])
    points = run.summary["points"][1:]
    rows = [
        {"at": value, "value": power["value"], "low": power["low"], "high": power["high"]}
        for value, point in zip(values, points, strict=True)
        if (power := point["power"]) is not None
    ]
    if not rows:
        return None
    what = _factor_name(name, factors[name])
    title = (
        f"Power at {_at(run)} by {what}"
        if not all(map(is_usable, points))
        else (
            f"Power at {_at(run)} goes from {rows[0]['value']:.2f} to {rows[-1]['value']:.2f} as "
            f"{what} goes from {rows[0]['at']:g} to {rows[-1]['at']:g}"
        )
    )
    x = {"field": "at", "type": "quantitative", "title": what, "scale": {"zero": False}}
    y = {**POWER, "title": f"Power at {_at(run)}"}
    bar = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    dot = {"type": "point", "filled": True, "style": "main-point"}
    layers = [
        {"mark": {"type": "line", "style": "main-line"}, "encoding": {"x": x, "y": y}},
        {"mark": {"type": "rule", "style": "main-error"}, "encoding": bar},
        {"mark": dot, "encoding": {"x": x, "y": y}},
    ]
    base = run.summary["points"][0]["power"]
    if base:
        layers.append(single({"type": "rule", "style": "target"}, datum(y=base["value"])))
    below = [
        f"Bars: 95% Monte Carlo intervals; {_studies(run)}. Dashed: the study as stated.",
        _missing_words(len(points), len(rows), "values"),
        *unusable_points(points),
    ]
    seen = "; ".join(f"{row['at']:g}: {row['value']:.2f}" for row in rows)
    return layered("factor_curve", (title, below, f"{seen}."), layers, rows)


# ------------------------------------------------------------------------------ heat maps

Cell = Callable[[Mapping[str, Any]], tuple[float | None, str, str]]


def _heat_map(
    run: SavedRun, factors: Mapping[str, list[Any]], name: str, cell: Cell
) -> Figure | None:
    (first, down), (second, across) = factors.items()
    labels = (_value_labels(down, 18), _value_labels(across, 12))
    rows = list(_cells(run, labels, cell))
    known: list[float] = [row["value"] for row in rows if row["value"] is not None]
    if not known:
        return None
    usable = [value for row, point in zip(rows, run.summary["points"][1:], strict=True)
              if (value := row["value"]) is not None and is_usable(point)]  # fmt: skip
    power = name == "power_map"
    limits = (0.0, 1.0) if power else (min(known), max(known))
    for row in rows:
        row["tone"] = _tone(row["value"], *limits)
    title, legend, error = _map_words(run, usable, power=power)
    _, base, base_error = cell(run.summary["points"][0])
    below = [
        f"{error}; {_studies(run)}. The study as stated: {base}{_bracketed(base_error)}.",
        *unusable_points(run.summary["points"]),
    ]
    seen = "; ".join(f"{r['down']}, {r['across']}: {r['said']}" for r in rows)
    names = (_factor_name(first, down), _factor_name(second, across))
    layers = _map_layers(names, labels, limits, legend)
    words = (title, below, f"Rows: {names[0]}; columns: {names[1]}. {seen}.")
    return layered(name, words, layers, rows, height={"step": 36})


def _cells(run: SavedRun, labels: tuple[list[str], list[str]], cell: Cell) -> Iterator[Spec]:
    places = product(*labels)
    for (down, across), point in zip(places, run.summary["points"][1:], strict=True):
        value, said, error = cell(point)
        yield {"down": down, "across": across, "value": value, "said": said, "error": error}


def _tone(value: float | None, least: float, most: float) -> str:
    if value is None:
        return "none"
    return "dark" if value - least > DARK_FROM * (most - least) else "pale"


def _bracketed(text: str) -> str:
    return f" ({text})" if text else ""


def _map_words(run: SavedRun, known: list[float], *, power: bool) -> tuple[str, str, str]:
    if power:
        spread = f" ranges over {span(known, '.2f')}" if known else ""
        return (
            f"Power at {_at(run)}{spread}",
            f"Power at {_at(run)}",
            "Below each: ± Monte Carlo standard error",
        )
    target = run.config["target"]["power"]
    title = f"Pairs needed for power {target:.2f}: {span(known, '.0f') if known else 'none usable'}"
    return title, "Pairs needed", f"Below each: interval of {CONFIDENCE} from the simulation"


def _map_layers(
    names: tuple[str, str],
    labels: tuple[list[str], list[str]],
    limits: tuple[float, float],
    legend: str,
) -> list[Spec]:
    y = {
        "field": "down", "type": "nominal", "title": names[0], "scale": {"domain": labels[0]},
        "axis": {"ticks": False, "domain": False},
    }  # fmt: skip
    x = {
        "field": "across", "type": "nominal", "title": names[1], "scale": {"domain": labels[1]},
        "axis": {"ticks": False, "domain": False, "labelAngle": 0},
    }  # fmt: skip
    least, most = limits
    bar = {"direction": "horizontal", "gradientLength": WIDTH - 120, "gradientThickness": 9}
    colour = {
        "field": "value", "type": "quantitative", "title": legend, "legend": bar,
        "scale": {"domain": [least, most if most > least else least + 1],
                  "range": list(SEQUENTIAL)},
    }  # fmt: skip
    cells = {"type": "rect", "stroke": "#FFFFFF", "strokeWidth": 1}
    known = [{"filter": {"field": "value", "valid": True}}]
    unknown = [{"filter": {"field": "tone", "equal": "none"}}]
    empty = {"type": "rect", "style": "empty"}
    layers: list[Spec] = [
        {"transform": unknown, "mark": empty, "encoding": {"x": x, "y": y}},
        {"transform": known, "mark": cells, "encoding": {"x": x, "y": y, "color": colour}},
    ]
    for tone, style in (("pale", "on-pale"), ("dark", "on-dark"), ("none", "small-note")):
        for field, up in (("said", -6), ("error", 8)):
            layers.append(
                {
                    "transform": [{"filter": {"field": "tone", "equal": tone}}],
                    "mark": {"type": "text", "style": style, "dy": up},
                    "encoding": {"x": x, "y": y, "text": {"field": field, "type": "nominal"}},
                }
            )
    return layers


def _power_cell(point: Mapping[str, Any]) -> tuple[float | None, str, str]:
    power = point["power"]
    if power is None:
        return None, "failed" if point["failure"] else "not studied", ""
    return power["value"], f"{power['value']:.2f}{mark(point)}", f"±{power['mcse']:.3f}"


def _pairs_cell(point: Mapping[str, Any]) -> tuple[float | None, str, str]:
    size = next((row for row in point["sample_sizes"] if row["rule"] == point["rule"]), None)
    if size is None:
        return None, "failed" if point["failure"] else "not studied", ""
    if size["impossible"]:
        return None, "never", ""
    if size["pairs"] is None:
        return None, f"over {size['limit']}", ""
    return size["pairs"], f"{pairs_cell(size)}{mark(point)}", interval_cell(size)


# ------------------------------------------------------------------------------ the words


def _at(run: SavedRun) -> str:
    return f"{run.summary['at']} pairs"


def _studies(run: SavedRun) -> str:
    return f"{run.summary['replicates']:,} simulated studies a point"


def _missing_words(every: int, studied: int, what: str) -> str:
    missing = every - studied
    return f"Failed, or not to be studied at that size: {missing} of {every} {what}." * bool(
        missing
    )


def _factors(run: SavedRun) -> dict[str, list[Any]]:
    return {
        name: list(values) for name, values in (run.config["sweep"].get("factors") or {}).items()
    }


def _fits(factors: Mapping[str, list[Any]]) -> bool:
    down, across = factors.values()
    return len(across) <= MOST_ACROSS and len(down) <= MOST_DOWN


def _is_numeric(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _value_labels(values: list[Any], most: int) -> list[str]:
    return distinct(told_apart(values)[1], most)


def _factor_name(name: str, values: list[Any]) -> str:
    field = told_apart(values)[0]
    return plain(f"{name}: {field}" if field else name)
