"""Correlation of the latent normals behind a table of two ordered answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, ndtr

from sim.arrays import FloatArray
from sim.cohorts.marginals import cut_points
from sim.cohorts.normal import rectangle_table
from sim.cohorts.roots import root_between

BOUND = 0.999
"""Correlation beyond which none is estimated: perfect association has no finite maximum."""
SMALLEST_CELL = 1e-15
"""Probability below which a cell of the rectangle formula is rounding error."""
STEEPEST = 0.99
"""Correlation at which the widening is taken where the estimate lies beyond."""
GRID = np.tanh(np.linspace(-np.arctanh(BOUND), np.arctanh(BOUND), 39))
"""Correlations, even on Fisher's scale, among which maximum and ends are bracketed."""


@dataclass(frozen=True)
class Polychoric:
    """A polychoric correlation with its interval.

    Attributes
    ----------
    rho : float
        Two-step maximum likelihood estimate, -.999 to .999; NaN where one of
        the two answers is constant.
    low, high : float
        Ends of the likelihood interval; NaN where ``rho`` is.
    n : int
        Number of people in the table.
    widening : float
        Factor on the chi-square quantile, see :func:`widening`.
    at_bound : bool
        Whether the likelihood still rises at ``rho``, which is then a bound
        and no maximum.
    low_at_bound, high_at_bound : bool
        Whether the interval ends there because of the bound, and not because
        the likelihood has fallen enough.
    """

    rho: float
    low: float
    high: float
    n: int
    widening: float
    at_bound: bool
    low_at_bound: bool
    high_at_bound: bool


def polychoric(table: ArrayLike, confidence: float = 0.95) -> Polychoric:
    """Polychoric correlation of a table of counts, by two-step maximum likelihood.

    Cut points come from the margins of the table; the correlation then
    maximises the likelihood of the bivariate normal rectangles. The interval
    holds the correlations whose log likelihood lies below the maximum by at
    most half a chi-square quantile (3.841 at 95%) times the factor for cut
    points that are estimated, not known (:func:`widening`); without it the
    interval is too short, the more so the higher the correlation.

    In simulations of 5 points, 95% intervals cover .92 to .95 of the truths
    for latent correlations up to .5 from 12 people on; for .8 they cover .85
    with 12 people, .92 with 30 and .94 with 200, much as intervals do that
    maximise over the cut points too.

    Parameters
    ----------
    table : array_like of int, shape (K, L)
        Number of people by the first and the second answer. Rows and columns
        that nobody is in make no difference.
    confidence : float
        Coverage aimed at, above 0 and below 1.

    Returns
    -------
    Polychoric

    References
    ----------
    Olsson U (1979). Psychometrika 44, 443-460 (two-step estimator).
    Pace L, Salvan A, Sartori N (2011). Statistica Sinica 21, 129-148
    (likelihood ratios of pseudo-likelihoods, brought to chi-square by a factor).

    Examples
    --------
    >>> estimate = polychoric([[40, 10], [10, 40]])
    >>> round(estimate.rho, 4), round(estimate.low, 2), round(estimate.high, 2)
    (0.809, 0.62, 0.92)
    """
    return common_polychoric([[table]], confidence)


