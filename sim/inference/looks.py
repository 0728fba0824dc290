"""A study that is looked at before its end: what is decided at each look, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.inference.decide import (
    Decisions,
    Evidence,
    PValues,
    ThresholdCounts,
    by_thresholds,
    decide,
)
from sim.inference.result import FAILED
from sim.inference.rules import DecisionRule, successes
from sim.inference.thresholds import NO_INFORMATION, Procedure
from sim.study import Analysis
from sim.study.methods import Steps

MOST_COUNTED = 120
"""Most thresholds that a count in a byte tells apart, with room to spare."""
ROUNDING = 1e-9
"""Relative difference of a p-value from a bound for futility that is none."""


@dataclass(frozen=True, eq=False)
class Looks:
    """Looks of every size, and the levels at each; L is 1 where all sizes have them in common.

    Attributes
    ----------
    place : ndarray of int, shape (K, J)
        Where each look of each size stands among the sizes at which tests are made. Not falling.
    taken : ndarray of bool, shape (K, J)
        Whether there is such a look: of several on the same people only the last is.
    levels : ndarray, shape (L, J)
        Largest p-value that is significant by itself.
    steps : ndarray, shape (L, J, m) or None
        Thresholds of the steps of the multiplicity procedure, in their order; None where
        adjusted p-values are compared with the levels.
    direction : {'single', 'down', 'up'}
        Which way its steps go.
    futility : ndarray, shape (L, J)
        One-sided z in the direction of success below which an endpoint is beyond hope; minus
        infinity where there always is some, as at the last look.
    rule : DecisionRule
        The rule that stops the study.
    one_sided : bool
        Whether p-values are one-sided.
    budget : ndarray, shape (L, J), optional
        What one side may spend by each look, where it is spent exactly; a p-value above its level
        is not significant then, and one below it may not be.
    """

    place: IntArray
    taken: BoolArray
    levels: FloatArray
    futility: FloatArray
    rule: DecisionRule
    steps: FloatArray | None = None
    direction: Steps = "single"
    one_sided: bool = False
    budget: FloatArray | None = None

    @property
    def futile(self) -> bool:
        """Whether some look can end a study for futility."""
        return bool(np.isfinite(self.futility).any())

    @cached_property
    def hope(self) -> FloatArray:
        """P-values that tell whether there is hope, (L, J); of falling changes where z is below 0.

        One-sided: the largest with which there is. Two-sided: of a z above 0 the largest with
        which there is, and otherwise the largest with which there is none. A p-value on the
        bound has hope, whatever rounding makes of it.
        """
        tail = ndtr(-self.futility)
        within, beyond = tail * (1 + ROUNDING), 2 * (1 - tail) * (1 - ROUNDING)
        hope = within if self.one_sided else np.where(self.futility > 0, 2 * within, beyond)
        return np.minimum(hope, 1.0)

    def exact_up_to(self, alpha: float) -> float:
        """Largest p-value that must be exact: those of some tests are so up to the level alone."""
        return float(max(alpha, *self.hope[np.isfinite(self.futility)], 0.0))

    def thresholds(self, fixed: Procedure) -> tuple[float, ...]:
        """All p-values that matter at any look or to the design without looks, rising."""
        parts = [self.levels, self.steps, self.hope[np.isfinite(self.futility)]]
        values = [np.ravel(part) for part in parts if part is not None]
        every = np.unique(np.concatenate([*values, fixed.thresholds]))
        return tuple(every[every > 0].tolist())

    def at(self, look: int, alike: Procedure) -> Procedure:
        """Procedure of one look, its counts those of all thresholds; all sizes have it alike."""
        steps = () if self.steps is None else self.steps[0, look]
        return replace(
            alike,
            needed=tuple(alike.count_of(float(step)) for step in steps),
            alone=alike.count_of(float(self.levels[0, look])),
            direction=self.direction,
        )


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


def _plain(evidence: LookEvidence) -> Evidence:
    return evidence.evidence if isinstance(evidence, SpentExactly) else evidence


def merged(looks: Looks, fixed: Procedure | None) -> Procedure | None:
    """Thresholds of all looks in one procedure, otherwise that of the design without looks.

    None where they cannot be counted: sizes that differ in their levels, one-sided
    thresholds above one half, or too many.
    """
    if fixed is None or looks.steps is None or len(looks.levels) > 1:
        return None
    every = looks.thresholds(fixed)
    if len(every) > MOST_COUNTED or (looks.one_sided and every[-1] >= 0.5):
        return None
    counts = replace(fixed, thresholds=every, at_once=False)
    needed = tuple(counts.count_of(fixed.threshold_of(count)) for count in fixed.needed)
    return replace(counts, needed=needed, alone=counts.count_of(fixed.thresholds[-1]))


def decide_at(evidence: LookEvidence, looks: Looks, look: int, side: int) -> Decisions:
    """Decide every endpoint of one role as at one look of every size; fields (R, K, E)."""
    at = looks.place[:, look]
    if isinstance(evidence, SpentExactly):
        decided = evidence.decided[:, :, look]
        both = decided != 0, decided == side
        rest = decide_at(evidence.evidence, looks, look, side)
        return Decisions(*both, *both, rest.uninformative, rest.failed)
    if isinstance(evidence, ThresholdCounts):
        procedure = looks.at(look, evidence.procedure)
        counts = _taken(evidence.counts, at)
        return by_thresholds(ThresholdCounts(counts, procedure, evidence.domains), side)
    result, levels = evidence.result, looks.levels[:, look, None]
    pvalue, onside = result.pvalue[:, at], result.direction[:, at] == side
    rejected = pvalue <= levels
    if looks.steps is None:
        adjusted = evidence.adjusted[:, at] <= levels
    else:
        adjusted = _by_steps(pvalue, looks.steps[:, look], looks.direction, rejected)
    informative = result.informative[:, at]
    return Decisions(
        rejected, rejected & onside, adjusted, adjusted & onside,
        informative == 0, informative == FAILED,
    )  # fmt: skip


def decide_fixed(evidence: LookEvidence, looks: Looks, analysis: Analysis) -> Decisions:
    """Decide as of the same people without looks: at their full number, at the whole level."""
    evidence, at = _plain(evidence), looks.place[:, -1]
    if isinstance(evidence, ThresholdCounts):
        whole: Evidence = replace(evidence, counts=_taken(evidence.counts, at))
    else:
        parts = "pvalue", "statistic", "direction", "informative"
        result = {name: getattr(evidence.result, name)[:, at] for name in parts}
        whole = PValues(replace(evidence.result, **result), evidence.adjusted[:, at])
    return decide(whole, analysis.alpha, analysis.side)


def _by_steps(
    pvalue: FloatArray, steps: FloatArray, direction: Steps, rejected: BoolArray
) -> BoolArray:
    """Decide by steps (L, m) whose thresholds may differ between sizes; sums stay as rejected."""
    adjusted, m = rejected.copy(), steps.shape[-1]
    family = np.sort(pvalue[..., :m], axis=-1)
    passed = family <= (steps if direction != "single" else steps[:, :1])
    if direction == "up":
        passed = np.flip(np.logical_or.accumulate(np.flip(passed, -1), axis=-1), -1)
    elif direction == "down":
        passed = np.logical_and.accumulate(passed, axis=-1)
    number = passed.sum(axis=-1, keepdims=True)
    last = np.take_along_axis(family, np.maximum(number - 1, 0), axis=-1)
    adjusted[..., :m] = (number > 0) & (pvalue[..., :m] <= last)
    return adjusted


def hopeful_at(evidence: LookEvidence, looks: Looks, look: int, side: int) -> BoolArray:
    """Which endpoints of one role are not beyond hope at a look, (R, K, E)."""
    evidence = _plain(evidence)
    at, z, level = looks.place[:, look], looks.futility[:, look, None], looks.hope[:, look, None]
    if isinstance(evidence, ThresholdCounts):
        counts = _taken(evidence.counts, at)
        none = counts == NO_INFORMATION
        direction = np.where(none, 0, np.sign(counts))
        small = ~none & (np.abs(counts) >= evidence.procedure.count_of(float(level[0, 0])))
    else:
        direction, small = evidence.result.direction[:, at], evidence.result.pvalue[:, at] <= level
        none = evidence.result.informative[:, at] <= 0
    if looks.one_sided:
        return np.asarray(np.where(none, z <= 0, small))
    return np.asarray(np.where(z > 0, small & (direction == side), ~(small & (direction == -side))))


def _taken(counts: NDArray[np.int8], at: IntArray) -> NDArray[np.int8]:
    """Counts (R, K, E) at some sizes, laid out by size, which is quickest for what follows."""
    return np.asarray(counts.transpose(1, 2, 0)[at].transpose(2, 0, 1))


@dataclass(frozen=True, eq=False)
class Path:
    """Decisions of all roles at every look, and what stops the study there.

    Attributes
    ----------
    decisions : tuple of tuple of Decisions
        By look and role.
    met, won : ndarray of bool, shape (J, K, R)
        Whether the rule that stops the study is met by rejections; by wins.
    futile : ndarray of bool, shape (J, K, R)
        Whether too few of its endpoints have hope.
    """

    decisions: tuple[tuple[Decisions, ...], ...]
    met: BoolArray
    won: BoolArray
    futile: BoolArray


def path_of(evidence: Sequence[LookEvidence], looks: Sequence[Looks], side: int) -> Path:
    """Decide at every look; of each role its evidence, and its looks at its sizes."""
    decisions, met, won, futile = [], [], [], []
    roles, rule = list(zip(evidence, looks, strict=True)), looks[0].rule
    for look in range(looks[0].place.shape[1]):
        at = tuple(decide_at(*role, look, side) for role in roles)
        decisions.append(at)
        met.append(_met([role.adjusted_rejected for role in at], rule))
        won.append(_met([role.adjusted_won for role in at], rule))
        if np.isfinite(looks[0].futility[:, look]).any():
            futile.append(~_met([hopeful_at(*role, look, side) for role in roles], rule))
        else:
            futile.append(np.zeros_like(met[-1]))
    taken = looks[0].taken.T[:, :, None]  # (J, K, 1)
    return Path(tuple(decisions), *(np.array(part) & taken for part in (met, won, futile)))


def _met(decided: list[BoolArray], rule: DecisionRule) -> BoolArray:
    return np.asarray(successes(decided, (rule,))[..., 0].T)  # (K, R)


def first_look(stops: BoolArray) -> NDArray[np.int8]:
    """Look (K, R) at which a study ends that stops where `stops` (J, K, R) says, or at the last."""
    found = np.argmax(stops, axis=0)
    return np.where(stops.any(axis=0), found, len(stops) - 1).astype(np.int8)


def decisions_where(path: Path, role: int, ends: NDArray[np.int8]) -> Decisions:
    """Decisions of a role at the look (K, R) at which each study ends."""
    here = [(ends == look)[:, None] for look in range(len(path.decisions))]  # (K, 1, R)
    chosen = []
    for field in fields(Decisions):
        # (K, E, R): as they are laid out where thresholds are counted; whole vectors are quickest
        at = (getattr(look[role], field.name).transpose(1, 2, 0) for look in path.decisions)
        parts = [mask & values for mask, values in zip(here, at, strict=True)]
        chosen.append(np.logical_or.reduce(parts).transpose(2, 0, 1))
    return Decisions(*chosen)
