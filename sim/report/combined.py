"""Any set of runs side by side: one table, and a line on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.power.estimates import MONTE_CARLO
from sim.report.files import as_csv, result_cells
from sim.report.layout import WIDTH, heading, paragraph, title
from sim.report.results.rows import Row
from sim.report.saved import MARKS, SavedRun, saved_lines
from sim.report.telling import sentence, title_of
from sim.study.spreadsheet import harmless
from sim.study.sweep import words

LONGEST = 2000
"""Most characters said of one run."""
COLUMNS = ("run", "job", "title", "point", "label", *Row._fields)
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
        before = [harmless(name), run.job, harmless(title_of(run.report))]
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


def _cells(run: SavedRun) -> Iterator[Sequence[object]]:
    if run.job == "plan":
        for cells in result_cells(run.answer):
            yield ["", "", *(harmless(v) if isinstance(v, str) else v for v in cells)]
    elif run.job == "sweep":
        columns = ("point", "label", *Row._fields[:-1])
        with saved_lines(run.folder / MARKS["sweep"], columns) as lines:
            yield from ([*line, MONTE_CARLO] for line in lines)


# -------------------------------------------------------------------------------- in words


def combined_summary(runs: Sequence[SavedRun]) -> str:
    """Give each run's answer, in plain text of at most 80 columns."""
    parts = [title("1 run" if len(runs) == 1 else f"{len(runs)} runs")]
    for number, (name, run) in enumerate(zip(run_names(runs), runs, strict=True), 1):
        named = words(f"{number}: {name} ({run.job})", WIDTH)
        parts.append(f"{heading(named)}\n{paragraph(words(sentence(run.report), LONGEST))}")
    return "\n\n".join(parts)
