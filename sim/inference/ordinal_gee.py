"""A cumulative logit model of the scores on time, fitted by generalized estimating equations.

The working covariance takes the two scores of a person as independent, and the
indicators of one score as multinomial, so the estimate is the maximum
likelihood estimate of the stacked scores. As everybody has both scores, a
covariance between them could gain little. Global odds ratios, statsmodels'
other choice, take logarithms of tables of both scores, which have empty cells:
with five points they failed in 40 of 40 samples of 40 people, in 18 of 20 of 200.

Scores are separated where none after is below any before, or none above. Then,
and only then, the likelihood grows towards an infinite log odds ratio: the
threshold between two neighbouring categories in use can follow the effect of
time to infinity unless the lower is used after and the upper before. This is
looked up in the scores, since statsmodels does not tell: it raises, or reports
convergence, at log odds of 25 with standard errors of hundreds.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from math import isfinite, nan
from typing import Any

import numpy as np
from scipy.special import expit, logit, stdtr

from sim.arrays import FloatArray
from sim.inference.result import FAILED, SIDE, IntArray, TestResult
from sim.inference.sample import Samples, Sizes
from sim.study import Analysis

LARGEST = 30.0
"""Log odds ratio from which on fitted probabilities are 0 or 1 up to rounding."""
SMALLEST = 1e-6
"""Standard error below which everybody's contribution is zero up to rounding."""
ITERATIONS = 60
"""Most steps towards a solution."""


@dataclass(frozen=True)
class GeeFit:
    """One fitted model.

    Attributes
    ----------
    estimate : float
        Log odds ratio of a higher score, after against before; above 0 where
        scores rise, 0 without information, NaN where the fit failed.
    standard_error : float
        Robust standard error; NaN without information and where the fit failed.
    pvalue : float
        Of the Wald test; 1 without information and where the fit failed.
    failed : bool
        There was information, and yet no usable fit.
    freedom : int
        Degrees of freedom of the t distribution: people less coefficients,
        thresholds included; at least 0.
    """

    estimate: float
    standard_error: float
    pvalue: float
    failed: bool
    freedom: int

    @property
    def statistic(self) -> float:
        """Estimate over standard error; 0 where there is none."""
        return self.estimate / self.standard_error if isfinite(self.standard_error) else 0.0


def fit_ordinal_gee(pairs: IntArray, side: int = 0) -> GeeFit:
    """Fit a cumulative logit model of people's scores on time and test the effect of time.

    The log odds of a score above any point are a threshold of that point plus
    the effect of time. The participant is the cluster. The standard error is
    the robust one (sandwich, not corrected for small samples); the Wald
    statistic is compared with a t distribution of as many degrees of freedom
    as people less coefficients, which more than makes up for that: of five
    points the level is about .025 with 12 people, .04 with 20.

    Parameters
    ----------
    pairs : ndarray of int, shape (n, 2)
        Scores before and after, from 1; 0 = missing. People without both are
        left out. Categories that nobody uses are left out too.
    side : {0, 1, -1}
        Side of the effect that is looked for: both, scores rise, scores fall.

    Returns
    -------
    GeeFit
        Without information (fewer than two people, or nobody changes) it has
        p = 1 and is not failed. It is failed where there are fewer than one
        degree of freedom, where the scores are separated, where statsmodels
        raises or does not converge, and where the estimate is beyond
        ``LARGEST`` or the standard error below ``SMALLEST`` (nobody's scores
        deviate from what the others' say).

    References
    ----------
    Lipsitz SR, Kim K, Zhao L (1994). Analysis of repeated categorical data
    using generalized estimating equations. Statistics in Medicine 13, 1149-1163.

    Examples
    --------
    >>> before, after = [1, 2, 2, 3, 3, 3, 4, 2], [2, 2, 3, 4, 3, 4, 4, 1]
    >>> fit = fit_ordinal_gee(np.transpose([before, after]))
    >>> fit.freedom, round(fit.estimate, 3), round(fit.pvalue, 3)
    (4, 0.73, 0.187)
    """
    pairs = pairs[(pairs > 0).all(axis=1)]
    before, after = pairs.T
    used, codes = np.unique(pairs, return_inverse=True)
    freedom = max(len(pairs) - len(used), 0)  # a threshold fewer than categories, and time
    if len(pairs) < 2 or (before == after).all():
        return GeeFit(0.0, nan, 1.0, failed=False, freedom=freedom)
    separated = after.min() >= before.max() or after.max() <= before.min()
    estimate, error = (nan, nan) if separated or freedom < 1 else _solve(codes.reshape(-1, 2))
    if not (abs(estimate) < LARGEST and SMALLEST < error < np.inf):  # NaN is neither
        return GeeFit(nan, nan, 1.0, failed=True, freedom=freedom)
    t = estimate / error
    pvalue = 2 * stdtr(freedom, -abs(t)) if side == 0 else stdtr(freedom, -side * t)
    return GeeFit(estimate, error, float(pvalue), failed=False, freedom=freedom)


