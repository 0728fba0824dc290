"""Compiled adjustments: each fills adjusted p-values (rows, m) from p-values (rows, m)."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

from math import expm1, log1p

import numpy as np

from sim.compute.compiled import njit


@njit
def bonferroni(rows, adjusted):
    """Multiply by the number of hypotheses."""
    m = rows.shape[1]
    for r in range(rows.shape[0]):
        for j in range(m):
            adjusted[r, j] = min(1.0, m * rows[r, j])


@njit
def sidak(rows, adjusted):
    """Single step: 1 - (1 - p)^m."""
    m = rows.shape[1]
    for r in range(rows.shape[0]):
        for j in range(m):
            p = rows[r, j]
            adjusted[r, j] = 1.0 if p >= 1.0 else -expm1(m * log1p(-p))


@njit
def _order(row, order):
    """Insertion sort of the places of a short row."""
    for j in range(row.size):
        k = j
        while k > 0 and row[order[k - 1]] > row[j]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = j


@njit
def holm(rows, adjusted):
    """Step down: (m - j + 1) times the j-th smallest, made monotone."""
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        highest = 0.0
        for j in range(m):
            highest = max(highest, min(1.0, (m - j) * rows[r, order[j]]))
            adjusted[r, order[j]] = highest


@njit
def holm_sidak(rows, adjusted):
    """Step down: 1 - (1 - p)^(m - j + 1) of the j-th smallest, made monotone."""
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        highest = 0.0
        for j in range(m):
            p = rows[r, order[j]]
            highest = max(highest, 1.0 if p >= 1.0 else -expm1((m - j) * log1p(-p)))
            adjusted[r, order[j]] = highest


@njit
def fixed_sequence(rows, adjusted):
    """In the order given: the largest so far."""
    for r in range(rows.shape[0]):
        highest = 0.0
        for j in range(rows.shape[1]):
            highest = max(highest, rows[r, j])
            adjusted[r, j] = highest


@njit
def _step_up(rows, factors, adjusted):
    """Step up: the factor of step j times the j-th smallest, made monotone from the largest."""
    m = rows.shape[1]
    order = np.empty(m, np.int64)
    for r in range(rows.shape[0]):
        _order(rows[r], order)
        lowest = 1.0
        for j in range(m - 1, -1, -1):
            lowest = min(lowest, factors[j] * rows[r, order[j]])
            adjusted[r, order[j]] = lowest


@njit
def hochberg(rows, adjusted):
    """Step up with the same factors as Holm."""
    m = rows.shape[1]
    _step_up(rows, m - np.arange(m), adjusted)


@njit
def benjamini_hochberg(rows, adjusted):
    """Step up: m / j times the j-th smallest."""
    m = rows.shape[1]
    _step_up(rows, m / np.arange(1, m + 1), adjusted)


@njit
def benjamini_yekutieli(rows, adjusted):
    """Benjamini-Hochberg times the harmonic sum."""
    m = rows.shape[1]
    harmonic = 0.0
    for j in range(m):
        harmonic += 1.0 / (j + 1)
    _step_up(rows, harmonic * m / np.arange(1, m + 1), adjusted)


@njit
def hommel(rows, adjusted):
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
                simes_bound = min(s * rows[r, order[j]], simes) if j <= m - s else last
                bound[j] = max(bound[j], simes_bound)
        for j in range(m):
            adjusted[r, order[j]] = min(1.0, bound[j])
