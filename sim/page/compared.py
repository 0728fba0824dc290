"""Two scenarios compared: where they differ, and what that does to power."""

from __future__ import annotations

from typing import Any

from htmltools import Tag, TagList, tags

from sim.jobs.compare import Comparison
from sim.page.answers import ROWS, table, warnings_part
from sim.page.chart import Curve, chart
from sim.page.scenario import Scenario
from sim.page.texts import value_at
from sim.power.estimates import Estimate
from sim.report.document.model import Table
from sim.report.document.numbers import error_words
from sim.report.document.sizes import sizes_shown
from sim.report.topics.soundness import joined
from sim.study.words import Words

MOST = 30
"""Most settings that are listed."""


def differing_part(first: Scenario, second: Scenario) -> Tag:
    """List the settings at which two scenarios differ."""
    places = differing(first, second)
    if not places:
        return tags.p("The two scenarios are the same.", class_="help")
    rows = [(place, _short(one), _short(other)) for place, one, other in places[:MOST]]
    caption = f"Settings that differ ({len(places)})"
    return table(Table(caption, ("setting", "A", "B"), tuple(rows)))


def differing(first: Scenario, second: Scenario) -> list[tuple[str, Any, Any]]:
    """List the places at which two scenarios differ, with both values."""
    places: list[tuple[str, Any, Any]] = []

    def walk(one: Any, other: Any, place: str) -> None:
        if isinstance(one, dict) and isinstance(other, dict):
            for key in dict.fromkeys([*one, *other]):
                walk(one.get(key), other.get(key), f"{place}.{key}".removeprefix("."))
        elif one != other:
            places.append((place, value_at(first.data, place), value_at(second.data, place)))

    walk(first.data, second.data, "")
    return places


def _short(value: object) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def comparison_part(comparison: Comparison, words: Words) -> TagList:
    """Show both powers, and their paired difference with its noise.

    Parameters
    ----------
    comparison : Comparison
        Of B with A.
    words : Words
        The nouns of A.
    """
    target, other = comparison.targets
    line = (
        "" if target == other else f" The dashed line is the target of A; that of B is {other:g}."
    )
    both = "Power of A and of B by size, each by its own primary rule"
    title = "Power of B less power of A by size, with its 95% interval"
    sizes, difference = comparison.sizes, comparison.difference
    widest = min(float(max(abs(difference.low).max(), abs(difference.high).max(), 0.02)) * 1.05, 1)
    return TagList(
        tags.p(_verdict(comparison, words), class_="help" if comparison.unusable else "sentence"),
        warnings_part(_warnings(comparison)),
        tags.div(
            tags.div(
                chart([_curve(sizes, power) for power in comparison.powers], both, (0, 1), target,
                      units=words.units),
                tags.p(f"{both}: ", tags.span("A", class_="key first"), " ",
                       tags.span("B", class_="key second"), ".", line, class_="help"),
            ),
            tags.div(
                chart([_curve(sizes, difference)], title, (-widest, widest), 0, units=words.units),
                tags.p(f"{title}. Both have {comparison.replicates:,} simulated studies with the "
                       "same random numbers, so that most of the noise is shared.", class_="help"),
            ),
            class_="side",
        ),
        _difference_table(comparison, words),
    )  # fmt: skip


def _warnings(comparison: Comparison) -> list[str]:
    unusable = f"Not to be used as it is: {joined(comparison.unusable)}."
    few = "Few blocks of simulated studies say little of the noise: simulate more studies."
    return [unusable] * bool(comparison.unusable) + [few] * comparison.is_noisy


def _curve(sizes: tuple[int, ...], power: Estimate) -> Curve:
    return Curve(sizes, power.value.tolist(), power.low.tolist(), power.high.tolist())


def _difference_table(comparison: Comparison, words: Words) -> Tag:
    sizes, (first, second), less = comparison.sizes, comparison.powers, comparison.difference
    rows = tuple(
        (str(sizes[k]), f"{first.value[k]:.3f}", f"{second.value[k]:.3f}",
         f"{less.value[k]:+.3f}", error_words(less.mcse[k], 4),
         f"{less.low[k]:+.3f} to {less.high[k]:+.3f}")
        for k in sizes_shown(sizes, len(sizes) - 1, ROWS)
    )  # fmt: skip
    head = (
        words.units,
        "power of A",
        "power of B",
        "B less A",
        "Monte Carlo error",
        "95% interval",
    )
    return table(Table("Paired difference in power, B less A", head, rows))


def _verdict(comparison: Comparison, words: Words) -> str:
    largest = comparison.largest
    if largest is None:
        return "No difference at any size."
    noise = "beyond noise" if largest.is_clear else "not beyond noise"
    return (
        f"The largest difference is at {words.count(largest.size)}: B's power less A's is "
        f"{largest.value:+.3f} (95% interval {largest.low:+.3f} to {largest.high:+.3f}, widened "
        f"because it is the largest of {len(comparison.sizes)}), which is {noise}."
    )
