"""Calibration: from a pilot to posteriors, side by side, and the draws that carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.cohorts.drawn import PopulationDraws
from sim.compute.streams import Purpose, generator
from sim.pilot.adaptive import data_evidence
from sim.pilot.between import stated_between
from sim.pilot.candidates import FloatArray
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
from sim.study import TOTAL, RoleName, Study

if TYPE_CHECKING:
    from sim.pilot.describe import PilotDescription
    from sim.pilot.raw import PilotData

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

    role: RoleName
    n: int
    findings: tuple[Finding, ...]
    posteriors: tuple[Posterior, ...]
    draws: dict[str, PopulationDraws]
    total: dict[str, TotalCheck]


@dataclass(frozen=True, eq=False)
class CalibrationAnswer:
    """What a pilot supports.

    Attributes
    ----------
    study : Study
        What was asked.
    roles : tuple of RoleCalibration
        One per role of which the pilot says anything.
    descriptions : dict of str to PilotDescription
        Raw answers described, by role; empty for published summaries.
    """

    study: Study
    roles: tuple[RoleCalibration, ...]
    descriptions: dict[str, PilotDescription]


Stage = Callable[[], None]
"""Told that one more stage is done."""


def calibrate_role(
    study: Study, role: RoleName, n: int, data: PilotData | None, stage: Stage
) -> RoleCalibration:
    """Work out what a pilot says of one role.

    Parameters
    ----------
    study : Study
        Says what is published, and how it is read.
    role : {'mentor', 'mentee'}
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
    stated = study.calibration
    priors = shift_priors(stated)
    if data is None:
        findings = find(study, role, n)
        stage()
        evidence, significant = published_evidence(study, findings, n, rng)
        tests = np.array(stated.test_weights or np.ones(len(stated.tests)), dtype=np.float64)
    else:
        findings, tests = (), np.ones(1)
        stage()
        number = power_of_two(stated.draws)
        evidence = data_evidence(
            data.tables(role), priors, number, stated.concentration, study.seed
        )
        significant = None
    stage()
    correlation = between(study, role)
    posteriors, draws, totals = [], {}, {}
    for prior in priors:
        found = posterior(prior, evidence, tests)
        chosen = significant if stated.any_significant else None
        found, draws[prior.name] = _kept(
            found, prior, evidence, correlation, stated.kept, chosen, rng
        )
        posteriors.append(found)
        published = _published_total(study, role)
        if published is not None and data is None:
            totals[prior.name] = check_total(study, published, n, draws[prior.name], rng)
        stage()
    return RoleCalibration(role, n, findings, tuple(posteriors), draws, totals)


def between(study: Study, role: RoleName) -> FloatArray:
    """Latent correlations between domains, which only a published total depends on.

    They are as stated, since a pilot this small cannot give them; without a
    total domains are independent, as the posterior takes them.

    Parameters
    ----------
    study : Study
        The study with its pilot.
    role : {'mentor', 'mentee'}
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
        return np.eye(len(study.scale.domains))
    return stated_between(study, role)


def _published_total(study: Study, role: str) -> int | None:
    places = (
        i for i, own in enumerate(outcomes_of(study)) if (own.role, own.outcome) == (role, TOTAL)
    )
    return next(places, None)


def _kept(
    found: Posterior,
    prior: ShiftPrior,
    evidence: tuple[DomainEvidence, ...],
    correlation: FloatArray,
    kept: int,
    significant: FloatArray | None,
    rng: np.random.Generator,
) -> tuple[Posterior, PopulationDraws]:
    """Joint draws; where asked, reweighted for the pilot having been noticed at all."""
    number = kept
    if significant is not None:  # the more draws, the more of these: raising them helps here too
        number = max(OVERSAMPLED, len(evidence[0].draws) // 4, kept)
    place, cell = joint_draws(found, prior, evidence, number, rng)
    if significant is not None:
        test = cell // found.node.shape[1]
        nothing = np.prod(1 - significant[test[:, None], place], axis=1)  # (number,)
        factor = 1 / as_divisor(1 - nothing)
        found = reweighted(found, evidence, place, cell, factor)
        place = place[rng.choice(number, kept, p=factor / factor.sum())]
    columns = list(enumerate(evidence))
    return found, PopulationDraws(
        np.stack([own.draws.shift[place[:, d]] for d, own in columns], axis=1),
        np.stack([own.draws.pre_post[place[:, d]] for d, own in columns], axis=1),
        np.stack([own.draws.pre[place[:, d]] for d, own in columns], axis=1),
        correlation,
    )


def roles_with_figures(study: Study, data: PilotData | None) -> Iterator[tuple[RoleName, int]]:
    """Roles of which the pilot says anything about single domains, and their participants."""
    pilot = study.pilot
    for role in study.role_names:
        if data is not None:
            if role in data.scores:
                yield role, len(data.scores[role])
        elif pilot is not None:
            named = [own for own in pilot.outcomes if own.role == role and own.outcome != TOTAL]
            if named:
                yield role, pilot.mentors if role == "mentor" else pilot.mentees
