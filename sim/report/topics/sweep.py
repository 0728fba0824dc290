"""How far the power moves where the assumptions move: a sweep's sentences and tables, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Sized

from sim.power.estimates import EXACT, MONTE_CARLO, SAMPLED, Engine, Estimate
from sim.power.sample_size import SampleSize
from sim.power.tornado import Influence, Tornado
from sim.report.document.model import Block, Paragraph, Section, Table, entries, text
from sim.report.document.numbers import basis, estimate, number, with_error
from sim.report.document.phrases import sentence_case
from sim.report.document.sizes import interval, interval_cell, is_known, pairs_cell
from sim.report.results.sweep import PointReport, SweepReport
from sim.report.topics.soundness import joined
from sim.study.sweep import GridSweep, words

MOST_ROWS = 60
"""Most rows of a table; the rest is in the files."""
MOST_COLUMNS = 20
"""Most columns of a map."""
LABEL = 79
"""Most characters of a point's label."""
ROW, COLUMN = 24, 12
"""Most characters of a value that names a row or column of a map; longer ones have a key."""
UNUSABLE = "*"
"""Marks what cannot be used."""
KINDS = {
    "grid": "every combination of the factors' values",
    "one_at_a_time": "each factor at each of its values, the others as stated",
    "scenarios": "scenarios that change several settings at once",
}
"""What is varied, in words."""


def sections(report: SweepReport) -> tuple[Section, ...]:
    """All that a sweep has to say, the powers first; what it has not got is no section."""
    every = (_powers(report), _influences(report), _failures(report))
    return tuple(section for section in every if section.blocks)


def how_varied(report: SweepReport) -> Paragraph:
    """Say what varies and how it is compared."""
    seeds = {point.seed for point in report.points}
    who = "Points" if len(seeds) == 1 else "Points of one seed"
    engines = _engines(report)
    pieces = "blocks" if MONTE_CARLO in engines else "batches of draws"
    errors = (
        f"differences are paired by their {report.blocks} {pieces}"
        if report.blocks > 1
        else "one block tells nothing of paired errors, and those of differences are too large"
    )
    alone = engines != {MONTE_CARLO} and len(report.study.success) > 1
    others = " Other rules are studied where sweep.rule names them." if alone else ""
    noise = f" {who} share their random numbers: {errors}. ± is the Monte Carlo standard error."
    return text(
        f"{len(report.points) - 1} points beside the study as stated: "
        f"{KINDS[report.study.sweep.kind]}. {sentence_case(basis_words(report))}, seed "
        f"{report.study.seed}.{'' if engines == {EXACT} else noise}{others}"
    )


def basis_words(report: SweepReport) -> str:
    """Say what the powers rest on."""
    engines = _engines(report)
    kinds = [basis(sampled=engine == SAMPLED)
             for engine in (MONTE_CARLO, SAMPLED) if engine in engines]  # fmt: skip
    if not kinds:
        return "exact power at every point"
    exact = " that is not exact" if EXACT in engines else ""
    return f"{report.replicates:,} {' or '.join(kinds)} a point{exact}"


def _engines(report: SweepReport) -> set[Engine]:
    """Tell what powers come from, simulated studies where there are none."""
    return {point.power.engine(()) for point in report.points if point.power} or {MONTE_CARLO}


def in_one_line(report: SweepReport) -> str:
    """Answer in one line, for many sweeps in a row."""
    sound = [point for point in report.points if not point.unusable]
    powers = [float(point.power.value) for point in sound if point.power]
    power = f"power {min(powers):.3f} to {max(powers):.3f}" if powers else "no usable power"
    parts = [f"{len(report.points)} points", f"{power} at {report.study.words.count(report.at)}"]
    parts += [f"{len(report.failed)} failed"] if report.failed else []
    unusable = len(report.points) - len(sound)
    parts += [f"{unusable} not to be used"] if unusable and powers else []
    return ", ".join(parts)


