"""The files of a calibration, and its summary on screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim import __version__
from sim.cohorts.drawn import PopulationDraws
from sim.cohorts.posterior_file import posterior_csv
from sim.pilot.calibrated import CalibrationAnswer
from sim.report.files import Plain, as_csv, write_results
from sim.report.results.calibration import CalibrationReport, RoleReport, calibration_report
from sim.report.results.encoding import LeftOut, plain
from sim.report.topics.calibration import TITLE, in_one_line, notes
from sim.study.spreadsheet import harmless

PATTERNS = ("role", "outcome", "test", "changes", "data_sets", "share", "exact_p")
"""Columns of patterns.csv."""
IN_TABLE: LeftOut = {
    "roles": {"__all__": {"outcomes": {"__all__": {"fits": {"__all__": {"patterns"}}}}}}
}
"""Fields that summary.json leaves to patterns.csv."""


def write_calibration(answer: CalibrationAnswer, folder: Path) -> tuple[Path, ...]:
    """Write posterior.csv, patterns.csv, summary.json, manifest.json, and what is reported, whole.

    Parameters
    ----------
    answer : CalibrationAnswer
        The answer.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
    """
    report = calibration_report(answer)
    contents = {
        "posterior.csv": posterior_csv(draws_of(answer), answer.study.domains),
        "patterns.csv": patterns_csv(report),
        "summary.json": calibration_data(report),
    }
    return write_results(folder, "calibrate", answer.study, report, contents)


def draws_of(answer: CalibrationAnswer) -> dict[tuple[str, str], PopulationDraws]:
    """Give the draws by prior and role."""
    return {
        (prior, role.role): posterior
        for role in answer.roles
        for prior, posterior in role.draws.items()
    }


def patterns_csv(report: CalibrationReport) -> str:
    """Tidy table of the patterns of changes that fit: one row an outcome, test and pattern."""
    return as_csv(pattern_rows(report))


def pattern_rows(report: CalibrationReport) -> Iterator[Sequence[object]]:
    """Lay the patterns out beneath the names of their columns."""
    yield PATTERNS
    for role in report.roles:
        yield from _rows(role)


def _rows(role: RoleReport) -> Iterator[tuple[object, ...]]:
    for outcome in role.outcomes:
        for test, fit in outcome.fits.items():
            for pattern in () if fit is None else fit.patterns:
                changes = " ".join(map(str, pattern.changes))
                numbers = pattern.data_sets, pattern.share, pattern.exact_p
                yield role.role, harmless(outcome.outcome.name), test, changes, *numbers


def calibration_data(report: CalibrationReport) -> Plain:
    """Hold what is reported as plain data, for people and scripts; the patterns have a table."""
    return {
        "title": TITLE,
        "answer": in_one_line(report),
        "notes": notes(report),
        "version": __version__,
        **plain(report, IN_TABLE),
    }
