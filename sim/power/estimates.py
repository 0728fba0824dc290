"""Estimates that never come without their Monte Carlo error and denominator."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """A simulated quantity.

    Attributes
    ----------
    value : ndarray
        The estimate.
    mcse : ndarray
        Its Monte Carlo standard error (Morris, White & Crowther 2019, table 6).
    low, high : ndarray
        Its 95% interval; for a proportion Wilson's.
    replicates : int
        Its denominator.
    """

    value: FloatArray
    mcse: FloatArray
    low: FloatArray
    high: FloatArray
    replicates: int


def proportion(count: ArrayLike, replicates: int) -> Estimate:
    """Estimate a probability from the replicates in which something happened.

    Parameters
    ----------
    count : array_like of int
        Replicates in which it happened, 0 to `replicates`.
    replicates : int
        Number of replicates.

    Returns
    -------
    Estimate
        With the binomial standard error and Wilson's 95% interval.
    """
    value = np.asarray(count, dtype=np.float64) / replicates
    low, high = wilson_interval(value, replicates)
    return Estimate(value, np.sqrt(value * (1 - value) / replicates), low, high, replicates)


def wilson_interval(
    value: FloatArray, replicates: int, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval of a proportion.

    Parameters
    ----------
    value : ndarray
        Observed proportions.
    replicates : int
        Their denominator.
    confidence : float
        Coverage aimed at, above 0 and below 1.

    Returns
    -------
    low, high : ndarray

    References
    ----------
    Wilson EB (1927). Journal of the American Statistical Association 22, 209-212.
    """
    z = ndtri((1 + confidence) / 2)
    shrink = 1 + z**2 / replicates
    centre = (value + z**2 / (2 * replicates)) / shrink
    spread = np.sqrt(value * (1 - value) / replicates + (z / (2 * replicates)) ** 2)
    half = z / shrink * spread
    # at 0 and 1 the ends are exact; rounding must not carry them past
    low = np.where(value == 0, 0.0, np.clip(centre - half, 0, 1))
    return low, np.where(value == 1, 1.0, np.clip(centre + half, 0, 1))


def mean_of_sums(
    total: ArrayLike, squares: ArrayLike, replicates: int, scale: FloatArray
) -> Estimate:
    """Estimate a mean from sums over replicates.

    Parameters
    ----------
    total, squares : array_like of int
        Sum over replicates of a replicate's sum, and of its square.
    replicates : int
        Number of replicates, at least 2.
    scale : ndarray
        What a replicate's sum is divided by, such as its number of participants.

    Returns
    -------
    Estimate
        With the standard error of the mean and a normal 95% interval.
    """
    total, squares = np.asarray(total, np.float64), np.asarray(squares, np.float64)
    mean = total / replicates
    variance = np.maximum(squares - total * mean, 0) / (replicates - 1)
    value, mcse = mean / scale, np.sqrt(variance / replicates) / scale
    reach = ndtri(0.975) * mcse
    return Estimate(value, mcse, value - reach, value + reach, replicates)