# ------------------------------------------------------------------------- power and size


def _powers(report: SweepReport) -> Section:
    rule, at = words(report.base.rule), report.study.words.count(report.at)
    heading = f"Power of the rule '{rule}' at {at}{_why(report)}"
    sweep = report.study.sweep
    if isinstance(sweep, GridSweep) and len(sweep.factors) == 2:
        return Section(heading, tuple(_maps(report, sweep.factors)))
    left_out = map(text, _left_out(report.points, "more points are in sweep.csv."))
    return Section(heading, (points_table(report), *left_out, *_unusable(report)))


def _left_out(every: Sized, where: str) -> Iterator[str]:
    """Say how many are in no row, and where they are; nothing where all are."""
    if len(every) > MOST_ROWS:
        yield f"{len(every) - MOST_ROWS} {where}"


def _why(report: SweepReport) -> str:
    """Say why points are compared at that size."""
    size = report.base.sample_size
    if report.is_given or size is None:
        return ""
    if size.size is None:
        return ", the largest studied, which is too small for the study as stated"
    if report.base.unusable:
        return ", which the simulations give for the study as stated"
    known = is_known(size)
    return f", which the study as stated needs{'' if known else ' at most'}"


def points_table(report: SweepReport) -> Table:
    """Power, difference to the base and sample size of every point, a row each."""
    rows = tuple(_point_row(report, point) for point in report.points[:MOST_ROWS])
    units = report.study.words.units
    return Table("", ("point", "power", "difference", f"{units} needed"), rows)


def _point_row(report: SweepReport, point: PointReport) -> tuple[str, ...]:
    label = words(point.label, LABEL)
    if point.power is None:
        at = report.study.words.count(report.at)
        return label, "failed" if point.failure is not None else f"no {at}", "", ""
    moved = "" if point.difference is None or point is report.base else signed(point.difference)
    size = "" if point.sample_size is None else f"{size_words(point.sample_size)}{mark(point)}"
    return label, estimate(point.power), moved, size


def signed(difference: Estimate) -> str:
    """Write a difference with its Monte Carlo error, where it has one."""
    if not difference.replicates:
        return number(float(difference.value), sign="+")
    return with_error(float(difference.value), float(difference.mcse), sign="+")


def size_words(size: SampleSize) -> str:
    """Write a sample size and its interval in few characters."""
    ends = "" if size.impossible is not None else interval(size)
    return pairs_cell(size) + (f" ({interval_cell(size)})" if ends else "")


def mark(point: PointReport) -> str:
    """Mark what is simulated at a point but cannot be used."""
    return UNUSABLE if point.unusable else ""


def unusable_words(points: Sequence[PointReport]) -> str:
    """Say why what is marked cannot be used; empty where all can."""
    return joined([*dict.fromkeys(clause for point in points for clause in point.unusable)])


def _unusable(report: SweepReport) -> Iterator[Paragraph]:
    clauses = unusable_words(report.points)
    if clauses:
        yield text(f"{UNUSABLE} not to be used: {clauses}.")


# ------------------------------------------------------------------------------- two factors


def _maps(report: SweepReport, factors: Mapping[str, Sequence[object]]) -> Iterator[Block]:
    """Power, then sample size, at every combination of two factors' values."""
    (first, down), (second, across) = factors.items()
    rows, row_keys = _keys(down, ROW, "row ")
    columns, column_keys = _keys(across, COLUMN, "col ")
    yield text(f"Rows: {words(first, 70)}; columns: {words(second, 70)}.")
    yield from entries([*row_keys, *column_keys][:MOST_ROWS])
    head = ("", *columns[:MOST_COLUMNS])
    units = report.study.words.units
    for caption, cell in (("Power", _power_cell), (sentence_case(f"{units} needed"), _size_cell)):
        cells = list(_rows(report, cell, len(across)))
        named = zip(rows[:MOST_ROWS], cells, strict=False)
        yield Table(caption, head, tuple((name, *row) for name, row in named))
    if len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS:
        yield text("The rest is in sweep.csv.")
    yield from _unusable(report)


