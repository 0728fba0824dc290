"""What a pilot's raw answers say, domain by domain."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.errors import StudyError
from sim.pilot.between import between_domains, nearby_correlation
from sim.pilot.counts import AnswerCounts, count_answers
from sim.pilot.data import PilotData
from sim.pilot.paired import Ends, mean_change, pearson, spearman
from sim.pilot.polychoric import polychoric


@dataclass(frozen=True, eq=False)
class Interval:
    """Estimates of the domains with their intervals; NaN where not defined.

    Attributes
    ----------
    value, low, high : ndarray, shape (D,)
        Estimate and ends.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class PilotDescription:
    """What the answers of one role say.

    Everything of one domain rests on the same people, those who answered it
    both before and after; the correlations between domains rest on those who
    answered both domains before.

    Attributes
    ----------
    role : str
        Whose answers.
    domains : tuple of str, length D
        Names of the domains.
    confidence : float
        Coverage aimed at by every interval.
    smoothing : float
        Answers added to each marginal, in all.
    counts : AnswerCounts
        People by their answers.
    pre, post : ndarray, shape (D, K)
        Smoothed probabilities of the points.
    mean_change : Interval
        Mean of post minus pre, in points, with the t interval.
    pearson, spearman : Interval
        Correlations of pre and post scores, with intervals by Fisher's z.
    polychoric : Interval
        Latent correlation of pre and post, with its likelihood interval.
    at_bound : ndarray of bool, shape (D, 3)
        Whether the polychoric estimate, its lower and its upper end are the
        bound of what is estimated, -.999 or .999.
    between : ndarray, shape (D, D)
        Polychoric correlations between the domains before, ones on the
        diagonal; NaN for pairs of which one is constant.
    between_complete : ndarray of int, shape (D, D)
        Number of people each of them rests on.
    repaired : bool
        Whether the correlations between domains, estimated pair by pair, were
        no correlation matrix and have been moved to the nearby one that
        ``between`` holds.
    largest_repair : float
        Most by which a correlation was moved; 0 where not repaired.
    """

    role: str
    domains: tuple[str, ...]
    confidence: float
    smoothing: float
    counts: AnswerCounts
    pre: FloatArray
    post: FloatArray
    mean_change: Interval
    pearson: Interval
    spearman: Interval
    polychoric: Interval
    at_bound: BoolArray
    between: FloatArray
    between_complete: IntArray
    repaired: bool
    largest_repair: float


def describe(
    data: PilotData, role: str, confidence: float = 0.95, smoothing: float = 1.0
) -> PilotDescription:
    """Describe the answers of one role of a pilot.

    Parameters
    ----------
    data : PilotData
        The answers.
    role : str
        Whose answers.
    confidence : float
        Coverage aimed at, above 0 and below 1.
    smoothing : float
        Answers added to each marginal in all, 0 or more; see :func:`smoothed`.

    Returns
    -------
    PilotDescription

    Raises
    ------
    StudyError
        Where the role does not take part in the pilot.

    References
    ----------
    Fisher RA (1921). Metron 1, 3-32.
    Bonett DG, Wright TA (2000). Psychometrika 65, 23-28, for Spearman's.
    Olsson U (1979). Psychometrika 44, 443-460.
    """
    if role not in data.scores:
        raise StudyError(f"pilot: holds no {role}; add them to its file, or plan without them")
    counts = count_answers(data, role)
    tables = counts.pairs  # (D, K, K)
    before, after = tables.sum(axis=2), tables.sum(axis=1)
    latent, at_bound = _latent(tables, confidence)
    raw, people = between_domains(data.scores[role][:, :, 0], data.points)
    between = nearby_correlation(raw)
    return PilotDescription(
        role=role,
        domains=data.domains,
        confidence=confidence,
        smoothing=smoothing,
        counts=counts,
        pre=smoothed(before, smoothing),
        post=smoothed(after, smoothing),
        mean_change=_by_domain(tables, confidence, mean_change),
        pearson=_by_domain(tables, confidence, pearson),
        spearman=_by_domain(tables, confidence, spearman),
        polychoric=latent,
        at_bound=at_bound,
        between=between,
        between_complete=people,
        repaired=between is not raw,
        largest_repair=float(np.nanmax(np.abs(between - raw))),
    )


def smoothed(counts: IntArray, total: float) -> FloatArray:
    """Probabilities of the points: posterior means under a Dirichlet prior.

    The prior's concentration is ``total / K`` at each of the K points. One
    answer in all, spread evenly (Perks' prior), weighs as one more participant
    whatever the number of points; Jeffreys' prior, half an answer a point,
    would weigh as 2.5 on a 5-point scale, a quarter of a pilot of ten. Every
    point stays possible, so that all cut points are finite.

    Parameters
    ----------
    counts : ndarray of int, shape (..., K)
        Number of people at each point.
    total : float
        Answers added in all, 0 or more.

    Returns
    -------
    ndarray, shape (..., K)
        NaN where there are neither answers nor smoothing.

    References
    ----------
    Perks W (1947). Journal of the Institute of Actuaries 73, 285-334.

    Examples
    --------
    >>> smoothed(np.array([0, 1, 2, 1, 0]), 1.0).round(2).tolist()
    [0.04, 0.24, 0.44, 0.24, 0.04]
    """
    weights = np.asarray(counts + total / counts.shape[-1], dtype=np.float64)
    whole = weights.sum(axis=-1, keepdims=True)
    missing = np.full(weights.shape, np.nan)
    return np.asarray(np.divide(weights, whole, out=missing, where=whole > 0))


def _by_domain(
    tables: IntArray, confidence: float, estimate: Callable[[IntArray, float], Ends]
) -> Interval:
    return Interval(*np.array([estimate(table, confidence) for table in tables]).T)


def _latent(tables: IntArray, confidence: float) -> tuple[Interval, NDArray[np.bool_]]:
    """Polychoric correlations of the domains, and which of their numbers are bounds (D, 3)."""
    estimates = [polychoric(table, confidence) for table in tables]
    numbers = np.array([(one.rho, one.low, one.high) for one in estimates])  # (D, 3)
    bounds = [(one.at_bound, one.low_at_bound, one.high_at_bound) for one in estimates]
    return Interval(*numbers.T), np.array(bounds)
