"""The sign test, and of changes of success McNemar's: do more people rise than fall?"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, gammaln

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.arrays import as_rows
from sim.inference.binomial import fair_binomial
from sim.inference.result import (
    MISSING,
    SIDE,
    Alternative,
    IntArray,
    TestResult,
    normal_pvalue,
    prefix_sums,
    require_choice,
)
from sim.inference.sample import Samples, Sizes
from sim.study import Analysis

PValue = Literal["auto", "exact", "asymptotic", "mid_p"]
TABLED = 5000
"""Most informative pairs for which binomial probabilities are read from a table."""


def sign_test(
    changes: ArrayLike,
    p_value: PValue = "exact",
    alternative: Alternative = "two_sided",
    exact_limit: int = 1000,
) -> TestResult:
    """Test whether rises and falls are equally likely; unchanged pairs are dropped.

    Parameters
    ----------
    changes : array_like of whole numbers, shape (..., n)
        After minus before, participants on the last axis.
    p_value : {'exact', 'mid_p', 'asymptotic', 'auto'}
        Binomial; binomial with half the probability of what was observed;
        normal; or exact up to `exact_limit` non-zero changes.
    alternative : {'two_sided', 'greater', 'less'}
        Two-sided p is twice the smaller tail, at most 1.
    exact_limit : int
        Most non-zero changes for which 'auto' is exact.

    Returns
    -------
    TestResult
        Each field of shape (...); the statistic is the number of rises.

    Raises
    ------
    ValueError
        Where changes are no whole numbers or an option is unknown.

    Examples
    --------
    >>> float(sign_test([1, 1, 2, 2, 3, 0]).pvalue)
    0.0625
    """
    require_choice(p_value, ("auto", "exact", "asymptotic", "mid_p"), "p_value")
    require_choice(alternative, tuple(SIDE), "alternative")
    rows = as_rows(changes)
    rises, falls = (rows > 0).sum(axis=-1), (rows < 0).sum(axis=-1)
    return sign_of_counts(rises, falls, p_value, SIDE[alternative], exact_limit)


def sign_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Sign test at every size; fields of shape (R, K, E)."""
    changes = samples[0].changes
    rises = prefix_sums((changes > 0).astype(np.int8), sizes[0])
    falls = prefix_sums(((changes < 0) & (changes != MISSING)).astype(np.int8), sizes[0])
    return sign_result(rises, falls, analysis)


def sign_result(rises: IntArray, falls: IntArray, analysis: Analysis) -> TestResult:
    """Sign test from the numbers of rises and falls, of any common shape."""
    return sign_of_counts(
        rises,
        falls,
        analysis.p_value,
        SIDE[analysis.alternative],
        analysis.exact_limit,
        continuity=analysis.continuity,
    )


def sign_of_counts(
    rises: IntArray,
    falls: IntArray,
    p_value: PValue,
    side: int,
    exact_limit: int,
    *,
    continuity: bool = False,
) -> TestResult:
    """Sign test from the numbers of rises and falls, its options one by one."""
    informative = rises + falls
    if p_value == "asymptotic":
        pvalue = _normal(rises, falls, side, continuity=continuity)
    elif p_value == "auto":
        exact = informative <= exact_limit
        capped = np.where(exact, rises, 0), np.where(exact, falls, 0)
        normal = _normal(rises, falls, side, continuity=continuity)
        pvalue = np.where(exact, _binomial(*capped, side, 0.0), normal)
    else:
        pvalue = _binomial(rises, falls, side, 0.5 if p_value == "mid_p" else 0.0)
    return TestResult(
        np.where(informative == 0, 1.0, pvalue),
        rises.astype(np.float64),
        np.sign(rises - falls).astype(np.int8),
        informative.astype(np.int32),
    )


def sign_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """P(rise) - P(fall), whose sign the sign test finds as people are added; (B,)."""
    return arms[0].mean(np.sign(arms[0].after - arms[0].before))


def _binomial(rises: IntArray, falls: IntArray, side: int, less: float) -> FloatArray:
    """Binomial tail, less a share of the probability of the outcome itself."""
    informative = rises + falls
    # the tail of the upper side equals the lower tail of the number of falls
    fewer = np.minimum(rises, falls) if side == 0 else falls if side > 0 else rises
    tabled = informative <= TABLED
    m, k = informative, fewer
    if not tabled.all():
        m, k = np.where(tabled, m, 0), np.where(tabled, k, 0)
    pmf, cdf = fair_binomial(int(m.max(initial=0)))
    tail = cdf[m, k] - less * pmf[m, k]
    if not tabled.all():
        tail = np.where(tabled, tail, _far_binomial(informative, fewer, less))
    return np.asarray(np.minimum(2 * tail, 1.0) if side == 0 else tail)


def _far_binomial(m: IntArray, k: IntArray, less: float) -> FloatArray:
    """Lower tail where a table would be too large, from the incomplete beta function."""
    logs = gammaln(m + 1) - gammaln(k + 1) - gammaln(m - k + 1) - m * np.log(2)
    return np.asarray(betainc(m - k, k + 1, 0.5) - less * np.exp(logs))


def _normal(rises: IntArray, falls: IntArray, side: int, *, continuity: bool) -> FloatArray:
    away = rises - falls
    if continuity:  # two-sided: towards zero, and never beyond it
        away = away - (np.sign(away) if side == 0 else side)
    z = away / np.sqrt(np.maximum(rises + falls, 1))
    return normal_pvalue(z, side)
