"""What a saved run is called, and what it has to say beside its figures."""

from __future__ import annotations

from sim.report.document.model import Section
from sim.report.saved import SavedRun
from sim.report.topics import calibration, sweep


def sections_of(run: SavedRun) -> tuple[Section, ...]:
    """Sections of a calibration or a sweep; those of a plan are written by its other topics."""
    match run.job:
        case "calibrate":
            return calibration.sections(run.calibration, is_drawn=True)
        case "sweep":
            return sweep.sections(run.sweep)
        case _:
            return ()


def run_title(run: SavedRun) -> str:
    """Title of a run's study, or of a calibration."""
    if run.job == "calibrate":
        return calibration.TITLE
    return (run.answer if run.job == "plan" else run.sweep).study.title
