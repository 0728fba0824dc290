"""Student's paired t test."""

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.arrays import as_rows
from sim.inference.result import (
    MISSING,
    SIDE,
    Alternative,
    IntArray,
    TestResult,
    prefix_sums,
    require_choice,
    t_pvalue,
)
from sim.inference.sample import Samples, Sizes
from sim.study import Analysis


def paired_t(changes: ArrayLike, alternative: Alternative = "two_sided") -> TestResult:
    """Test whether the mean change is zero.

    Parameters
    ----------
    changes : array_like of whole numbers, shape (..., n)
        After minus before, participants on the last axis.
    alternative : {'two_sided', 'greater', 'less'}
        Side of the mean change that is looked for.

    Returns
    -------
    TestResult
        Each field of shape (...); the statistic is t. Changes that are all
        the same but not zero give p = 0 (t is infinite); all zero give p = 1.

    Raises
    ------
    ValueError
        Where changes are no whole numbers or the alternative is unknown.

    Examples
    --------
    >>> round(float(paired_t([1, 1, 2, 2, 3, 0]).pvalue), 4)
    0.0172
    """
    require_choice(alternative, tuple(SIDE), "alternative")
    rows = as_rows(changes)
    n = rows.shape[-1]
    if (n * int(np.abs(rows).max())) ** 2 >= 2**62:
        rows = rows.astype(object)  # Python's whole numbers, which do not overflow
    count = np.full(rows.shape[:-1], n)
    total, squares = (
        np.asarray(summands.sum(axis=-1), rows.dtype) for summands in (rows, rows * rows)
    )
    return t_from_sums(count, total, squares, SIDE[alternative])


def paired_t_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Paired t test at every size; fields of shape (R, K, E)."""
    changes = samples[0].changes
    seen = changes != MISSING
    values = np.where(seen, changes, 0).astype(np.int64)
    return t_from_sums(
        prefix_sums(seen, sizes[0]),
        prefix_sums(values, sizes[0]),
        prefix_sums(values**2, sizes[0]),
        SIDE[analysis.alternative],
    )


def t_from_sums(count: IntArray, total: IntArray, squares: IntArray, side: int) -> TestResult:
    """Paired t test from the number, sum and sum of squares of whole-number changes.

    Parameters
    ----------
    count, total, squares : ndarray of int
        Number of changes, their sum, the sum of their squares; any shape.
    side : int
        0 two-sided, 1 greater, -1 less.

    Returns
    -------
    TestResult
        Of the inputs' shape.
    """
    # n (n - 1) x variance, exact in whole numbers before it becomes a float
    spread = np.asarray(count * squares - total * total, dtype=np.float64)
    total_change: FloatArray = np.asarray(total, dtype=np.float64)
    direction = np.sign(total_change)
    enough = count >= 2
    with np.errstate(divide="ignore", invalid="ignore"):
        finite = total_change * np.sqrt((count - 1) / spread)
    infinite = np.where(direction == 0, 0.0, np.copysign(np.inf, total_change))
    t: FloatArray = np.asarray(np.where(spread == 0, infinite, finite), dtype=np.float64)
    known = enough & np.asarray(squares > 0, dtype=np.bool_)
    freedom: FloatArray = np.asarray(np.maximum(count - 1, 1), dtype=np.float64)
    pvalue = np.where(known, t_pvalue(t, freedom, side), 1.0)
    return TestResult(
        pvalue,
        np.where(enough, t, 0.0),
        np.where(known, direction, 0).astype(np.int8),
        np.where(known, count, 0).astype(np.int32),
    )


def paired_t_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """Mean change, whose sign the paired t test finds as people are added; (B,)."""
    return arms[0].mean_change()
