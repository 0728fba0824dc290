"""Power at the planned effect, and power averaged over what is believed of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.report.charts.curve_layers import FEW_SIZES, band, bars, coloured, line, pairs_axis
from sim.report.charts.curves import (
    Series,
    error_words,
    points,
    sizes,
    span_words,
    unit_words,
    unusable_words,
)
from sim.report.charts.figure import Figure, datum, layered, limited, single
from sim.report.charts.labels import distinct, listed, plain, quoted, span
from sim.report.charts.theme import SCHEMA, WIDTH, Spec
from sim.report.results.rows import Row
from sim.report.saved import SavedRun
from sim.report.soundness import is_usable

PLANNED = "stated effect"
MOST_PRIORS = 6
_DOT = {"type": "point", "filled": True, "style": "main-point"}
QUANTILES = ("05", "25", "50", "75", "95")
"""Those of the power that results.csv holds, in percent."""


def assurance_curves(run: SavedRun) -> Figure | None:
    """Power and assurance of the primary rule; None where no prior is given."""
    size, priors = run.primary, _priors(run)
    by_size = run.results.by_size(size["rule"], "win")
    curves = [Series(PLANNED, by_size)] if by_size else []
    for prior in priors:
        of_prior = run.results.by_size(size["rule"], f"assurance_{prior}")
        curves += [Series(f"{prior} prior", of_prior)] if of_prior else []
    if len(curves) < 2:
        return None
    labels, studied = distinct([series.name for series in curves]), sizes(curves)
    title = _finding(run, priors)
    below = [
        error_words(curves[:1], "Band of the stated effect"),
        error_words(curves[1:], "Bands of the priors").replace("simulated studies", "effects drawn")
        + f" Dashed across: the target, {size['target']:.2f}.",
        limited(len(run.summary["assurance"]), MOST_PRIORS, "priors", "results.csv"),
        *unusable_words(size),
        *unit_words(run),
    ]
    target = single({"type": "rule", "style": "target"}, datum(y=size["target"]))
    said = (title, below, span_words(curves))
    data = list(points(curves, labels))
    return layered("assurance", said, [*coloured(labels, studied), target], data)


def power_spread(run: SavedRun) -> Figure | None:
    """Quantiles of the power over each prior, as bands; None where no prior is given."""
    size, priors = run.primary, _priors(run)
    labels = distinct([f"{prior} prior" for prior in priors])
    data = [
        row
        for prior, label in zip(priors, labels, strict=True)
        for row in _bands(run, prior, label)
    ]
    if not data:
        return None
    at = run.at
    at_answer = [row for row in data if row["pairs"] == at]
    title = f"Power of {quoted(size['rule'])} over what each prior leaves possible"
    if at_answer and is_usable(size):
        medians = listed(
            f"{row['q50']:.2f} ({row['name'].removesuffix(' prior')})" for row in at_answer
        )
        title = f"With {at} pairs, the median of the powers believed is {medians}"
    draws = max(assurance["draws"] for assurance in run.summary["assurance"])
    worst = max(row["worst"] for row in data)
    below = [
        _key([row["pairs"] for row in data])
        + f"Monte Carlo error of these quantiles at most {worst:.2f}: "
        f"{draws:,} effects drawn{_each(run)}.",
        *unusable_words(size),
        *unit_words(run),
    ]
    seen = "; ".join(
        f"{row['name']}: middle half {row['q25']:.2f} to {row['q75']:.2f}" for row in at_answer
    )
    said = (title, below, f"With {at} pairs: {seen}.")
    at_effect = run.results.by_size(size["rule"], "win")
    layers = _layers(sorted({row["pairs"] for row in data}), at_effect, size["target"])
    return _one_below_another(layered("power_spread", said, layers, data, height=95), labels)


def _priors(run: SavedRun) -> list[str]:
    return [assurance["prior"] for assurance in run.summary["assurance"]][:MOST_PRIORS]


def _finding(run: SavedRun, priors: Sequence[str]) -> str:
    size = run.primary
    at = run.at
    values = [
        row.value
        for prior in priors
        for row in run.results.by_size(size["rule"], f"assurance_{prior}")
        if row.pairs == at
    ]
    if not values or not is_usable(size):
        return f"Power and assurance of the rule {quoted(size['rule'])}"
    return (
        f"With {at} pairs power is {size['power']:.2f} at the stated effect, and "
        f"{span(values, '.2f')} averaged over what is believed"
    )


def _key(studied: Sequence[int]) -> str:
    if len(set(studied)) <= FEW_SIZES:
        return (
            "Blue: median, thick bar for the middle half, thin for the middle 90%; orange: power "
            "at the stated effect. "
        )
    return (
        "Solid: median; dark band: middle half; pale band: middle 90%; dashed: power at the "
        "stated effect. "
    )


def _each(run: SavedRun) -> str:
    """Say how the power at each effect drawn is computed, where it is simulated."""
    rule = run.summary["primary_rule"]
    if all(rule in assurance["exact"] for assurance in run.summary["assurance"]):
        return ""
    prior = run.config["effect"].get("prior") or {}
    studies = prior.get("replicates")
    number = f", each with {studies} simulated studies" if studies else ", each simulated"
    return f"{number}, which widens the bands"


def _bands(run: SavedRun, prior: str, label: str) -> Iterator[Spec]:
    rule = run.summary["primary_rule"]
    quantiles = {
        share: {row.pairs: row for row in run.results.by_size(rule, f"power_q{share}_{prior}")}
        for share in QUANTILES
    }
    for pairs in quantiles["50"]:
        at = {share: quantiles[share][pairs] for share in QUANTILES}
        yield {
            "pairs": pairs,
            "name": label,
            **{f"q{share}": row.value for share, row in at.items()},
            "worst": max(row.mcse for row in at.values()),
        }


def _layers(studied: list[int], at_effect: Sequence[Row], target: float) -> list[Spec]:
    x = pairs_axis(studied)
    effect_line = {
        "data": {"values": [{"pairs": row.pairs, "power": row.value} for row in at_effect]},
        **line(x, "power", "other-line"),
    }
    few = len(studied) <= FEW_SIZES
    points_too = [
        bars(x, "q05", "q95", style="main-error"),
        bars(x, "q25", "q75", style="main-error", strokeWidth=4),
        {**line(x, "q50", "main-point"), "mark": _DOT},
        {**effect_line, "mark": {**_DOT, "style": "other-point"}},
    ]
    layers = [
        band(x, "q05", "q95", style="main-wide"),
        band(x, "q25", "q75", style="main-band"),
        line(x, "q50", "main-line"),
        effect_line,
        *(points_too if few else []),
        single({"type": "rule", "style": "target"}, datum(y=target)),
    ]
    for layer in layers:
        if "field" in layer["encoding"].get("y", {}):
            axis = {"format": ".1f", "values": [0, 0.5, 1]}
            layer["encoding"]["y"] = {**layer["encoding"]["y"], "title": "Power", "axis": axis}
    return layers


def _one_below_another(figure: Figure, labels: Sequence[str]) -> Figure:
    """Give each prior a panel."""
    whole = figure.spec
    panels = []
    for label in labels:
        rows = [row for row in whole["data"]["values"] if row["name"] == label]
        last = label == labels[-1]
        layers = whole["layer"] if last else [_untitled(layer) for layer in whole["layer"]]
        panel = {"data": {"values": rows}, "layer": layers, "width": WIDTH - 64}
        panels.append({**panel, "height": whole["height"], "title": _small(label)})
    spec = {
        "$schema": SCHEMA,
        "title": whole["title"],
        "description": whole["description"],
        "spacing": 12,
        "vconcat": panels,
    }
    return replace(figure, spec=spec)


def _untitled(layer: Spec) -> Spec:
    """Leave out the title of the axis of sizes, which stands below the last panel."""
    encoding = layer["encoding"]
    if "title" not in encoding.get("x", {}):
        return layer
    return {**layer, "encoding": {**encoding, "x": {**encoding["x"], "title": None}}}


def _small(label: str) -> Spec:
    return {"text": plain(label), "fontSize": 11, "offset": 4, "frame": "group"}
