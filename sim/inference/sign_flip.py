"""Sign-flip permutation test of the mean change (Fisher-Pitman).

Given the absolute changes, all 2^m ways to sign the m non-zero ones are
equally likely under the null. The distribution of their sum is exact, by
nested sums over tied changes or dynamic programming over whole-number sums.

References
----------
Fisher RA (1935). The Design of Experiments, section 21.
Pitman EJG (1937). Supplement to the Journal of the Royal Statistical Society 4, 119-130.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.arrays import as_rows
from sim.inference.result import SIDE, Alternative, TestResult, require_choice, single
from sim.inference.sample import Samples, Sizes
from sim.inference.signed_score_kernels import VALUES
from sim.inference.signed_scores import exact_up_to, pvalues_of, threshold_counts_of
from sim.inference.thresholds import Procedure
from sim.study import Analysis

LARGEST = 32767
"""Largest absolute change, after division by the changes' common factor."""


def sign_flip(
    changes: ArrayLike,
    p_value: Literal["auto", "exact", "asymptotic"] = "exact",
    alternative: Alternative = "two_sided",
    exact_limit: int = 25,
) -> TestResult:
    """Test whether paired changes are symmetric around zero, by their sum.

    Parameters
    ----------
    changes : array_like of whole numbers, shape (..., n)
        After minus before, participants on the last axis.
    p_value : {'exact', 'asymptotic', 'auto'}
        Over all signs; normal approximation; or exact up to `exact_limit`
        non-zero changes.
    alternative : {'two_sided', 'greater', 'less'}
        Two-sided p is twice the smaller tail, at most 1.
    exact_limit : int
        Most non-zero changes for which 'auto' is exact.

    Returns
    -------
    TestResult
        Each field of shape (...); the statistic is the sum of the rises.

    Raises
    ------
    ValueError
        Where changes are no whole numbers, too large, or an option is unknown.

    Examples
    --------
    >>> float(sign_flip([1, 1, 2, 2, 3, 0]).pvalue)
    0.0625
    """
    require_choice(p_value, ("auto", "exact", "asymptotic"), "p_value")
    require_choice(alternative, tuple(SIDE), "alternative")
    rows = as_rows(changes)
    shape, n = rows.shape[:-1], rows.shape[-1]
    factor = max(int(np.gcd.reduce(rows, axis=None)), 1)
    scaled = rows.reshape(-1, n) // factor
    if np.abs(scaled).max() > LARGEST:
        raise ValueError(f"changes must be at most {LARGEST} after division by a common factor")
    limit, side = exact_up_to(p_value, exact_limit), SIDE[alternative]
    codes = scaled.astype(np.int16)[:, :, None]
    result = pvalues_of(codes, np.array([n]), VALUES, limit, side, continuity=False)
    return single(replace(result, statistic=result.statistic * factor), shape)


def sign_flip_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Sign-flip test at every size; fields of shape (R, K, E)."""
    limit = exact_up_to(analysis.p_value, analysis.exact_limit)
    side = SIDE[analysis.alternative]
    return pvalues_of(samples[0].changes, sizes[0], VALUES, limit, side, continuity=False)


def sign_flip_threshold_counts(
    samples: Samples, sizes: Sizes, analysis: Analysis, procedure: Procedure
) -> NDArray[np.int8]:
    """Threshold counts of the sign-flip test at every size; shape (R, K, E)."""
    return threshold_counts_of(samples[0], sizes[0], VALUES, analysis, procedure)


def sign_flip_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """Mean change, whose sign the sign-flip test finds as people are added; (B,)."""
    return arms[0].mean_change()
