"""What a pilot says: data sets that fit, posteriors, candidate tests, the total; once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.arrays import FloatArray
from sim.pilot.candidates import CANDIDATES
from sim.pilot.forensics import Printed
from sim.pilot.posterior import FEW_EFFECTIVE
from sim.report.document.model import Block, Section, Table, by_columns, entries, text
from sim.report.document.numbers import changes_words, number, percent, with_interval
from sim.report.document.phrases import sentence_case
from sim.report.document.words import clean
from sim.report.results.calibration import (
    CalibrationReport,
    Fit,
    OutcomeReport,
    PosteriorReport,
    RoleReport,
)
from sim.report.topics.first_look import first_look
from sim.study import Study

TITLE = "What the pilot says"
PATTERNS_SHOWN = 8
"""Most patterns of changes listed for one outcome and test."""
NAME = 60
"""Most characters of a name."""


def sections(report: CalibrationReport, *, is_drawn: bool = False) -> tuple[Section, ...]:
    """All that a pilot has to say, role by role, and how to read it.

    Parameters
    ----------
    report : CalibrationReport
        Of any pilot.
    is_drawn : bool
        Whether figures stand with the sections.
    """
    study = report.study
    of_roles = [section for role in report.roles for section in _of_role(study, role, is_drawn)]
    read = [Section("How the answers were read", entries(report.notes))] if report.notes else []
    return (*read, *of_roles, Section("How to read this", entries(notes(report))))


def source(study: Study) -> str:
    """Say where the pilot's figures or answers are from; empty where that is not stated."""
    pilot = study.pilot
    if pilot is None:
        return ""
    if pilot.data is not None:
        names = " and ".join(Path(name).name for name in pilot.data)
        return clean(f"Answers from {names}. {pilot.cited or ''}")
    return clean(pilot.source)


def in_one_line(report: CalibrationReport) -> str:
    """Say the widest and the narrowest belief in one line, for many runs in a row."""
    shown = []
    for role in report.roles:
        for posterior in role.posteriors:
            middles = [float(domain.shift_quantiles[1]) for domain in posterior.domains]
            shown.append(
                f"{report.study.words.people(role.role)}, {posterior.prior}: shifts "
                f"{number(min(middles), 2)} to {number(max(middles), 2)}"
            )
    return "; ".join(shown)


def _of_role(study: Study, role: RoleReport, is_drawn: bool) -> Iterator[Section]:  # noqa: FBT001
    yield from (_outcome(study, role, outcome) for outcome in role.outcomes)
    if role.described is not None:
        yield first_look(study, role.described, is_drawn=is_drawn)
    yield _shifts(study, role)
    if role.outcomes:
        yield _tests(study, role)
    if role.total:
        yield _total(role)


# ---------------------------------------------------------------------- published figures


def _outcome(study: Study, role: RoleReport, outcome: OutcomeReport) -> Section:
    counts = tuple((CANDIDATES[test].words, _count(fit)) for test, fit in outcome.fits.items())
    blocks: list[Block] = [
        text("Data sets on the scale that print exactly so, by the test that gave the p:"),
        Table("", ("test", "data sets"), counts),
    ]
    for test, fit in outcome.fits.items():
        if fit is not None and fit.patterns:
            blocks.extend(_patterns(test, fit))
    return Section(_published(study, role, outcome.outcome), tuple(blocks))


def _published(study: Study, role: RoleReport, outcome: Printed) -> str:
    """Write the published comparison."""
    times = " → ".join(
        ", ".join(f"{name} {count.text}" for name, count in at)
        for at in (outcome.pre, outcome.post)
    )
    people = study.words.counted(role.role, outcome.n)
    return f"{clean(outcome.name, NAME)}: {times}, p = {outcome.p.text}, {people}"


def _count(fit: Fit | None) -> str:
    return "too many" if fit is None else f"{fit.data_sets:,}"


