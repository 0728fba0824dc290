"""What a pilot says: on screen, and in files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import Any

from sim.cohorts.posterior_file import posterior_csv
from sim.pilot.calibrated import CalibrationAnswer, RoleCalibration
from sim.pilot.candidates import CANDIDATES
from sim.pilot.evidence import Finding
from sim.pilot.forensics import DataSets
from sim.pilot.posterior import FEW_EFFECTIVE, Posterior
from sim.report.files import as_json, manifest_data, write_results
from sim.report.layout import bullets, file_part, heading, paragraph, title
from sim.report.tables import shorten
from sim.report.wording import with_interval
from sim.study.spreadsheet import harmless

PATTERNS_SHOWN = 8
"""Most patterns of changes listed on screen for one outcome."""


def calibration_summary(answer: CalibrationAnswer, files: Sequence[Path] = ()) -> str:
    """What the pilot says, as plain text of at most 80 columns.

    Parameters
    ----------
    answer : CalibrationAnswer
        What was found.
    files : sequence of Path
        Files written, named at the end.

    Returns
    -------
    str
    """
    pilot = answer.study.pilot
    source = "" if pilot is None else pilot.source
    if pilot is not None and pilot.data is not None:
        source = f"Answers from {Path(pilot.data).name}. {pilot.cited or ''}"
    parts = [title("What the pilot says"), paragraph(source)]
    for role in answer.roles:
        parts.extend(_finding_part(finding, role) for finding in role.findings)
        parts.extend(_described(answer, role))
        parts.extend(_posterior_parts(answer, role))
        parts.extend(_total_part(role))
    parts.extend(bullets("How to read this", calibration_notes(answer)))
    parts.extend(file_part(files))
    return "\n".join(line.rstrip() for line in "\n\n".join(parts).splitlines())


def calibration_line(answer: CalibrationAnswer) -> str:
    """Say the widest and the narrowest belief in one line, for many runs in a row."""
    shown = []
    for role in answer.roles:
        for own in role.posteriors:
            middles = [float(domain.shift_quantiles[1]) for domain in own.domains]
            shown.append(
                f"{role.role}s, {own.prior}: shifts {min(middles):.2f} to {max(middles):.2f}"
            )
    return "; ".join(shown)


def _finding_part(finding: Finding, role: RoleCalibration) -> str:
    outcome = finding.outcome
    stated = " → ".join(
        ", ".join(f"{name} {number.text}" for name, number in times)
        for times in (outcome.pre, outcome.post)
    )
    lines = [
        heading(f"{outcome.name}: {stated}, p = {outcome.p.text}, {outcome.n} {role.role}s"),
        "Data sets on the scale that print exactly so, by the test that gave the p:",
    ]
    for test, found in finding.data_sets.items():
        number = "too many" if found is None else f"{len(found.counts):,}"
        lines.append(f"  {CANDIDATES[test].words:68} {number:>8}")
    for test, found in finding.data_sets.items():
        if found is not None and len(found.counts):
            lines.extend(_pattern_lines(test, found))
    return "\n".join(lines)


def _pattern_lines(test: str, found: DataSets) -> Iterator[str]:
    yield paragraph(f"Changes that fit the {CANDIDATES[test].words}, and their exact p:")
    order = sorted(range(len(found.changes)), key=lambda i: -found.share[i])
    for i in order[:PATTERNS_SHOWN]:
        changes = ", ".join(f"{change:+d}" if change else "0" for change in found.changes[i])
        first, *more = wrap(changes, 42)
        yield f"  {first:42} {found.share[i]:6.0%}   exact p = {found.exact_p[i]:.4f}"
        yield from (f"  {line}" for line in more)
    if len(order) > PATTERNS_SHOWN:
        yield f"  and {len(order) - PATTERNS_SHOWN} more"


def _described(answer: CalibrationAnswer, role: RoleCalibration) -> Iterator[str]:
    found = answer.descriptions.get(role.role)
    if found is None:
        return
    lines = [
        heading(f"Answers of {role.n} {role.role}s"),
        f"{'':24}{'n':>4}{'mean change':>22}{'polychoric correlation':>27}",
    ]
    for d, name in enumerate(answer.study.scale.domains):
        change, rho = found.mean_change, found.polychoric
        lines.append(
            f"{shorten(name):24}{found.complete[d]:4}"
            f"{with_interval(change.value[d], change.low[d], change.high[d], '+'):>22}"
            f"{with_interval(rho.value[d], rho.low[d], rho.high[d]):>27}"
        )
    yield "\n".join(lines)


def _posterior_parts(answer: CalibrationAnswer, role: RoleCalibration) -> Iterator[str]:
    lines = [
        heading(f"Latent shift of the {role.role}s, in standard deviations"),
        "Median and 95% interval under three priors; P(rise) from domain to domain.",
    ]
    rows = [("", [own.prior for own in role.posteriors])]
    for d, name in enumerate(answer.study.scale.domains):
        rows.append((name, [_interval(own, d) for own in role.posteriors]))
    rows.append(("P(rise)", [_rises(own) for own in role.posteriors]))
    rows.append(("effective sample", [f"{own.effective:,.0f}" for own in role.posteriors]))
    rows.append(("largest weight", [f"{_largest(own):.4f}" for own in role.posteriors]))
    width = 1 + max(18, *(len(cell) for _, cells in rows for cell in cells))
    first = 79 - width * len(role.posteriors)
    for label, cells in rows:
        lines.append(
            f"{shorten(label, first):{first}}" + "".join(f"{cell:>{width}}" for cell in cells)
        )
    yield "\n".join(lines)
    if role.findings:
        alike = "" if answer.study.calibration.test_weights else ", all alike before"
        lines = [heading(f"Which test? Posterior probability{alike}")]
        lines.append(f"{'':40}" + "".join(f"{own.prior:>13}" for own in role.posteriors))
        for t, test in enumerate(answer.study.calibration.tests):
            shares = "".join(f"{own.tests[t]:13.2f}" for own in role.posteriors)
            lines.append(f"{test.replace('_', ' '):40}{shares}")
        yield "\n".join(lines)


def _interval(own: Posterior, domain: int) -> str:
    low, middle, high = own.domains[domain].shift_quantiles
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


def _rises(own: Posterior) -> str:
    rises = [domain.rises for domain in own.domains]
    return f"{min(rises):.2f} to {max(rises):.2f}"


def _largest(own: Posterior) -> float:
    return max(domain.largest for domain in own.domains)


def _total_part(role: RoleCalibration) -> Iterator[str]:
    if not role.total:
        return
    lines = [heading("The published total, as a check (simulated; no part of the above)")]
    for prior, own in role.total.items():
        low, middle, high = own.change
        best = max(own.significant.values())
        lines.append(
            f"{prior:14} predicts a change of {middle:+.1f} [{low:+.1f}, {high:+.1f}]; published "
            f"{own.published_change:+g}"
        )
        lines.append(f"{'':14} and a significant total with probability up to {best:.2f}")
    yield "\n".join(lines)


def calibration_notes(answer: CalibrationAnswer) -> tuple[str, ...]:
    """What a careful reader has to know.

    Parameters
    ----------
    answer : CalibrationAnswer
        What was found.

    Returns
    -------
    tuple of str
    """
    stated = answer.study.calibration
    notes = []
    if any(role.findings for role in answer.roles):
        unknown = "The source does not say which test it used. " if len(stated.tests) > 1 else ""
        notes.append(
            f"{unknown}The counts say what the printed numbers allow; nothing is said about what "
            "was done."
        )
        notes.append(
            "Domains without figures are taken as not significant, which is an assumption."
            if stated.unreported == "not_significant"
            else "Domains without figures are left open; each reported one is weighed given that "
            "it was significant."
        )
    notes.append(
        "Domains are taken as independent within a person here; a pilot of this size cannot say "
        "how they go together."
    )
    notes += [
        f"Under the {own.prior} prior only {own.effective:.0f} effective draws carry the "
        "posterior: its tails are rough. Raise calibration.draws."
        for role in answer.roles
        for own in role.posteriors
        if own.effective < FEW_EFFECTIVE
    ]
    return tuple(notes)


def write_calibration(answer: CalibrationAnswer, folder: Path) -> tuple[Path, ...]:
    """Write posterior.csv, patterns.csv, summary.json and manifest.json.

    Parameters
    ----------
    answer : CalibrationAnswer
        What was found.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
    """
    draws = {(prior, role.role): own for role in answer.roles for prior, own in role.draws.items()}
    contents = {
        "posterior.csv": posterior_csv(draws, answer.study.scale.domains),
        "patterns.csv": patterns_csv(answer),
        "summary.json": as_json(calibration_data(answer)),
        "manifest.json": as_json(manifest_data(answer.study)),
    }
    return write_results(contents, folder)


def patterns_csv(answer: CalibrationAnswer) -> str:
    """Tidy table of the patterns of changes that fit: one row an outcome, test and pattern."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["role", "outcome", "test", "changes", "data_sets", "share", "exact_p"])
    for role in answer.roles:
        for finding in role.findings:
            for test, found in finding.data_sets.items():
                if found is None:
                    continue
                for i, changes in enumerate(found.changes):
                    number = int((found.of_pattern == i).sum())
                    place = role.role, harmless(finding.outcome.name), test
                    fit = " ".join(map(str, changes)), number, found.share[i], found.exact_p[i]
                    writer.writerow([*place, *fit])
    return out.getvalue()


def calibration_data(answer: CalibrationAnswer) -> dict[str, Any]:
    """Hold the calibration as plain data."""
    stated = answer.study.calibration
    domains = answer.study.scale.domains
    return {
        "title": "What the pilot says",
        "roles": [
            {
                "role": role.role,
                "n": role.n,
                "data_sets": {
                    finding.outcome.name: {
                        test: None if found is None else len(found.counts)
                        for test, found in finding.data_sets.items()
                    }
                    for finding in role.findings
                },
                "posterior": {
                    own.prior: {
                        "tests": dict(
                            zip(stated.tests, own.tests, strict=True) if role.findings else ()
                        ),
                        "log_evidence": own.log_evidence,
                        "effective_sample": own.effective,
                        "domains": {
                            name: {
                                "shift": domain.shift_quantiles,
                                "pre_post": domain.correlation_quantiles,
                                "rises": domain.rises,
                                "effective_sample": domain.effective,
                                "largest_weight": domain.largest,
                            }
                            for name, domain in zip(domains, own.domains, strict=True)
                        },
                    }
                    for own in role.posteriors
                },
                "total": {prior: asdict(own) for prior, own in role.total.items()},
            }
            for role in answer.roles
        ],
        "notes": list(calibration_notes(answer)),
    }
