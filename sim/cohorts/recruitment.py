"""Who takes part by their answers, and what that makes of everybody's scores.

People with a low total before are on average nearer to their usual answers
afterwards: their scores rise without any treatment (regression to the mean).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.cohorts.correlation import loading_matrix
from sim.errors import StudyError
from sim.study.control import BaselineSelection, ScreeningSelection

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs

POINTS = 2**17
"""Points of the quasi-random integral over who takes part."""
FEWEST = 0.005
"""Smallest share of people that can be recruited from."""
TINY = 1e-9
"""Rounding allowed for in a variance that should not be negative."""


@dataclass(frozen=True, eq=False)
class Recruitment:
    """Which people take part: those whose total lies in a range.

    Attributes
    ----------
    low, high : int
        Smallest and largest total with which people take part.
    screening : bool
        Whether the total is that of an earlier screening, not of the baseline.
    correlation : ndarray, shape (2 D, 2 D) or (3 D, 3 D)
        Latent correlation of the answers before, after and, where there is
        one, in the screening.
    retest : float or None
        Latent correlation of screening and baseline, where it is not that of
        before and after.
    """

    low: int
    high: int
    screening: bool
    correlation: FloatArray

    retest: float | None = None

    @property
    def loading(self) -> FloatArray:
        """Lower triangular factor of the correlation."""
        return loading_matrix(self.correlation)

    def with_correlation(self, correlation: FloatArray) -> Recruitment:
        """Same range of totals for people whose answers are correlated otherwise, (2 D, 2 D)."""
        if self.screening:
            correlation = _with_screening(correlation, self.retest)
        return replace(self, correlation=correlation)


def recruitment(study: Study, correlation: FloatArray) -> Recruitment | None:
    """Read who takes part; None where nobody is selected.

    Parameters
    ----------
    study : Study
        The study.
    correlation : ndarray, shape (2 D, 2 D)
        Latent correlation of the answers before and after.

    Returns
    -------
    Recruitment or None

    Raises
    ------
    StudyError
        Where a screening cannot be so correlated.
    """
    selection = study.selection
    if not isinstance(selection, BaselineSelection | ScreeningSelection):
        return None
    count = len(study.domains)
    below = count * (study.questionnaire.lowest - 1)
    low = count if selection.at_least is None else selection.at_least - below
    high = count * study.points if selection.at_most is None else selection.at_most - below
    if isinstance(selection, BaselineSelection):
        return Recruitment(low, high, screening=False, correlation=correlation)
    whole = _with_screening(correlation, selection.retest)
    return Recruitment(low, high, screening=True, correlation=whole, retest=selection.retest)


def _with_screening(correlation: FloatArray, retest: float | None) -> FloatArray:
    """Add a screening, which goes with the answers after as those before do; (3 D, 3 D)."""
    count = len(correlation) // 2
    before, across = correlation[:count, :count], correlation[:count, count:]
    nearer = across if retest is None else retest * before
    added = np.hstack([nearer.T, across])  # screening x (before, after)
    whole = np.block([[correlation, added.T], [added, before]])
    if np.linalg.eigvalsh(whole).min() < -TINY:
        raise StudyError(
            f"selection.retest: {'null' if retest is None else format(retest, 'g')} cannot be had "
            "with these correlations; bring it nearer to correlation.pre_post"
        )
    return whole


@dataclass(frozen=True, eq=False)
class Recruited:
    """What is true of those who take part.

    Attributes
    ----------
    share : float
        Share of the people invited who take part.
    tables : ndarray, shape (D, K, K)
        Probabilities of (before, after) per domain.
    covariance : ndarray, shape (D, D)
        Of the changes, in points.
    """

    share: float
    tables: FloatArray
    covariance: FloatArray


def recruited(
    pre_cuts: FloatArray, post_cuts: FloatArray, who: Recruitment, points: int = POINTS
) -> Recruited:
    """Scores of those who take part, by a quasi-random integral over the latent answers.

    Given the answers that decide and those before, the ones after are normal:
    their distribution is not sampled but averaged.

    Parameters
    ----------
    pre_cuts, post_cuts : ndarray, shape (D, K - 1)
        Cut points before and after.
    who : Recruitment
        Who takes part.
    points : int
        Points of the integral, a power of 2.

    Returns
    -------
    Recruited
        The same every time; with all points mean changes are right to about
        .002 points.

    Raises
    ------
    StudyError
        Where hardly anybody would take part.
    """
    key = (who.low, who.high, who.screening, who.correlation.tobytes())
    return _recruited(points, pre_cuts.shape, pre_cuts.tobytes(), post_cuts.tobytes(), *key)


@lru_cache(maxsize=32)
def _recruited(
    number: int,
    shape: tuple[int, int],
    pre: bytes,
    post: bytes,
    low: int,
    high: int,
    screening: bool,  # noqa: FBT001 - part of the key of the cache
    matrix: bytes,
) -> Recruited:
    pre_cuts, post_cuts = (np.frombuffer(cuts).reshape(shape) for cuts in (pre, post))
    times = 3 if screening else 2
    count = shape[0]
    correlation = np.frombuffer(matrix).reshape(times * count, times * count)
    # what decides first, then before, then after: a triangular factor then conditions on them
    order = np.roll(np.arange(times * count), count if screening else 0)
    loading = loading_matrix(correlation[np.ix_(order, order)])
    normals = _normals(number, times * count)
    known = (times - 1) * count
    latent = normals[:, :known] @ loading[:known, :known].T
    total = _scores(latent[:, :count], pre_cuts).sum(axis=1)
    chosen = (total >= low) & (total <= high)
    share = float(chosen.mean())
    if share < FEWEST:
        raise StudyError(
            f"selection: only {share:.2%} of the people asked would take part; widen "
            "selection.at_least to selection.at_most"
        )
    taken = normals[chosen]
    before = _scores(latent[chosen, known - count :], pre_cuts)
    tables = _tables(before, taken, loading, post_cuts)
    if screening:
        # the other way round too: where nothing happens both times are alike, exactly
        order = np.concatenate([order[:count], order[known:], order[count:known]])
        turned = loading_matrix(correlation[np.ix_(order, order)])
        later = _scores(taken[:, :known] @ turned[count:known, :known].T, post_cuts)
        tables = (tables + _tables(later, taken, turned, pre_cuts).transpose(0, 2, 1)) / 2
    after = _scores(taken @ loading[known:].T, post_cuts)
    return Recruited(share, tables, np.atleast_2d(np.cov(after - before, rowvar=False, ddof=0)))


def _scores(latent: FloatArray, cuts: FloatArray) -> FloatArray:
    """Cut latent answers (M, D) into scores from 1."""
    return np.asarray(1 + (latent[:, :, None] > cuts).sum(axis=2), dtype=np.float64)


def _normals(number: int, dimensions: int) -> FloatArray:
    """Quasi-random standard normals, the same every time; (number, dimensions)."""
    from scipy.stats import qmc

    unit = qmc.Sobol(dimensions, rng=np.random.default_rng(0)).random(number)
    return np.asarray(ndtri(np.clip(unit, 1e-12, 1 - 1e-12)))


def _tables(
    before: FloatArray, normals: FloatArray, loading: FloatArray, post_cuts: FloatArray
) -> FloatArray:
    """Average, by the score before, the distribution of the score after; (D, K, K).

    The answers after are the last of those that `loading` makes of `normals`:
    given all before them they are normal.
    """
    count, points = len(post_cuts), post_cuts.shape[1] + 1
    known = len(loading) - count
    expected = normals[:, :known] @ loading[known:, :known].T
    spread = np.sqrt((loading[known:, known:] ** 2).sum(axis=1))
    tables = np.empty((count, points, points))
    for d in range(count):
        distance = (post_cuts[d] - expected[:, d, None]) / max(spread[d], TINY)
        below = np.column_stack([np.zeros(len(before)), ndtr(distance), np.ones(len(before))])
        cells = np.diff(below, axis=1)  # (M, K)
        for a in range(points):
            tables[d, a] = cells[before[:, d] == a + 1].sum(axis=0)
    return tables / len(before)
