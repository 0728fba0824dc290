"""Tables of a sweep in plain text: points, heat maps, tornado."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Any

from sim.power.estimates import Estimate
from sim.power.sample_size import SampleSize
from sim.power.sweep import PointResult, SweepAnswer
from sim.power.tornado import Influence, Tornado
from sim.report.layout import WIDTH
from sim.report.sizes import interval, interval_cell, pairs_cell
from sim.report.soundness import joined, point_reasons
from sim.report.tables import shorten
from sim.report.wording import with_error
from sim.study.sweep import words

MOST_ROWS = 60
"""Most rows of a table; the rest is in the files."""
LABEL = 32
"""Width of the column of labels."""
BAR = 33
"""Width of a tornado's bars, the middle for no difference."""
CELL, ROW = 9, 26
"""Widths of a heat map's cells and of the names of its rows."""
UNUSABLE = "*"
"""Marks what cannot be used."""
SHADES = " ░▒▓█"
"""From no power to all, in fifths."""


def points_table(answer: SweepAnswer) -> str:
    """Power, difference to the base and sample size of every point, a line each."""
    lines = [f"{'':{LABEL}}{'power':>7}{'difference':>18}{'pairs needed':>20}"]
    for result in answer.points[:MOST_ROWS]:
        power, apart = answer.power(result), answer.difference(result)
        label = words(result.point.label, WIDTH)
        if len(label) >= LABEL:  # on a line by itself
            lines.append(label)
            label = ""
        if power is None:
            lines.append(f"{label:{LABEL}}{_missing(result, answer):>13}")
            continue
        moved = "" if apart is None or result is answer.base else written(apart, "+")
        size = "" if result.sample_size is None else size_words(result.sample_size)
        mark = UNUSABLE if point_reasons(result.point) else ""
        lines.append(f"{label:{LABEL}}{written(power):>13}{moved:>15}  {size:>17}{mark}")
    if len(answer.points) > MOST_ROWS:
        lines.append(f"{len(answer.points) - MOST_ROWS} more points are in sweep.csv")
    lines += wrap(unusable_note(answer), WIDTH)
    return "\n".join(line.rstrip() for line in lines)


def unusable_note(answer: SweepAnswer) -> str:
    """Say why power and size of the points marked cannot be used; empty where there are none."""
    every = (point_reasons(result.point) for result in answer.points if result.wins is not None)
    clauses = dict.fromkeys(clause for clauses in every for clause in clauses)
    return f"{UNUSABLE} not to be used: {joined([*clauses])}" if clauses else ""


def written(estimate: Estimate, sign: str = "-") -> str:
    """Write an estimate of shape () with its Monte Carlo error; "+" for a difference."""
    return with_error(float(estimate.value), float(estimate.mcse), sign=sign)


def size_words(size: SampleSize) -> str:
    """Write a sample size and its interval in few characters."""
    if size.impossible is not None:
        return "never"
    pairs = pairs_cell(vars(size))
    return f"{pairs} ({interval_cell(vars(size))})" if interval(vars(size)) else pairs


def _missing(result: PointResult, answer: SweepAnswer) -> str:
    return "failed" if result.wins is None else f"no {answer.at} pairs"


# -------------------------------------------------------------------------------- heat map


def heat_maps(answer: SweepAnswer, factors: dict[str, tuple[Any, ...]]) -> Iterator[str]:
    """Power, then sample size, at every combination of two factors' values."""
    (first, down), (second, across) = factors.items()
    rows, row_legend = _keys(down, ROW - 2, "row ")
    columns, column_legend = _keys(across, CELL - 2, "col ")
    grid = [
        answer.points[1 + r * len(across) : 1 + (r + 1) * len(across)] for r in range(len(down))
    ]
    yield f"rows: {words(first, 70)}\ncolumns: {words(second, 70)}"
    legend = [*row_legend, *column_legend]
    if legend:
        yield "\n".join(shorten(line, WIDTH) for line in legend[:MOST_ROWS])
    yield _grid(answer, grid, (rows, columns), _shaded)
    yield "pairs needed:"
    yield _grid(answer, grid, (rows, columns), _size)
    if note := unusable_note(answer):
        yield "\n".join(wrap(note, WIDTH))


