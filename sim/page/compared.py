"""Two scenarios beside each other: where they differ, and what that does to power."""

from __future__ import annotations

from htmltools import Tag, TagList, tags

from sim.jobs.compare import Comparison
from sim.page.answers import ROWS, table, warnings_part
from sim.page.chart import Curve, chart
from sim.page.scenario import Scenario, differing
from sim.power.estimates import Estimate
from sim.report.html.tables import Table
from sim.report.soundness import joined
from sim.report.tables import sizes_shown

FEW = 10
"""Blocks below which the error between them is itself rough."""
MOST = 30
"""Most settings that are listed."""


def differing_part(first: Scenario, second: Scenario) -> Tag:
    """List the settings at which two scenarios differ."""
    found = differing(first, second)
    if not found:
        return tags.p("The two scenarios are the same.", class_="help")
    rows = [(place, _short(one), _short(other)) for place, one, other in found[:MOST]]
    caption = f"Settings that differ ({len(found)})"
    return table(Table(caption, ("setting", "A", "B"), tuple(rows), None))


def _short(value: object) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def comparison_part(found: Comparison) -> TagList:
    """Show both powers, and their paired difference with its noise.

    Parameters
    ----------
    found : Comparison
        Of B with A.
    """
    target, other = found.targets
    line = (
        "" if target == other else f" The dashed line is the target of A; that of B is {other:g}."
    )
    unusable = [f"Not to be used as it is: {joined(found.unusable)}."] if found.unusable else []
    few = "Few blocks of simulated studies say little of the noise: raise monte_carlo.replicates."
    both = "Power of A and of B by size, each by its own primary rule"
    title = "Power of B less power of A by size, with its 95% interval"
    own = found.difference
    widest = max(abs(own.low).max(), abs(own.high).max(), 0.02)
    span = (-float(min(widest * 1.05, 1)), float(min(widest * 1.05, 1)))
    return TagList(
        tags.p(_verdict(found, int(abs(own.value).argmax())),
               class_="help" if found.unusable else "sentence"),
        warnings_part([*unusable, *([few] if found.blocks < FEW else [])]),
        tags.div(
            tags.div(
                chart([_curve(found, one) for one in found.powers], both, (0, 1), target),
                tags.p(f"{both}: ", tags.span("A", class_="key first"), " ",
                       tags.span("B", class_="key second"), ".", line, class_="help"),
            ),
            tags.div(
                chart([_curve(found, own)], title, span, 0),
                tags.p(f"{title}. Both have {found.replicates:,} simulated studies with the same "
                       "random numbers, so that most of the noise is shared.", class_="help"),
            ),
            class_="side",
        ),
        _difference_table(found),
    )  # fmt: skip


def _curve(found: Comparison, own: Estimate) -> Curve:
    return Curve(found.pairs, own.value.tolist(), own.low.tolist(), own.high.tolist())


def _difference_table(found: Comparison) -> Tag:
    own, (first, second) = found.difference, found.powers
    shown = sizes_shown(found.pairs, len(found.pairs) - 1, ROWS)
    rows = tuple(
        (str(found.pairs[k]), f"{first.value[k]:.3f}", f"{second.value[k]:.3f}",
         f"{own.value[k]:+.3f}", f"{own.mcse[k]:.4f}", f"{own.low[k]:+.3f} to {own.high[k]:+.3f}")
        for k in shown
    )  # fmt: skip
    head = ("pairs", "power of A", "power of B", "B less A", "Monte Carlo error", "95% interval")
    return table(Table("Paired difference in power, B less A", head, rows, None))


def _verdict(found: Comparison, k: int) -> str:
    own, pairs = found.difference, found.pairs[k]
    if not own.value.any():
        return "No difference at any size."
    low, high = (min(max(end, -1), 1) for end in found.widened(k))
    said = "beyond noise" if low > 0 or high < 0 else "not beyond noise"
    return (
        f"The largest difference is at {pairs} pairs: B's power less A's is {own.value[k]:+.3f} "
        f"(95% interval {low:+.3f} to {high:+.3f}, widened because it is the largest of "
        f"{len(found.pairs)}), which is {said}."
    )
