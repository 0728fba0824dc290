"""A study that is looked at before its end: which looks there are, and their levels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.inference.rules import DecisionRule
from sim.inference.thresholds import Needs, Procedure
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

    @property
    def by_itself(self) -> tuple[float, ...]:
        """P-values that matter at any look to an endpoint by itself."""
        return (*self.levels.flat, *self.hope[np.isfinite(self.futility)])

    @cached_property
    def occasions(self) -> Occasions:
        """All looks, of every size; those of several sizes on the same people count once."""
        keys = np.stack([self.place, *np.indices(self.place.shape)[::-1]]).reshape(3, -1)
        if len(self.levels) == 1 and self.budget is None:
            keys[2] = 0  # what is decided does not go by the size
        (at, look, size), of = np.unique(keys, axis=1, return_inverse=True)
        row = np.minimum(size, len(self.levels) - 1)
        return Occasions(at, look, size, row, of.reshape(self.place.shape))

    def needs(self, counts: Procedure) -> Needs:
        """Counts of all thresholds that are needed on every occasion; all sizes have them alike."""
        count_of, look = np.vectorize(counts.count_of, otypes=[np.int8]), self.occasions.look
        steps = self.levels[..., None] if self.steps is None else self.steps
        return Needs(count_of(steps[0])[look], count_of(self.levels[0])[look], self.direction)


@dataclass(frozen=True, eq=False)
class Occasions:
    """Looks on so many people each.

    Attributes
    ----------
    at : ndarray of int, shape (V,)
        Where their people stand among the sizes at which tests are made.
    look, size : ndarray of int, shape (V,)
        Which look it is, and of which size, where it matters.
    row : ndarray of int, shape (V,)
        Where its levels stand among those of sizes.
    of : ndarray of int, shape (K, J)
        Which of them are the looks of each size.
    """

    at: NDArray[np.intp]
    look: NDArray[np.intp]
    size: NDArray[np.intp]
    row: NDArray[np.intp]
    of: NDArray[np.intp]


def merged(looks: Looks, fixed: Procedure | None) -> Procedure | None:
    """Thresholds of all looks in one procedure, otherwise that of the design without looks.

    None where they cannot be counted: sizes that differ in their levels, one-sided
    thresholds above one half, or too many.
    """
    if fixed is None or looks.steps is None or len(looks.levels) > 1:
        return None
    by_itself = {*looks.by_itself, *fixed.by_itself}
    every = tuple(sorted({*by_itself, *looks.steps.flat, *fixed.thresholds} - {0.0}))
    if len(every) > MOST_COUNTED or (looks.one_sided and every[-1] >= 0.5):
        return None
    counts = replace(fixed, thresholds=every, by_itself=tuple(by_itself))
    needed = tuple(counts.count_of(fixed.threshold_of(count)) for count in fixed.needed)
    return replace(counts, needed=needed, alone=counts.count_of(fixed.thresholds[-1]))
