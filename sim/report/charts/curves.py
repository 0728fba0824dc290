"""Power against the number of pairs, with its Monte Carlo band, the target and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.power.rows import Row
from sim.report.charts.figure import Z95, Figure, datum, layered, limited, single
from sim.report.charts.labels import distinct, plain, quoted, span
from sim.report.charts.theme import DASHES, Spec
from sim.report.saved import SavedRun

MOST_CURVES = 14
"""Most curves of one figure; more cannot be told apart."""
FEW_SIZES, MOST_TICKS = 15, 8
"""Up to so many sizes each is marked by a point."""
POWER: Spec = {
    "field": "value",
    "type": "quantitative",
    "title": "Power (probability of success)",
    "scale": {"domain": [0, 1]},
    "axis": {"format": ".1f", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
}


@dataclass(frozen=True)
class Series:
    """Rows of one measure by size, and what they are called."""

    name: str
    rows: tuple[Row, ...]


def power_curve(run: SavedRun, rows: Sequence[Row]) -> Figure | None:
    """Power of the primary rule.

    Parameters
    ----------
    run : SavedRun
        A run of `plan`.
    rows : sequence of Row
        Its results.

    Returns
    -------
    Figure or None
        None where the rule has no power at any size.
    """
    size = primary(run)
    own = _of_rules(rows, [size["rule"]])
    if not own:
        return None
    first, below = _size_words(size), [error_words(own), *unit_words(run)]
    said = (first, below, span_words(own))
    layers = [*_lone(own[0]), *marks(size, sizes(own))]
    return layered("power_curve", said, layers, list(points(own, [quoted(size["rule"])])))


def rule_curves(run: SavedRun, rows: Sequence[Row]) -> Figure | None:
    """Power of every rule; None where there is only one."""
    stated = run.summary["sample_sizes"]
    own = _of_rules(rows, [size["rule"] for size in stated])
    if len(own) < 2:
        return None
    target = stated[0]["target"]
    reached = sorted((size["pairs"], size["rule"]) for size in stated if size["pairs"] is not None)
    if not reached:
        title = f"No rule reaches power {target:.2f} by {stated[0]['limit']} pairs"
    elif len(reached) == 1:
        title = f"Power {target:.2f}: {reached[0][0]} pairs for the rule {quoted(reached[0][1])}"
    else:
        (least, first), (most, last) = reached[0], reached[-1]
        title = (
            f"Power {target:.2f} takes {least} pairs for {quoted(first)}, {most} for {quoted(last)}"
        )
    missed = len(stated) - len(reached)
    short = f"Not reached by {stated[0]['limit']} pairs: {missed} of {len(stated)} rules."
    below = [short] if missed and reached else []
    return _many(run, "rule_curves", title, own, ("rules", below))


def endpoint_curves(run: SavedRun, rows: Sequence[Row], role: str) -> Figure | None:
    """Power of every endpoint of one role on its own, unadjusted; None where there is none."""
    named = _by_name(row for row in rows if (row.role, row.kind, row.measure)
                     == (role, "endpoint", "win"))  # fmt: skip
    own = [Series(name, found) for name, found in named.items()]
    if not own:
        return None
    at = primary(run)["pairs"] or primary(run)["limit"]
    found = [row.value for series in own for row in series.rows if row.pairs == at]
    title = f"Power of the {role}s' endpoints, each tested on its own"
    if found:
        title = (
            f"With {at} pairs the {role}s' endpoints have power {span(found, '.2f')}, each on its "
            "own"
        )
    none = sum(run.summary["effects"][role]["true_null"])
    below = ["Not adjusted for multiplicity."]
    below += [f"No effect is assumed on {none} of {len(own)}."] if none else []
    return _many(run, f"endpoint_curves_{role}", title, own, ("endpoints", [" ".join(below)]))


def _many(
    run: SavedRun, name: str, title: str, own: Sequence[Series], what: tuple[str, list[str]]
) -> Figure:
    kind, below = what
    shown = own[:MOST_CURVES]
    labels = distinct([series.name for series in shown])
    left_out = limited(len(own), MOST_CURVES, kind, "results.csv")
    target = primary(run)["target"]
    dashed = f"Dashed across: the target, {target:.2f}."
    lines = [*below, f"{error_words(shown)} {dashed}", left_out, *unit_words(run)]
    mark = datum(y=target)
    layers = [*coloured(labels, sizes(shown)), single({"type": "rule", "style": "target"}, mark)]
    return layered(name, (title, lines, span_words(shown)), layers, list(points(shown, labels)))


# ------------------------------------------------------------------------------ the rows


def primary(run: SavedRun) -> Mapping[str, Any]:
    """Sample size of the primary rule."""
    found: Mapping[str, Any] = next(
        size for size in run.summary["sample_sizes"] if size["rule"] == run.summary["primary_rule"]
    )
    return found


def of_measure(rows: Iterable[Row], rule: str, measure: str) -> tuple[Row, ...]:
    """Rows of one measure of one rule, by size."""
    return tuple(
        row for row in rows if (row.kind, row.name, row.measure) == ("rule", rule, measure)
    )


def points(own: Sequence[Series], labels: Sequence[str]) -> Iterator[Spec]:
    """Data of the curves; the band is cut to what a probability can be."""
    for series, label in zip(own, labels, strict=True):
        for row in series.rows:
            yield {
                "pairs": row.pairs,
                "name": label,
                "value": row.value,
                "low": max(row.value - Z95 * row.mcse, 0.0),
                "high": min(row.value + Z95 * row.mcse, 1.0),
                "mcse": row.mcse,
            }


def sizes(own: Sequence[Series]) -> list[int]:
    """Sizes studied, rising."""
    return sorted({row.pairs for series in own for row in series.rows})


def _of_rules(rows: Sequence[Row], names: Sequence[str]) -> list[Series]:
    by_name = _by_name(row for row in rows if (row.kind, row.measure) == ("rule", "win"))
    return [Series(name, by_name[name]) for name in names if name in by_name]


def _by_name(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return {name: tuple(own) for name, own in found.items()}


# ----------------------------------------------------------------------------- the layers


def pairs_axis(studied: Sequence[int]) -> Spec:
    """Encode the sizes, from the first studied to the last."""
    first, last = studied[0], studied[-1]
    domain = [first, last] if last > first else [first - 1, first + 1]
    ticks: Spec = {"tickCount": 6}
    if last - first <= MOST_TICKS:  # halves of a pair are none
        ticks = {"values": list(range(first, last + 1))}
    return {
        "field": "pairs",
        "type": "quantitative",
        "title": "Sample size (pairs)",
        "scale": {"domain": domain, "nice": False},
        "axis": {"format": "d", **ticks},
    }


def band(x: Spec, low: str, high: str, **style: Any) -> Spec:
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


def _lone(own: Series) -> list[Spec]:
    x = pairs_axis(sizes([own]))
    layers = [band(x, "low", "high", style="main-band"), line(x, "value", "main-line")]
    if len(own.rows) <= FEW_SIZES:
        dots = {"type": "point", "filled": True, "style": "main-point"}
        layers.append(bars(x, "low", "high", style="main-error"))
        layers.append({"mark": dots, "encoding": {"x": x, "y": POWER}})
    return layers


def bars(x: Spec, low: str, high: str, **style: Any) -> Spec:
    """Draw an upright line between two fields at each size."""
    return {
        "mark": {"type": "rule", **style},
        "encoding": {"x": x, "y": {**POWER, "field": low}, "y2": {"field": high}},
    }


def coloured(labels: Sequence[str], studied: Sequence[int]) -> list[Spec]:
    """Curves by name, each with its band, in colours and dashes of their own."""
    x = pairs_axis(studied)
    legend = {"columns": 2, "symbolType": "stroke", "symbolSize": 350, "symbolOpacity": 1}
    name = {"field": "name", "type": "nominal", "title": None, "legend": legend}
    colour = {**name, "scale": {"domain": list(labels), "range": "category"}}
    dash = {**name, "scale": {"domain": list(labels), "range": DASHES}}
    few = len(studied) <= FEW_SIZES
    error = bars(x, "low", "high") if few else band(x, "low", "high", opacity=0.18)
    return [
        {**error, "encoding": {**error["encoding"], "color": colour}},
        {
            "mark": {"type": "line", "strokeWidth": 2, "point": few},
            "encoding": {"x": x, "y": POWER, "color": colour, "strokeDash": dash},
        },
    ]


def marks(size: Mapping[str, Any], studied: Sequence[int]) -> Iterator[Spec]:
    """Mark the target, and the answer with its interval where there is one."""
    target, pairs = size["target"], size["pairs"]
    early = pairs is not None and pairs <= (studied[0] + studied[-1]) / 2
    yield single({"type": "rule", "style": "target"}, datum(y=target))
    at = ("width", "right", -4, 11) if early else (0, "left", 4, -6)
    text = {"type": "text", "style": "note", "align": at[1], "dx": at[2], "dy": at[3]}
    place = {"x": {"value": at[0]}, **datum(y=target), "text": {"value": f"target {target:.2f}"}}
    yield single(text, place)
    if pairs is None:
        return
    low, high = size["low"] or pairs, size["high"] or size["limit"]
    if high > low:
        yield single({"type": "rect", "style": "interval"}, datum(low, x2=high))
    yield single({"type": "rule", "style": "answer"}, datum(pairs))
    yield single({"type": "point", "filled": True, "style": "answer-point"},
                 datum(pairs, size["power"]))  # fmt: skip
    yield from _answer_text(size, early=early)


def _answer_text(size: Mapping[str, Any], *, early: bool) -> Iterator[Spec]:
    side = {"align": "left" if early else "right", "dx": 7 if early else -7}
    texts = [("strong-note", 0.12, f"{size['pairs']} pairs")]
    if size["replicates"] and size["low"] != size["high"]:
        texts.append(("note", 0.05, f"95% interval {_between(size)}"))
    for style, y, text in texts:
        place = {**datum(size["pairs"], y), "text": {"value": text}}
        yield single({"type": "text", "style": style, **side}, place)


def _between(size: Mapping[str, Any]) -> str:
    return f"{size['low']} to " + (f"over {size['limit']}" if size["high"] is None
                                   else str(size["high"]))  # fmt: skip


# ------------------------------------------------------------------------------ the words


def _size_words(size: Mapping[str, Any]) -> str:
    rule = f"the rule {quoted(size['rule'])}"
    if size["pairs"] is None:
        return f"No size up to {size['limit']} pairs reaches power {size['target']:.2f} for {rule}"
    return f"{size['pairs']} pairs give power {size['target']:.2f} or more for {rule}"


def error_words(own: Sequence[Series], what: str = "Band") -> str:
    """Say how precise curves are."""
    worst = max(row.mcse for series in own for row in series.rows)
    studies = [row.replicates for series in own for row in series.rows if row.replicates]
    if not studies:
        return "Computed exactly: no simulation error."
    few, many = min(studies), max(studies)
    number = f"{many:,}" if few == many else f"{few:,} to {many:,}"
    return (
        f"{what}: ±1.96 Monte Carlo standard errors, at most ±{Z95 * worst:.3f}; "
        f"{number} simulated studies."
    )


def unit_words(run: SavedRun) -> list[str]:
    """Say what counts as a pair where there are two arms."""
    control = run.config.get("control") or {}
    return ["Pairs of both arms are counted."] if control.get("kind") == "parallel" else []


def span_words(own: Sequence[Series]) -> str:
    """Tell where each curve begins and ends."""
    parts = [
        f"{plain(series.name)} from {series.rows[0].value:.2f} to {series.rows[-1].value:.2f}"
        for series in own
    ]
    studied = sizes(own)
    return f"Power from {studied[0]} to {studied[-1]} pairs: {'; '.join(parts)}."
