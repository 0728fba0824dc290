"""Power against the number of pairs, with its Monte Carlo band, the target and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.report.charts.curve_layers import FEW_SIZES, coloured, lone, marks
from sim.report.charts.figure import Z95, Figure, datum, layered, limited, single
from sim.report.charts.labels import distinct, plain, quoted, span
from sim.report.charts.theme import Spec
from sim.report.results.rows import Row
from sim.report.saved import SavedRun
from sim.report.sizes import is_known, pairs_words
from sim.report.soundness import is_usable, joined

MOST_WORDS = 600
"""Most characters of the reasons why a size cannot be used."""
MOST_CURVES = 14
"""Most curves of one figure; more cannot be told apart."""


@dataclass(frozen=True)
class Series:
    """Rows of one measure by size, and what they are called."""

    name: str
    rows: tuple[Row, ...]


def power_curve(run: SavedRun) -> Figure | None:
    """Power of the primary rule.

    Parameters
    ----------
    run : SavedRun
        A run of `plan`.

    Returns
    -------
    Figure or None
        None where the rule has no power at any size.
    """
    size = run.primary
    curves = _of_rules(run, [size["rule"]])
    if not curves:
        return None
    first, below = _size_words(size), [*unusable_words(size), error_words(curves), *unit_words(run)]
    said = (first, below, span_words(curves))
    layers = [*lone(sizes(curves)), *marks(size, sizes(curves))]
    return layered("power_curve", said, layers, list(points(curves, [quoted(size["rule"])])))


def rule_curves(run: SavedRun) -> Figure | None:
    """Power of every rule; None where there is only one."""
    rule_sizes = run.summary["sample_sizes"]
    curves = _of_rules(run, [size["rule"] for size in rule_sizes])
    if len(curves) < 2:
        return None
    target = rule_sizes[0]["target"]
    usable = [size for size in rule_sizes if is_usable(size)]
    reached = sorted(
        (size["pairs"], pairs_words(size), size["rule"])
        for size in usable if size["pairs"] is not None
    )  # fmt: skip
    if not usable:
        title = f"Power of each rule: no size for power {target:.2f} can be given"
    elif not reached:
        title = f"No rule reaches power {target:.2f} by {rule_sizes[0]['limit']} pairs"
    elif len(reached) == 1:
        title = f"Power {target:.2f}: {reached[0][1]} pairs for the rule {quoted(reached[0][2])}"
    else:
        (_, least, first), (_, most, last) = reached[0], reached[-1]
        title = (
            f"Power {target:.2f} takes {least} pairs for {quoted(first)}, {most} for {quoted(last)}"
        )
    missed, unusable = len(usable) - len(reached), len(rule_sizes) - len(usable)
    short = f"Not reached by {rule_sizes[0]['limit']} pairs: {missed} of {len(rule_sizes)} rules."
    below = [short] if missed and reached else []
    if unusable:
        below.append(f"No usable size: {unusable} of {len(rule_sizes)} rules; see the warnings.")
    return _many(run, "rule_curves", title, curves, ("rules", below))


def endpoint_curves(run: SavedRun, role: str) -> Figure | None:
    """Power of every endpoint of one role, unadjusted; None where there is none."""
    rows: dict[str, list[Row]] = {}
    for row in run.rows():
        if (row.role, row.kind, row.measure) == (role, "endpoint", "win"):
            rows.setdefault(row.name, []).append(row)
    curves = [Series(name, tuple(of_name)) for name, of_name in rows.items()]
    if not curves:
        return None
    size, at = run.primary, run.at
    powers = [row.value for series in curves for row in series.rows if row.pairs == at]
    title = f"Power of the {role}s' endpoints, each tested on its own"
    if powers and is_usable(size):
        title = (
            f"With {at} pairs the {role}s' endpoints have power {span(powers, '.2f')}, each on its "
            "own"
        )
    none = sum(run.summary["effects"][role]["true_null"])
    below = ["Not adjusted for multiplicity."]
    below += [f"No effect is assumed on {none} of {len(curves)}."] if none else []
    below = [" ".join(below), *unusable_words(size)]
    return _many(run, f"endpoint_curves_{role}", title, curves, ("endpoints", below))


def _many(
    run: SavedRun, name: str, title: str, curves: Sequence[Series], what: tuple[str, list[str]]
) -> Figure:
    kind, below = what
    shown = curves[:MOST_CURVES]
    labels = distinct([series.name for series in shown])
    left_out = limited(len(curves), MOST_CURVES, kind, "results.csv")
    target = run.primary["target"]
    dashed = f"Dashed across: the target, {target:.2f}."
    lines = [*below, f"{error_words(shown)} {dashed}", left_out, *unit_words(run)]
    mark = datum(y=target)
    layers = [*coloured(labels, sizes(shown)), single({"type": "rule", "style": "target"}, mark)]
    return layered(name, (title, lines, span_words(shown)), layers, list(points(shown, labels)))


# ------------------------------------------------------------------------------ the rows


def points(curves: Sequence[Series], labels: Sequence[str]) -> Iterator[Spec]:
    """Data of the curves; the band is cut to what a probability can be."""
    for series, label in zip(curves, labels, strict=True):
        for row in series.rows:
            yield {
                "pairs": row.pairs,
                "name": label,
                "value": row.value,
                "low": max(row.value - Z95 * row.mcse, 0.0),
                "high": min(row.value + Z95 * row.mcse, 1.0),
                "mcse": row.mcse,
            }


def sizes(curves: Sequence[Series]) -> list[int]:
    """Sizes studied, rising."""
    return sorted({row.pairs for series in curves for row in series.rows})


def _of_rules(run: SavedRun, names: Sequence[str]) -> list[Series]:
    every = [Series(name, run.results.by_size(name, "win")) for name in names]
    return [series for series in every if series.rows]


# ------------------------------------------------------------------------------ the words


def _size_words(size: Mapping[str, Any]) -> str:
    rule = f"the rule {quoted(size['rule'])}"
    if not is_usable(size):
        return f"No size can be given for power {size['target']:.2f} for {rule}"
    if size["pairs"] is None:
        return f"No size up to {size['limit']} pairs reaches power {size['target']:.2f} for {rule}"
    if is_known(size):
        return f"{size['pairs']} pairs give power {size['target']:.2f} or more for {rule}"
    words = pairs_words(size)
    return f"{words[0].upper()}{words[1:]} pairs are needed for power {size['target']:.2f}, {rule}"


def unusable_words(size: Mapping[str, Any]) -> list[str]:
    """Say below a title why a size cannot be used."""
    if is_usable(size):
        return []
    return [f"Not to be used: {plain(joined(size['unusable']), MOST_WORDS)}."]


def error_words(curves: Sequence[Series], what: str = "") -> str:
    """Say how precise curves are."""
    what = what or ("Bars" if len(sizes(curves)) <= FEW_SIZES else "Band")
    worst = max(row.mcse for series in curves for row in series.rows)
    studies = [row.replicates for series in curves for row in series.rows if row.replicates]
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


def span_words(curves: Sequence[Series]) -> str:
    """Tell where each curve begins and ends."""
    parts = [
        f"{plain(series.name)} from {series.rows[0].value:.2f} to {series.rows[-1].value:.2f}"
        for series in curves
    ]
    studied = sizes(curves)
    return f"Power from {studied[0]} to {studied[-1]} pairs: {'; '.join(parts)}."
