"""Correlation of two scores, against that of the latent normals they are cut from."""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor, trunc
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import FloatArray
from sim.cohorts.marginals import cut_points
from sim.cohorts.normal import bivariate_normal_cdf
from sim.cohorts.roots import root_between
from sim.errors import StudyError

Kind = Literal["pearson", "spearman"]
"""How two scores are correlated: as they stand, or by their midranks."""

BOUND_TOLERANCE = 1e-9
"""How far beyond a bound a given correlation may lie and still be taken as the bound."""
EIGENVALUE_TOLERANCE = 1e-10
"""A smallest eigenvalue above minus this counts as not negative."""
LIMIT_TOLERANCE = 1e-5
"""How exactly the limit of a common correlation is solved for, to be shown with 4 decimals."""
SMALLEST_VARIANCE = 1e-12
"""Variance at or below which everybody is held to give the same answer."""


def observed_correlation(
    row_marginal: ArrayLike, column_marginal: ArrayLike, latent: float, kind: Kind = "pearson"
) -> float:
    """Correlation of two scores whose latent normals have a given correlation.

    Parameters
    ----------
    row_marginal, column_marginal : array_like, shapes (K,) and (L,)
        Probabilities of the points of the two scores, each summing to 1.
    latent : float
        Correlation of the two latent normals, -1 to 1.
    kind : {'pearson', 'spearman'}
        Of the scores 1, 2, ..., or of their midranks.

    Returns
    -------
    float
        Rises with ``latent``; NaN where one of the scores is constant.

    References
    ----------
    Hoeffding W (1940). Covariance as the sum, over all cut points, of
    P(X <= x, Y <= y) - P(X <= x) P(Y <= y).

    Examples
    --------
    >>> fifths = [0.2, 0.2, 0.2, 0.2, 0.2]
    >>> round(observed_correlation(fifths, fifths, 0.5), 4)
    0.4525
    """
    rows, columns = _probabilities(row_marginal), _probabilities(column_marginal)
    h, k = cut_points(rows), cut_points(columns)
    return _correlation(rows, columns, bivariate_normal_cdf(h[:, None], k, latent), kind)


def attainable_correlations(
    row_marginal: ArrayLike, column_marginal: ArrayLike, kind: Kind = "pearson"
) -> tuple[float, float]:
    """Lowest and highest correlation that two scores with these distributions can have.

    They are reached where one score falls, or rises, with the other as far as
    the distributions let it.

    Parameters
    ----------
    row_marginal, column_marginal, kind
        As for :func:`observed_correlation`.

    Returns
    -------
    tuple of float
        Both NaN where one of the scores is constant.

    References
    ----------
    Frechet M (1951); Hoeffding W (1940).

    Examples
    --------
    >>> low, high = attainable_correlations([0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1])
    >>> round(low, 4), round(high, 4)
    (-1.0, 0.8)
    """
    rows, columns = _probabilities(row_marginal), _probabilities(column_marginal)
    f, g = np.cumsum(rows)[:-1, None], np.cumsum(columns)[:-1]
    apart, together = np.maximum(f + g - 1, 0), np.minimum(f, g)
    return _correlation(rows, columns, apart, kind), _correlation(rows, columns, together, kind)


def latent_for_observed(
    row_marginal: ArrayLike,
    column_marginal: ArrayLike,
    observed: float,
    kind: Kind = "pearson",
    place: str = "correlation",
    pair: str = "the two scores",
) -> float:
    """Latent correlation that gives two scores a given correlation.

    Parameters
    ----------
    row_marginal, column_marginal, kind
        As for :func:`observed_correlation`.
    observed : float
        Correlation of the scores.
    place, pair : str
        The config field and the two scores to name in an error.

    Returns
    -------
    float
        From -1 to 1.

    Raises
    ------
    StudyError
        Where no two scores with these distributions can be so correlated;
        names the attainable interval.

    Examples
    --------
    >>> fifths = [0.2, 0.2, 0.2, 0.2, 0.2]
    >>> round(latent_for_observed(fifths, fifths, 0.5), 4)
    0.5502
    """
    rows, columns = _probabilities(row_marginal), _probabilities(column_marginal)
    low, high = attainable_correlations(rows, columns, kind)
    if np.isnan(low):
        raise StudyError(
            f"{place}: scores that everybody answers alike have no correlation ({pair}); "
            "use correlation.stated_as=latent"
        )
    if not low - BOUND_TOLERANCE <= observed <= high + BOUND_TOLERANCE:
        raise StudyError(
            f"{place}: {observed:g} between {pair} is impossible with these distributions of "
            f"scores; attainable: {inward(low, high)}"
        )
    return _solve(tuple(rows.tolist()), tuple(columns.tolist()), observed, kind)


