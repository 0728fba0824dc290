"""Answers and previews, as parts of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from htmltools import Tag, TagList, tags

from sim.jobs.preview import Criterion, ExactCurve
from sim.jobs.search import may_grow
from sim.jobs.simulated_preview import SimulatedPreview
from sim.page.asked import asked_part, asks_for_size, powers_sentence
from sim.page.chart import Curve, chart
from sim.power.sample_size import SampleSize
from sim.report.charts.figure import Z95
from sim.report.charts.series import Series, power_series
from sim.report.contents import page_sections
from sim.report.document.model import Block, Section, Table, cells_of
from sim.report.document.numbers import basis, estimate, exact_or_not
from sim.report.document.sizes import interval_words, pairs_words, sizes_shown
from sim.report.document.words import words_of
from sim.report.results.answer import PlanAnswer
from sim.report.topics.interim import ends_table
from sim.report.topics.size import answer_sentence, is_justified
from sim.report.topics.soundness import design_reasons, joined
from sim.study import Study
from sim.study.words import Words

ROWS = 8
"""Most rows of a small table."""


def exact_part(study: Study, name: str, exact: ExactCurve) -> TagList:
    """Show an exact answer.

    Parameters
    ----------
    study : Study
        What is asked of it, in its nouns.
    name : str
        Of the criterion, in words.
    exact : ExactCurve
        Its power.
    """
    words, sizes, power = study.words, exact.sizes, exact.power
    high = [min(value + exact.error, 1) for value in power]
    digits = "" if exact.error < 5e-4 else f", up to {exact.error:.3f} too small"
    rows = [(str(n), str(m), f"{value:.3f}")
            for n, m, value in zip(sizes, exact.people, power, strict=True)]  # fmt: skip
    beyond = f" No further here: beyond {words.count(sizes[-1])} it takes longer than an instant."
    further = "" if exact.is_whole else beyond
    return TagList(
        tags.h3("At once, exactly"),
        asked_part(study),
        tags.p(*exact_said(study, exact), class_="number"),
        tags.p(f"Exact power of {name}: enumerated, without simulation error.{further}",
               class_="help"),
        chart([Curve(sizes, power, power, high)], f"Exact power of {name} by size", (0, 1),
              exact.size.target, exact.size.size, units=words.units),
        _few_sizes(f"Exact power{digits}", (words.units, "people analysed", "power"), rows,
                   exact.size, marked=True),
    )  # fmt: skip


def exact_said(study: Study, exact: ExactCurve) -> list[Tag | str]:
    """Say what is asked, as far as exact power tells it."""
    if asks_for_size(study):
        return exact_sentence(study.words, exact)
    return powers_sentence(study, exact.sizes, exact.power)


def exact_sentence(words: Words, exact: ExactCurve) -> list[Tag | str]:
    """Say the exact answer."""
    size = exact.size
    if len(exact.sizes) == 1 and exact.is_whole:
        return _fixed(words, size)
    if size.size is None:
        return [_not_reached(words, size)]
    shown = "" if exact.is_whole else f", as far as {words.count(size.limit)}"
    return [
        tags.strong(f"{pairs_words(size)} {words.units}"),
        f" reach and keep power {size.target:g}{shown}",
    ]


def simulated_part(study: Study, criterion: Criterion, preview: SimulatedPreview) -> TagList:
    """Show what is said of a criterion: by simulated studies, sampled changes, or exactly."""
    power, size = preview.answers[criterion.key]
    name, unusable, words = criterion.name, unusable_reasons(study, criterion), study.words
    basis_words = basis_of(criterion, preview)
    title = f"Power of {name} by size, {basis_words}"
    curve = Curve(preview.sizes, power.value.tolist(), power.low.tolist(), power.high.tolist())
    each = zip(preview.sizes, power.value, power.mcse, strict=True)
    rows = [(str(n), exact_or_not(value, mcse, size.replicates)) for n, value, mcse in each]
    more = "." if preview.last else ", and going on."
    return TagList(
        tags.h3(f"At once, {_heading(size)}"),
        asked_part(study),
        tags.p(*simulated_said(study, criterion, preview), class_="number"),
        tags.p(f"Power of {name}, {basis_words}{more} "
               f"{_whole_answer(study, size)}", class_="help"),
        chart([curve], title, (0, 1), size.target, None if unusable else size.size,
              units=words.units),
        _few_sizes("Power (± Monte Carlo standard error)", (words.units, "power"), rows, size,
                   marked=not unusable),
        *looks_part(study, preview),
    )  # fmt: skip


def _heading(size: SampleSize) -> str:
    simulated = "from the first simulated studies" if size.replicates else "exactly"
    return "from sampled changes" if size.sampled else simulated


def basis_of(criterion: Criterion, preview: SimulatedPreview) -> str:
    """Say what a preview rests on, as the end of a phrase on power."""
    size = preview.answers[criterion.key][1]
    drawn = f"from {preview.replicates:,} {basis(sampled=size.sampled)}"
    return drawn if size.replicates else "exact: enumerated"


def looks_part(study: Study, preview: SimulatedPreview) -> list[Tag | TagList]:
    """Show the looks of the size that is previewed, and how many are analysed on average."""
    planned, measures, words = preview.planned, preview.interim, study.words
    if planned is None or measures is None:
        return []
    k, sizes = preview.sizes.index(planned.size), [look.analysed for look in planned.looks]
    critical = [look.critical for look in planned.looks]
    title = f"z from which a look at {words.count(planned.size)} is significant"
    analysed = estimate(measures.expected_analysed, k, digits=1)
    drawn = chart([Curve(sizes, critical, critical, critical)], title, (0, ceil(max(critical))),
                  critical[-1], units=words.units)  # fmt: skip
    return [
        tags.h3("Looks"),
        tags.p(f"{analysed} {words.units} of {planned.size} are analysed on average.",
               class_="help"),
        *([] if planned.spent_exactly else [drawn]),
        table(ends_table(words, planned, measures, k)),
    ]  # fmt: skip


def _few_sizes(
    caption: str,
    header: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    size: SampleSize,
    *,
    marked: bool,
) -> Tag:
    """Tabulate a few sizes around the answer, of the rows of every size."""
    sizes = [int(row[0]) for row in rows]
    at = len(sizes) - 1 if size.size is None else sizes.index(size.size)
    shown = sizes_shown(sizes, at, ROWS)
    mark = shown.index(at) if marked and size.size is not None else None
    return table(Table(caption, header, tuple(rows[k] for k in shown), marked=mark))


def unusable_reasons(study: Study, criterion: Criterion) -> tuple[str, ...]:
    """Say why a size from the first simulated studies cannot be used, which tell no level."""
    if criterion.rule is None:
        return design_reasons(study, [criterion.role])
    return design_reasons(study, study.roles_of([*study.success.values()][criterion.rule]))


def _whole_answer(study: Study, size: SampleSize) -> str:
    """Say what a simulation has that a preview has not."""
    limit = study.design.search_limit
    further = (
        f", and looks on up to {study.words.count(limit)}" if may_grow(size, study.design) else ""
    )
    return (
        f"“Simulate” has the whole answer: {study.replicates:,} studies with the effect and as "
        f"many without{further}, every warning and the files."
    )


def simulated_said(
    study: Study, criterion: Criterion, preview: SimulatedPreview
) -> list[Tag | str]:
    """Say what is asked, as far as the first simulated studies tell it."""
    power, size = preview.answers[criterion.key]
    unusable = unusable_reasons(study, criterion)
    if asks_for_size(study) or unusable:
        fixed = len(preview.sizes) == 1 or not asks_for_size(study)
        return simulated_sentence(study.words, size, unusable, fixed=fixed)
    errors = power.mcse.tolist() if size.replicates else ()
    return powers_sentence(study, preview.sizes, power.value.tolist(), errors)


def simulated_sentence(
    words: Words, size: SampleSize, unusable: Sequence[str] = (), *, fixed: bool = False
) -> list[Tag | str]:
    """Say what the first simulated studies answer, with how sure that is, or why it is none."""
    if unusable:
        what = "power" if fixed else "size"
        return [f"No {what} can be given here: {joined(unusable)}"]
    if fixed:
        return _fixed(words, size)
    if size.size is None:
        return [_not_reached(words, size)]
    return ["about " * bool(size.replicates), tags.strong(f"{pairs_words(size)} {words.units}"),
            f" for power {size.target:g}{interval_words(size)}"]  # fmt: skip


def _fixed(words: Words, size: SampleSize) -> list[Tag | str]:
    """Say the power of the one size that is studied."""
    error = f" ±{size.mcse:.3f}" if size.replicates else ""
    return ["power ", tags.strong(f"{size.power:.3f}{error}"), f" with {words.count(size.limit)}"]


def _not_reached(words: Words, size: SampleSize) -> str:
    why = f": {size.impossible}" if size.impossible else f" (there {size.power:.2f})"
    return f"Power {size.target:g} is not reached by {words.count(size.limit)}{why}"


def warnings_part(warnings: Sequence[str], heading: str = "Warnings") -> Tag | None:
    """List warnings, if there are any."""
    if not warnings:
        return None
    return tags.div(tags.h3(heading), tags.ul(*map(tags.li, warnings)), class_="warnings")


def answer_part(answer: PlanAnswer, screen: str) -> TagList:
    """Show the answer of a simulation; the same words and tables as in its files."""
    size, powers = answer.sample_size, power_series(answer, answer.sample_size.rule)
    curves = [_curve(series) for series in powers]
    title = f"Power of the rule '{size.rule}' by size, with 95% Monte Carlo error"
    parts = [part for name, part in page_sections(answer).items() if name not in ONLY_IN_FILES]
    return TagList(
        tags.h3("Simulated"),
        tags.p(answer_sentence(answer), class_="sentence"),
        chart(
            curves,
            title,
            (0, 1),
            size.target,
            size.size if is_justified(answer) else None,
            units=answer.study.words.units,
        ),
        tags.p(f"{title}.", *_keys(powers), class_="help"),
        warnings_part(answer.warnings),
        *(section_part(part) for part in parts),
        tags.details(
            tags.summary("Everything, as in the terminal"), tags.pre(screen, tabindex="0")
        ),
    )


def _curve(series: Series) -> Curve:
    value, band = series.value, Z95 * series.mcse
    return Curve(series.sizes.tolist(), value.tolist(), (value - band).tolist(),
                 (value + band).tolist())  # fmt: skip


def _keys(powers: Sequence[Series]) -> list[Tag | str]:
    """Say which curve is which, where there are two."""
    keys = zip(("key first", "key second"), powers, strict=False)
    named = [tags.span(series.name, class_=key) for key, series in keys]
    return [part for name in named for part in (" ", name)] if len(powers) > 1 else []


ONLY_IN_FILES = ("ademp",)
"""Sections of the page of a run that this one leaves to it."""


def section_part(section: Section) -> Tag:
    """Show a section, folded: its heading tells what is in it."""
    return tags.details(tags.summary(section.heading), *map(block, section.blocks))


def block(data: Block) -> Tag:
    """Write a paragraph or a table."""
    if isinstance(data, Table):
        return table(data)
    return tags.p(*map(words_of, cells_of(data)), class_="help")


def table(data: Table) -> Tag:
    """Write a table; one row may be the answer's."""
    rows = [[words_of(cell) for cell in row] for row in data.rows]
    return grid(words_of(data.caption), [*map(words_of, data.head)], rows, data.marked)


def grid(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str | Tag]],
    marked: int | None = None,
    kind: str = "scroll",
) -> Tag:
    """Write a table of any cells, with a style; one row may be marked."""
    body = []
    for k, (name, *cells) in enumerate(rows):
        row = tags.th(name, scope="row"), *map(tags.td, cells)
        body.append(tags.tr(*row, class_="answer" if k == marked else None))
    head = tags.thead(tags.tr(*[tags.th(name, scope="col") for name in header]))
    inner = tags.table(tags.caption(caption), head, tags.tbody(*body))
    return tags.div(inner, class_=kind, tabindex="0", role="group", **{"aria-label": caption})
