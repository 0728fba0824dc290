"""The bivariate normal distribution on rectangles."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, owens_t

from sim.arrays import FloatArray


def bivariate_normal_cdf(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> FloatArray:
    """Probability that two correlated standard normals lie below h and k.

    Parameters
    ----------
    h, k : array_like
        Upper limits; infinite ones are allowed.
    rho : array_like
        Correlation, -1 to 1.

    Returns
    -------
    ndarray
        P(X <= h, Y <= k), of the inputs' common shape; error below 1e-14.

    References
    ----------
    Owen DB (1956). Tables for computing bivariate normal probabilities.
    Annals of Mathematical Statistics 27, 1075-1090, eq. 2.1.
    """
    h, k, rho = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (h, k, rho)))
    result = np.empty(h.shape)
    edge = np.isinf(h) | np.isinf(k) | (np.abs(rho) == 1)
    result[edge] = _at_the_edge(h[edge], k[edge], rho[edge])
    result[~edge] = _by_owens_t(h[~edge], k[~edge], rho[~edge])
    return result


def _at_the_edge(h: FloatArray, k: FloatArray, rho: FloatArray) -> FloatArray:
    """Infinite limits and perfect correlation, where one variable settles the other."""
    lower, upper = ndtr(h), ndtr(k)
    together = np.minimum(lower, upper)
    apart = np.maximum(lower + upper - 1, 0)
    finite = np.isfinite(h) & np.isfinite(k)
    # with an infinite limit the smaller of the two is the answer whatever the correlation
    return np.where(finite & (rho == -1), apart, together)


def _by_owens_t(h: FloatArray, k: FloatArray, rho: FloatArray) -> FloatArray:
    spread = np.sqrt((1 - rho) * (1 + rho))
    with np.errstate(divide="ignore", invalid="ignore"):
        first = owens_t(h, (k - rho * h) / (h * spread))
        second = owens_t(k, (h - rho * k) / (k * spread))
    opposite = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    value = (ndtr(h) + ndtr(k)) / 2 - first - second - opposite / 2
    centre = 0.25 + np.arcsin(rho) / (2 * np.pi)
    return np.clip(np.where((h == 0) & (k == 0), centre, value), 0, 1)


def rectangle_table(
    row_cuts: FloatArray, column_cuts: FloatArray, rho: float | FloatArray
) -> FloatArray:
    """Probabilities of the cells that two sets of cut points make.

    Parameters
    ----------
    row_cuts, column_cuts : ndarray, shape (..., K - 1)
        Rising cut points of the two latent normals, of one table or several.
    rho : float, or ndarray of shape (..., 1, 1)
        Their correlation, or several.

    Returns
    -------
    ndarray, shape (..., K, K)
        Cell probabilities; rows and columns sum to the marginals.
    """
    rows, columns = map(_with_ends, (row_cuts, column_cuts))
    grid = bivariate_normal_cdf(rows[..., None], columns[..., None, :], rho)  # (..., K + 1, K + 1)
    cells = np.diff(np.diff(grid, axis=-2), axis=-1)  # (..., K, K)
    return np.maximum(cells, 0)


def _with_ends(cuts: FloatArray) -> FloatArray:
    """Cut points with the ends of the line."""
    ends = np.full((*cuts.shape[:-1], 1), np.inf)
    return np.concatenate([-ends, cuts, ends], axis=-1)


def cut_covariance(row_cuts: FloatArray, column_cuts: FloatArray, rho: float) -> float:
    """Covariance of two scores that are cut from correlated normals.

    Parameters
    ----------
    row_cuts, column_cuts : ndarray, shape (K - 1,)
        Rising cut points of the two latent normals.
    rho : float
        Their correlation; what rounding leaves beyond -1 or 1 is taken as that.

    Returns
    -------
    float
    """
    table = rectangle_table(row_cuts, column_cuts, min(max(rho, -1.0), 1.0))
    values = np.arange(1, len(table) + 1)
    expected = (table.sum(axis=1) @ values) * (table.sum(axis=0) @ values)
    return float(values @ table @ values - expected)
