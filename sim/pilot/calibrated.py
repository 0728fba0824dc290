"""Calibration: from a pilot to posteriors, side by side, and the draws that carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts.drawn import PopulationDraws
from sim.compute.streams import Purpose, generator
from sim.pilot.adaptive import data_evidence
from sim.pilot.between import stated_between
from sim.pilot.evidence import (
    Finding,
    find,
    outcomes_of,
    published_evidence,
)
from sim.pilot.joint import joint_draws, reweighted
from sim.pilot.likelihood import as_divisor
from sim.pilot.parameters import power_of_two
from sim.pilot.posterior import DomainEvidence, Posterior, posterior
from sim.pilot.priors import ShiftPrior, shift_priors
from sim.pilot.total_check import TotalCheck, check_total
from sim.shown import Shown
from sim.study import TOTAL, Study

if TYPE_CHECKING:
    from sim.pilot.data import PilotData
    from sim.pilot.describe import PilotDescription

OVERSAMPLED = 20_000
"""Joint draws, at least, from which those are taken that allow for the pilot being noticed."""


@dataclass(frozen=True, eq=False)
class RoleCalibration:
    """What the pilot says of one role.

    Attributes
    ----------
    role : str
        Whose answers.
    n : int
        Participants.
    findings : tuple of Finding
        What fits each published comparison; empty for raw data.
    posteriors : tuple of Posterior
        One per prior.
    draws : dict of str to PopulationDraws
        Joint draws of all domains, by prior.
    total : dict of str to TotalCheck
        How the published total compares, by prior; empty where none is published.
    """

    role: str
    n: int
    findings: tuple[Finding, ...]
    posteriors: tuple[Posterior, ...]
    draws: dict[str, PopulationDraws]
    total: dict[str, TotalCheck]


@dataclass(frozen=True, eq=False, repr=False)
class CalibrationAnswer(Shown):
    """What a pilot supports.

    Attributes
    ----------
    study : Study
        The study whose pilot is read.
    roles : tuple of RoleCalibration
        One per role of which the pilot says anything.
    descriptions : dict of str to PilotDescription
        Raw answers described, by role; empty for published summaries.
    notes : tuple of str
        How the answers were read, in sentences.
    """

    study: Study
    roles: tuple[RoleCalibration, ...]
    descriptions: dict[str, PilotDescription]
    notes: tuple[str, ...] = ()


Stage = Callable[[], None]
"""Told that one more stage is done."""


def calibrate_role(
    study: Study, role: str, n: int, data: PilotData | None, stage: Stage
) -> RoleCalibration:
    """Work out what a pilot says of one role.

    Parameters
    ----------
    study : Study
        Says what is published, and how it is read.
    role : str
        Whose answers.
    n : int
        Participants of the pilot in that role.
    data : PilotData or None
        The answers themselves, where they are at hand; else the summaries are read.
    stage : callable
        Called after each stage.

    Returns
    -------
    RoleCalibration

    Raises
    ------
    StudyError
        Where published numbers cannot occur, or the draws carry too little.
    """
    rng = generator(study.seed, Purpose.CALIBRATION, study.role_names.index(role))
    settings = study.calibration
    priors = shift_priors(settings)
    if data is None:
        findings = find(study, role, n)
        stage()
        evidence, significant = published_evidence(study, findings, n, rng)
        tests = np.array(settings.test_weights or np.ones(len(settings.tests)), dtype=np.float64)
    else:
        findings, tests = (), np.ones(1)
        stage()
        number = power_of_two(settings.draws)
        evidence = data_evidence(
            data.tables(role), priors, number, settings.concentration, study.seed
        )
        significant = None
    stage()
    correlation = between(study, role)
    posteriors, draws, totals = [], {}, {}
    for prior in priors:
        result = posterior(prior, evidence, tests)
        chosen = significant if settings.any_significant else None
        result, draws[prior.name] = _kept(
            result, prior, evidence, correlation, settings.kept, chosen, rng
        )
        posteriors.append(result)
        published = _published_total(study, role)
        if published is not None and data is None:
            totals[prior.name] = check_total(study, published, n, draws[prior.name], rng)
        stage()
    return RoleCalibration(role, n, findings, tuple(posteriors), draws, totals)


def between(study: Study, role: str) -> FloatArray:
    """Latent correlations between domains, which only a published total depends on.

    They are as stated, since a pilot this small cannot give them; without a
    total domains are independent, as the posterior takes them.

    Parameters
    ----------
    study : Study
        The study with its pilot.
    role : str
        Whose.

    Returns
    -------
    ndarray, shape (D, D)

    Raises
    ------
    StudyError
        Where no people can have the stated correlations.
    """
    if _published_total(study, role) is None:
        return np.eye(len(study.domains))
    return stated_between(study, role)


def _published_total(study: Study, role: str) -> int | None:
    published = [(outcome.role, outcome.outcome) for outcome in outcomes_of(study)]
    return published.index((role, TOTAL)) if (role, TOTAL) in published else None


def _kept(
    result: Posterior,
    prior: ShiftPrior,
    evidence: tuple[DomainEvidence, ...],
    correlation: FloatArray,
    kept: int,
    significant: FloatArray | None,
    rng: np.random.Generator,
) -> tuple[Posterior, PopulationDraws]:
    """Joint draws; where wanted, reweighted for the pilot having been noticed at all."""
    number = kept
    if significant is not None:  # the more draws, the more of these: raising them helps here too
        number = max(OVERSAMPLED, len(evidence[0].draws) // 4, kept)
    place, cell = joint_draws(result, prior, evidence, number, rng)
    if significant is not None:
        test = cell // result.node.shape[1]
        nothing = np.prod(1 - significant[test[:, None], place], axis=1)  # (number,)
        factor = 1 / as_divisor(1 - nothing)
        result = reweighted(result, evidence, place, cell, factor)
        place = place[rng.choice(number, kept, p=factor / factor.sum())]
    columns = list(enumerate(evidence))
    return result, PopulationDraws(
        np.stack([domain.draws.shift[place[:, d]] for d, domain in columns], axis=1),
        np.stack([domain.draws.pre_post[place[:, d]] for d, domain in columns], axis=1),
        np.stack([domain.draws.pre[place[:, d]] for d, domain in columns], axis=1),
        correlation,
    )


def roles_with_figures(study: Study, data: PilotData | None) -> Iterator[tuple[str, int]]:
    """Roles of which the pilot says anything about single domains, and their participants."""
    pilot = study.pilot
    for role in study.role_names:
        if data is not None:
            if role in data.scores:
                yield role, len(data.scores[role])
        elif pilot is not None:
            named = [own for own in pilot.outcomes if own.role == role and own.outcome != TOTAL]
            if named:
                yield role, pilot.sizes.get(role, 0)
