"""Tests of treated people against controls: of the changes, or of the answers after."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.arm_differences import (
    ROUNDING,
    adjusted_difference,
    mean_difference,
    site_difference,
)
from sim.inference.result import MISSING, SIDE, Difference, TestResult
from sim.inference.sample import Samples, Sizes
from sim.inference.two_arms_kernels import fill_rank_sums
from sim.study import Analysis


def mann_whitney_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Wilcoxon-Mann-Whitney test of the changes at every size, by its normal approximation.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        Treated people, then controls; `greater` looks for the first changing more.
    analysis : Analysis
        Its alternative, and whether there is a continuity correction.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E). The statistic is U of the treated: in how
        many pairs they changed more, ties counting half. `informative` counts
        the people observed; an arm without any, or changes that are all tied,
        give no information. The variance is corrected for ties.
    """
    twice_u, ties, (first, second) = _rank_sums(samples, sizes)
    pairs, people = first * second, first + second
    ahead = 2 * (twice_u - pairs)  # four times U less its mean
    untied = people**3 - people - ties  # exactly 0 where all are tied
    known = (pairs > 0) & (untied > 0)
    slots = np.maximum(people * (people - 1), 1)
    spread = np.where(known, np.sqrt(pairs / slots * untied * (4 / 3)), 1.0)
    half = 2 if analysis.continuity else 0
    side = SIDE[analysis.alternative]
    if side == 0:
        tail = np.minimum(2 * ndtr(-(np.abs(ahead) - half) / spread), 1.0)
    else:
        tail = ndtr(-(side * ahead - half) / spread)
    return TestResult(
        np.where(known, tail, 1.0),
        twice_u / 2,
        np.where(known, np.sign(ahead), 0).astype(np.int8),
        np.where(known, people, 0).astype(np.int32),
    )


def _rank_sums(
    samples: Samples, sizes: Sizes
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    first, second = (
        np.ascontiguousarray(sample.changes.transpose(0, 2, 1)) for sample in samples
    )  # (R, E, N)
    rising = np.array(sizes, np.int64)
    seen = [changes[changes != MISSING] for changes in (first, second)]
    lowest = min(int(changes.min()) if changes.size else 0 for changes in seen)
    highest = max(int(changes.max()) if changes.size else 0 for changes in seen)
    shape = len(first), rising.shape[1], first.shape[1]
    twice_u, ties = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    numbers = np.zeros((2, *shape), np.int64)
    span = highest - lowest + 1
    fill_rank_sums(first, second, rising, lowest, span, twice_u, ties, numbers)
    return twice_u, ties, numbers


def mann_whitney_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """Relative effect of the changes less 1/2: P(treated more) + P(as much) / 2 - 1/2; (B,)."""
    reach = max(arm.reach for arm in arms)
    treated, controls = (arm.changes(reach) for arm in arms)
    below = np.cumsum(controls, axis=1) - controls / 2
    return np.asarray((treated * below).sum(axis=1) - 0.5)


def two_sample_t_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Student's t test of the changes at every size, the variance pooled.

    Parameters
    ----------
    samples, sizes, analysis
        As for :func:`mann_whitney_curve`; there is no continuity correction.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is t. Below three people or
        without an arm there is no information, nor where all change alike.
        Arms that differ and are constant each give p = 0. P-values above
        alpha are not exact, but above alpha: enough to decide, by any
        adjustment.
    """
    return t_test(mean_difference(samples, sizes), analysis)


def two_sample_t_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """Difference of mean changes, whose sign is judged as people, or sites, are added; (B,)."""
    return np.asarray(arms[0].mean_change() - arms[1].mean_change())


def ancova_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Analysis of covariance at every size: the score after on the score before and the arm.

    Parameters
    ----------
    samples, sizes, analysis
        As for :func:`two_sample_t_curve`.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is t of the arm's coefficient
        with n - 3 degrees of freedom. Where all of an arm had the same score
        before, in both arms, that score is left out of the model (n - 2). With
        nothing left over p is 0, or 1 where the coefficient is 0 as well.
    """
    return t_test(adjusted_difference(samples, sizes), analysis)


def ancova_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """Coefficient of the arm in the regression of everybody's score after on that before; (B,).

    The slope is that within arms, each of which counts by the people observed in it.
    """
    squares, products = 0.0, 0.0
    for arm in arms:
        before = arm.before - arm.mean(arm.before)[:, None]
        after = arm.after - arm.mean(arm.after)[:, None]
        squares = squares + (arm.weight * before**2).sum(axis=1)
        products = products + (arm.weight * before * after).sum(axis=1)
    slope = np.where(squares > ROUNDING, products / np.maximum(squares, ROUNDING), 0.0)
    treated, controls = arms
    apart = treated.mean(treated.before) - controls.mean(controls.before)
    return np.asarray(treated.mean(treated.after) - controls.mean(controls.after) - slope * apart)


def cluster_mean_two_sample_t_curve(
    samples: Samples, sizes: Sizes, analysis: Analysis
) -> TestResult:
    """Student's t test of the sites' mean changes at every size; sites count alike.

    Parameters
    ----------
    samples, sizes, analysis
        As for :func:`two_sample_t_curve`; a site of one arm has nothing to do
        with a site of the other.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E), as of :func:`two_sample_t_curve` with sites
        in the place of people; `informative` counts sites.
    """
    return t_test(site_difference(samples, sizes), analysis)


def t_test(difference: Difference, analysis: Analysis) -> TestResult:
    """Test a difference by t; its p-values up to alpha are exact, others above alpha."""
    estimate, variance, alpha = difference.estimate, difference.variance, analysis.alpha
    enough = difference.freedom > 0
    known = enough & ((variance > 0) | (estimate != 0))
    direction = np.sign(estimate)
    error = np.sqrt(np.where(variance > 0, variance, 1.0))
    infinite = np.where(direction == 0, 0.0, np.copysign(np.inf, direction))
    t = np.where(variance > 0, estimate / error, infinite)
    side, freedom = SIDE[analysis.alternative], np.maximum(difference.freedom, 1)
    against, sides = (-np.abs(t), 2) if side == 0 else (-side * t, 1)
    tail = sides * ndtr(against)
    # the tail of t is heavier than the normal one, on the side it lies
    needed = (tail <= alpha) | (alpha > 0.5)
    tail[needed] = sides * stdtr(freedom[needed], against[needed])
    return TestResult(
        np.where(known, tail, 1.0),
        np.where(enough, t, 0.0),
        np.where(known, direction, 0).astype(np.int8),
        np.where(known, difference.number, 0).astype(np.int32),
        difference,
    )
