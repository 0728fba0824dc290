"""The curve that the reader can ask: any rule or endpoint, at any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sim.report.charts.curve_layers import POWER, band, line, pairs_axis
from sim.report.charts.figure import Z95, datum, single
from sim.report.charts.series import Series, endpoint_series, rule_series
from sim.report.charts.theme import SCHEMA, Spec
from sim.report.document.phrases import sentence_case
from sim.report.document.sizes import drawn_interval
from sim.report.document.words import short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import is_decisive, versions
from sim.report.topics.soundness import reasons

CURVE, ANSWER, CHOSEN = "curve", "answer", "chosen"
"""Names of the data that change with the choice."""


def interactive_curve(answer: PlanAnswer) -> Spec:
    """Specification and data of the curve to choose from.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    dict
        `spec` over the data ``curve``, ``answer`` and ``chosen``; `curves`, each with its
        label, group, answer and points (pairs, power, Monte Carlo error);
        `people` by size.
    """
    pairs = answer.characteristics.sizes
    return {
        "spec": _spec(pairs, answer.sample_size.target, answer.words.units),
        "curves": [*_rules(answer), *_endpoints(answer)],
        "people": {str(size): _people(answer, k) for k, size in enumerate(pairs)},
    }


def _rules(answer: PlanAnswer) -> Iterator[Spec]:
    """Curves of each rule, the primary one first; of two that on which its size rests."""
    first = answer.characteristics.sizes[0]
    for size in sorted(answer.sample_sizes, key=lambda own: own.rule != answer.sample_size.rule):
        marked = []
        if size.size is not None and not reasons(answer, size):
            low, high = drawn_interval(size, first)
            marked = [{"size": size.size, "low": low, "high": high}]
        counts = partial(is_decisive, answer, size)
        for version in sorted(versions(answer), key=counts, reverse=True):
            label = version.named(short(size.rule))
            series = rule_series(answer, size.rule, version.main)
            yield _curve("Rules", label, series, marked if counts(version) else [])


def _endpoints(answer: PlanAnswer) -> Iterator[Spec]:
    for role in answer.characteristics.roles:
        people = answer.words.people(role.role)
        for series in endpoint_series(answer, role):
            group = f"Endpoints of the {people}, each on its own"
            yield _curve(group, f"{short(series.name)} ({people})", series, [])


def _curve(group: str, label: str, series: Series, answer: list[dict[str, int]]) -> Spec:
    columns = (series.sizes.tolist(), series.value.tolist(), series.mcse.tolist())
    points = [list(point) for point in zip(*columns, strict=True)]
    return {"group": group, "label": label, "answer": answer, "points": points}


def _people(answer: PlanAnswer, k: int) -> str:
    """One size in units, and in people of each role."""
    words, main = answer.words, answer.characteristics
    people = ", ".join(words.counted(role.role, role.n[k]) for role in main.roles)
    size = words.count(main.sizes[k])
    return size if size == people else f"{size} ({people})"


def _spec(sizes: Sequence[int], target: float, units: str) -> Spec:
    x = pairs_axis(sizes, units)
    value = {"x": x, "y": POWER}
    tooltip = [
        {"field": "size", "type": "quantitative", "title": sentence_case(units)},
        {"field": "value", "type": "quantitative", "title": "Power", "format": ".3f"},
        {"field": "mcse", "type": "quantitative", "title": "Monte Carlo error", "format": ".4f"},
    ]
    nearest = {"type": "point", "fields": ["size"], "nearest": True, "on": "pointerover",
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
