"""All figures of a run, and their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sim.folders import write_whole
from sim.report.charts.averaged import assurance_curves, power_spread
from sim.report.charts.curves import endpoint_curves, power_curve, rule_curves
from sim.report.charts.feasibility import feasibility_figures, traffic_light
from sim.report.charts.figure import Figure, Omitted
from sim.report.charts.first_look import observed_bars
from sim.report.charts.interim import boundary_chart, ends_chart
from sim.report.charts.likert import answer_bars
from sim.report.charts.pilot import believed_shifts, data_set_counts, exact_p_values
from sim.report.charts.render import as_png, as_svg
from sim.report.charts.sweeps import point_figures
from sim.report.charts.tornado import tornado_bars
from sim.report.document.model import Paragraph, Picture, text
from sim.report.results.answer import PlanAnswer
from sim.report.results.calibration import CalibrationReport
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.results.sweep import SweepReport
from sim.report.saved import SavedRun

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
    match run.report:
        case PlanAnswer() as answer:
            drawn: Iterable[Figure | Omitted | None] = plan_figures(answer)
        case CalibrationReport() as pilot:
            drawn = calibration_figures(pilot)
        case FeasibilityAnswer() as study:
            drawn = feasibility_figures(study)
        case swept:
            drawn = sweep_figures(swept)
    return tuple(figure for figure in drawn if isinstance(figure, Figure))


def plan_figures(answer: PlanAnswer) -> Iterator[Figure | Omitted]:
    """Draw a plan's answer.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Yields
    ------
    Figure or Omitted
        In a fixed order; a sentence in the place of a figure that would show nothing.
    """
    roles = answer.characteristics.roles
    drawn = (
        power_curve(answer),
        rule_curves(answer),
        *(endpoint_curves(answer, role) for role in roles),
        *(answer_bars(answer, role.role) for role in roles),
        boundary_chart(answer),
        ends_chart(answer),
        assurance_curves(answer),
        power_spread(answer),
        *(observed_bars(answer.study, seen.counts) for seen in answer.pilot_answers),
    )
    yield from (own for own in drawn if own is not None)


def sentences(answer: PlanAnswer, *starts: str) -> tuple[Paragraph, ...]:
    """Say what the figures that are left out would show.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    *starts : str
        With what their names begin; all where there is none.

    Returns
    -------
    tuple of Paragraph
    """
    return tuple(
        text(own.words)
        for own in plan_figures(answer)
        if isinstance(own, Omitted) and own.name.startswith(starts or "")
    )


def power_pictures(answer: PlanAnswer) -> tuple[Picture, ...]:
    """Draw the power curve with the answer marked, for a page of text.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    tuple of Picture
        One about 16.5 cm wide and 7.5 high; none where one size was studied, of which there is
        no curve.
    """
    figure = power_curve(answer)
    if isinstance(figure, Omitted):
        return ()
    png = as_png(as_svg(figure.spec))
    return (Picture(figure.name, figure.caption, figure.alt, png),)


def pilot_pictures(answer: FeasibilityAnswer) -> tuple[Picture, ...]:
    """Draw the first criterion's traffic light, for a page of text."""
    figure = traffic_light(answer, answer.criteria[0], 1)
    return (Picture(figure.name, figure.caption, figure.alt, as_png(as_svg(figure.spec))),)


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


def calibration_figures(report: CalibrationReport) -> Iterator[Figure | None]:
    """Draw what a pilot says; nothing in the place of a figure that it has not got."""
    for role in report.roles:
        if role.described is not None:
            yield observed_bars(report.study, role.described.counts)
        yield data_set_counts(role)
        yield exact_p_values(role)
        yield believed_shifts(report, role)


def sweep_figures(report: SweepReport) -> Iterator[Figure | None]:
    """Draw a sweep; nothing in the place of a figure that it has not got."""
    yield tornado_bars(report)
    yield from point_figures(report)
