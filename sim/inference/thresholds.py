"""Multiplicity procedures as thresholds on p-values.

A stepwise procedure needs no adjusted p-values to decide: it only asks how
many p-values lie at or below each of its thresholds. A p-value is therefore
reduced to its threshold count, that of the thresholds it does not exceed, which
a test can often tell without computing the p-value.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.inference.adjust import adjust_rows
from sim.study.methods import ADJUSTMENTS, Steps

NO_INFORMATION = -128
"""Count of a test that had nothing to work on."""


@dataclass(frozen=True, eq=False)
class Needs:
    """Counts needed at V places, or at any where V is 1.

    Attributes
    ----------
    steps : ndarray of int8, shape (V, m)
        At step 1 ... m, the smallest p-value's first.
    alone : ndarray of int8, shape (V,)
        Of a p-value by itself.
    direction : {'single', 'down', 'up'}
        Which way the steps go.
    """

    steps: NDArray[np.int8]
    alone: NDArray[np.int8]
    direction: Steps


@dataclass(frozen=True)
class Procedure:
    """A stepwise procedure over a family of m hypotheses.

    Attributes
    ----------
    thresholds : tuple of float
        Distinct p-values that matter, rising.
    needed : tuple of int
        Count needed at step 1 ... m (the smallest p-value's step first).
    direction : {'single', 'down', 'up'}
        One threshold for all; stop at the first step not met; or start from
        the last step that is met.
    alone : int
        Count needed of a p-value by itself.
    by_itself : tuple of float
        Those of them that matter to a p-value by itself, as of a sum.
    """

    thresholds: tuple[float, ...]
    needed: tuple[int, ...]
    direction: Steps
    alone: int
    by_itself: tuple[float, ...]

    @property
    def needs(self) -> Needs:
        """Counts needed, in every place alike."""
        return Needs(
            np.array([self.needed], np.int8), np.array([self.alone], np.int8), self.direction
        )

    @property
    def alone_at(self) -> NDArray[np.intp]:
        """Places, among the thresholds, of those that matter to a p-value by itself."""
        return np.flatnonzero(np.isin(self.thresholds, self.by_itself))

    def count_of(self, threshold: float) -> int:
        """Count of a p-value equal to a threshold; of 0 one that no p-value has."""
        return len(self.thresholds) - bisect_left(self.thresholds, threshold) if threshold else 127

    def threshold_of(self, count: int) -> float:
        """Threshold that a count needs."""
        return self.thresholds[-count]


@lru_cache(maxsize=64)
def stepwise(adjustment: str, m: int, alpha: float) -> Procedure | None:
    """State a multiplicity adjustment as thresholds, where that can be done.

    Parameters
    ----------
    adjustment : str
        A name in ``sim.study.methods.ADJUSTMENTS``.
    m : int
        Number of hypotheses in the family.
    alpha : float
        Significance level.

    Returns
    -------
    Procedure or None
        None for those that are not stepwise in the p-values alone.
    """
    direction = direction_of(adjustment, m)
    if direction is None:
        return None
    steps = steps_of(adjustment, m, alpha)
    thresholds = tuple(sorted({*steps, alpha}))
    needed = tuple(len(thresholds) - thresholds.index(step) for step in steps)
    return Procedure(thresholds, needed, direction, 1, (alpha,))


def direction_of(adjustment: str, m: int) -> Steps | None:
    """Which way the steps of an adjustment of m hypotheses go; None where it has none."""
    facts = ADJUSTMENTS[adjustment]
    if facts.needs is not None:
        return None
    return "single" if m == 1 else facts.steps  # one hypothesis alone is left as it is


def steps_of(adjustment: str, m: int, alpha: float) -> list[float]:
    """Largest p-value of each step that is still rejected, the smaller ones being 0, larger ones 1.

    They are looked for with what adjusts p-values, so that counts decide as adjusting does.
    """
    first = np.arange(m)

    def rejected(pvalues: NDArray[np.float64]) -> NDArray[np.bool_]:
        families = np.where(first < first[:, None], 0.0, 1.0)  # (step, m)
        families[first, first] = pvalues
        return np.asarray(adjust_rows(families, adjustment)[first, first] <= alpha)

    high = np.full(m, alpha)
    low = np.where(rejected(high), high, 0.0)
    middle = (low + high) / 2
    while ((middle != low) & (middle != high)).any():
        below = rejected(middle)
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        middle = (low + high) / 2
    return [float(alpha) for alpha in low]
