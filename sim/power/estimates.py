"""Estimates that never come without their Monte Carlo error and denominator."""

from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from sim.arrays import BoolArray, FloatArray, IntArray

Engine = Literal["monte_carlo", "exact", "sampled"]
MONTE_CARLO: Engine = "monte_carlo"
EXACT: Engine = "exact"
SAMPLED: Engine = "sampled"
"""Of sampled absolute changes, their signs summed out."""
Z95 = float(ndtri(0.975))


@dataclass(frozen=True, eq=False)
class Estimate:
    """A quantity with its error; all fields have one shape.

    Attributes
    ----------
    value : ndarray
        The estimate; NaN where it is not defined.
    mcse : ndarray
        Its Monte Carlo standard error (Morris, White & Crowther 2019, table
        6); 0 where it is exact.
    low, high : ndarray
        Its 95% interval; for a proportion Wilson's.
    replicates : ndarray of int
        Its denominator: how many replicates it rests on; 0 where it is exact.
    sampled : ndarray of bool, optional
        Where replicates are draws of absolute changes, their signs summed out; by default nowhere.
    """

    value: FloatArray
    mcse: FloatArray
    low: FloatArray
    high: FloatArray
    replicates: IntArray
    sampled: BoolArray | None = None

    def __post_init__(self) -> None:
        if self.sampled is None:
            object.__setattr__(self, "sampled", np.zeros(np.shape(self.value), np.bool_))

    def engine(self, at: tuple[int, ...]) -> Engine:
        """Tell what the value at a place comes from."""
        if not self.replicates[at]:
            return EXACT
        return SAMPLED if self.sampled is not None and self.sampled[at] else MONTE_CARLO


def proportion(count: ArrayLike, replicates: ArrayLike) -> Estimate:
    """Estimate a probability from the replicates in which something happened.

    Parameters
    ----------
    count : array_like of int
        Replicates in which it happened, 0 to `replicates`.
    replicates : array_like of int
        Number of replicates it could have happened in; where 0, undefined.

    Returns
    -------
    Estimate
        With the binomial standard error and Wilson's 95% interval.
    """
    count, of = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(replicates))
    base = np.where(of > 0, of, np.nan)
    value = count / base
    low, high = wilson_interval(value, base)
    mcse = np.sqrt(value * (1 - value) / base)
    return Estimate(value, mcse, low, high, of.astype(np.int64))


def wilson_interval(
    value: FloatArray, replicates: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval of a proportion.

    Parameters
    ----------
    value : ndarray
        Observed proportions.
    replicates : array_like
        Their denominators.
    confidence : float
        Coverage aimed at, above 0 and below 1.

    Returns
    -------
    low, high : ndarray

    References
    ----------
    Wilson EB (1927). Journal of the American Statistical Association 22, 209-212.
    """
    z = float(ndtri((1 + confidence) / 2))
    of = np.asarray(replicates, dtype=np.float64)
    shrink = 1 + z**2 / of
    centre = (value + z**2 / (2 * of)) / shrink
    spread = np.sqrt(value * (1 - value) / of + (z / (2 * of)) ** 2)
    half = z / shrink * spread
    # at 0 and 1 the ends are exact; rounding must not carry them past
    low = np.where(value == 0, 0.0, np.clip(centre - half, 0, 1))
    return low, np.where(value == 1, 1.0, np.clip(centre + half, 0, 1))


def mean(total: ArrayLike, squares: ArrayLike, replicates: ArrayLike, scale: ArrayLike) -> Estimate:
    """Estimate a mean from a sum over replicates.

    Parameters
    ----------
    total, squares : array_like
        Sum over replicates of some quantity, and of its square.
    replicates : array_like of int
        How many replicates were summed; where below 2, undefined.
    scale : array_like
        What the quantity is divided by, such as the number of participants.

    Returns
    -------
    Estimate
        With the standard error of the mean and a normal 95% interval.
    """
    of = np.asarray(replicates, dtype=np.float64)
    base = np.where(of >= 2, of, np.nan)
    sums = np.asarray(total, dtype=np.float64)
    average = sums / base
    variance = np.maximum(np.asarray(squares, np.float64) - sums * average, 0) / (base - 1)
    by = np.asarray(scale, dtype=np.float64)
    value, mcse = np.broadcast_arrays(average / by, np.sqrt(variance / base) / by)
    counts = np.broadcast_to(np.where(of >= 2, of, 0), value.shape).astype(np.int64)
    return Estimate(value, mcse, value - Z95 * mcse, value + Z95 * mcse, counts)


def moved(estimate: Estimate, by: ArrayLike) -> Estimate:
    """Estimate of the same quantity less a known one."""
    known = np.asarray(by, dtype=np.float64)
    return replace(
        estimate,
        value=estimate.value - known,
        low=estimate.low - known,
        high=estimate.high - known,
    )


def exactly(value: FloatArray) -> Estimate:
    """Wrap a quantity that has no Monte Carlo error."""
    return Estimate(value, np.zeros_like(value), value, value, np.zeros(value.shape, np.int64))


def with_columns(estimate: Estimate, columns: dict[int, Estimate]) -> Estimate:
    """Replace columns of an estimate (K, E) by others (K,)."""
    result = Estimate(*(getattr(estimate, part.name).copy() for part in fields(Estimate)))
    for place, other in columns.items():
        for part in fields(Estimate):
            getattr(result, part.name)[:, place] = getattr(other, part.name)
    return result


def column(estimate: Estimate, k: int) -> Estimate:
    """One column of an estimate (K, E, ...), with shape (K, ...)."""
    return Estimate(*(getattr(estimate, part.name)[:, k] for part in fields(Estimate)))


def as_column(estimate: Estimate) -> Estimate:
    """Estimate (K,) as the one column of another, with shape (K, 1)."""
    return Estimate(*(getattr(estimate, part.name)[:, None] for part in fields(Estimate)))
