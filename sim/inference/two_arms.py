"""Tests of the mentored against controls, and the estimates that go with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from sim.inference.answer_distribution import AnswerDistribution
from sim.inference.arm_differences import (
    ROUNDING,
    Arm,
    Difference,
    adjusted_difference,
    mean_difference,
    site_difference,
)
from sim.inference.result import MISSING, SIDE, FloatArray, TestResult
from sim.inference.two_arms_kernels import fill_rank_sums
from sim.study import Analysis

__all__ = [
    "ARMS_ESTIMANDS",
    "DIFFERENCES",
    "TWO_ARMS",
    "Arm",
    "ArmsCurve",
    "ArmsEstimate",
    "Differ",
    "ancova_curve",
    "cluster_mean_two_sample_t_curve",
    "compare_arms",
    "mann_whitney_curve",
    "two_sample_t_curve",
]

Differ = Callable[[Arm, Arm], Difference]
"""mentored, controls -> by how much they differ, fields of shape (R, K, E)."""


@dataclass(frozen=True, eq=False)
class ArmsEstimate:
    """By how much the mentored change more than controls; every field has shape (R, K, E).

    Attributes
    ----------
    estimate, standard_error : ndarray of float64
        0 where there is no estimate.
    freedom : ndarray of int64
        Degrees of freedom of the standard error; 0 where there is no estimate.
    """

    estimate: FloatArray
    standard_error: FloatArray
    freedom: NDArray[np.int64]


def mann_whitney_curve(mentored: Arm, controls: Arm, analysis: Analysis) -> TestResult:
    """Wilcoxon-Mann-Whitney test of the changes at every size, by its normal approximation.

    Parameters
    ----------
    mentored, controls : Arm
        The arms; `greater` looks for the mentored changing more.
    analysis : Analysis
        Its alternative, and whether there is a continuity correction.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E). The statistic is U of the mentored: in how
        many pairs they changed more, ties counting half. `informative` counts
        the people observed; an arm without any, or changes that are all tied,
        give no information. The variance is corrected for ties.
    """
    twice_u, ties, (first, second) = _rank_sums(mentored, controls)
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
    mentored: Arm, controls: Arm
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    first, second = (
        np.ascontiguousarray(arm.changes.transpose(0, 2, 1)) for arm in (mentored, controls)
    )  # (R, E, N)
    sizes = np.array([mentored.sizes, controls.sizes], np.int64)
    seen = [changes[changes != MISSING] for changes in (first, second)]
    lowest = min(int(own.min()) if own.size else 0 for own in seen)
    highest = max(int(own.max()) if own.size else 0 for own in seen)
    shape = len(mentored.changes), sizes.shape[1], mentored.changes.shape[2]
    twice_u, ties = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    numbers = np.zeros((2, *shape), np.int64)
    span = highest - lowest + 1
    fill_rank_sums(first, second, sizes, lowest, span, twice_u, ties, numbers)
    return twice_u, ties, numbers


def mann_whitney_estimand(mentored: AnswerDistribution, controls: AnswerDistribution) -> FloatArray:
    """Relative effect of the changes less 1/2: P(mentored more) + P(as much) / 2 - 1/2; (B,)."""
    reach = max(mentored.reach, controls.reach)
    own, other = mentored.changes(reach), controls.changes(reach)
    below = np.cumsum(other, axis=1) - other / 2
    return np.asarray((own * below).sum(axis=1) - 0.5)


def two_sample_t_curve(mentored: Arm, controls: Arm, analysis: Analysis) -> TestResult:
    """Student's t test of the changes at every size, the variance pooled.

    Parameters
    ----------
    mentored, controls, analysis
        As for :func:`mann_whitney_curve`; there is no continuity correction.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is t. Below three people or
        without an arm there is no information, nor where all change alike.
        Arms that differ and are constant each give p = 0.
    """
    return _t_test(mean_difference(mentored, controls), analysis)


def two_sample_t_estimand(mentored: AnswerDistribution, controls: AnswerDistribution) -> FloatArray:
    """Difference of mean changes, whose sign is found as people, or sites, are added; (B,)."""
    return np.asarray(mentored.mean_change() - controls.mean_change())


def ancova_curve(mentored: Arm, controls: Arm, analysis: Analysis) -> TestResult:
    """Analysis of covariance at every size: the score after on the score before and the arm.

    Parameters
    ----------
    mentored, controls, analysis
        As for :func:`two_sample_t_curve`.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is t of the arm's coefficient
        with n - 3 degrees of freedom. Where all of an arm had the same score
        before, in both arms, that score is left out of the model (n - 2). With
        nothing left over p is 0, or 1 where the coefficient is 0 as well.
    """
    return _t_test(adjusted_difference(mentored, controls), analysis)


def ancova_estimand(mentored: AnswerDistribution, controls: AnswerDistribution) -> FloatArray:
    """Coefficient of the arm in the regression of everybody's score after on that before; (B,).

    The slope is that within arms, each of which counts by the people observed in it.
    """
    squares, products = 0.0, 0.0
    for arm in (mentored, controls):
        before = arm.before - arm.mean(arm.before)[:, None]
        after = arm.after - arm.mean(arm.after)[:, None]
        squares = squares + (arm.weight * before**2).sum(axis=1)
        products = products + (arm.weight * before * after).sum(axis=1)
    slope = np.where(squares > ROUNDING, products / np.maximum(squares, ROUNDING), 0.0)
    apart = mentored.mean(mentored.before) - controls.mean(controls.before)
    return np.asarray(mentored.mean(mentored.after) - controls.mean(controls.after) - slope * apart)


def cluster_mean_two_sample_t_curve(mentored: Arm, controls: Arm, analysis: Analysis) -> TestResult:
    """Student's t test of the sites' mean changes at every size; sites count alike.

    Parameters
    ----------
    mentored, controls, analysis
        As for :func:`two_sample_t_curve`; a site of one arm has nothing to do
        with a site of the other.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E), as of :func:`two_sample_t_curve` with sites
        in the place of people; `informative` counts sites.
    """
    return _t_test(site_difference(mentored, controls), analysis)


def _t_test(found: Difference, analysis: Analysis, matters: float = 1.0) -> TestResult:
    """Test by t; p-values are exact up to `matters`, beyond which only that they are is sure."""
    enough = found.freedom > 0
    known = enough & ((found.variance > 0) | (found.estimate != 0))
    direction = np.sign(found.estimate)
    error = np.sqrt(np.where(found.variance > 0, found.variance, 1.0))
    infinite = np.where(direction == 0, 0.0, np.copysign(np.inf, direction))
    t = np.where(found.variance > 0, found.estimate / error, infinite)
    side, freedom = SIDE[analysis.alternative], np.maximum(found.freedom, 1)
    against, sides = (-np.abs(t), 2) if side == 0 else (-side * t, 1)
    tail = sides * ndtr(against)
    # the tail of t is heavier than the normal one, on its own side
    needed = (tail <= matters) | (matters > 0.5)
    tail[needed] = sides * stdtr(freedom[needed], against[needed])
    return TestResult(
        np.where(known, tail, 1.0),
        np.where(enough, t, 0.0),
        np.where(known, direction, 0).astype(np.int8),
        np.where(known, found.number, 0).astype(np.int32),
    )


def _estimated(found: Difference) -> ArmsEstimate:
    known = found.freedom > 0
    error = np.sqrt(np.where(known, found.variance, 0.0))
    return ArmsEstimate(np.where(known, found.estimate, 0.0), error, found.freedom)


def compare_arms(
    mentored: Arm, controls: Arm, analysis: Analysis, differ: Differ | None = None
) -> tuple[TestResult, ArmsEstimate]:
    """Test the difference between two arms, and estimate it, at every size.

    Parameters
    ----------
    mentored, controls : Arm
        The arms.
    analysis : Analysis
        Test and options.
    differ : callable, optional
        What is estimated, where that is not the difference that goes with the test.

    Returns
    -------
    TestResult, ArmsEstimate
        Fields of shape (R, K, E). P-values of t tests above alpha are not
        exact, but above alpha: enough to decide, by any adjustment.
    """
    found = DIFFERENCES[analysis.test](mentored, controls)
    by_ranks = analysis.test == "mann_whitney"
    test = (
        mann_whitney_curve(mentored, controls, analysis)
        if by_ranks
        else _t_test(found, analysis, analysis.alpha)
    )
    return test, _estimated(found if differ is None else differ(mentored, controls))


ArmsEstimand = Callable[[AnswerDistribution, AnswerDistribution], FloatArray]
"""mentored and controls, each as many per person of the study -> what their test estimates, (B,)"""

ARMS_ESTIMANDS: dict[str, ArmsEstimand] = {
    "mann_whitney": mann_whitney_estimand,
    "ancova": ancova_estimand,
    "two_sample_t": two_sample_t_estimand,
    "cluster_mean_two_sample_t": two_sample_t_estimand,
}

ArmsCurve = Callable[[Arm, Arm, Analysis], TestResult]
"""mentored, controls, options -> fields of shape (R, K, E)."""

TWO_ARMS: dict[str, ArmsCurve] = {
    "mann_whitney": mann_whitney_curve,
    "ancova": ancova_curve,
    "two_sample_t": two_sample_t_curve,
    "cluster_mean_two_sample_t": cluster_mean_two_sample_t_curve,
}

DIFFERENCES: dict[str, Differ] = {
    "mann_whitney": mean_difference,
    "ancova": adjusted_difference,
    "two_sample_t": mean_difference,
    "cluster_mean_two_sample_t": site_difference,
}
"""The effect that goes with each test: differences of mean changes, adjusted, or of site means."""
