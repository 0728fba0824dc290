"""The results of a sweep: power along one factor, over two, and point by point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from sim.report.charts.curve_layers import POWER
from sim.report.charts.figure import Figure, datum, layered, limited, single
from sim.report.charts.labels import (
    distinct,
    label_axis,
    plain,
    room,
    told_apart,
    two_lines,
    unusable_points,
)
from sim.report.charts.theme import SEQUENTIAL, Spec
from sim.report.document.numbers import error_words, span
from sim.report.document.phrases import sentence_case
from sim.report.document.sizes import CONFIDENCE, interval_cell, pairs_cell
from sim.report.results.sweep import PointReport, SweepReport
from sim.report.topics.sweep import basis_words, mark
from sim.study.sweep import GridSweep, OneAtATimeSweep

Values = list[Any]
"""Values of a factor, as in the settings."""
Factors = Mapping[str, Values]
MOST_POINTS = 40
"""Most points listed in one figure."""
MOST_ACROSS, MOST_DOWN = 8, 24
"""Most cells of a heat map that can be read."""
DOT: Spec = {"type": "point", "filled": True, "style": "main-point"}
"""Mark of a power."""
GRADIENT = 180
"""Length of the scale of a map's colours, in pixels, for which a phone has room."""
DARK_FROM = 0.55
"""Share of a scale from which its colours need white letters."""


def point_figures(report: SweepReport) -> Iterator[Figure | None]:
    """Figures of a sweep that is no tornado: a curve, heat maps or a list of points."""
    factors, is_grid = _factors(report), isinstance(report.study.sweep, GridSweep)
    if len(factors) == 1 and _is_numeric(told_apart(next(iter(factors.values())))[1]):
        yield _factor_curve(report, factors)
    elif is_grid and len(factors) == 2 and _fits(factors):
        yield _heat_map(report, factors, "power_map", _power_cell)
        yield _heat_map(report, factors, "size_map", _pairs_cell)
    else:
        yield point_list(report)


def point_list(report: SweepReport) -> Figure | None:
    """Power at every point with its interval, in the order of the sweep."""
    studied = [point for point in report.points if point.power is not None]
    shown = studied[:MOST_POINTS]
    if not shown:
        return None
    labels = two_lines([f"{point.label}{mark(point)}" for point in shown])
    rows = [
        {"point": label, "power": value, "low": low, "high": high}
        for label, point in zip(labels, shown, strict=True)
        for value, low, high in _power(point)
    ]
    values = [value for point in shown if not point.unusable for value, _, _ in _power(point)]
    spread = f" is {span(values, '.2f')}" if values else ""
    title = f"Power at {_at(report)}{spread} over {len(values) or len(rows)} points"
    below = [
        f"Bars: 95% Monte Carlo intervals; {basis_words(report)}. Dashed: the study as stated.",
        limited(len(studied), MOST_POINTS, "points", "sweep.csv"),
        _missing_words(len(report.points), len(studied), "points"),
        *unusable_points(shown),
    ]
    seen = "; ".join(
        f"{plain(point.label)} {row['power']:.2f}" for point, row in zip(shown, rows, strict=True)
    )
    height = {"step": 28}
    return layered("points", (title, below, f"{seen}."), _list_layers(report, labels), rows,
                   height=height)  # fmt: skip


def _list_layers(report: SweepReport, labels: list[str]) -> list[Spec]:
    axis = label_axis(labels)
    y = {"field": "point", "type": "nominal", "title": None, "axis": axis,
         "scale": {"domain": labels}}  # fmt: skip
    x = {**POWER, "title": f"Power at {_at(report)}"}
    bar = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}
    base = [single({"type": "rule", "style": "target"}, datum(value))
            for value, _, _ in _power(report.base)]  # fmt: skip
    drawn: list[Spec] = [
        {"mark": {"type": "rule", "style": "main-error"}, "encoding": bar},
        {"mark": DOT, "encoding": {"y": y, "x": {**x, "field": "power"}}},
    ]
    return [*drawn, *base]


# ----------------------------------------------------------------------------- one factor


def _factor_curve(report: SweepReport, factors: Factors) -> Figure | None:
    name = next(iter(factors))
    _, values = told_apart(factors[name])
    points = report.points[1:]
    rows = [
        {"at": at, "value": value, "low": low, "high": high}
        for at, point in zip(values, points, strict=True)
        for value, low, high in _power(point)
    ]
    if not rows:
        return None
    what = _factor_name(name, factors[name])
    title = (
        f"Power at {_at(report)} by {what}"
        if any(point.unusable for point in points)
        else (
            f"Power at {_at(report)} goes from {rows[0]['value']:.2f} to {rows[-1]['value']:.2f} "
            f"as {what} goes from {rows[0]['at']:g} to {rows[-1]['at']:g}"
        )
    )
    x = {"field": "at", "type": "quantitative", "title": what, "scale": {"zero": False}}
    y = {**POWER, "title": f"Power at {_at(report)}"}
    bar = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = [
        {"mark": {"type": "line", "style": "main-line"}, "encoding": {"x": x, "y": y}},
        {"mark": {"type": "rule", "style": "main-error"}, "encoding": bar},
        {"mark": DOT, "encoding": {"x": x, "y": y}},
    ]
    for value, _, _ in _power(report.base):
        layers.append(single({"type": "rule", "style": "target"}, datum(y=value)))
    below = [
        f"Bars: 95% Monte Carlo intervals; {basis_words(report)}. Dashed: the study as stated.",
        _missing_words(len(points), len(rows), "values"),
        *unusable_points(points),
    ]
    seen = "; ".join(f"{row['at']:g}: {row['value']:.2f}" for row in rows)
    return layered("factor_curve", (title, below, f"{seen}."), layers, rows)