def latent_matrix(
    observed: FloatArray,
    marginals: Sequence[FloatArray],
    kind: Kind,
    place: str,
    labels: Sequence[str],
) -> FloatArray:
    """Latent correlations, pair by pair, that give scores a given correlation matrix.

    Parameters
    ----------
    observed : ndarray, shape (J, J)
        Correlations of the scores.
    marginals : sequence of J ndarrays
        Distribution of each score.
    kind, place
        As for :func:`latent_for_observed`.
    labels : sequence of J str
        Names of the scores, for errors.

    Returns
    -------
    ndarray, shape (J, J)
        Symmetric, ones on the diagonal; not necessarily positive semi-definite.

    Raises
    ------
    StudyError
        Where a pair cannot be so correlated.
    """
    latent = np.eye(len(observed))
    for i in range(len(observed)):
        for j in range(i + 1, len(observed)):
            pair = f"{labels[i]} and {labels[j]}"
            rows, columns, value = marginals[i], marginals[j], float(observed[i, j])
            latent[i, j] = latent_for_observed(rows, columns, value, kind, place, pair)
            latent[j, i] = latent[i, j]
    return latent


def common_latent(
    common: float, marginals: Sequence[FloatArray], kind: Kind, place: str, labels: Sequence[str]
) -> FloatArray:
    """Latent correlations that give every pair of scores one and the same correlation.

    Parameters
    ----------
    common : float
        Correlation of every pair of scores.
    marginals, kind, place, labels
        As for :func:`latent_matrix`.

    Returns
    -------
    ndarray, shape (J, J)

    Raises
    ------
    StudyError
        Where a pair alone, or all pairs together, cannot be so correlated.
    """
    count = len(marginals)
    latent = latent_matrix(np.full((count, count), common), marginals, kind, place, labels)
    if _possible(latent):
        return latent
    limit = _common_limit(common, marginals, kind)
    bound = "at least" if common < 0 else "at most"
    raise StudyError(
        f"{place}: {common:g} is impossible between all pairs from {labels[0]} to {labels[-1]}; "
        f"attainable: {bound} {limit:g}"
    )


def _common_limit(common: float, marginals: Sequence[FloatArray], kind: Kind) -> float:
    """Last correlation, on the way from 0 to an impossible one, that all pairs can have."""
    labels = [""] * len(marginals)
    possible, impossible = 0.0, common
    while abs(impossible - possible) > LIMIT_TOLERANCE:
        middle = (possible + impossible) / 2
        matrix = np.full((len(marginals), len(marginals)), middle)
        if _possible(latent_matrix(matrix, marginals, kind, "", labels)):
            possible = middle
        else:
            impossible = middle
    return round(trunc(possible * 1e4) / 1e4, 4)


def _possible(latent: FloatArray) -> bool:
    return float(np.linalg.eigvalsh(latent)[0]) >= -EIGENVALUE_TOLERANCE


def inward(low: float, high: float) -> str:
    """Write an interval with 4 decimals, rounded so that what is written lies within it."""
    slack = BOUND_TOLERANCE * 1e4
    return f"{ceil(low * 1e4 - slack) / 1e4:g} to {floor(high * 1e4 + slack) / 1e4:g}"


def _probabilities(marginal: ArrayLike) -> FloatArray:
    return np.asarray(marginal, dtype=np.float64)


@lru_cache(maxsize=4096)  # domains are often alike, and a study is checked before it is run
def _solve(
    rows: tuple[float, ...], columns: tuple[float, ...], observed: float, kind: Kind
) -> float:
    def excess(latent: float) -> float:
        return observed_correlation(rows, columns, latent, kind) - observed

    if excess(1.0) <= 0:
        return 1.0
    if excess(-1.0) >= 0:
        return -1.0
    return root_between(excess, -1.0, 1.0, xtol=1e-14)


def _correlation(rows: FloatArray, columns: FloatArray, below: FloatArray, kind: Kind) -> float:
    """Correlation of two scores from P(X <= x, Y <= y) at their cut points, (K - 1, L - 1)."""
    steps = [_values(marginal, kind) for marginal in (rows, columns)]
    apart = np.outer(np.cumsum(rows)[:-1], np.cumsum(columns)[:-1])
    covariance = np.diff(steps[0]) @ (below - apart) @ np.diff(steps[1])
    variance = _variance(rows, steps[0]) * _variance(columns, steps[1])
    return float(covariance / np.sqrt(variance)) if variance > 0 else float("nan")


def _values(marginal: FloatArray, kind: Kind) -> FloatArray:
    """Values that are correlated: the points, or the midranks as shares of all people (ridits)."""
    if kind == "pearson":
        return np.arange(1.0, len(marginal) + 1)
    return np.cumsum(marginal) - marginal / 2


def _variance(marginal: FloatArray, values: FloatArray) -> float:
    variance = float(marginal @ (values - marginal @ values) ** 2)
    return variance if variance > SMALLEST_VARIANCE else 0.0
