"""Tests that allow for people of one site being alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from sim.inference.answer_distribution import AnswerDistribution
from sim.inference.clustered_kernels import fill_signed_rank, fill_site_means
from sim.inference.result import MISSING, SIDE, FloatArray, IntArray, TestResult
from sim.inference.signed_rank import signed_rank_estimand
from sim.study import Analysis

ROUNDING = 1e-12
"""Sum of squares of site means below which they are held to be all alike."""


def clustered_signed_rank_curve(
    changes: IntArray, sites: NDArray[np.int64], sizes: IntArray, analysis: Analysis
) -> TestResult:
    """Signed-rank test of clustered changes at every size.

    Zeros are dropped, all other changes ranked together; under the null the
    sign of a whole site is a coin. Sites of unequal size are weighed by the
    precision of their mean signed rank, its intraclass correlation estimated
    by analysis of variance (without the factor for small samples that the R
    package clusrank 1.0 puts on it: it changes the weights only, and diverges
    for few sites). The p-value is the normal approximation, over the number
    of sites.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        Changes in order of accrual; ``MISSING`` where not observed.
    sites : ndarray of int, shape (N,)
        Site of each participant, from 0.
    sizes : ndarray, shape (K,)
        Rising sizes, each at most N.
    analysis : Analysis
        Its alternative.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is z, `informative` counts
        sites with changes that are not zero. Below two, or where each site's
        signed ranks add up to zero, there is no information.

    References
    ----------
    Rosner B, Glynn RJ, Lee MLT (2006). The Wilcoxon signed rank test for
    paired comparisons of clustered data. Biometrics 62, 185-192.
    """
    by_endpoint = np.ascontiguousarray(changes.transpose(0, 2, 1))  # (R, E, N)
    absolute = np.abs(np.where(by_endpoint == MISSING, 0, by_endpoint).astype(np.int64))
    z, direction, informative = _empty(changes, sizes)
    fill_signed_rank(
        by_endpoint, np.ascontiguousarray(sites, np.int64), np.asarray(sizes, np.int64),
        int(max(absolute.max(initial=0), 1)), z, direction, informative,
    )  # fmt: skip
    side = SIDE[analysis.alternative]
    tail = 2 * ndtr(-np.abs(z)) if side == 0 else ndtr(-side * z)
    return TestResult(np.where(informative > 0, tail, 1.0), z, direction, informative)


def cluster_mean_t_curve(
    changes: IntArray, sites: NDArray[np.int64], sizes: IntArray, analysis: Analysis
) -> TestResult:
    """One-sample t test of the sites' mean changes at every size; sites count alike.

    Parameters
    ----------
    changes, sites, sizes, analysis
        As for :func:`clustered_signed_rank_curve`.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is t with as many degrees of
        freedom as sites less one. Below two sites there is no information.
        Means that are all alike but not zero give p = 0.
    """
    by_endpoint = np.ascontiguousarray(changes.transpose(0, 2, 1))  # (R, E, N)
    mean, _, number = _empty(changes, sizes)
    squares = np.empty_like(mean)
    fill_site_means(
        by_endpoint, np.ascontiguousarray(sites, np.int64), np.asarray(sizes, np.int64),
        number, mean, squares,
    )  # fmt: skip
    side = SIDE[analysis.alternative]
    freedom = np.maximum(number - 1, 1)
    infinite = np.where(mean == 0, 0.0, np.copysign(np.inf, mean))
    with np.errstate(divide="ignore", invalid="ignore"):
        finite = mean / np.sqrt(squares / freedom / np.maximum(number, 1))
    t = np.where(squares <= ROUNDING, infinite, finite)
    tail = 2 * stdtr(freedom, -np.abs(t)) if side == 0 else stdtr(freedom, -side * t)
    known = (number >= 2) & ((squares > ROUNDING) | (mean != 0))
    return TestResult(
        np.where(known, tail, 1.0),
        np.where(number >= 2, t, 0.0),
        np.where(known, np.sign(mean), 0).astype(np.int8),
        np.where(known, number, 0),
    )


def clustered_signed_rank_estimand(answers: AnswerDistribution, analysis: Analysis) -> FloatArray:
    """Same number as of the signed-rank test, as sites (not people of a site) are added; (B,)."""
    return signed_rank_estimand(answers, analysis)


def cluster_mean_t_estimand(answers: AnswerDistribution, _analysis: Analysis) -> FloatArray:
    """Mean change, whose sign is found as sites (not people of a site) are added; (B,)."""
    return answers.mean_change()


def _empty(
    changes: IntArray, sizes: IntArray
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int32]]:
    shape = (changes.shape[0], len(sizes), changes.shape[2])
    return np.zeros(shape), np.zeros(shape, np.int8), np.zeros(shape, np.int32)
