"""The files of a calibration, and its summary on screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from sim.cohorts.posterior_file import posterior_csv
from sim.pilot.calibrated import CalibrationAnswer
from sim.report.files import Plain, as_csv, manifest_data, write_results
from sim.report.layout import file_part, paragraph, title
from sim.report.printers.terminal import sections_text
from sim.report.results.calibration import (
    CalibrationReport,
    PosteriorReport,
    RoleReport,
    calibration_report,
)
from sim.report.results.encoding import ANSWER, encode
from sim.report.topics.calibration import TITLE, in_one_line, notes, sections, source
from sim.study import Study
from sim.study.spreadsheet import harmless

PATTERNS = ("role", "outcome", "test", "changes", "data_sets", "share", "exact_p")
"""Columns of patterns.csv."""


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
    draws = {
        (prior, role.role): posterior
        for role in answer.roles
        for prior, posterior in role.draws.items()
    }
    report = calibration_report(answer)
    contents = {
        "posterior.csv": posterior_csv(draws, answer.study.scale.domains),
        "patterns.csv": patterns_csv(report),
        "summary.json": calibration_data(report),
        "manifest.json": manifest_data(answer.study),
        ANSWER: encode(report, "calibrate"),
    }
    return write_results(contents, folder)


def patterns_csv(report: CalibrationReport) -> str:
    """Tidy table of the patterns of changes that fit: one row an outcome, test and pattern."""
    return as_csv([PATTERNS, *(row for role in report.roles for row in _pattern_rows(role))])


def _pattern_rows(role: RoleReport) -> Iterator[tuple[object, ...]]:
    for outcome in role.outcomes:
        for test, fit in outcome.fits.items():
            for pattern in () if fit is None else fit.patterns:
                changes = " ".join(map(str, pattern.changes))
                numbers = pattern.data_sets, pattern.share, pattern.exact_p
                yield role.role, harmless(outcome.outcome.name), test, changes, *numbers


def calibration_data(report: CalibrationReport) -> Plain:
    """Hold what is reported as plain data, for people and scripts."""
    return {
        "title": TITLE,
        "answer": in_one_line(report),
        "roles": [_role_data(report.study, role) for role in report.roles],
        "notes": list(notes(report)),
    }


def _role_data(study: Study, role: RoleReport) -> Plain:
    tests = study.calibration.tests if role.outcomes else ()
    return {
        "role": role.role,
        "n": role.n,
        "data_sets": {
            outcome.outcome.name: {
                test: None if fit is None else fit.data_sets for test, fit in outcome.fits.items()
            }
            for outcome in role.outcomes
        },
        "posterior": {
            posterior.prior: _posterior_data(study, tests, posterior)
            for posterior in role.posteriors
        },
        "total": {prior: asdict(total) for prior, total in role.total.items()},
    }


def _posterior_data(study: Study, tests: Sequence[str], posterior: PosteriorReport) -> Plain:
    return {
        "tests": dict(zip(tests, posterior.tests, strict=False)),
        "log_evidence": posterior.log_evidence,
        "effective_sample": posterior.effective,
        "domains": {
            name: {
                "shift": domain.shift,
                "pre_post": domain.correlation,
                "rises": domain.rises,
                "effective_sample": domain.effective,
                "largest_weight": domain.largest,
            }
            for name, domain in zip(study.scale.domains, posterior.domains, strict=True)
        },
    }


def calibration_summary(answer: CalibrationAnswer, files: Sequence[Path] = ()) -> str:
    """What the pilot says, as plain text of at most 80 columns.

    Parameters
    ----------
    answer : CalibrationAnswer
        The answer.
    files : sequence of Path
        Files written, named at the end.

    Returns
    -------
    str
    """
    report = calibration_report(answer)
    parts = [title(TITLE), paragraph(source(report.study)), *sections_text(sections(report))]
    return "\n\n".join([*parts, *file_part(files)])


def calibration_line(answer: CalibrationAnswer) -> str:
    """Say the widest and the narrowest belief in one line, for many runs in a row."""
    return in_one_line(calibration_report(answer))
