"""Tests that allow for people of one site being alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.clustered_kernels import fill_signed_rank, fill_site_means
from sim.inference.result import MISSING, SIDE, TestResult, normal_pvalue, t_pvalue
from sim.inference.sample import Samples, Sizes
from sim.inference.signed_rank import signed_rank_estimand
from sim.study import Analysis

ROUNDING = 1e-12
"""Sum of squares of site means below which they are held to be all alike."""


def clustered_signed_rank_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
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
    samples, sizes : sequence of Sample, sequence of ndarray
        The one group and its sizes.
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
    by_endpoint, sites, rising = _laid_out(samples, sizes)
    absolute = np.abs(np.where(by_endpoint == MISSING, 0, by_endpoint).astype(np.int64))
    z, direction, informative = _empty(by_endpoint, rising)
    span = int(max(absolute.max(initial=0), 1))
    fill_signed_rank(by_endpoint, sites, rising, span, z, direction, informative)
    tail = normal_pvalue(z, SIDE[analysis.alternative])
    return TestResult(np.where(informative > 0, tail, 1.0), z, direction, informative)


def cluster_mean_t_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """One-sample t test of the sites' mean changes at every size; sites count alike.

    Parameters
    ----------
    samples, sizes, analysis
        As for :func:`clustered_signed_rank_curve`.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is t with as many degrees of
        freedom as sites less one. Below two sites there is no information.
        Means that are all alike but not zero give p = 0.
    """
    by_endpoint, sites, rising = _laid_out(samples, sizes)
    mean, _, number = _empty(by_endpoint, rising)
    squares = np.empty_like(mean)
    fill_site_means(by_endpoint, sites, rising, number, mean, squares)
    freedom = np.maximum(number - 1, 1)
    infinite = np.where(mean == 0, 0.0, np.copysign(np.inf, mean))
    with np.errstate(divide="ignore", invalid="ignore"):
        finite = mean / np.sqrt(squares / freedom / np.maximum(number, 1))
    t = np.where(squares <= ROUNDING, infinite, finite)
    tail = t_pvalue(t, freedom, SIDE[analysis.alternative])
    known = (number >= 2) & ((squares > ROUNDING) | (mean != 0))
    return TestResult(
        np.where(known, tail, 1.0),
        np.where(number >= 2, t, 0.0),
        np.where(known, np.sign(mean), 0).astype(np.int8),
        np.where(known, number, 0),
    )


def clustered_signed_rank_estimand(arms: Arms, analysis: Analysis) -> FloatArray:
    """Same number as of the signed-rank test, as sites (not people of a site) are added; (B,)."""
    return signed_rank_estimand(arms, analysis)


def cluster_mean_t_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """Mean change, whose sign is judged as sites (not people of a site) are added; (B,)."""
    return arms[0].mean_change()


def _laid_out(
    samples: Samples, sizes: Sizes
) -> tuple[NDArray[np.int16], NDArray[np.int64], NDArray[np.int64]]:
    """Changes (R, E, N), sites (N,) and sizes (K,) as the kernels take them."""
    (sample,), (rising,) = samples, sizes
    by_endpoint = np.ascontiguousarray(sample.changes.transpose(0, 2, 1))
    sites = np.ascontiguousarray(sample.sites, np.int64)
    return by_endpoint, sites, np.asarray(rising, np.int64)


def _empty(
    by_endpoint: NDArray[np.int16], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int32]]:
    shape = (by_endpoint.shape[0], len(sizes), by_endpoint.shape[1])
    return np.zeros(shape), np.zeros(shape, np.int8), np.zeros(shape, np.int32)
