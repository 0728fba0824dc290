"""All figures of a saved run, and their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.report.charts.averaged import assurance_curves, power_spread
from sim.report.charts.curves import endpoint_curves, power_curve, rule_curves
from sim.report.charts.figure import Figure
from sim.report.charts.likert import answer_bars
from sim.report.charts.pilot import believed_shifts, data_set_counts, exact_p_values
from sim.report.charts.render import as_png, as_svg
from sim.report.charts.sweeps import sweep_figures
from sim.report.charts.tornado import tornado_bars
from sim.report.files import write_whole
from sim.report.saved import SavedRun, drawn_from

FOLDER = "figures"
"""Folder of the files, within a run's."""


def figures(run: SavedRun) -> tuple[Figure, ...]:
    """Draw all that a run has to show.

    Parameters
    ----------
    run : SavedRun
        Of any job.

    Returns
    -------
    tuple of Figure
        In a fixed order; what a run has not got is not among them.

    Raises
    ------
    StudyError
        Where the saved results are not what this version writes.
    """
    with drawn_from(run, "figures can be drawn"):
        return tuple(figure for figure in _OF_JOB[run.job](run) if figure is not None)


def write_figures(run: SavedRun, folder: Path) -> tuple[Path, ...]:
    """Write every figure as SVG and PNG into ``figures/``.

    Parameters
    ----------
    run : SavedRun
        Of any job.
    folder : Path
        Existing folder of the run.

    Returns
    -------
    tuple of Path
        The files written, each whole or not at all.
    """
    drawn = figures(run)
    if not drawn:
        return ()
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    return tuple(path for figure in drawn for path in _write(figure, place))


def _write(figure: Figure, folder: Path) -> Iterator[Path]:
    svg = as_svg(figure.spec)
    yield write_whole(folder / f"{figure.name}.svg", svg)
    yield write_whole(folder / f"{figure.name}.png", as_png(svg))


def _of_plan(run: SavedRun) -> Iterator[Figure | None]:
    yield power_curve(run)
    yield rule_curves(run)
    roles = list(run.summary["effects"])
    yield from (endpoint_curves(run, role) for role in roles)
    yield from (answer_bars(run, role) for role in roles)
    yield assurance_curves(run)
    yield power_spread(run)


def _of_calibrate(run: SavedRun) -> Iterator[Figure | None]:
    for role in run.summary["roles"]:
        yield data_set_counts(role)
        yield exact_p_values(run, role)
        yield believed_shifts(role)


def _of_sweep(run: SavedRun) -> Iterator[Figure | None]:
    yield tornado_bars(run)
    yield from sweep_figures(run)


_OF_JOB = {"plan": _of_plan, "calibrate": _of_calibrate, "sweep": _of_sweep}