def common_polychoric(
    groups: Sequence[Iterable[ArrayLike]], confidence: float = 0.95
) -> Polychoric:
    """One polychoric correlation of several tables, such as those of a questionnaire's items.

    It maximises the sum, over groups of different people, of the mean log
    likelihood of a group's tables: a composite likelihood. Tables of the same
    people are no further people, so their mean weighs as one table does, and
    the interval is as wide as if all of them told the same. It is never too
    short on that account, and too wide where items tell different things.

    Parameters
    ----------
    groups : sequence of iterable of array_like of int, shape (K, L)
        Tables of the same people together; a table of one row or column tells
        nothing.
    confidence : float
        Coverage aimed at, above 0 and below 1.

    Returns
    -------
    Polychoric
        As of one table; NaN where no table tells anything.

    References
    ----------
    Varin C, Reid N, Firth D (2011). Statistica Sinica 21, 5-42.
    """
    answered = [list(map(_answered, tables)) for tables in groups]
    n = sum(max((int(counts.sum()) for counts in tables), default=0) for tables in answered)
    told = [[counts for counts in tables if min(counts.shape) > 1] for tables in answered]
    if not any(told):
        return Polychoric(np.nan, np.nan, np.nan, n, np.nan, False, False, False)
    likelihood = _Common([list(map(_Likelihood, counts)) for counts in told if counts])
    on_grid = likelihood.at(GRID)
    rho, highest = _maximum(likelihood, on_grid)
    factor = likelihood.widening(rho)
    least = highest - factor * float(chdtri(1, 1 - confidence)) / 2
    low, low_at_bound = _end(likelihood, GRID[::-1], on_grid[::-1], rho, least)
    high, high_at_bound = _end(likelihood, GRID, on_grid, rho, least)
    at_bound = abs(rho) == BOUND
    return Polychoric(rho, low, high, n, factor, at_bound, low_at_bound, high_at_bound)


def polychoric_estimate(table: ArrayLike) -> tuple[float, int]:
    """Estimate the polychoric correlation alone, as :func:`polychoric` does; and the people."""
    counts = _answered(table)
    if min(counts.shape) < 2:
        return np.nan, int(counts.sum())
    likelihood = _Common([[_Likelihood(counts)]])
    return _maximum(likelihood, likelihood.at(GRID))[0], int(counts.sum())


def _answered(table: ArrayLike) -> FloatArray:
    """Leave out rows and columns that nobody is in."""
    counts = np.asarray(table, dtype=np.float64)
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0])


class _Likelihood:
    """Logarithm of the likelihood of a correlation, cut points being those of the margins."""

    def __init__(self, counts: FloatArray) -> None:
        self.counts = counts
        shares = (counts.sum(axis=axis) / counts.sum() for axis in (1, 0))
        self.row_cuts, self.column_cuts = map(cut_points, shares)

    def at(self, rho: FloatArray) -> FloatArray:
        """At several correlations, (G,)."""
        cells = rectangle_table(self.row_cuts, self.column_cuts, rho[:, None, None])
        logs = np.log(np.maximum(cells, SMALLEST_CELL))
        return np.asarray((self.counts * logs).sum(axis=(1, 2)))


class _Common:
    """Likelihood of one correlation of several tables: sum over groups of the mean of each."""

    def __init__(self, groups: Sequence[Sequence[_Likelihood]]) -> None:
        self.groups = groups

    def __call__(self, rho: float) -> float:
        return float(self.at(np.array([rho]))[0])

    def at(self, rho: FloatArray) -> FloatArray:
        """At several correlations, (G,)."""
        means = [np.mean([of.at(rho) for of in group], axis=0) for group in self.groups]
        return np.asarray(np.sum(means, axis=0))

    def widening(self, rho: float) -> float:
        """Mean of the tables' factors."""
        factors = [widening(of.row_cuts, of.column_cuts, rho) for group in self.groups
                   for of in group]  # fmt: skip
        return float(np.mean(factors))


def _maximum(likelihood: _Common, on_grid: FloatArray) -> tuple[float, float]:
    """Correlation of the highest likelihood, and that likelihood."""
    from scipy.optimize import minimize_scalar  # a tenth of a second, for pilots alone

    best = int(np.argmax(on_grid))
    bracket = (GRID[max(best - 1, 0)], GRID[min(best + 1, len(GRID) - 1)])
    inner = minimize_scalar(
        lambda rho: -likelihood(rho), bounds=bracket, method="bounded", options={"xatol": 1e-9}
    )
    if best in (0, len(GRID) - 1) and on_grid[best] >= -inner.fun:
        return float(np.copysign(BOUND, GRID[best])), float(on_grid[best])
    return float(inner.x), float(-inner.fun)


