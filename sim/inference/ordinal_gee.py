"""A cumulative logit model of the scores on time, fitted by generalized estimating equations.

The working covariance takes the two scores of a person as independent, and the
indicators of one score as multinomial, so the estimate is the maximum
likelihood estimate of the stacked scores, and the equations depend on the
table of pairs of scores only. As everybody has both scores, a covariance
between them could gain little. Global odds ratios take logarithms of tables of
both scores, which have empty cells: with five points statsmodels failed in 40
of 40 samples of 40 people, in 18 of 20 of 200.

Scores are separated where none after is below any before, or none above. Then,
and only then, the likelihood grows towards an infinite log odds ratio: the
threshold between two neighbouring categories in use can follow the effect of
time to infinity unless the lower is used after and the upper before. In all
other cases it has one summit, which is reached.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.ordinal_gee_kernels import fill_fits
from sim.inference.result import FAILED, SIDE, IntArray, TestResult, t_pvalue
from sim.inference.sample import Samples, Sizes
from sim.study import Analysis

SMALLEST = 1e-6
"""Standard error below which everybody's contribution is zero up to rounding."""


@dataclass(frozen=True, eq=False)
class GeeFits:
    """Fitted models, elementwise.

    Attributes
    ----------
    estimate : ndarray of float64
        Log odds ratio of a higher score, after against before; above 0 where
        scores rise, 0 without information, NaN where the fit failed.
    standard_error : ndarray of float64
        Robust standard error; NaN without information and where the fit failed.
    freedom : ndarray of int32
        Degrees of freedom of the t distribution: people less coefficients,
        thresholds included; at least 0.
    people : ndarray of int32
        Those with both scores.
    """

    estimate: FloatArray
    standard_error: FloatArray
    freedom: NDArray[np.int32]
    people: NDArray[np.int32]

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Where there was information, and yet no usable fit."""
        return np.isnan(self.estimate)

    @property
    def statistic(self) -> FloatArray:
        """Estimate over standard error; 0 where there is none."""
        return np.nan_to_num(self.estimate / self.standard_error)

    def pvalue(self, side: int) -> FloatArray:
        """Give the p-value of the Wald test of both sides (0), of a rise (1) or a fall (-1)."""
        tail = t_pvalue(self.statistic, np.maximum(self.freedom, 1), side)
        return np.where(np.isnan(self.standard_error), 1.0, tail)


def fit_ordinal_gee(scores: IntArray, sizes: IntArray) -> GeeFits:
    """Fit a cumulative logit model of people's scores on time.

    The log odds of a score above any point are a threshold of that point plus
    the effect of time. The participant is the cluster. The standard error is
    the robust one (sandwich, not corrected for small samples); the Wald
    statistic is compared with a t distribution of as many degrees of freedom
    as people less coefficients, which more than makes up for that: of five
    points the level is about .025 with 12 people, .04 with 20.

    Parameters
    ----------
    scores : ndarray of int, shape (R, N, D, 2)
        Scores before and after, from 1; 0 = missing. People without both are
        left out. Categories that nobody uses are left out too.
    sizes : ndarray of int, shape (K,)
        How many people are looked at, rising.

    Returns
    -------
    GeeFits
        Of shape (R, K, D). Without information (fewer than two people, or
        nobody changes) a fit has not failed. It has where there are fewer
        than one degree of freedom, where the scores are separated, and where
        the standard error is below ``SMALLEST`` (nobody's scores deviate from
        what the others' say).

    References
    ----------
    Lipsitz SR, Kim K, Zhao L (1994). Analysis of repeated categorical data
    using generalized estimating equations. Statistics in Medicine 13, 1149-1163.

    Examples
    --------
    >>> before, after = [1, 2, 2, 3, 3, 3, 4, 2], [2, 2, 3, 4, 3, 4, 4, 1]
    >>> fits = fit_ordinal_gee(np.transpose([before, after])[None, :, None], np.array([8]))
    >>> fits.freedom.item(), round(fits.estimate.item(), 3), round(fits.pvalue(0).item(), 3)
    (4, 0.73, 0.187)
    """
    shape = len(scores), len(sizes), scores.shape[2]
    estimate, error = np.empty(shape), np.empty(shape)
    used, people = np.empty(shape, np.int32), np.empty(shape, np.int32)
    points = int(scores.max(initial=1))
    plain = np.ascontiguousarray(scores, np.int8), np.ascontiguousarray(sizes, np.int64)
    fill_fits(*plain, points, estimate, error, used, people)
    alike = error < SMALLEST
    estimate[alike] = error[alike] = np.nan
    # a threshold fewer than categories, and time
    return GeeFits(estimate, error, np.maximum(people - used, 0), people)


def ordinal_gee_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Fit every domain at every size.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        The one group and its sizes.
    analysis : Analysis
        Its alternative.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E). The statistic is the estimate over its
        standard error, `informative` counts the people analysed and is
        ``FAILED`` where the fit failed. Sums of domains are not tested:
        they have more values than people.
    """
    (sample,), (rising,) = samples, sizes
    fits = fit_ordinal_gee(sample.scores, rising)
    *outer, domains = fits.estimate.shape
    shape = (*outer, len(sample.endpoints))
    pvalue, statistic = np.ones(shape), np.zeros(shape)
    direction, informative = np.zeros(shape, np.int8), np.zeros(shape, np.int32)
    pvalue[..., :domains] = fits.pvalue(SIDE[analysis.alternative])
    statistic[..., :domains] = fits.statistic
    direction[..., :domains] = np.sign(fits.statistic)
    known = np.where(np.isnan(fits.standard_error), 0, fits.people)
    informative[..., :domains] = np.where(fits.failed, FAILED, known)
    return TestResult(pvalue, statistic, direction, informative)
