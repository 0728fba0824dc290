"""Any set of runs side by side: one table, and a line on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sim.power.operating import MONTE_CARLO
from sim.report.files import as_csv
from sim.report.layout import WIDTH, heading, paragraph, title
from sim.report.results.rows import Row
from sim.report.saved import MARKS, SavedRun, saved_lines
from sim.study.spreadsheet import harmless
from sim.study.sweep import words

ROW_COLUMNS = tuple(field.name for field in fields(Row))
"""Columns of results.csv."""
LONGEST = 2000
"""Most characters said of one run."""
COLUMNS = ("run", "job", "title", "point", "label", *ROW_COLUMNS)
"""Columns of combined.csv: which run, which point of a sweep, then as in results.csv."""


def combined_csv(runs: Sequence[SavedRun]) -> str:
    """Lay the results of runs out in one tidy table.

    Parameters
    ----------
    runs : sequence of SavedRun
        Of whatever jobs; a run of `calibrate` has no rows.

    Returns
    -------
    str
        Point and label are empty but for sweeps.

    Raises
    ------
    StudyError
        Where a file is not what its job writes.
    """
    lines: list[Sequence[object]] = [COLUMNS]
    for name, run in zip(run_names(runs), runs, strict=True):
        before = [harmless(name), run.job, harmless(str(run.summary.get("title", "")))]
        lines += [[*before, *cells] for cells in _cells(run)]
    return as_csv(lines)


def run_names(runs: Sequence[SavedRun]) -> list[str]:
    """Name runs by as much of the end of their paths as tells them apart."""
    paths = [run.folder.resolve().parts for run in runs]
    for depth in range(1, max(map(len, paths), default=1) + 1):
        names = ["/".join(parts[-depth:]) for parts in paths]
        if len(set(names)) == len(names):
            return names
    return [f"{name} ({number})" for number, name in enumerate(names, 1)]


def _cells(run: SavedRun) -> Iterator[list[Any]]:
    if run.job == "plan":
        values = attrgetter(*ROW_COLUMNS)
        for row in run.rows():
            yield ["", "", *(harmless(v) if isinstance(v, str) else v for v in values(row))]
    elif run.job == "sweep":
        columns = ("point", "label", *ROW_COLUMNS[:-1])
        with saved_lines(run.folder / MARKS["sweep"], columns, alone=False) as lines:
            yield from ([*line, MONTE_CARLO] for line in lines)


# -------------------------------------------------------------------------------- in words


def combined_summary(runs: Sequence[SavedRun]) -> str:
    """Give each run's answer, in plain text of at most 80 columns."""
    parts = [title("1 run" if len(runs) == 1 else f"{len(runs)} runs")]
    for number, (name, run) in enumerate(zip(run_names(runs), runs, strict=True), 1):
        named = words(f"{number}: {name} ({run.job})", WIDTH)
        parts.append(f"{heading(named)}\n{paragraph(words(run_sentence(run), LONGEST))}")
    return "\n\n".join(parts)


def run_sentence(run: SavedRun) -> str:
    """Give a run's title and answer."""
    data = run.summary
    said = [f"{data.get('title', run.job)}."]
    if run.job == "plan":
        said.append(str(data.get("answer", "")))
    elif run.job == "sweep":
        points = data.get("points", [])
        failed = sum(point.get("failure") is not None for point in points)
        failing = f", {failed} of which failed" if failed else ""
        said.append(f"A sweep of {len(points)} points{failing}.")
    else:
        said.append("What the pilot says.")
    return " ".join(said)
