"""The programme: draw a truth, run the pilot, apply its criteria, size and run the main study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.compute.streams import Purpose, generator
from sim.feasibility.accrual import colours_of, decisions, recruited, site_shares
from sim.feasibility.counts import site_sizes
from sim.feasibility.main_study import (
    MainTest,
    Rule,
    assured_factor,
    inflation,
    main_power,
    size_for,
)
from sim.feasibility.pilot import Judged, Pilot

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class ProgrammeTask:
    """All that determines the numbers of a block of programmes.

    Attributes
    ----------
    pilot : Pilot
        Sizes and criteria.
    test : MainTest
        Test of the main study.
    rule : str
        How it is sized.
    fixed : int
        Its people analysed, where it is fixed.
    confidence : float
        Of the upper limit.
    largest : int
        Most people analysed.
    goes_after_amber : bool
        Whether it follows an amber pilot.
    planned : (float, float)
        Planned effect in the direction that is the success, and standard deviation of the change.
    believed : ndarray, shape (B, 2)
        What is believed of both; each row is as likely.
    answers : ndarray, shape (B, C)
        Share who reach the point that a criterion of answers judges, in each of those truths.
    analysed : float
        Share of those retained who have a change.
    per_unit : float
        People of all roles and arms in a unit.
    seed, block_size : int
        The study's seed, and programmes in a block.
    """

    pilot: Pilot
    test: MainTest
    rule: Rule
    fixed: int
    confidence: float
    largest: int
    goes_after_amber: bool
    planned: tuple[float, float]
    believed: FloatArray
    answers: FloatArray
    analysed: float
    per_unit: float
    seed: int
    block_size: int


@dataclass(frozen=True, eq=False)
class ProgrammeTally:
    """Sums over programmes, by size of the pilot.

    Attributes
    ----------
    truths : ndarray of int, shape (2,)
        Programmes in which no criterion is truly red, and in which one is.
    decisions : ndarray of int, shape (K, 2, 3)
        Pilots that stop, amend, go, by whether a criterion is truly red.
    follows : ndarray of int, shape (K,)
        Main studies that take place.
    too_large : ndarray of int, shape (K,)
        Main studies that would have to be larger than the largest.
    success, people, main : ndarray, shape (2, K)
        Sum and sum of squares of the main study's power (0 where there is none), of people in
        all, and of the main study's people analysed.
    """

    truths: Counts
    decisions: Counts
    follows: Counts
    too_large: Counts
    success: FloatArray
    people: FloatArray
    main: FloatArray

    def __add__(self, other: ProgrammeTally) -> ProgrammeTally:
        """Sum of the two."""
        return ProgrammeTally(
            self.truths + other.truths,
            self.decisions + other.decisions,
            self.follows + other.follows,
            self.too_large + other.too_large,
            self.success + other.success,
            self.people + other.people,
            self.main + other.main,
        )


def simulate_programmes(task: ProgrammeTask, block: int) -> ProgrammeTally:
    """Play the programmes of one block; pilots of every size share what is true."""
    rng = generator(task.seed, Purpose.PROGRAMME, block)
    truth_rng, pilot_rng, sd_rng = rng.spawn(3)
    row = truth_rng.integers(0, len(task.believed), task.block_size)
    truths = _truths(task, truth_rng, row)
    colours, units, retained = _pilots(task.pilot, pilot_rng, truths)
    decided = decisions(colours)  # (R, K)
    reds = np.array([of.light.red for of in task.pilot.criteria])
    is_bad = (truths <= reds).any(1)
    effect, sd = task.believed[row].T
    wanted = _main_sizes(task, _pilot_sds(task, sd_rng, retained, sd))  # people analysed
    goes = decided >= (1 if task.goes_after_amber else 2)
    follows = goes & np.isfinite(wanted)
    keeps = _kept(task.pilot, truths)  # share retained in truth, against what is expected
    main = np.where(follows, wanted, 0.0)
    analysed = np.floor(main * (keeps / task.pilot.retained[0])[:, None] + 1e-9)
    power = np.where(follows, main_power(task.test, analysed, (effect / sd)[:, None]), 0.0)
    recruits = np.ceil(main / (task.pilot.retained[0] * task.analysed) - 1e-9)
    people = task.per_unit * (units + recruits)
    by_truth = np.stack([~is_bad, is_bad])
    return ProgrammeTally(
        by_truth.sum(1),
        np.stack([[((decided == way) & of[:, None]).sum(0) for way in range(3)] for of in by_truth])
        .transpose(2, 0, 1),
        follows.sum(0),
        (goes & ~np.isfinite(wanted)).sum(0),
        _sums(power), _sums(people), _sums(main),
    )  # fmt: skip


def _sums(values: NDArray[np.floating]) -> FloatArray:
    return np.stack([values.sum(0), (values**2).sum(0)])


def _truths(task: ProgrammeTask, rng: np.random.Generator, row: Counts) -> Shares:
    """Draw what is true of every criterion; (R, C)."""
    columns = []
    for place, of in enumerate(task.pilot.criteria):
        if of.measure == "answers":
            columns.append(task.answers[row, place])
        elif of.sure_as is None or (of.light.kind == "share" and of.expected in (0, 1)):
            columns.append(np.full(len(row), of.expected))
        elif of.light.kind == "share":
            a, b = of.expected * of.sure_as, (1 - of.expected) * of.sure_as
            columns.append(rng.beta(a, b, len(row)))
        else:
            columns.append(rng.gamma(of.expected * of.sure_as, 1 / of.sure_as, len(row)))
    return np.stack(columns, axis=1)


# --------------------------------------------------------------------------------- pilots


def _pilots(
    pilot: Pilot, rng: np.random.Generator, truths: Shares
) -> tuple[NDArray[np.int8], Counts, Counts]:
    """Run pilots of every size: colours (R, K, C), units recruited and first role's retained."""
    recruiting, staying, answering = rng.spawn(3)
    rate, share = (_true(pilot, truths, measure) for measure in ("rate", "recruitment"))
    reached, units = recruited(pilot, recruiting, rate, share)
    roles = staying.spawn(len(pilot.people))
    retained = [_retained(pilot, role, units, truths, rng) for role, rng in enumerate(roles)]
    counted = []
    for place, of in enumerate(pilot.criteria):
        if of.measure in ("recruitment", "rate"):
            counted.append((reached, units))
        elif of.measure == "retention":
            counted.append(retained[of.role])
        else:
            looked_at = retained[of.role][1]
            if of.measure == "answers" and pilot.answering < 1:
                looked_at = answering.binomial(looked_at, pilot.answering)
            counted.append((looked_at, _drawn(pilot, of, looked_at, truths[:, place], answering)))
    shown = [colours_of(pilot, *pair) for pair in zip(pilot.criteria, counted, strict=True)]
    return np.stack(shown, axis=2), units, retained[0][1]