def _rows(
    report: SweepReport, cell: Callable[[PointReport], str], across: int
) -> Iterator[list[str]]:
    for start in range(1, len(report.points), across):
        of_row = report.points[start : start + across]
        yield [cell(point) for point in of_row[:MOST_COLUMNS]]


def _keys(values: Sequence[object], width: int, prefix: str) -> tuple[list[str], list[str]]:
    """Give short names of values, and a legend where they do not speak for themselves."""
    texts = [words(value, 200) for value in values]
    if max(map(len, texts)) <= width:
        return texts, []
    keys = [f"{prefix}{place + 1}" for place in range(len(texts))]
    return keys, [f"{key}: {text}" for key, text in zip(keys, texts, strict=True)]


def _power_cell(point: PointReport) -> str:
    if point.power is None:
        return "failed" if point.failure is not None else "–"
    return f"{number(float(point.power.value))}{mark(point)}"


def _size_cell(point: PointReport) -> str:
    size = point.sample_size
    if size is None:
        return "failed"
    return pairs_cell(size) + (mark(point) if size.impossible is None else "")


# --------------------------------------------------------------------------------- tornado


def _influences(report: SweepReport) -> Section:
    heading = "Influence of each factor on that power (difference to the base)"
    tornado = report.tornado
    if tornado is None:
        return Section(heading, ())
    tables = [tornado_table(report, tornado)] if tornado.influences else []
    left_out = _left_out(tornado.influences, "more factors: sweep.json.")
    return Section(heading, (*tables, *map(text, (*left_out, *order_sentences(tornado)))))


def tornado_table(report: SweepReport, tornado: Tornado) -> Table:
    """Where each factor takes the power, lowest and highest, the most influential first."""
    rows = [row for bar in tornado.influences[:MOST_ROWS] for row in _influence_rows(report, bar)]
    head = ("factor and its value", "difference", "95% interval", "range")
    return Table("", head, tuple(rows))


def _influence_rows(report: SweepReport, bar: Influence) -> Iterator[tuple[str, ...]]:
    yield words(bar.factor, LABEL), "", "", estimate(bar.span)
    for place, apart in ((bar.low, bar.to_low), (bar.high, bar.to_high)):
        if place:  # an end that is the base is no row
            value = words(report.points[place].settings[bar.factor], LABEL - 3)
            low, high = (number(float(end), sign="+") for end in (apart.low, apart.high))
            yield f"at {value}", number(float(apart.value), sign="+"), f"{low} to {high}", ""


def order_sentences(tornado: Tornado) -> Iterator[str]:
    """Say in which order factors matter, as far as that can be told."""
    ranks = [
        f"{place}. " + ", ".join(map(words, names))
        + (" (not told apart)" if len(names) > 1 else "")
        for place, names in enumerate(tornado.ranks, 1)
    ]  # fmt: skip
    if ranks:
        yield (
            "Order, claimed where the paired difference between neighbours is clear of noise (2 "
            f"standard errors or more): {'; '.join(ranks)}."
        )
    for what, names in (
        ("Not distinguishable from no influence", tornado.unclear),
        ("Not studied at that size", tornado.left_out),
    ):
        if names:
            yield f"{what}: {', '.join(map(words, names))}."
    yield "How far a factor moves the power depends on the values that are stated for it."


def _failures(report: SweepReport) -> Section:
    """List the points that could not be studied, and why."""
    shown = report.failed[:MOST_ROWS]
    failed = (f"{words(point.label)}: {words(point.failure, 300)}" for point in shown)
    left_out = _left_out(report.failed, "more are in sweep.json")
    return Section("Points that could not be studied", entries([*failed, *left_out]))
