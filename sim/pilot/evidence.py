"""From what is known of a pilot to the likelihood of each domain's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.arrays import FloatArray
from sim.errors import StudyError
from sim.pilot.forensics import DataSets, Printed, TooManyError, consistent, require_some
from sim.pilot.likelihood import (
    SIMULATED,
    SIMULATED_DIVISOR,
    given_significant,
    outcome_probability,
    significance_probability,
)
from sim.pilot.parameters import power_of_two, prior_draws
from sim.pilot.posterior import DomainEvidence
from sim.pilot.printed import PrintedNumber, printed_number, printed_pvalue
from sim.study import TOTAL, PilotOutcome, Study

PLACE = "pilot.outcomes"


@dataclass(frozen=True, eq=False)
class Finding:
    """What fits one published comparison.

    Attributes
    ----------
    outcome : Printed
        What was published.
    data_sets : dict of str to (DataSets or None)
        By candidate test; None where there are too many to list.
    """

    outcome: Printed
    data_sets: dict[str, DataSets | None]


def printed_outcome(study: Study, index: int, n: int) -> Printed:
    """Read one published comparison of a single domain.

    Parameters
    ----------
    study : Study
        The study with its pilot.
    index : int
        Which of the pilot's outcomes.
    n : int
        Pairs of answers.

    Returns
    -------
    Printed

    Raises
    ------
    StudyError
        Where a figure cannot be read.
    """
    known, place = outcomes_of(study)[index], f"{PLACE}[{index}]"
    rounding = study.calibration.rounding if known.summary == "median" else "rounded"
    p = printed_pvalue(known.p, f"{place}.p")
    pre = _summaries(known.summary, known.pre, known.pre_quartiles, f"{place}.pre", rounding)
    post = _summaries(known.summary, known.post, known.post_quartiles, f"{place}.post", rounding)
    return Printed(known.outcome, n, study.points, pre, post, p)


def _summaries(
    kind: str,
    centre: str,
    quartiles: tuple[str, str] | None,
    place: str,
    rounding: Literal["exact", "rounded"],
) -> tuple[tuple[str, PrintedNumber], ...]:
    """Summaries at one time, by name."""
    named = [(kind, printed_number(centre, place, rounding))]
    for name, text in zip(("q1", "q3"), quartiles or (), strict=False):
        named.append((name, printed_number(text, f"{place}_quartiles", rounding)))
    return tuple(named)


def outcomes_of(study: Study) -> tuple[PilotOutcome, ...]:
    """Published comparisons; none without a pilot."""
    return () if study.pilot is None else study.pilot.outcomes


def domain_outcomes(study: Study, role: str) -> dict[int, PilotOutcome]:
    """Published comparisons of a role's single domains, by their place in the pilot."""
    return {
        index: outcome
        for index, outcome in enumerate(outcomes_of(study))
        if outcome.role == role and outcome.outcome != TOTAL
    }


def find(study: Study, role: str, n: int) -> tuple[Finding, ...]:
    """List the data sets that fit each published comparison of a role's domains.

    Raises
    ------
    StudyError
        Where published numbers cannot occur under any candidate test, or not
        all of them under the same one.
    """
    findings = []
    for index in domain_outcomes(study, role):
        outcome = printed_outcome(study, index, n)
        data_sets: dict[str, DataSets | None] = {}
        for test in study.calibration.tests:
            try:
                data_sets[test] = consistent(outcome, test)
            except TooManyError:
                data_sets[test] = None
        listed = [one for one in data_sets.values() if one is not None]
        if len(listed) == len(data_sets):
            require_some(outcome, listed, f"{PLACE}[{index}]")
        findings.append(Finding(outcome, data_sets))
    _require_one_test(findings)
    return tuple(findings)


def _require_one_test(findings: list[Finding]) -> None:
    """Refuse published numbers of which each can occur, but no one test explains all."""
    able = {
        finding.outcome.name: [
            test for test, sets in finding.data_sets.items() if sets is None or len(sets.counts)
        ]
        for finding in findings
    }
    if able and not set.intersection(*map(set, able.values())):
        listed = "; ".join(f"{name}: {', '.join(tests)}" for name, tests in able.items())
        raise StudyError(
            f"{PLACE}: no one test of calibration.tests gives all published p-values ({listed})"
        )


def published_evidence(
    study: Study, findings: tuple[Finding, ...], n: int, rng: np.random.Generator
) -> tuple[tuple[DomainEvidence, ...], FloatArray]:
    """Likelihood of every domain's parameters given the published summaries.

    Unreported domains enter once: as not significant, or not at all; then what
    is reported as significant is weighed given that it was.

    Parameters
    ----------
    study : Study
        Says how the pilot is read.
    findings : tuple of Finding
        What fits each published comparison.
    n : int
        Pairs of answers.
    rng : numpy.random.Generator
        For what cannot be summed.

    Returns
    -------
    evidence : tuple of DomainEvidence
        One per domain.
    significant : ndarray, shape (T, N)
        Probability of significance at each draw, under each test.
    """
    settings = study.calibration
    draws = prior_draws(
        power_of_two(settings.draws), study.points, settings.concentration, study.seed
    )
    tables = draws.tables()
    marginalised = settings.unreported == "marginalised"
    divided = marginalised or settings.any_significant
    simulated = SIMULATED_DIVISOR if divided else SIMULATED
    significant = np.stack(
        [significance_probability(test, n, tables, rng, simulated) for test in settings.tests]
    )
    unreported = np.ones_like(significant) if marginalised else 1 - significant
    reported = {}
    for finding in findings:
        likelihood = np.stack(
            [
                outcome_probability(finding.outcome, test, sets, tables, rng)
                for test, sets in finding.data_sets.items()
            ]
        )
        if marginalised:
            likelihood = given_significant(finding.outcome, likelihood, significant)
        reported[finding.outcome.name] = likelihood
    evidence = tuple(
        DomainEvidence(draws, reported.get(domain, unreported)) for domain in study.domains
    )
    return evidence, significant
