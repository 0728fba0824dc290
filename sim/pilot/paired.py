"""Change and correlation of paired scores, from their table of counts."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from sim.arrays import FloatArray

IntArray = NDArray[np.int64]

Ends = tuple[float, float, float]
"""Estimate, lower end, upper end."""
_UNDEFINED = (np.nan, np.nan, np.nan)


def _pairs(table: IntArray) -> IntArray:
    """Scores (pre, post) of every person of a table, shape (2, n)."""
    return 1 + np.repeat(np.indices(table.shape).reshape(2, -1), table.ravel(), axis=1)


def mean_change(table: IntArray, confidence: float) -> Ends:
    """Mean change in points with its t interval; no interval below two people.

    Where all change alike the interval has no width.
    """
    pre, post = _pairs(table)
    change = post - pre
    if not len(change):
        return _UNDEFINED
    mean = float(change.mean())
    if len(change) < 2:
        return mean, np.nan, np.nan
    error = float(change.std(ddof=1)) / np.sqrt(len(change))
    half = float(stdtrit(len(change) - 1, (1 + confidence) / 2)) * error
    return mean, mean - half, mean + half


def pearson(table: IntArray, confidence: float) -> Ends:
    """Pearson's correlation with the interval by Fisher's z, of variance 1 / (n - 3)."""
    pre, post = _pairs(table)
    return _fisher_interval(_correlation(pre, post), len(pre), 1.0, confidence)


def spearman(table: IntArray, confidence: float) -> Ends:
    """Spearman's correlation (midranks), with variance (1 + r^2 / 2) / (n - 3) of Fisher's z.

    References
    ----------
    Bonett DG, Wright TA (2000). Psychometrika 65, 23-28.
    """
    pre, post = _pairs(table)
    r = _correlation(_ridits(table.sum(axis=1))[pre - 1], _ridits(table.sum(axis=0))[post - 1])
    return _fisher_interval(r, len(pre), 1 + r**2 / 2, confidence)


def _correlation(x: IntArray | FloatArray, y: IntArray | FloatArray) -> float:
    if len(x) < 2 or (x == x[0]).all() or (y == y[0]).all():
        return float("nan")
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))


def _ridits(counts: IntArray) -> FloatArray:
    """Midranks of the points, as they rise."""
    return np.asarray(np.cumsum(counts) - counts / 2, dtype=np.float64)


def _fisher_interval(r: float, n: int, variance: float, confidence: float) -> Ends:
    """Interval by Fisher's z; none at -1 or 1, where z is infinite, nor below four people."""
    if n < 4 or not abs(r) < 1 - 1e-12:
        return r, np.nan, np.nan
    half = float(ndtri((1 + confidence) / 2)) * np.sqrt(variance / (n - 3))
    return r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))
