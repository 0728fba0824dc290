"""The curve that the reader can ask: any rule or endpoint, at any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.power.result_rows import Row
from sim.report.charts.curve_layers import POWER, pairs_axis
from sim.report.charts.curves import primary
from sim.report.charts.figure import Z95, datum, single
from sim.report.charts.theme import SCHEMA, Spec
from sim.report.html.tables import Results, shown
from sim.report.saved import SavedRun
from sim.report.sizes import drawn_interval
from sim.report.soundness import usable_pairs

CURVE, ANSWER, CHOSEN = "curve", "answer", "chosen"
"""Names of the data that change with the choice."""


def interactive_curve(run: SavedRun, results: Results) -> dict[str, Any]:
    """Specification and data of the curve to choose from.

    Parameters
    ----------
    run : SavedRun
        A run of `plan`.
    results : Results
        Its rows.

    Returns
    -------
    dict
        `spec` over the data ``curve``, ``answer`` and ``chosen``; `curves`, each with its
        label, group, answer and points (pairs, power, Monte Carlo error);
        `people` by size.
    """
    return {
        "spec": _spec(results.pairs, float(primary(run)["target"])),
        "curves": [*_rules(run, results), *_endpoints(run, results)],
        "people": {str(pairs): _people(run, results, pairs) for pairs in results.pairs},
    }


def _rules(run: SavedRun, results: Results) -> Iterator[dict[str, Any]]:
    sizes = run.summary["sample_sizes"]
    for size in sorted(sizes, key=lambda own: own["rule"] != run.summary["primary_rule"]):
        rows = [results.rule(size["rule"], "win", pairs) for pairs in results.pairs]
        answer = []
        if usable_pairs(size) is not None:
            low, high = drawn_interval(size, results.pairs[0])
            answer = [{"pairs": size["pairs"], "low": low, "high": high}]
        yield _curve("Rules", shown(size["rule"]), rows, answer)


def _endpoints(run: SavedRun, results: Results) -> Iterator[dict[str, Any]]:
    for role in run.summary["effects"]:
        for name in run.summary["endpoints"]:
            rows = [results.endpoint(role, name, "win", pairs) for pairs in results.pairs]
            group = f"Endpoints of the {role}s, each on its own"
            yield _curve(group, f"{shown(name)} ({role}s)", rows, [])


def _curve(
    group: str, label: str, rows: Sequence[Row | None], answer: list[dict[str, int]]
) -> dict[str, Any]:
    points = [[row.pairs, row.value, row.mcse] for row in rows if row is not None]
    return {"group": group, "label": label, "answer": answer, "points": points}


def _people(run: SavedRun, results: Results, pairs: int) -> str:
    """People of each role in a study of so many pairs."""
    total = run.summary["endpoints"][-1]
    rows = {role: results.endpoint(role, total, "win", pairs) for role in run.summary["effects"]}
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
            {"mark": {"type": "area", "style": "main-band"},
             "encoding": {"x": x, "y": {**POWER, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "style": "main-line"}, "encoding": value},
            {"data": {"name": CHOSEN},
             "mark": {"type": "point", "filled": True, "style": "answer-point", "size": 70},
             "encoding": value},
            {"params": [{"name": "hover", "select": nearest}],
             "mark": {"type": "point", "filled": True, "style": "main-point", "size": 70},
             "encoding": {**value, "tooltip": tooltip, "opacity": hover}},
        ],
    }  # fmt: skip
