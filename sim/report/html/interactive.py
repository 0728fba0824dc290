"""The curve that the reader can ask: any rule or endpoint, at any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.report.charts.curve_layers import POWER, band, line, pairs_axis
from sim.report.charts.figure import Z95, datum, single
from sim.report.charts.theme import SCHEMA, Spec
from sim.report.html.tables import shown
from sim.report.results.rows import Row
from sim.report.saved import SavedRun
from sim.report.sizes import drawn_interval
from sim.report.soundness import usable_pairs

CURVE, ANSWER, CHOSEN = "curve", "answer", "chosen"
"""Names of the data that change with the choice."""


def interactive_curve(run: SavedRun) -> dict[str, Any]:
    """Specification and data of the curve to choose from.

    Parameters
    ----------
    run : SavedRun
        A run of `plan`.

    Returns
    -------
    dict
        `spec` over the data ``curve``, ``answer`` and ``chosen``; `curves`, each with its
        label, group, answer and points (pairs, power, Monte Carlo error);
        `people` by size.
    """
    return {
        "spec": _spec(run.results.pairs, float(run.primary["target"])),
        "curves": [*_rules(run), *_endpoints(run)],
        "people": {str(pairs): _people(run, pairs) for pairs in run.results.pairs},
    }


def _rules(run: SavedRun) -> Iterator[dict[str, Any]]:
    sizes = run.summary["sample_sizes"]
    for size in sorted(sizes, key=lambda row: row["rule"] != run.summary["primary_rule"]):
        rows = run.results.by_size(size["rule"], "win")
        answer = []
        if usable_pairs(size) is not None:
            low, high = drawn_interval(size, run.results.pairs[0])
            answer = [{"pairs": size["pairs"], "low": low, "high": high}]
        yield _curve("Rules", shown(size["rule"]), rows, answer)


def _endpoints(run: SavedRun) -> Iterator[dict[str, Any]]:
    for role in run.summary["effects"]:
        for name in run.summary["endpoints"]:
            rows = [run.results.endpoint(role, name, "win", pairs) for pairs in run.results.pairs]
            group = f"Endpoints of the {role}s, each on its own"
            yield _curve(group, f"{shown(name)} ({role}s)", rows, [])


def _curve(
    group: str, label: str, rows: Sequence[Row | None], answer: list[dict[str, int]]
) -> dict[str, Any]:
    points = [[row.pairs, row.value, row.mcse] for row in rows if row is not None]
    return {"group": group, "label": label, "answer": answer, "points": points}


def _people(run: SavedRun, pairs: int) -> str:
    """People of each role in a study of so many pairs."""
    total = run.summary["endpoints"][-1]
    rows = {
        role: run.results.endpoint(role, total, "win", pairs) for role in run.summary["effects"]
    }
    return ", ".join(f"{row.n} {role}s" for role, row in rows.items() if row is not None)


def _spec(sizes: Sequence[int], target: float) -> Spec:
    x = pairs_axis(sizes)
    value = {"x": x, "y": POWER}
    tooltip = [
        {"field": "pairs", "type": "quantitative", "title": "Pairs"},
        {"field": "value", "type": "quantitative", "title": "Power", "format": ".3f"},
        {"field": "mcse", "type": "quantitative", "title": "Monte Carlo error", "format": ".4f"},
    ]
    nearest = {"type": "point", "fields": ["pairs"], "nearest": True, "on": "pointerover",
               "clear": "pointerout"}  # fmt: skip
    hover = {"condition": {"param": "hover", "empty": False, "value": 1}, "value": 0}
    interval = {"x": {**x, "field": "low"}, "x2": {"field": "high"}}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": 300,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"name": CURVE, "values": []},
        "datasets": {ANSWER: [], CHOSEN: []},
        "transform": [
            {"calculate": f"max(datum.value - {Z95} * datum.mcse, 0)", "as": "low"},
            {"calculate": f"min(datum.value + {Z95} * datum.mcse, 1)", "as": "high"},
        ],
        "layer": [
            single({"type": "rule", "style": "target"}, datum(y=target)),
            {"data": {"name": ANSWER}, "mark": {"type": "rect", "style": "interval"},
             "encoding": interval},
            {"data": {"name": ANSWER}, "mark": {"type": "rule", "style": "answer"},
             "encoding": {"x": x}},
            band(x, "low", "high", style="main-band"),
            line(x, "value", "main-line"),
            {"data": {"name": CHOSEN},
             "mark": {"type": "point", "filled": True, "style": "answer-point", "size": 70},
             "encoding": value},
            {"params": [{"name": "hover", "select": nearest}],
             "mark": {"type": "point", "filled": True, "style": "main-point", "size": 70},
             "encoding": {**value, "tooltip": tooltip, "opacity": hover}},
        ],
    }  # fmt: skip
