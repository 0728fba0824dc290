"""What was found, as parts of the page."""

from __future__ import annotations

from collections.abc import Sequence

from htmltools import Tag, TagList, tags

from sim.jobs.compare import Comparison
from sim.page.chart import Curve, chart
from sim.page.instant import Instant
from sim.page.scenario import Scenario, differing
from sim.report.charts.curves import primary
from sim.report.html.tables import Results, Table, power_table
from sim.report.saved import SavedRun
from sim.report.tables import sizes_shown

Z95 = 1.96
"""Standard errors on either side of a 95% interval."""
FEW = 10
"""Blocks below which the error between them is itself rough."""
ROWS = 8
"""Most rows of a small table."""


def instant_part(found: Instant, target: float) -> TagList:
    """Show the exact answer, or why there is none, and the warnings that are known."""
    parts: list[Tag] = [tags.h3("At once")]
    if found.power:
        parts += [
            tags.p(f"Exact power of {found.name}.", class_="help"),
            tags.p(*_needed(found, target), class_="number"),
            _exact_chart(found, target),
            _exact_table(found),
        ]
        if not _of_the_rule(found):
            said = "The primary rule asks for more than this: simulate for its answer."
            parts.append(tags.p(said, class_="help"))
        if found.refused:
            parts.append(tags.p(f"No further: {found.refused}. Simulate for the rest.",
                                class_="help"))  # fmt: skip
    else:
        parts.append(tags.p(f"No exact answer: {found.refused}. Simulate instead."))
    return TagList(*parts, warnings_part(found.warnings))


def _needed(found: Instant, target: float) -> list[Tag | str]:
    lead = "" if _of_the_rule(found) else "One domain alone: "
    if found.needed is None:
        return [f"{lead}power {target:g} is not reached by {found.pairs[-1]} pairs."]
    return [lead, tags.strong(f"{found.needed} pairs"), f" reach and keep power {target:g}"]


def _of_the_rule(found: Instant) -> bool:
    return found.name.startswith("the rule ")


def brief_part(found: Instant, target: float) -> TagList:
    """Say the exact answer in a few words, which stay in sight while the form is scrolled."""
    if not found.power:
        return TagList("no exact answer: simulate")
    return TagList(*_needed(found, target), f" (exact, {found.name})")


def _exact_chart(found: Instant, target: float) -> Tag:
    high = [value + found.error for value in found.power]
    curve = Curve(found.pairs, found.power, found.power, high)
    title = f"Exact power of {found.name} by size"
    return chart(curve, title, (0, 1), target, found.needed)


def _exact_table(found: Instant) -> Tag:
    answer = len(found.pairs) - 1 if found.needed is None else found.pairs.index(found.needed)
    shown = sizes_shown(found.pairs, answer, ROWS)
    digits = "" if found.error < 5e-4 else f", up to {found.error:.3f} too small"
    rows = [(str(found.pairs[k]), str(found.people[k]), f"{found.power[k]:.3f}") for k in shown]
    head = ("pairs", "participants", "power")
    return table(Table(f"Exact power{digits}", head, tuple(rows), shown.index(answer)))


def warnings_part(warnings: Sequence[str]) -> Tag | None:
    """List warnings, if there are any."""
    if not warnings:
        return None
    return tags.div(tags.h3("Warnings"), tags.ul(*map(tags.li, warnings)), class_="warnings")


def answer_part(run: SavedRun, text: str) -> TagList:
    """Show what a simulation found; the same words as in its files."""
    results = Results(run.rows())
    size = primary(run)
    rows = [row for pairs in results.pairs
            if (row := results.rule(size["rule"], "win", pairs)) is not None]  # fmt: skip
    curve = Curve(
        [row.pairs for row in rows],
        [row.value for row in rows],
        [row.value - Z95 * row.mcse for row in rows],
        [row.value + Z95 * row.mcse for row in rows],
    )
    title = f"Power of the rule '{size['rule']}' by size, with 95% Monte Carlo error"
    return TagList(
        tags.h3("Simulated"),
        tags.p(run.summary["answer"], class_="sentence"),
        chart(curve, title, (0, 1), float(size["target"]), size["pairs"]),
        tags.p(f"{title}.", class_="help"),
        table(power_table(run, results)),
        warnings_part(run.summary["warnings"]),
        tags.details(tags.summary("Everything, as in the terminal"), tags.pre(text, tabindex="0")),
    )


def table(data: Table) -> Tag:
    """Write a table; one row may be the answer's."""
    rows = []
    for k, row in enumerate(data.rows):
        cells = [tags.th(row[0], scope="row"), *map(tags.td, row[1:])]
        rows.append(tags.tr(*cells, class_="answer" if k == data.marked else None))
    head = tags.thead(tags.tr(*[tags.th(name, scope="col") for name in data.header]))
    inner = tags.table(tags.caption(data.caption), head, tags.tbody(*rows))
    return tags.div(inner, class_="scroll", tabindex="0", role="group",
                    **{"aria-label": data.caption})  # fmt: skip


def differing_part(first: Scenario, second: Scenario) -> Tag:
    """List the settings at which two scenarios differ."""
    found = differing(first, second)
    if not found:
        return tags.p("The two scenarios are the same.", class_="help")
    rows = [(place, _short(one), _short(other)) for place, one, other in found[:30]]
    caption = f"Settings that differ ({len(found)})"
    return table(Table(caption, ("setting", "A", "B"), tuple(rows), None))


def _short(value: object) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def comparison_part(found: Comparison) -> TagList:
    """Show a paired difference and its noise."""
    own = found.difference
    last = len(found.pairs) - 1
    shown = sizes_shown(found.pairs, last, ROWS)
    rows = tuple(
        (str(found.pairs[k]), f"{own.value[k]:+.3f}", f"{own.mcse[k]:.4f}",
         f"{own.low[k]:+.3f} to {own.high[k]:+.3f}")
        for k in shown
    )  # fmt: skip
    widest = max(abs(own.low).max(), abs(own.high).max(), 0.02)
    span = (-float(min(widest * 1.05, 1)), float(min(widest * 1.05, 1)))
    curve = Curve(found.pairs, own.value.tolist(), own.low.tolist(), own.high.tolist())
    title = "Power of B less power of A by size, with its 95% interval"
    head = ("pairs", "difference", "Monte Carlo error", "95% interval")
    few = "Few blocks of simulated studies say little of the noise: raise monte_carlo.replicates."
    return TagList(
        tags.p(_verdict(found, int(abs(own.value).argmax())), class_="sentence"),
        warnings_part([few] if found.blocks < FEW else ()),
        chart(curve, title, span, 0),
        tags.p(f"{title}. Both are judged by their own primary rule in {found.replicates:,} "
               "simulated studies with the same random numbers, so that most of the noise is "
               "shared.", class_="help"),
        table(Table("Paired difference in power, B less A", head, rows, None)),
    )  # fmt: skip


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