def _keys(values: Sequence[Any], width: int, prefix: str) -> tuple[list[str], list[str]]:
    """Give short names of values, and a legend where they do not speak for themselves."""
    texts = [words(value, 200) for value in values]
    if max(map(len, texts)) <= width:
        return texts, []
    keys = [f"{prefix}{place + 1}" for place in range(len(texts))]
    return keys, [f"{key}: {text}" for key, text in zip(keys, texts, strict=True)]


def _grid(
    answer: SweepAnswer,
    grid: Sequence[Sequence[PointResult]],
    names: tuple[list[str], list[str]],
    cell: Callable[[SweepAnswer, PointResult], str],
) -> str:
    """Lay cells out, as many columns side by side as the width takes."""
    rows, columns = names
    most = (WIDTH - ROW) // CELL
    tables = []
    for start in range(0, len(columns), most)[: MOST_ROWS // most]:
        part = slice(start, start + most)
        lines = [" " * ROW + "".join(f"{name:>{CELL}}" for name in columns[part])]
        for name, results in list(zip(rows, grid, strict=True))[:MOST_ROWS]:
            cells = "".join(f"{cell(answer, result):>{CELL}}" for result in results[part])
            lines.append(f"{name:{ROW}}{cells}")
        tables.append("\n".join(lines))
    if len(rows) > MOST_ROWS or len(columns) > MOST_ROWS // most * most:
        tables.append("the rest is in sweep.csv")
    return "\n\n".join(tables)


def _shaded(answer: SweepAnswer, result: PointResult) -> str:
    power = answer.power(result)
    if power is None:
        return "failed" if result.wins is None else "–"
    value = float(power.value)
    return f"{value:.3f} " + 2 * SHADES[min(int(5 * value), 4)]


def _size(_answer: SweepAnswer, result: PointResult) -> str:
    size = result.sample_size
    if size is None:
        return "failed"
    if size.pairs is None:
        return "never" if size.impossible is not None else f">{size.limit}"
    return f"{pairs_cell(vars(size))}{UNUSABLE if point_reasons(result.point) else ''}"


# --------------------------------------------------------------------------------- tornado


def tornado_table(tornado: Tornado) -> str:
    """Draw a bar for each factor, from the lowest to the highest power, around the base."""
    reach = max(
        (
            abs(float(end.value))
            for factor in tornado.influences
            for end in (factor.to_low, factor.to_high)
        ),
        default=0.0,
    )
    ends = f"{-reach:+.3f}", "0", f"{reach:+.3f}"
    axis = f"{ends[0]:<{BAR // 2}}{ends[1]}{ends[2]:>{BAR // 2}}"
    lines = [f"{'':28}{axis}   range"]
    for factor in tornado.influences[:MOST_ROWS]:
        lines.extend(_bar(factor, reach))
    if len(tornado.influences) > MOST_ROWS:
        lines.append(f"{len(tornado.influences) - MOST_ROWS} more factors are in sweep.json")
    return "\n".join(line.rstrip() for line in lines)


def _bar(factor: Influence, reach: float) -> Iterator[str]:
    half = BAR // 2
    below, above = (
        round(half * abs(float(end.value)) / reach) if reach else 0
        for end in (factor.to_low, factor.to_high)
    )
    bar = f"{'█' * below:>{half}}|{'█' * above:<{half}}"
    name = shorten(words(factor.factor, 200), 27)
    yield f"{name:28}{bar}   {written(factor.span)}"
    for result, apart in ((factor.low, factor.to_low), (factor.high, factor.to_high)):
        if result.point.number:
            at = words(result.point.settings[factor.factor], 200)
            yield shorten(f"  {_interval(apart)} at {at}", WIDTH)


def _interval(estimate: Estimate) -> str:
    value, low, high = (float(part) for part in (estimate.value, estimate.low, estimate.high))
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
