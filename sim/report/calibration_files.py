"""What a pilot says, in files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.cohorts.posterior_file import posterior_csv
from sim.pilot.calibrated import CalibrationAnswer, RoleCalibration
from sim.report.calibration import calibration_notes
from sim.report.files import as_csv, manifest_data, write_results
from sim.report.saved import PATTERNS
from sim.study.spreadsheet import harmless


def write_calibration(answer: CalibrationAnswer, folder: Path) -> tuple[Path, ...]:
    """Write posterior.csv, patterns.csv, summary.json and manifest.json.

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
    contents = {
        "posterior.csv": posterior_csv(draws, answer.study.scale.domains),
        "patterns.csv": patterns_csv(answer),
        "summary.json": calibration_data(answer),
        "manifest.json": manifest_data(answer.study),
    }
    return write_results(contents, folder)


def patterns_csv(answer: CalibrationAnswer) -> str:
    """Tidy table of the patterns of changes that fit: one row an outcome, test and pattern."""
    return as_csv([PATTERNS, *(row for role in answer.roles for row in _pattern_rows(role))])


def _pattern_rows(role: RoleCalibration) -> Iterator[tuple[object, ...]]:
    for finding in role.findings:
        for test, fitting in finding.data_sets.items():
            if fitting is None:
                continue
            for i, changes in enumerate(fitting.changes):
                number = int((fitting.of_pattern == i).sum())
                fit = " ".join(map(str, changes)), number, fitting.share[i], fitting.exact_p[i]
                yield role.role, harmless(finding.outcome.name), test, *fit


def calibration_data(answer: CalibrationAnswer) -> dict[str, Any]:
    """Hold the calibration as plain data."""
    settings = answer.study.calibration
    domains = answer.study.scale.domains
    return {
        "title": "What the pilot says",
        "roles": [
            {
                "role": role.role,
                "n": role.n,
                "data_sets": {
                    finding.outcome.name: {
                        test: None if fitting is None else len(fitting.counts)
                        for test, fitting in finding.data_sets.items()
                    }
                    for finding in role.findings
                },
                "posterior": {
                    posterior.prior: {
                        "tests": dict(
                            zip(settings.tests, posterior.tests, strict=True)
                            if role.findings
                            else ()
                        ),
                        "log_evidence": posterior.log_evidence,
                        "effective_sample": posterior.effective,
                        "domains": {
                            name: {
                                "shift": domain.shift_quantiles,
                                "pre_post": domain.correlation_quantiles,
                                "rises": domain.rises,
                                "effective_sample": domain.effective,
                                "largest_weight": domain.largest,
                            }
                            for name, domain in zip(domains, posterior.domains, strict=True)
                        },
                    }
                    for posterior in role.posteriors
                },
                "total": {prior: asdict(posterior) for prior, posterior in role.total.items()},
            }
            for role in answer.roles
        ],
        "notes": list(calibration_notes(answer)),
    }
