"""Answers as a notebook shows them: one screen of words, data frames, figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from html import escape
from typing import TYPE_CHECKING

from sim.cohorts.posterior_file import posterior_rows
from sim.errors import StudyError
from sim.pilot.calibrated import CalibrationAnswer
from sim.power.estimates import Estimate
from sim.power.sweep import SweepAnswer
from sim.report.calibration import draws_of, pattern_rows
from sim.report.charts.feasibility import feasibility_figures
from sim.report.charts.figure import Figure, Omitted
from sim.report.charts.figures import calibration_figures, plan_figures, sweep_figures
from sim.report.document.model import Block, Table, text
from sim.report.document.words import words_of
from sim.report.feasibility import feasibility_rows
from sim.report.layout import title
from sim.report.printers.terminal import blocks_text
from sim.report.results.answer import PlanAnswer
from sim.report.results.calibration import calibration_report
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.results.rows import Row, answer_rows, result_rows
from sim.report.results.sweep import sweep_report
from sim.report.sweep import factors_of, sweep_rows, values_of
from sim.report.topics import calibration, feasibility, power, size, sweep
from sim.study.refusals import nearest, shown

if TYPE_CHECKING:
    import pandas as pd

MOST_CHARACTERS = 1900
"""Most characters of a screen."""
MOST_ROWS = 12
"""Most rows of a table in a notebook."""
Rows = Callable[[], Iterable[Sequence[object]]]
"""Gives the head of a table, then its rows."""


@dataclass(frozen=True)
class Showing:
    """What an answer has to show.

    Attributes
    ----------
    title : str
        Of the study.
    blocks : tuple of Block
        The answer in a sentence, and its table.
    tables : mapping of str to callable
        Tables by kind; the first is the default.
    figures : callable
        Draws the figures of the report.
    """

    title: str
    blocks: tuple[Block, ...]
    tables: Mapping[str, Rows]
    figures: Callable[[], Iterable[Figure | Omitted | None]]

    @property
    def text(self) -> str:
        """One screen of words."""
        whole = "\n\n".join([title(self.title), blocks_text(self.blocks)])
        if len(whole) <= MOST_CHARACTERS:
            return whole
        return whole[: whole.rindex("\n", 0, MOST_CHARACTERS)] + "\n…"

    @property
    def html(self) -> str:
        """The same with small tables."""
        return f"<p><b>{escape(self.title)}</b></p>" + "".join(map(_html, self.blocks))

    def frame(self, kind: str | None) -> pd.DataFrame:
        """Give one of the tables as a data frame."""
        name = next(iter(self.tables)) if kind is None else kind
        if name not in self.tables:
            raise StudyError(f"to_frame: {shown(name)} is no table; {_known(name, self.tables)}")
        try:
            import pandas as pd
        except ImportError:
            raise StudyError("to_frame: pandas is not installed (pip install pandas)") from None
        head, *rows = self.tables[name]()
        return pd.DataFrame([list(row) for row in rows], columns=[str(column) for column in head])

    def figure(self, kind: str | None) -> Figure:
        """Draw the first figure whose name begins so."""
        drawn = [figure for figure in self.figures() if figure is not None]
        for figure in drawn:
            if isinstance(figure, Figure) and figure.name.startswith(kind or ""):
                return figure
        for figure in drawn:
            if isinstance(figure, Omitted) and figure.name.startswith(kind or ""):
                raise StudyError(f"plot: {figure.words}")
        names = [figure.name for figure in drawn if isinstance(figure, Figure)]
        raise StudyError(f"plot: {shown(kind)} is no figure; {_known(str(kind), names)}")


def _known(word: object, known: Iterable[str]) -> str:
    return nearest(str(word), list(known))


def _html(block: Block) -> str:
    if not isinstance(block, Table):
        return f"<p>{escape(blocks_text([block]))}</p>"
    head = "".join(f"<th>{escape(words_of(cell))}</th>" for cell in block.head)
    rows = [
        "".join(f"<td>{escape(words_of(cell))}</td>" for cell in row)
        for row in block.rows[:MOST_ROWS]
    ]
    rows += ["<td>…</td>"] if len(block.rows) > MOST_ROWS else []
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    caption = f"<caption>{escape(words_of(block.caption))}</caption>"
    return f"<table>{caption}<tr>{head}</tr>{body}</table>"


@singledispatch
def showing(answer: object) -> Showing:
    """Say what an answer has to show."""
    raise TypeError(f"{type(answer).__name__} is no answer of a job")


@showing.register
def _of_plan(answer: PlanAnswer) -> Showing:
    warned = len(answer.warnings)
    warnings = [text(f"Warnings: {warned}, in answer.warnings.")] if warned else []
    return Showing(
        answer.study.title,
        (
            text(size.answer_sentence(answer)),
            size.people_table(answer),
            *power.other_rules_tables(answer),
            *warnings,
        ),
        {
            "power": lambda: _rows(answer, lambda row: row.kind == "rule" and row.measure == "win"),
            "endpoints": lambda: _rows(answer, lambda row: row.kind == "endpoint"),
            "curve": lambda: _rows(answer, lambda row: _is_of_curve(row, answer.study.primary)),
            "results": lambda: _rows(answer, lambda _: True),
        },
        lambda: plan_figures(answer),
    )


def _is_of_curve(row: Row, primary: str) -> bool:
    return (row.kind, row.measure, row.name) == ("rule", "win", primary)


def _rows(answer: PlanAnswer, wanted: Callable[[Row], bool]) -> Iterator[Sequence[object]]:
    """Choose rows of results.csv, beneath their head."""
    yield Row._fields
    yield from (row for row in answer_rows(answer, result_rows) if wanted(row))


def _point_rows(answer: SweepAnswer) -> Iterator[Sequence[object]]:
    """Lay every point out in one row, beneath the names of the columns.

    Power and difference to the base are at the size and by the rule that are compared.
    """
    factors = factors_of(answer)
    yield ["point", "label", *factors, "power", "mcse", "difference", "difference_mcse",
           "size", "failure"]  # fmt: skip
    for result in answer.points:
        power, apart, size = answer.power(result), answer.difference(result), result.sample_size
        yield [
            result.point.number, result.point.label, *values_of(result.point, factors),
            *_numbers(power), *_numbers(apart), None if size is None else size.size,
            result.failure,
        ]  # fmt: skip


def _numbers(estimate: Estimate | None) -> tuple[float | None, float | None]:
    return (None, None) if estimate is None else (float(estimate.value), float(estimate.mcse))


@showing.register
def _of_sweep(answer: SweepAnswer) -> Showing:
    report = sweep_report(answer)
    return Showing(
        report.study.title,
        (text(f"{sweep.in_one_line(report)}."), sweep.points_table(report)),
        {"points": lambda: _point_rows(answer), "results": lambda: sweep_rows(answer)},
        lambda: sweep_figures(report),
    )


@showing.register
def _of_calibration(answer: CalibrationAnswer) -> Showing:
    report = calibration_report(answer)
    first = next(iter(calibration.sections(report)))
    return Showing(
        report.study.title,
        (text(f"{calibration.in_one_line(report)}."), *first.blocks),
        {
            "posterior": lambda: posterior_rows(draws_of(answer), answer.study.domains),
            "patterns": lambda: pattern_rows(report),
        },
        lambda: calibration_figures(report),
    )


@showing.register
def _of_feasibility(answer: FeasibilityAnswer) -> Showing:
    return Showing(
        answer.study.title,
        (text(feasibility.answer_sentence(answer)), feasibility.decisions_table(answer)),
        {"results": lambda: feasibility_rows(answer)},
        lambda: feasibility_figures(answer),
    )
