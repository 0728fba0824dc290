"""Multiplicity procedures as thresholds on p-values.

A stepwise procedure needs no adjusted p-values to decide: it only asks how
many p-values lie at or below each of its thresholds. A p-value is therefore
reduced to a grade, the number of thresholds that it does not exceed, which a
test can often tell without computing the p-value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import expm1, log1p
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.inference.step_kernels import step

NO_INFORMATION = -128
"""Grade of a test that had nothing to work on."""

Direction = Literal["single", "down", "up"]


@dataclass(frozen=True)
class Procedure:
    """A stepwise procedure over a family of m hypotheses.

    Attributes
    ----------
    thresholds : tuple of float
        Distinct p-values that matter, rising; the last is alpha.
    needed : tuple of int
        Grade needed at step 1 ... m (the smallest p-value's step first).
    direction : {'single', 'down', 'up'}
        One threshold for all; stop at the first step not met; or start from
        the last step that is met.
    """

    thresholds: tuple[float, ...]
    needed: tuple[int, ...]
    direction: Direction


@lru_cache(maxsize=64)
def stepwise(adjustment: str, m: int, alpha: float) -> Procedure | None:
    """State a multiplicity adjustment as thresholds, where that can be done.

    Parameters
    ----------
    adjustment : str
        A name in ``sim.inference.adjust.ADJUSTMENTS``.
    m : int
        Number of hypotheses in the family.
    alpha : float
        Significance level.

    Returns
    -------
    Procedure or None
        None for those that are not stepwise in the p-values alone.
    """
    harmonic = sum(1 / (j + 1) for j in range(m))
    factors: dict[str, tuple[Direction, list[Callable[[float], float]]]] = {
        "none": ("single", [lambda p: p] * m),
        "bonferroni": ("single", [lambda p: m * p] * m),
        "sidak": ("single", [lambda p: -expm1(m * log1p(-p))] * m),
        "holm": ("down", [_times(m - j) for j in range(m)]),
        "hochberg": ("up", [_times(m - j) for j in range(m)]),
        "benjamini_hochberg": ("up", [_times(m / (j + 1)) for j in range(m)]),
        "benjamini_yekutieli": ("up", [_times(harmonic * m / (j + 1)) for j in range(m)]),
    }
    if m == 1 and adjustment == "hommel":  # one hypothesis alone: all of these leave it as it is
        adjustment = "none"
    if adjustment not in factors:
        return None
    direction, adjusted = factors[adjustment] if m > 1 else ("single", factors[adjustment][1])
    steps = [_largest(function, alpha) for function in adjusted]
    thresholds = tuple(sorted({*steps, alpha}))
    needed = tuple(len(thresholds) - thresholds.index(step) for step in steps)
    return Procedure(thresholds, needed, direction)


def _times(factor: float) -> Callable[[float], float]:
    return lambda p: factor * p


def _largest(adjusted: Callable[[float], float], alpha: float) -> float:
    """Largest float whose adjusted value is at most alpha: grades decide as adjusting does."""
    low, high = 0.0, alpha
    if adjusted(high) <= alpha:
        return high
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if adjusted(middle) <= alpha else (low, middle)
    return low


def met(grades: NDArray[np.int8], procedure: Procedure) -> NDArray[np.bool_]:
    """Decide every hypothesis of a family.

    Parameters
    ----------
    grades : ndarray of int8, shape (R, K, m)
        Grades, signed by direction; a transposed view of (K, m, R) is quickest.
    procedure : Procedure
        The procedure.

    Returns
    -------
    ndarray of bool, shape (R, K, m)
        Which are rejected, in either direction.
    """
    by_size = np.ascontiguousarray(grades.transpose(1, 2, 0))  # (K, m, R)
    rejected = np.empty(by_size.shape, np.bool_)
    if procedure.direction == "single":
        absolute = np.abs(by_size.astype(np.int16))
        rejected = (absolute >= procedure.needed[0]) & (by_size != NO_INFORMATION)
    else:
        step(by_size, np.array(procedure.needed), procedure.direction == "down", rejected)
    return rejected.transpose(2, 0, 1)  # (R, K, m)