def ordinal_gee_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Fit every domain at every size; one data set is fitted at a time.

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
    replicates, _, domains, _ = sample.scores.shape
    shape = (replicates, len(rising), len(sample.endpoints))
    pvalue, statistic = np.ones(shape), np.zeros(shape)
    direction, informative = np.zeros(shape, np.int8), np.zeros(shape, np.int32)
    for r, k, d in np.ndindex(replicates, len(rising), domains):
        pairs = sample.scores[r, : rising[k], d]
        fit = fit_ordinal_gee(pairs, SIDE[analysis.alternative])
        pvalue[r, k, d], statistic[r, k, d] = fit.pvalue, fit.statistic
        direction[r, k, d] = np.sign(fit.statistic)
        if fit.failed:
            informative[r, k, d] = FAILED
        elif isfinite(fit.standard_error):
            informative[r, k, d] = (pairs > 0).all(axis=1).sum()
    return TestResult(pvalue, statistic, direction, informative)


def _solve(codes: IntArray) -> tuple[float, float]:
    """Estimate and robust standard error of time; NaN where statsmodels fails.

    Parameters
    ----------
    codes : ndarray of int, shape (n, 2)
        Number of the category, from 0 and without gaps, before and after.
    """
    from statsmodels.genmod.generalized_estimating_equations import OrdinalGEE
    from statsmodels.tools.sm_exceptions import ModelWarning

    people = len(codes)
    time, person = np.tile([[0.0], [1.0]], (people, 1)), np.repeat(np.arange(people), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other packages, and of overflow on the way
        warnings.simplefilter("error", ModelWarning)  # no convergence, a singular matrix
        try:
            model = OrdinalGEE(codes.reshape(-1), time, person, cov_struct=_shared_independence()())
            model.update_dep = False  # independence has no parameters that would be updated
            result = model.fit(start_params=_start(codes), maxiter=ITERATIONS)
            estimate, error = np.asarray(result.params)[-1], np.asarray(result.bse)[-1]
        except (ArithmeticError, ValueError, ModelWarning):  # LinAlgError is a ValueError
            return nan, nan
    return float(estimate), float(error)


def _start(codes: IntArray) -> FloatArray:
    """Solve the equations of the sums over all people, by Fisher scoring.

    With independence these are the equations of everybody. Here a step takes
    no loop over people, as statsmodels' steps do, of which one is left.
    """
    people, cuts = len(codes), int(codes.max())
    above = (codes[:, :, None] > np.arange(cuts)).sum(axis=0)  # (2, cuts)
    odds = logit((above + 0.5) / (people + 1))
    rise = (odds[1] - odds[0]).mean()
    coefficients: FloatArray = np.append(odds.mean(axis=0) - rise / 2, rise)
    designs = [np.column_stack([np.eye(cuts), np.full(cuts, time)]) for time in (0.0, 1.0)]
    for _ in range(ITERATIONS):
        score, information = np.zeros(cuts + 1), np.zeros((cuts + 1, cuts + 1))
        for design, seen in zip(designs, above, strict=True):
            mean = expit(design @ coefficients)
            slopes = design * (mean * (1 - mean))[:, None]
            weights = np.linalg.solve(np.minimum.outer(mean, mean) - np.outer(mean, mean), slopes)
            score += weights.T @ (seen - people * mean)
            information += people * weights.T @ slopes
        if np.abs(score).max() < 1e-8:  # statsmodels asks for 1e-6
            break
        coefficients = coefficients + np.linalg.solve(information, score)
    return coefficients


@cache
def _shared_independence() -> Any:
    """Class of the working covariance; all people have the same design, so one inverse a step."""
    from statsmodels.genmod.cov_struct import OrdinalIndependence

    class SharedIndependence(OrdinalIndependence):  # type: ignore[misc]  # statsmodels has no types
        def covariance_matrix_solve(
            self, expval: FloatArray, index: int, stdev: FloatArray, rhs: tuple[FloatArray, ...]
        ) -> list[FloatArray]:
            """Solve for the right-hand sides of one person."""
            del stdev  # the covariance is known from the means
            if index == 0:
                self.inverse = np.linalg.inv(self.covariance_matrix(expval, index)[0])
            return [self.inverse @ side for side in rhs]

    return SharedIndependence
