"""Multiplicity adjustment of p-values, compiled, one row at a time.

References
----------
Holm S (1979). Scandinavian Journal of Statistics 6, 65-70.
Hochberg Y (1988). Biometrika 75, 800-802.
Hommel G (1988). Biometrika 75, 383-386; algorithm of Wright SP (1992), Biometrics 48, 1005-1013.
Sidak Z (1967). Journal of the American Statistical Association 62, 626-633.
Benjamini Y, Hochberg Y (1995). Journal of the Royal Statistical Society B 57, 289-300.
Benjamini Y, Yekutieli D (2001). Annals of Statistics 29, 1165-1188.
"""

from collections.abc import Callable
from math import expm1, log1p

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.inference.result import FloatArray


def adjust(pvalues: ArrayLike, method: str) -> FloatArray:
    """Adjust p-values for multiplicity within each row.

    Hochberg, Hommel and Benjamini-Hochberg promise their level under
    positive dependence only.

    Parameters
    ----------
    pvalues : array_like, shape (..., m)
        P-values between 0 and 1, one family on the last axis.
    method : str
        A name in ``ADJUSTMENTS``: none, bonferroni, sidak, holm, hochberg,
        hommel, benjamini_hochberg, benjamini_yekutieli.

    Returns
    -------
    ndarray, shape (..., m)
        Adjusted p-values, at most 1; reject where they are at most alpha.

    Raises
    ------
    ValueError
        Where the method is unknown or a p-value lies outside 0 to 1.

    Examples
    --------
    >>> adjust([0.01, 0.04, 0.03], "holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    if method not in ADJUSTMENTS:
        raise ValueError(f"method: {method!r} must be one of {', '.join(ADJUSTMENTS)}")
    array = np.array(pvalues, dtype=np.float64)
    if not ((array >= 0) & (array <= 1)).all():
        raise ValueError("pvalues must lie between 0 and 1")
    return adjust_rows(array, method)


def adjust_rows(pvalues: FloatArray, method: str) -> FloatArray:
    """Adjust p-values known to be valid; shape (..., m) in and out."""
    kernel = ADJUSTMENTS[method]
    if kernel is None or pvalues.size == 0:
        return pvalues
    rows = np.ascontiguousarray(pvalues).reshape(-1, pvalues.shape[-1])  # (rows, m)
    adjusted = np.empty_like(rows)
    kernel(rows, adjusted)
    return adjusted.reshape(pvalues.shape)


@numba.njit(cache=True)
def _bonferroni(rows, adjusted):  # type: ignore[no-untyped-def]  # pragma: no cover
    m = rows.shape[1]
    for r in range(rows.shape[0]):
        for j in range(m):
            adjusted[r, j] = min(1.0, m * rows[r, j])


@numba.njit(cache=True)
def _sidak(rows, adjusted):  # type: ignore[no-untyped-def]  # pragma: no cover
    m = rows.shape[1]
    for r in range(rows.shape[0]):
        for j in range(m):
            p = rows[r, j]
            adjusted[r, j] = 1.0 if p >= 1.0 else -expm1(m * log1p(-p))


@numba.njit(cache=True)
def _order(row, order):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Insertion sort of the places of a short row."""
    for j in range(row.size):
        k = j
        while k > 0 and row[order[k - 1]] > row[j]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = j


@numba.njit(cache=True)
def _holm(rows, adjusted):  # type: ignore[no-untyped-def]  # pragma: no cover
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        highest = 0.0
        for j in range(m):
            highest = max(highest, min(1.0, (m - j) * rows[r, order[j]]))
            adjusted[r, order[j]] = highest


@numba.njit(cache=True)
def _hochberg(rows, adjusted):  # type: ignore[no-untyped-def]  # pragma: no cover
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        lowest = 1.0
        for j in range(m - 1, -1, -1):
            lowest = min(lowest, (m - j) * rows[r, order[j]])
            adjusted[r, order[j]] = lowest


@numba.njit(cache=True)
def _benjamini_hochberg(rows, adjusted):  # type: ignore[no-untyped-def]  # pragma: no cover
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        lowest = 1.0
        for j in range(m - 1, -1, -1):
            lowest = min(lowest, m / (j + 1) * rows[r, order[j]])
            adjusted[r, order[j]] = lowest


@numba.njit(cache=True)
def _benjamini_yekutieli(rows, adjusted):  # type: ignore[no-untyped-def]  # pragma: no cover
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    harmonic = 0.0
    for j in range(m):
        harmonic += 1.0 / (j + 1)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        lowest = 1.0
        for j in range(m - 1, -1, -1):
            lowest = min(lowest, harmonic * m / (j + 1) * rows[r, order[j]])
            adjusted[r, order[j]] = lowest


@numba.njit(cache=True)
def _hommel(rows, adjusted):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Simes tests of every subset size: with s hypotheses left, the bound over their largest."""
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    bound = np.empty(m)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        whole = 1.0
        for j in range(m):
            whole = min(whole, m / (j + 1) * rows[r, order[j]])
        for j in range(m):
            bound[j] = max(whole, rows[r, order[j]])
        for s in range(m - 1, 1, -1):
            simes = np.inf
            for j in range(m - s + 1, m):
                simes = min(simes, s * rows[r, order[j]] / (j - (m - s) + 1))
            last = min(s * rows[r, order[m - s]], simes)
            for j in range(m):
                own = min(s * rows[r, order[j]], simes) if j <= m - s else last
                bound[j] = max(bound[j], own)
        for j in range(m):
            adjusted[r, order[j]] = min(1.0, bound[j])


Kernel = Callable[[NDArray[np.float64], NDArray[np.float64]], None]

ADJUSTMENTS: dict[str, Kernel | None] = {
    "none": None,
    "bonferroni": _bonferroni,
    "sidak": _sidak,
    "holm": _holm,
    "hochberg": _hochberg,
    "hommel": _hommel,
    "benjamini_hochberg": _benjamini_hochberg,
    "benjamini_yekutieli": _benjamini_yekutieli,
}
