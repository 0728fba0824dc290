"""What is told of the answer of any job: its title, a line, a sentence, all of it on screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.pilot.calibrated import CalibrationAnswer
from sim.power.sweep import SweepAnswer
from sim.report.contents import screen_sections
from sim.report.document.model import Paragraph, Section, text
from sim.report.printers.terminal import screen_text
from sim.report.results.answer import PlanAnswer
from sim.report.results.calibration import CalibrationReport, calibration_report
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.results.sweep import SweepReport, sweep_report
from sim.report.saved import Reported
from sim.report.topics import calibration, feasibility, size, sweep
from sim.report.topics.design import design_sentence

Answer = Reported | CalibrationAnswer | SweepAnswer


def reported(answer: Answer) -> Reported:
    """Take from the answer of a job what is reported of it; all of a plan's."""
    match answer:
        case CalibrationAnswer():
            return calibration_report(answer)
        case SweepAnswer():
            return sweep_report(answer)
    return answer


def title_of(report: Reported) -> str:
    """Title of a run's study, or of a calibration."""
    return calibration.TITLE if isinstance(report, CalibrationReport) else report.study.title


def in_one_line(answer: Answer) -> str:
    """Answer in one line, for many runs in a row."""
    match reported(answer):
        case CalibrationReport() as pilot:
            return calibration.in_one_line(pilot)
        case SweepReport() as swept:
            return sweep.in_one_line(swept)
        case FeasibilityAnswer() as pilot:
            return feasibility.in_one_line(pilot)
        case planned:
            return size.one_line(planned)


def sentence(report: Reported) -> str:
    """Give title and answer."""
    if isinstance(report, PlanAnswer):
        return f"{title_of(report)}. {size.answer_sentence(report)}"
    if isinstance(report, FeasibilityAnswer):
        return f"{title_of(report)}. {feasibility.answer_sentence(report)}"
    return f"{title_of(report)}. {in_one_line(report)}."


def sections_of(report: Reported, *, is_drawn: bool = False) -> tuple[Section, ...]:
    """All that a report has to say, for a place where there are figures or none."""
    match report:
        case CalibrationReport():
            return calibration.sections(report, is_drawn=is_drawn)
        case SweepReport():
            return sweep.sections(report)
        case FeasibilityAnswer():
            return feasibility.sections(report)
    return screen_sections(report)


def opening_of(report: Reported) -> tuple[Paragraph, ...]:
    """What stands below the title: where answers are from, or what is varied."""
    match report:
        case CalibrationReport():
            return (text(calibration.source(report.study)),)
        case SweepReport():
            return text(design_sentence(report.study)), sweep.how_varied(report)
        case FeasibilityAnswer():
            return feasibility.front(report)
    return ()


def summary(answer: Answer, files: Sequence[Path] = ()) -> str:
    """Everything a reader needs, the answer first, as plain text of at most 80 columns.

    Parameters
    ----------
    answer : answer of `plan`, `calibrate`, `sweep` or `feasibility`
        What is told.
    files : sequence of Path
        Files written, named at the end.

    Returns
    -------
    str
    """
    report = reported(answer)
    return screen_text(title_of(report), opening_of(report), sections_of(report), files)
