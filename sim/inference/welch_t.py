"""Welch's t test of the changes of two arms, which need not vary alike.

References
----------
Welch BL (1947). The generalization of 'Student's' problem when several different population
variances are involved. Biometrika 34, 28-35.
"""

import numpy as np

from sim.inference.arm_differences import arm_sums
from sim.inference.result import Difference, TestResult
from sim.inference.sample import Samples, Sizes
from sim.inference.two_arms import t_test
from sim.study import Analysis


def welch_t_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Welch's t test of the changes at every size, each arm with its variance.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        Treated people, then controls; `greater` looks for the first changing more.
    analysis : Analysis
        Its alternative and level.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E), as of
        :func:`sim.inference.two_arms.two_sample_t_curve`, with the degrees of
        freedom of Satterthwaite. Without two people in either arm there is no
        information.
    """
    return t_test(welch_difference(samples, sizes), analysis)


def welch_difference(samples: Samples, sizes: Sizes) -> Difference:
    """Give the difference of mean changes, its variance the sum of those of the arms' means."""
    arms = [arm_sums(*arm, after=False) for arm in zip(samples, sizes, strict=True)]
    a, b = arms
    both = np.maximum(a.n, 1) * np.maximum(b.n, 1)
    estimate = (a.y * b.n - b.y * a.n) / both
    # n times the squares about the mean, over n^2 (n - 1): the variance of the mean
    first, second = (arm.yy / np.maximum(arm.n**2 * (arm.n - 1), 1) for arm in arms)
    variance = first + second
    parts = first**2 / np.maximum(a.n - 1, 1) + second**2 / np.maximum(b.n - 1, 1)
    whole = (a.n + b.n - 2).astype(np.float64)  # where nobody varies any number will do
    freedom = np.divide(variance**2, parts, out=whole, where=parts > 0)
    enough = np.minimum(a.n, b.n) >= 2
    return Difference(estimate, variance, np.where(enough, freedom, 0.0), a.n + b.n)