# ------------------------------------------------------------------------------ heat maps

Cell = Callable[[PointReport], tuple[float | None, str, str]]


def _heat_map(report: SweepReport, factors: Factors, name: str, cell: Cell) -> Figure | None:
    (first, down), (second, across) = factors.items()
    labels = (_value_labels(down, 18), _value_labels(across, 12))
    rows = list(_cells(report, labels, cell))
    known: list[float] = [row["value"] for row in rows if row["value"] is not None]
    if not known:
        return None
    power = name == "power_map"
    # a size that is only known to lie on one side of a bound is none to name
    usable = [row["value"] for row, point in zip(rows, report.points[1:], strict=True)
              if row["value"] is not None and not point.unusable
              and (power or row["said"].isdigit())]  # fmt: skip
    limits = (0.0, 1.0) if power else (min(known), max(known))
    for row in rows:
        row["tone"] = _tone(row["value"], *limits)
    title, legend, error = _map_words(report, usable, power=power)
    _, base, base_error = cell(report.base)
    given = f"{base} ({base_error})" if base_error else base
    below = [
        f"{error}; {basis_words(report)}. The study as stated: {given}.",
        *unusable_points(report.points),
    ]
    seen = "; ".join(f"{r['down']}, {r['across']}: {r['said']}" for r in rows)
    names = (_factor_name(first, down), _factor_name(second, across))
    layers = _map_layers(names, labels, limits, legend)
    words = (title, below, f"Rows: {names[0]}; columns: {names[1]}. {seen}.")
    return layered(name, words, layers, rows, height={"step": 36})


def _cells(report: SweepReport, labels: tuple[list[str], list[str]], cell: Cell) -> Iterator[Spec]:
    places = product(*labels)
    for (down, across), point in zip(places, report.points[1:], strict=True):
        value, said, error = cell(point)
        yield {"down": down, "across": across, "value": value, "said": said, "error": error}


def _tone(value: float | None, least: float, most: float) -> str:
    if value is None:
        return "none"
    return "dark" if value - least > DARK_FROM * (most - least) else "pale"


def _map_words(report: SweepReport, known: list[float], *, power: bool) -> tuple[str, str, str]:
    if power:
        at = f"Power at {_at(report)}"
        spread = f" ranges over {span(known, '.2f')}" if known else ""
        return at + spread, at, "Below each: ± Monte Carlo standard error"
    needed = f"{sentence_case(report.study.words.units)} needed"
    title = f"{needed} for power {report.study.target.power:.2f}"
    sizes = f": {span(known, '.0f')}" if known else ""
    return title + sizes, needed, f"Below each: interval of {CONFIDENCE} from the simulation"


def _map_layers(
    names: tuple[str, str],
    labels: tuple[list[str], list[str]],
    limits: tuple[float, float],
    legend: str,
) -> list[Spec]:
    y = {
        "field": "down", "type": "nominal", "title": names[0], "scale": {"domain": labels[0]},
        "axis": {"ticks": False, "domain": False, "minExtent": room(labels[0])},
    }  # fmt: skip
    x = {
        "field": "across", "type": "nominal", "title": names[1], "scale": {"domain": labels[1]},
        "axis": {"ticks": False, "domain": False, "labelAngle": 0},
    }  # fmt: skip
    least, most = limits
    bar = {"direction": "horizontal", "gradientLength": GRADIENT, "gradientThickness": 9,
           "tickCount": 5}  # fmt: skip
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
        only = [{"filter": {"field": "tone", "equal": tone}}]
        for field, up in (("said", -6), ("error", 8)):
            mark = {"type": "text", "style": style, "dy": up}
            place = {"x": x, "y": y, "text": {"field": field, "type": "nominal"}}
            layers.append({"transform": only, "mark": mark, "encoding": place})
    return layers


def _power_cell(point: PointReport) -> tuple[float | None, str, str]:
    power = point.power
    if power is None:
        return None, "failed" if point.failure else "not studied", ""
    error = f"±{error_words(float(power.mcse))}" if power.replicates else "exact"
    return float(power.value), f"{power.value:.2f}{mark(point)}", error


def _pairs_cell(point: PointReport) -> tuple[float | None, str, str]:
    size = point.sample_size
    if size is None:
        return None, "failed" if point.failure else "not studied", ""
    if size.impossible:
        return None, "never", ""
    if size.size is None:
        return None, f"over {size.limit}", ""
    return size.size, f"{pairs_cell(size)}{mark(point)}", interval_cell(size)


def _power(point: PointReport) -> Iterator[tuple[float, float, float]]:
    """Power and its interval; nothing where it was not studied."""
    if point.power is not None:
        yield float(point.power.value), float(point.power.low), float(point.power.high)


# ------------------------------------------------------------------------------ the words


def _at(report: SweepReport) -> str:
    return report.study.words.count(report.at)


def _missing_words(every: int, studied: int, what: str) -> str:
    missing = f"Failed, or not to be studied at that size: {every - studied} of {every} {what}."
    return missing if studied < every else ""


def _factors(report: SweepReport) -> Factors:
    sweep = report.study.sweep
    if isinstance(sweep, GridSweep | OneAtATimeSweep):
        return {name: list(values) for name, values in sweep.factors.items()}
    return {}


def _fits(factors: Factors) -> bool:
    down, across = factors.values()
    return len(across) <= MOST_ACROSS and len(down) <= MOST_DOWN


def _is_numeric(values: Values) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _value_labels(values: Values, most: int) -> list[str]:
    return distinct(told_apart(values)[1], most)


def _factor_name(name: str, values: Values) -> str:
    field = told_apart(values)[0]
    return plain(f"{name}: {field}" if field else name)