def _end(
    likelihood: _Common, grid: FloatArray, on_grid: FloatArray, rho: float, least: float
) -> tuple[float, bool]:
    """First correlation, going outward from the estimate along the grid, of a given likelihood.

    Returns the outermost point of the grid, and True, where the likelihood
    does not fall as far.
    """
    outward = np.sign(grid[-1])
    beyond = outward * (grid - rho) > 0
    fallen = beyond & (on_grid < least)
    if not fallen.any():
        return float(outward * BOUND), True
    first = int(np.argmax(fallen))
    nearer = grid[first - 1] if beyond[first - 1] and first > 0 else rho
    root = root_between(lambda at: likelihood(at) - least, nearer, grid[first], xtol=1e-10)
    return root, False


def widening(row_cuts: FloatArray, column_cuts: FloatArray, rho: float) -> float:
    """Factor by which estimated cut points stretch the likelihood ratio of a correlation.

    It is the variance of the two-step estimate over the one that it would
    have if the cut points were known: 1 at no correlation, and near
    1 + rho^2 where the points of the scale are many.

    Parameters
    ----------
    row_cuts, column_cuts : ndarray, shapes (K - 1,) and (L - 1,)
        Rising, finite cut points, at least one each.
    rho : float
        Latent correlation; taken at -.99 or .99 where it lies beyond, because
        almost all cells of the table vanish there.

    Returns
    -------
    float
        At least 1.

    References
    ----------
    Olsson U (1979). Psychometrika 44, 443-460, on the derivatives.
    Genest C, Ghoudi K, Rivest L-P (1995). Biometrika 82, 543-552, on the
    variance with estimated margins.
    """
    rho = float(np.clip(rho, -STEEPEST, STEEPEST))
    cells = np.maximum(rectangle_table(row_cuts, column_cuts, rho), SMALLEST_CELL)  # (K, L)
    slope = _slope(row_cuts, column_cuts, rho)  # (K, L)
    information = (slope**2 / cells).sum()
    influence = slope / cells  # of each answer on the estimate, times the information
    influence -= _through_cuts(row_cuts, column_cuts, rho, slope / cells)
    influence -= _through_cuts(column_cuts, row_cuts, rho, (slope / cells).T).T
    return float((cells * influence**2).sum() / information)


def _slope(row_cuts: FloatArray, column_cuts: FloatArray, rho: float) -> FloatArray:
    """Derivative of the cell probabilities in the correlation: the density at their corners."""
    h, k, left = row_cuts[:, None], column_cuts, (1 - rho) * (1 + rho)
    density = np.exp(-(h * h - 2 * rho * h * k + k * k) / (2 * left)) / np.sqrt(left)
    corners = np.pad(density / (2 * np.pi), 1)  # (K + 1, L + 1); nothing at infinity
    return np.diff(np.diff(corners, axis=0), axis=1)


def _through_cuts(
    cuts: FloatArray, other_cuts: FloatArray, rho: float, score: FloatArray
) -> FloatArray:
    """Influence of each answer on the score by way of the estimated cut points of the rows."""
    density = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)  # (K - 1,)
    ends = np.concatenate(([-np.inf], other_cuts, [np.inf]))
    given = (ends - rho * cuts[:, None]) / np.sqrt((1 - rho) * (1 + rho))
    moved = density[:, None] * np.diff(ndtr(given), axis=1)  # (K - 1, L): from the row above
    information = (moved * (score[:-1] - score[1:])).sum(axis=1)  # (K - 1,), with the score's
    at_most = np.arange(len(cuts) + 1)[:, None] <= np.arange(len(cuts))  # (K, K - 1)
    per_answer = (at_most - ndtr(cuts)) / density @ information  # (K,)
    return np.broadcast_to(per_answer[:, None], score.shape)
