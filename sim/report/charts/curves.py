"""Power against the number of pairs, with its Monte Carlo band, the target and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.power.result_rows import Row
from sim.report.charts.curve_layers import FEW_SIZES, coloured, lone, marks
from sim.report.charts.figure import Z95, Figure, datum, layered, limited, single
from sim.report.charts.labels import distinct, plain, quoted, span
from sim.report.charts.theme import Spec
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
    first, below = _size_words(size), [*unusable_words(size), error_words(own), *unit_words(run)]
    said = (first, below, span_words(own))
    layers = [*lone(sizes(own)), *marks(size, sizes(own))]
    return layered("power_curve", said, layers, list(points(own, [quoted(size["rule"])])))


def rule_curves(run: SavedRun, rows: Sequence[Row]) -> Figure | None:
    """Power of every rule; None where there is only one."""
    stated = run.summary["sample_sizes"]
    own = _of_rules(rows, [size["rule"] for size in stated])
    if len(own) < 2:
        return None
    target = stated[0]["target"]
    usable = [size for size in stated if is_usable(size)]
    reached = sorted(
        (size["pairs"], pairs_words(size), size["rule"])
        for size in usable if size["pairs"] is not None
    )  # fmt: skip
    if not usable:
        title = f"Power of each rule: no size for power {target:.2f} can be given"
    elif not reached:
        title = f"No rule reaches power {target:.2f} by {stated[0]['limit']} pairs"
    elif len(reached) == 1:
        title = f"Power {target:.2f}: {reached[0][1]} pairs for the rule {quoted(reached[0][2])}"
    else:
        (_, least, first), (_, most, last) = reached[0], reached[-1]
        title = (
            f"Power {target:.2f} takes {least} pairs for {quoted(first)}, {most} for {quoted(last)}"
        )
    missed, unusable = len(usable) - len(reached), len(stated) - len(usable)
    short = f"Not reached by {stated[0]['limit']} pairs: {missed} of {len(stated)} rules."
    below = [short] if missed and reached else []
    if unusable:
        below.append(f"No usable size: {unusable} of {len(stated)} rules; see the warnings.")
    return _many(run, "rule_curves", title, own, ("rules", below))


def endpoint_curves(run: SavedRun, rows: Sequence[Row], role: str) -> Figure | None:
    """Power of every endpoint of one role on its own, unadjusted; None where there is none."""
    named = _by_name(row for row in rows if (row.role, row.kind, row.measure)
                     == (role, "endpoint", "win"))  # fmt: skip
    own = [Series(name, found) for name, found in named.items()]
    if not own:
        return None
    size = primary(run)
    at = size["pairs"] or size["limit"]
    found = [row.value for series in own for row in series.rows if row.pairs == at]
    title = f"Power of the {role}s' endpoints, each tested on its own"
    if found and is_usable(size):
        title = (
            f"With {at} pairs the {role}s' endpoints have power {span(found, '.2f')}, each on its "
            "own"
        )
    none = sum(run.summary["effects"][role]["true_null"])
    below = ["Not adjusted for multiplicity."]
    below += [f"No effect is assumed on {none} of {len(own)}."] if none else []
    below = [" ".join(below), *unusable_words(size)]
    return _many(run, f"endpoint_curves_{role}", title, own, ("endpoints", below))


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


def error_words(own: Sequence[Series], what: str = "") -> str:
    """Say how precise curves are."""
    what = what or ("Bars" if len(sizes(own)) <= FEW_SIZES else "Band")
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
