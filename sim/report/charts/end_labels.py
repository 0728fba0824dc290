"""Names at the right ends of curves, apart from each other, with room for them in the frame."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.charts.labels import broken, right_room
from sim.report.charts.labels import room as label_room
from sim.report.charts.theme import Spec

MOST = 6
"""Most curves that are named at their ends; a legend names more."""
LINE, GAP = 13, 3
"""Height of a line and between names, in pixels."""
WIDEST = 13.5
"""Widest line of a name, as a multiple of the height of its letters."""
LEADER = 12
"""Length of the line that leads from a curve to its name, in pixels."""


def end_labels(labels: Sequence[str], ends: Sequence[tuple[int, float]], height: int) -> list[Spec]:
    """Place a name at the end of each curve.

    Parameters
    ----------
    labels : sequence of str
        One line each.
    ends : sequence of (int, float)
        Last size and value of each curve, a probability.
    height : int
        Of the plotting area, in pixels.

    Returns
    -------
    list of dict
        Rows: ``name``, ``end`` and ``value`` of the curve, ``place`` of the
        middle of the name on the axis, ``first`` of its first line, ``text``.
        Empty where there are too many, or they are too long.
    """
    texts = [broken(label, WIDEST) for label in labels]
    tall = [LINE * len(lines) + GAP for lines in texts]
    if len(labels) > MOST or sum(tall) > height:
        return []
    middles = spread([height * (1 - value) for _, value in ends], tall, height)
    return [
        {
            "name": label, "end": pairs, "value": value, "place": 1 - middle / height,
            "first": 1 - (middle - LINE * (len(lines) - 1) / 2) / height,
            "text": "\n".join(lines),
        }
        for label, (pairs, value), lines, middle in zip(labels, ends, texts, middles, strict=True)
    ]  # fmt: skip


def spread(wanted: Sequence[float], tall: Sequence[float], height: float) -> list[float]:
    """Move things that stand in a column as little as keeps them apart and within it.

    Parameters
    ----------
    wanted : sequence of float
        Where their middles would be.
    tall : sequence of float
        Their heights, which all fit.
    height : float
        Of the column.

    Returns
    -------
    list of float
        Their middles, in the given order.

    Examples
    --------
    >>> spread([10.0, 12.0, 50.0], [10, 10, 10], 100)
    [10.0, 20.0, 50.0]
    >>> spread([99.0, 99.0], [10, 10], 100)
    [85.0, 95.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    middles, edge = [0.0] * len(wanted), 0.0
    for i in order:
        middles[i] = max(wanted[i], edge + tall[i] / 2)
        edge = middles[i] + tall[i] / 2
    edge = height
    for i in reversed(order):
        middles[i] = min(middles[i], edge - tall[i] / 2)
        edge = middles[i] - tall[i] / 2
    return middles


def _room(rows: Sequence[Spec]) -> int:
    """Give the pixels that names take right of the plotting area, in whatever typeface."""
    return label_room([row["text"] for row in rows]) + LEADER + 8


def label_layers(rows: Sequence[Spec], x: Spec, y: Spec, colour: Spec) -> list[Spec]:
    """Draw the names, and lines that lead to them from the curves."""
    across = {**x, "field": "end"}
    upright = {**y, "field": "first"}
    leader = {"x": across, "x2": {"field": "end"}, "y": {**y, "field": "value"},
              "y2": {"field": "place"}, "color": colour}  # fmt: skip
    mark = {"type": "text", "style": "note", "align": "left", "baseline": "middle",
            "dx": LEADER + 4, "lineBreak": "\n", "lineHeight": LINE}  # fmt: skip
    text = {
        "x": across,
        "y": {**upright, "axis": right_room(_room(rows))},
        "text": {"field": "text"},
    }
    return [
        {"data": {"values": list(rows)},
         "mark": {"type": "rule", "xOffset": 3, "x2Offset": LEADER, "strokeWidth": 1.5},
         "encoding": leader},
        {"data": {"values": list(rows)}, "mark": mark, "encoding": text},
    ]  # fmt: skip
