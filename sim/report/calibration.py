"""What a pilot says, on screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from sim.pilot.calibrated import CalibrationAnswer, RoleCalibration
from sim.pilot.candidates import CANDIDATES
from sim.pilot.evidence import Finding
from sim.pilot.forensics import DataSets
from sim.pilot.posterior import FEW_EFFECTIVE, Posterior
from sim.report.layout import bullets, file_part, heading, paragraph, title
from sim.report.tables import shorten
from sim.report.wording import with_interval

PATTERNS_SHOWN = 8
"""Most patterns of changes listed on screen for one outcome."""


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
        for posterior in role.posteriors:
            middles = [float(domain.shift_quantiles[1]) for domain in posterior.domains]
            shown.append(
                f"{role.role}s, {posterior.prior}: shifts {min(middles):.2f} to {max(middles):.2f}"
            )
    return "; ".join(shown)


def _finding_part(finding: Finding, role: RoleCalibration) -> str:
    outcome = finding.outcome
    times_words = " → ".join(
        ", ".join(f"{name} {count.text}" for name, count in times)
        for times in (outcome.pre, outcome.post)
    )
    lines = [
        heading(f"{outcome.name}: {times_words}, p = {outcome.p.text}, {outcome.n} {role.role}s"),
        "Data sets on the scale that print exactly so, by the test that gave the p:",
    ]
    for test, fitting in finding.data_sets.items():
        count = "too many" if fitting is None else f"{len(fitting.counts):,}"
        lines.append(f"  {CANDIDATES[test].words:68} {count:>8}")
    for test, fitting in finding.data_sets.items():
        if fitting is not None and len(fitting.counts):
            lines.extend(_pattern_lines(test, fitting))
    return "\n".join(lines)


def _pattern_lines(test: str, fitting: DataSets) -> Iterator[str]:
    yield paragraph(f"Changes that fit the {CANDIDATES[test].words}, and their exact p:")
    order = sorted(range(len(fitting.changes)), key=lambda i: -fitting.share[i])
    for i in order[:PATTERNS_SHOWN]:
        changes = ", ".join(f"{change:+d}" if change else "0" for change in fitting.changes[i])
        first, *more = wrap(changes, 42)
        yield f"  {first:42} {fitting.share[i]:6.0%}   exact p = {fitting.exact_p[i]:.4f}"
        yield from (f"  {line}" for line in more)
    if len(order) > PATTERNS_SHOWN:
        yield f"  and {len(order) - PATTERNS_SHOWN} more"


def _described(answer: CalibrationAnswer, role: RoleCalibration) -> Iterator[str]:
    described = answer.descriptions.get(role.role)
    if described is None:
        return
    lines = [
        heading(f"Answers of {role.n} {role.role}s"),
        f"{'':24}{'n':>4}{'mean change':>22}{'polychoric correlation':>27}",
    ]
    for d, name in enumerate(answer.study.scale.domains):
        change, rho = described.mean_change, described.polychoric
        lines.append(
            f"{shorten(name):24}{described.complete[d]:4}"
            f"{with_interval(change.value[d], change.low[d], change.high[d], '+'):>22}"
            f"{with_interval(rho.value[d], rho.low[d], rho.high[d]):>27}"
        )
    yield "\n".join(lines)


def _posterior_parts(answer: CalibrationAnswer, role: RoleCalibration) -> Iterator[str]:
    lines = [
        heading(f"Latent shift of the {role.role}s, in standard deviations"),
        "Median and 95% interval under three priors; P(rise) from domain to domain.",
    ]
    rows = [("", [posterior.prior for posterior in role.posteriors])]
    for d, name in enumerate(answer.study.scale.domains):
        rows.append((name, [_interval(posterior, d) for posterior in role.posteriors]))
    rows.append(("P(rise)", [_rises(posterior) for posterior in role.posteriors]))
    rows.append(
        ("effective sample", [f"{posterior.effective:,.0f}" for posterior in role.posteriors])
    )
    rows.append(("largest weight", [f"{_largest(posterior):.4f}" for posterior in role.posteriors]))
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
        lines.append(
            f"{'':40}" + "".join(f"{posterior.prior:>13}" for posterior in role.posteriors)
        )
        for t, test in enumerate(answer.study.calibration.tests):
            shares = "".join(f"{posterior.tests[t]:13.2f}" for posterior in role.posteriors)
            lines.append(f"{test.replace('_', ' '):40}{shares}")
        yield "\n".join(lines)


def _interval(posterior: Posterior, domain: int) -> str:
    low, middle, high = posterior.domains[domain].shift_quantiles
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


def _rises(posterior: Posterior) -> str:
    rises = [domain.rises for domain in posterior.domains]
    return f"{min(rises):.2f} to {max(rises):.2f}"


def _largest(posterior: Posterior) -> float:
    return max(domain.largest for domain in posterior.domains)


def _total_part(role: RoleCalibration) -> Iterator[str]:
    if not role.total:
        return
    lines = [heading("The published total, as a check (simulated; no part of the above)")]
    for prior, total in role.total.items():
        low, middle, high = total.change
        best = max(total.significant.values())
        lines.append(
            f"{prior:14} predicts a change of {middle:+.1f} [{low:+.1f}, {high:+.1f}]; published "
            f"{total.published_change:+g}"
        )
        lines.append(f"{'':14} and a significant total with probability up to {best:.2f}")
    yield "\n".join(lines)


def calibration_notes(answer: CalibrationAnswer) -> tuple[str, ...]:
    """What a careful reader has to know."""
    settings = answer.study.calibration
    notes = []
    if any(role.findings for role in answer.roles):
        unknown = "The source does not say which test it used. " if len(settings.tests) > 1 else ""
        notes.append(
            f"{unknown}The counts say what the printed numbers allow; nothing is said about what "
            "was done."
        )
        notes.append(
            "Domains without figures are taken as not significant, which is an assumption."
            if settings.unreported == "not_significant"
            else "Domains without figures are left open; each reported one is weighed given that "
            "it was significant."
        )
    notes.append(
        "Domains are taken as independent within a person here; a pilot of this size cannot say "
        "how they go together."
    )
    notes += [
        f"Under the {posterior.prior} prior only {posterior.effective:.0f} effective draws carry "
        "the posterior: its tails are rough. Raise calibration.draws."
        for role in answer.roles
        for posterior in role.posteriors
        if posterior.effective < FEW_EFFECTIVE
    ]
    return tuple(notes)
