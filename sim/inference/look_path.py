"""What is decided at each look of a study, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray
from sim.inference.decide import (
    ADJUSTED,
    NOT_COMPUTED,
    ONSIDE,
    REJECTED,
    UNINFORMATIVE,
    Decisions,
    Evidence,
    Marks,
    ThresholdCounts,
    decided,
    decisions_of,
    marks_of_counts,
    marks_of_pvalues,
)
from sim.inference.looks import Looks
from sim.inference.rules import DecisionRule, successes
from sim.inference.step_kernels import choose
from sim.inference.thresholds import NO_INFORMATION
from sim.study.methods import Steps


@dataclass(frozen=True, eq=False)
class SpentExactly:
    """Evidence of one role, and what its looks decide that spend their level exactly.

    Attributes
    ----------
    evidence : PValues or ThresholdCounts
        What tells of futility, and of the design without looks.
    decided : ndarray of int8, shape (R, K, J, E)
        1 rejected high, -1 rejected low, 0 not.
    """

    evidence: Evidence
    decided: NDArray[np.int8]


LookEvidence = Evidence | SpentExactly


def marks_at(evidence: LookEvidence, looks: Looks, place: NDArray[np.intp], side: int) -> Marks:
    """Decide every endpoint of one role on every occasion, (V, E, R).

    `place` says where each size at which tests are made stands among those of the evidence.
    """
    occasions = looks.occasions
    at, on = place[occasions.at], (occasions.row, occasions.look)
    if isinstance(evidence, SpentExactly):
        spent = evidence.decided[:, occasions.size, occasions.look].transpose(1, 2, 0)  # (V, E, R)
        rest = marks_at(evidence.evidence, looks, place, side) & (UNINFORMATIVE | NOT_COMPUTED)
        return np.asarray(rest | (REJECTED | ADJUSTED) * (spent != 0) | ONSIDE * (spent == side))
    if isinstance(evidence, ThresholdCounts):
        return marks_of_counts(evidence, at, looks.needs(evidence.procedure), side)
    result, levels = evidence.result, looks.levels[on][:, None]
    rejected = result.pvalue[:, at] <= levels
    if looks.steps is None:
        adjusted = evidence.adjusted[:, at] <= levels
    else:
        adjusted = _by_steps(result.pvalue, at, looks.steps[on], looks.direction, rejected)
    return marks_of_pvalues(result, at, rejected, adjusted, side)


def _by_steps(
    pvalue: FloatArray,
    at: NDArray[np.intp],
    steps: FloatArray,
    direction: Steps,
    rejected: BoolArray,
) -> BoolArray:
    """Decide by steps (V, m) at some sizes; sums stay as rejected."""
    adjusted, m = rejected.copy(), steps.shape[-1]
    if direction == "single":
        adjusted[..., :m] = pvalue[:, at, :m] <= steps[:, :1]
        return adjusted
    passed = np.sort(pvalue[..., :m], axis=-1)[:, at] <= steps
    if direction == "up":
        passed = np.flip(np.logical_or.accumulate(np.flip(passed, -1), axis=-1), -1)
    else:
        passed = np.logical_and.accumulate(passed, axis=-1)
    # what the last step met rejects: nothing where there is none
    bars = np.concatenate([np.full((len(steps), 1), -1.0), steps], axis=1)
    last = bars[np.arange(len(steps)), passed.sum(axis=-1)]  # (R, V)
    adjusted[..., :m] = pvalue[:, at, :m] <= last[..., None]
    return adjusted


def hopeful_at(
    evidence: LookEvidence, looks: Looks, place: NDArray[np.intp], side: int
) -> BoolArray:
    """Which endpoints of one role are not beyond hope on every occasion, (R, V, E)."""
    if isinstance(evidence, SpentExactly):
        return hopeful_at(evidence.evidence, looks, place, side)
    on = looks.occasions.row, looks.occasions.look
    at, z, level = place[looks.occasions.at], looks.futility[on][:, None], looks.hope[on][:, None]
    if isinstance(evidence, ThresholdCounts):
        counts = evidence.counts.transpose(1, 2, 0)[at].transpose(2, 0, 1)
        none = counts == NO_INFORMATION
        direction = np.where(none, 0, np.sign(counts))
        needed = np.vectorize(evidence.procedure.count_of, otypes=[np.int8])(level)
        small = ~none & (np.abs(counts) >= needed)
    else:
        direction, small = evidence.result.direction[:, at], evidence.result.pvalue[:, at] <= level
        none = evidence.result.informative[:, at] <= 0
    if looks.one_sided:
        hope = np.where(none, z <= 0, small)
    else:
        hope = np.where(z > 0, small & (direction == side), ~(small & (direction == -side)))
    return np.asarray(hope | np.isneginf(z))


@dataclass(frozen=True, eq=False)
class Path:
    """Decisions of all roles on every occasion, and what stops the study at a look.

    Attributes
    ----------
    marks : tuple of ndarray of uint8, shape (V, E, R)
        By role.
    of : ndarray of int, shape (K, J)
        Which occasions are the looks of each size.
    met, won : ndarray of bool, shape (J, K, R)
        Whether the rule that stops the study is met by rejections; by wins.
    futile : ndarray of bool, shape (J, K, R)
        Whether too few of its endpoints have hope.
    """

    marks: tuple[Marks, ...]
    of: NDArray[np.intp]
    met: BoolArray
    won: BoolArray
    futile: BoolArray


def path_of(
    evidence: Sequence[LookEvidence], looks: Looks, places: Sequence[NDArray[np.intp]], side: int
) -> Path:
    """Decide on every occasion; of each role its evidence, and where sizes stand in that."""
    roles, rule, occasions = list(zip(evidence, places, strict=True)), looks.rule, looks.occasions
    marks = tuple(marks_at(of_role, looks, place, side) for of_role, place in roles)
    met = _met([decided(of_role, "adjusted_rejected") for of_role in marks], rule)
    won = _met([decided(of_role, "adjusted_won") for of_role in marks], rule)
    hopeless = np.zeros_like(met)
    if np.isfinite(looks.futility).any():
        hopeless = ~_met(
            [hopeful_at(of_role, looks, place, side) for of_role, place in roles], rule
        )
    taken = looks.taken.T[:, :, None]  # (J, K, 1)
    return Path(
        marks, occasions.of, *(part[occasions.of.T] & taken for part in (met, won, hopeless))
    )


def _met(decided: list[BoolArray], rule: DecisionRule) -> BoolArray:
    return np.asarray(successes(decided, (rule,))[..., 0].T)  # (V, R)


def first_look(stops: BoolArray) -> NDArray[np.int8]:
    """Look (K, R) at which a study ends that stops where `stops` (J, K, R) says, or at the last."""
    ends, goes_on = np.zeros(stops.shape[1:], np.int8), np.ones(stops.shape[1:], np.bool_)
    for stop in stops[:-1]:
        goes_on &= ~stop
        ends += goes_on
    return ends


def decisions_where(path: Path, role: int, ends: NDArray[np.int8]) -> Decisions:
    """Decisions of a role at the look (K, R) at which each study ends."""
    marks = path.marks[role]
    chosen = np.empty((len(ends), *marks.shape[1:]), np.uint8)
    choose(marks, path.of, ends, chosen)
    return decisions_of(chosen)
