"""Differences between treated people and controls, and how well they are known, at every size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.clustered_kernels import fill_site_means
from sim.inference.result import Difference, IntArray
from sim.inference.sample import Sample, Samples, Sizes
from sim.inference.two_arms_kernels import fill_sums

ROUNDING = 1e-12
"""Differences and sums of squares of site means that are held to be none, in units of a score."""
CANCELLED = 1e-6
"""Share of what was subtracted below which a difference is computed again in whole numbers."""


@dataclass(frozen=True, eq=False)
class ArmSums:
    """Of one arm at each size: people, sums of x and y, and n times the squares about the means."""

    n: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    xx: NDArray[np.int64]
    xy: NDArray[np.int64]
    yy: NDArray[np.int64]


def mean_difference(samples: Samples, sizes: Sizes) -> Difference:
    """Give the difference of mean changes, its variance by people, pooled over the arms."""
    a, b = (arm_sums(*arm, after=False) for arm in zip(samples, sizes, strict=True))
    numbers = _one(a.n), _one(b.n)
    difference = (a.y * b.n - b.y * a.n) / (numbers[0] * numbers[1])
    return pooled(difference, a.yy / numbers[0] + b.yy / numbers[1], (a.n, b.n))


def site_difference(samples: Samples, sizes: Sizes) -> Difference:
    """Give the difference of the means of the sites' mean changes, its variance by sites."""
    (a, mean, squares), (b, other, others) = map(_site_means, samples, sizes)
    difference, whole = mean - other, squares + others
    scale = np.maximum(np.abs(mean) + np.abs(other), 1.0)
    difference = np.where(np.abs(difference) <= ROUNDING * scale, 0.0, difference)
    return pooled(difference, np.where(whole <= ROUNDING, 0.0, whole), (a, b))


def pooled(
    difference: FloatArray, squares: FloatArray, numbers: tuple[IntArray, IntArray]
) -> Difference:
    """Give a difference of two means with its variance, pooled over the arms.

    `squares` are those about the means of the arms, `numbers` how many values
    each arm has; there are no degrees of freedom without an arm.
    """
    a, b = numbers
    freedom = np.where((a > 0) & (b > 0), a + b - 2, 0).astype(np.int64)
    variance = squares / _one(freedom) * (1 / _one(a) + 1 / _one(b))
    return Difference(difference, variance, freedom, (a + b).astype(np.int64))


def adjusted_difference(samples: Samples, sizes: Sizes) -> Difference:
    """Give the difference of mean scores after among people with the same score before.

    The slope is that within arms. Where either is next to nothing after
    cancellation, difference and residuals are computed in whole numbers: they
    decide between p = 0 and p = 1 where a few people fit the model exactly.
    """
    a, b = (arm_sums(*arm, after=True) for arm in zip(samples, sizes, strict=True))
    first, second = _one(a.n), _one(b.n)
    both = first * second
    of_a_and_b = (a.xx, b.xx), (a.xy, b.xy), (a.yy, b.yy)
    xx, xy, yy = (of_a / first + of_b / second for of_a, of_b in of_a_and_b)
    level = xx == 0  # the score before is left out; xy is 0 as well
    divisor = np.where(level, 1.0, xx)
    slope = xy / divisor
    apart, raw = (a.x * b.n - b.x * a.n) / both, (a.y * b.n - b.y * a.n) / both
    estimate, left = raw - slope * apart, yy - slope * xy
    freedom = np.where((a.n > 0) & (b.n > 0), np.maximum(a.n + b.n - 3 + level, 0), 0)
    cancelled = np.abs(estimate) < CANCELLED * (np.abs(raw) + np.abs(slope * apart))
    doubtful = np.nonzero((freedom > 0) & (cancelled | (left < CANCELLED * yy)))
    estimate[doubtful], left[doubtful] = _exactly(a, b, doubtful)
    widening = np.where(level, 0.0, apart**2 / divisor)
    variance = left / _one(freedom) * (1 / first + 1 / second + widening)
    return Difference(estimate, variance, freedom, a.n + b.n)


def _exactly(a: ArmSums, b: ArmSums, where: tuple[IntArray, ...]) -> tuple[FloatArray, FloatArray]:
    """Give coefficient and residual sum of squares by whole numbers of any length."""
    first, second = a.n[where].astype(object), b.n[where].astype(object)
    xx, xy, yy = (
        second * of_a[where] + first * of_b[where]
        for of_a, of_b in ((a.xx, b.xx), (a.xy, b.xy), (a.yy, b.yy))
    )
    xx = np.where(xx == 0, 1, xx)  # xy is 0 as well then: x is left out
    apart = a.x[where] * second - b.x[where] * first
    raw = a.y[where] * second - b.y[where] * first
    whole = xx * first * second
    estimate, left = (raw * xx - xy * apart) / whole, (yy * xx - xy * xy) / whole
    return estimate.astype(np.float64), left.astype(np.float64)


def arm_sums(sample: Sample, sizes: NDArray[np.int64], *, after: bool) -> ArmSums:
    """Sum x, the score before, and y, the change or the score after, at every size."""
    changes, before = (
        np.ascontiguousarray(part.transpose(0, 2, 1)) for part in (sample.changes, sample.before)
    )  # (R, E, N)
    shape = (6, len(changes), len(sizes), changes.shape[1])
    sums = np.empty(shape, np.int64)
    fill_sums(changes, before, np.asarray(sizes, np.int64), after, sums)
    n, x, y, xx, xy, yy = sums
    return ArmSums(n, x, y, n * xx - x**2, n * xy - x * y, n * yy - y**2)


def _site_means(
    sample: Sample, sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    by_endpoint = np.ascontiguousarray(sample.changes.transpose(0, 2, 1))  # (R, E, N)
    shape = len(sample.changes), len(sizes), sample.changes.shape[2]
    number, mean, squares = np.zeros(shape, np.int32), np.zeros(shape), np.zeros(shape)
    sites = np.ascontiguousarray(sample.sites, np.int64)
    fill_site_means(by_endpoint, sites, np.asarray(sizes, np.int64), number, mean, squares)
    return number, mean, squares


def _one(numbers: IntArray) -> NDArray[np.int64]:
    return np.maximum(numbers, 1).astype(np.int64)