def _patterns(test: str, fit: Fit) -> Iterator[Block]:
    """List the patterns of changes that fit, the most frequent first."""
    shown = sorted(fit.patterns, key=lambda pattern: -pattern.share)[:PATTERNS_SHOWN]
    yield by_columns(
        f"Changes that fit the {CANDIDATES[test].words}, and their exact p:",
        ("changes", [changes_words(pattern.changes) for pattern in shown]),
        ("share", [percent(pattern.share) for pattern in shown]),
        ("exact p", [number(pattern.exact_p, 4) for pattern in shown]),
    )
    if len(fit.patterns) > len(shown):
        yield text(f"And {len(fit.patterns) - len(shown)} more, in patterns.csv.")


# --------------------------------------------------------------------------------- posterior


def _shifts(study: Study, role: RoleReport) -> Section:
    """Latent shift of every item under each prior, and how well the draws carry it."""
    item, names = study.words.item, [clean(name, NAME) for name in study.domains]
    table = by_columns(
        "",
        (item, [*names, "P(rise)", "effective sample", "largest weight"]),
        *((prior.prior, _believed(prior)) for prior in role.posteriors),
    )
    said = f"Median and 95% interval under each prior; P(rise) from {item} to {item}."
    people = study.words.people(role.role)
    heading = f"Latent shift of the {people}, in standard deviations"
    return Section(heading, (text(said), table))


def _believed(prior: PosteriorReport) -> Iterator[str]:
    """Shift of every item; then all items' probabilities of a rise, and the weight of the draws."""
    yield from (_interval(domain.shift_quantiles) for domain in prior.domains)
    rises = [domain.rises for domain in prior.domains]
    yield f"{min(rises):.2f} to {max(rises):.2f}"
    yield f"{prior.effective:,.0f}"
    yield number(max(domain.largest for domain in prior.domains), 4)


def _interval(quantiles: FloatArray, digits: int = 2, sign: str = "-") -> str:
    low, middle, high = map(float, quantiles)
    return with_interval(middle, low, high, sign, digits)


def _tests(study: Study, role: RoleReport) -> Section:
    """How far the published figures tell the candidate tests apart."""
    settings = study.calibration
    alike = "" if settings.test_weights else ", all alike before"
    table = by_columns(
        "",
        ("test", [CANDIDATES[test].words for test in settings.tests]),
        *((prior.prior, [number(of, 2) for of in prior.tests]) for prior in role.posteriors),
    )
    return Section(f"Which test? Posterior probability{alike}", (table,))


def _total(role: RoleReport) -> Section:
    """Compare the published total with what the posterior predicts."""
    rows = tuple(
        (prior, _interval(total.change, 1, "+"), f"{total.published_change:+g}",
         f"up to {number(max(total.significant.values()), 2)}")
        for prior, total in role.total.items()
    )  # fmt: skip
    head = ("prior", "predicted change", "published", "P(significant)")
    heading = "The published total, as a check (simulated; no part of the above)"
    return Section(heading, (Table("", head, rows),))


def notes(report: CalibrationReport) -> tuple[str, ...]:
    """What a careful reader has to know."""
    items = sentence_case(report.study.words.items)
    independent = (
        f"{items} are taken as independent within a person here; a pilot of this size cannot say "
        "how they go together."
    )
    return (*_of_the_figures(report, items), independent, *_few_draws(report.roles))


def _of_the_figures(report: CalibrationReport, items: str) -> Iterator[str]:
    settings = report.study.calibration
    if not any(role.outcomes for role in report.roles):
        return
    unknown = "The source does not say which test it used. " if len(settings.tests) > 1 else ""
    yield (
        f"{unknown}The counts say what the printed numbers allow; nothing is said about what was "
        "done."
    )
    yield (
        f"{items} without figures are taken as not significant, which is an assumption."
        if settings.unreported == "not_significant"
        else f"{items} without figures are left open; each reported one is weighed given that it "
        "was significant."
    )


def _few_draws(roles: Sequence[RoleReport]) -> Iterator[str]:
    for role in roles:
        for posterior in role.posteriors:
            if posterior.effective < FEW_EFFECTIVE:
                yield (
                    f"Under the {posterior.prior} prior only {posterior.effective:.0f} effective "
                    "draws carry the posterior: its tails are rough. Draw more."
                )