def _true(pilot: Pilot, truths: Shares, measure: str) -> Shares:
    """Give what is true of a measure in every programme; 1 where it is not judged."""
    for place, of in enumerate(pilot.criteria):
        if of.measure == measure and of.role == 0:
            return truths[:, place]
    return np.ones(len(truths))


def _kept(pilot: Pilot, truths: Shares, role: int = 0) -> Shares:
    """Share of a role's people who are retained in truth."""
    for place, of in enumerate(pilot.criteria):
        if (of.measure, of.role) == ("retention", role):
            return truths[:, place]
    return np.full(len(truths), pilot.retained[role])


def _retained(
    pilot: Pilot, role: int, units: Counts, truths: Shares, rng: np.random.Generator
) -> tuple[Counts, Counts]:
    """Draw how many of a role's people are retained; with how many there were."""
    people = pilot.in_all(role)[units]
    kept = pilot.of("retention", role)
    return people, _drawn(pilot, kept, people, _kept(pilot, truths, role), rng)


def _drawn(
    pilot: Pilot, of: Judged | None, people: Counts, share: Shares, rng: np.random.Generator
) -> Counts:
    """Draw how many of these people do something, site by site where they are alike."""
    if of is None or of.light.icc == 0:
        return rng.binomial(people, share[:, None])
    chance = site_shares(rng, share, of.light.icc, pilot.sites)
    each = site_sizes(people[..., None], pilot.sites)
    return np.asarray(rng.binomial(each, chance[:, None, :]).sum(-1))


# ------------------------------------------------------------------------------ main study


def _pilot_sds(
    task: ProgrammeTask, rng: np.random.Generator, retained: Counts, sd: FloatArray
) -> tuple[FloatArray, Counts]:
    """Draw the pilots' standard deviations, of normal changes, with their degrees of freedom."""
    analysed = retained if task.analysed == 1 else rng.binomial(retained, task.analysed)
    freedom = analysed - task.test.arms
    at_least = np.maximum(freedom, 1)
    return sd[:, None] * np.sqrt(rng.chisquare(at_least) / at_least), freedom


def _main_sizes(task: ProgrammeTask, pilots: tuple[FloatArray, Counts]) -> FloatArray:
    """Size the main study after every pilot, in people analysed; infinite = it cannot be."""
    sds, freedom = pilots
    effect, planned = task.planned
    if task.rule == "fixed":
        return np.full(sds.shape, float(task.fixed))
    if task.rule == "planned_sd":
        return np.full(sds.shape, float(size_for(task.test, effect / planned, task.largest)))
    if task.rule == "assurance":
        needed = assured_factor(task.test, task.believed[:, 0]) * sds**2
        sizes = np.maximum(np.ceil(needed), task.test.arms + 1)
    else:
        inflated = inflation(task.rule, task.test, np.maximum(freedom, 1), task.confidence)
        sizes = size_for(task.test, effect / (sds * np.sqrt(inflated)), task.largest)
    return np.where((freedom >= 1) & (sizes <= task.largest), sizes, np.inf)
