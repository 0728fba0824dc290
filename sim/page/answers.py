"""What was found, as parts of the page."""

from __future__ import annotations

from collections.abc import Sequence

from htmltools import Tag, TagList, tags

from sim.jobs.look import Look
from sim.page.chart import Curve, chart
from sim.page.instant import Asked, Exact
from sim.power.estimates import Estimate
from sim.power.sample_size import SampleSize
from sim.report.charts.curves import primary
from sim.report.html.tables import (
    Results,
    Table,
    assurance_table,
    audit_tables,
    before_table,
    endpoint_table,
    one_group_table,
    power_table,
    precision_table,
)
from sim.report.saved import SavedRun
from sim.report.sizes import interval_words, known_range, pairs_words
from sim.report.soundness import design_reasons, joined, usable_pairs
from sim.report.tables import sizes_shown
from sim.study import Study

Z95 = 1.96
"""Standard errors on either side of a 95% interval."""
ROWS = 8
"""Most rows of a small table."""


def exact_part(name: str, found: Exact, target: float) -> TagList:
    """Show an exact answer."""
    high = [min(value + found.error, 1) for value in found.power]
    title = f"Exact power of {name} by size"
    at = len(found.pairs) - 1 if found.needed is None else found.pairs.index(found.needed)
    shown = sizes_shown(found.pairs, at, ROWS)
    digits = "" if found.error < 5e-4 else f", up to {found.error:.3f} too small"
    rows = [(str(found.pairs[k]), str(found.people[k]), f"{found.power[k]:.3f}") for k in shown]
    head = ("pairs", "participants", "power")
    further = f" No further here: {found.further}." if found.further else ""
    return TagList(
        tags.h3("At once, exactly"),
        tags.p(*exact_sentence(found, target), class_="number"),
        tags.p(f"Exact power of {name}: enumerated, without simulation error.{further}",
               class_="help"),
        chart([Curve(found.pairs, found.power, found.power, high)], title, (0, 1), target,
              found.needed),
        table(Table(f"Exact power{digits}", head, tuple(rows),
                    None if found.needed is None else shown.index(at))),
    )  # fmt: skip


def exact_sentence(found: Exact, target: float) -> list[Tag | str]:
    """Say the exact answer."""
    if found.needed is None:
        return [f"Power {target:g} is not reached by {found.pairs[-1]} pairs "
                f"(there {found.power[-1]:.2f})"]  # fmt: skip
    shown = f", as far as {found.pairs[-1]} pairs" if found.further else ""
    place = found.pairs.index(found.needed)
    least = found.pairs[place - 1] + 1 if place else None
    return [
        tags.strong(f"{known_range(found.needed, least)} pairs"),
        f" reach and keep power {target:g}{shown}",
    ]


def look_part(
    study: Study, asked: Asked, found: Look, power: Estimate, size: SampleSize
) -> TagList:
    """Show what the first simulated studies say.

    Parameters
    ----------
    study : Study
        The design.
    asked : Asked
        Whose power it is.
    found : Look
        The look.
    power : Estimate, shape (K,)
        Its power.
    size : SampleSize
        Its answer.
    """
    name, unusable = asked.name, look_reasons(study, asked)
    title = f"Power of {name} by size, from {found.replicates:,} simulated studies"
    curve = Curve(found.pairs, power.value.tolist(), power.low.tolist(), power.high.tolist())
    at = len(found.pairs) - 1 if size.pairs is None else found.pairs.index(size.pairs)
    shown = sizes_shown(found.pairs, at, ROWS)
    rows = [(str(found.pairs[k]), f"{power.value[k]:.3f} ±{power.mcse[k]:.3f}") for k in shown]
    needed = None if unusable else size.pairs
    more = "." if found.last else ", and going on."
    return TagList(
        tags.h3("At once, from the first simulated studies"),
        tags.p(*look_sentence(size, unusable), class_="number"),
        tags.p(f"Power of {name}, from {found.replicates:,} simulated studies{more} "
               f"{_whole_answer(study, size)}", class_="help"),
        chart([curve], title, (0, 1), size.target, needed),
        table(Table("Power (± Monte Carlo standard error)", ("pairs", "power"), tuple(rows),
                    None if needed is None else shown.index(at))),
    )  # fmt: skip


def look_reasons(study: Study, asked: Asked) -> tuple[str, ...]:
    """Say why a size from the first simulated studies cannot be used, which tell no level."""
    if asked.rule is None:
        return design_reasons(study, [study.role_names[asked.role]])
    return design_reasons(study, [*study.decision.rules.values()][asked.rule].roles)


def _whole_answer(study: Study, size: SampleSize) -> str:
    """Say what a simulation has that a look has not."""
    design = study.design
    searches = design.sizes is None and size.limit < design.search_limit
    further = f", and looks on up to {design.search_limit} pairs"
    unanswered = size.high is None and size.impossible is None
    return (
        f"“Simulate” has the whole answer: {study.replicates:,} studies with the effect and as "
        f"many without{further if searches and unanswered else ''}, every warning and the files."
    )


def look_sentence(size: SampleSize, unusable: Sequence[str] = ()) -> list[Tag | str]:
    """Say what the first simulated studies answer, with how sure that is, or why it is none."""
    if unusable:
        return [f"No size can be given here: {joined(unusable)}"]
    if size.pairs is None:
        why = f": {size.impossible}" if size.impossible else f" (there {size.power:.2f})"
        return [f"Power {size.target:g} is not reached by {size.limit} pairs{why}"]
    return ["about ", tags.strong(f"{pairs_words(vars(size))} pairs"),
            f" for power {size.target:g}{interval_words(vars(size))}"]  # fmt: skip


def warnings_part(warnings: Sequence[str], heading: str = "Warnings") -> Tag | None:
    """List warnings, if there are any."""
    if not warnings:
        return None
    return tags.div(tags.h3(heading), tags.ul(*map(tags.li, warnings)), class_="warnings")


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
    beside = [precision_table(run, results), assurance_table(run, results), before_table(run),
              one_group_table(run), *audit_tables(run)]  # fmt: skip
    each = [endpoint_table(run, results, role) for role in run.summary["effects"]]
    return TagList(
        tags.h3("Simulated"),
        tags.p(run.summary["answer"], class_="sentence"),
        chart([curve], title, (0, 1), float(size["target"]), usable_pairs(size)),
        tags.p(f"{title}.", class_="help"),
        table(power_table(run, results)),
        *(table(own) for own in beside if own is not None),
        warnings_part(run.summary["warnings"]),
        tags.details(tags.summary("Each endpoint"), *map(table, each)),
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
