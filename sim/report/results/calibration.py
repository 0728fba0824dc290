"""What is reported of a pilot: counts, patterns and quantiles, without data sets and draws."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sim.arrays import FloatArray
from sim.pilot.calibrated import CalibrationAnswer, RoleCalibration
from sim.pilot.describe import PilotDescription
from sim.pilot.evidence import Finding
from sim.pilot.forensics import Pattern, Printed
from sim.pilot.posterior import Belief, DomainPosterior, Posterior
from sim.pilot.total_check import TotalCheck
from sim.report.results.answer import SavedStudy


@dataclass(frozen=True)
class Fit:
    """All that fits a published comparison under one test: number of data sets, and patterns."""

    data_sets: int
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class OutcomeReport:
    """What fits one published comparison; None for a test with too many data sets to list."""

    outcome: Printed
    fits: dict[str, Fit | None]


@dataclass(frozen=True, eq=False)
class PosteriorReport:
    """Posterior under one prior.

    Attributes
    ----------
    prior : str
        Its name.
    tests : ndarray, shape (T,)
        Posterior probabilities of the candidate tests.
    log_evidence : float
        Logarithm of the probability of all that was published.
    domains : tuple of Belief
        One per domain.
    """

    prior: str
    tests: FloatArray
    log_evidence: float
    domains: tuple[Belief, ...]

    @property
    def effective(self) -> float:
        """Smallest effective sample size of any domain."""
        return min(domain.effective for domain in self.domains)


@dataclass(frozen=True, eq=False)
class RoleReport:
    """What the pilot says of one role.

    Attributes
    ----------
    role : str
        Whose answers.
    n : int
        Participants.
    outcomes : tuple of OutcomeReport
        What fits each published comparison; empty for raw data.
    described : PilotDescription or None
        Raw answers; None for published summaries.
    posteriors : tuple of PosteriorReport
        One per prior.
    total : dict of str to TotalCheck
        How the published total compares, by prior; empty where none is published.
    """

    role: str
    n: int
    outcomes: tuple[OutcomeReport, ...]
    described: PilotDescription | None
    posteriors: tuple[PosteriorReport, ...]
    total: dict[str, TotalCheck]


@dataclass(frozen=True, eq=False)
class CalibrationReport:
    """What is reported of a pilot: its study, each role, and how its answers were read."""

    study: SavedStudy
    roles: tuple[RoleReport, ...]
    notes: tuple[str, ...]


def calibration_report(answer: CalibrationAnswer) -> CalibrationReport:
    """Take from an answer what is reported of it; posterior.csv holds the draws."""
    roles = tuple(_role(answer, role) for role in answer.roles)
    return CalibrationReport(answer.study, roles, answer.notes)


def _role(answer: CalibrationAnswer, role: RoleCalibration) -> RoleReport:
    return RoleReport(
        role=role.role,
        n=role.n,
        outcomes=tuple(map(_outcome, role.findings)),
        described=answer.descriptions.get(role.role),
        posteriors=tuple(map(_posterior, role.posteriors)),
        total=role.total,
    )


def _outcome(finding: Finding) -> OutcomeReport:
    fits = {test: None if sets is None else Fit(len(sets.counts), sets.patterns)
            for test, sets in finding.data_sets.items()}  # fmt: skip
    return OutcomeReport(finding.outcome, fits)


def _posterior(posterior: Posterior) -> PosteriorReport:
    domains = tuple(map(_belief, posterior.domains))
    return PosteriorReport(posterior.prior, posterior.tests, posterior.log_evidence, domains)


def _belief(domain: DomainPosterior) -> Belief:
    """Leave the weights out."""
    return Belief(**{field.name: getattr(domain, field.name) for field in fields(Belief)})
