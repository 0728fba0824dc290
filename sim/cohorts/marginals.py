"""Distributions of a score before and after, for every way of stating an effect."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.cohorts.roots import root_between
from sim.errors import StudyError
from sim.study.effects import (
    ByDomainEffect,
    Effect,
    JointEffect,
    MeanChangeEffect,
    MedianEffect,
    NoEffect,
    OddsRatioEffect,
    PostEffect,
    PosteriorEffect,
    RespondersEffect,
    ShiftEffect,
)

MOST_SHIFT = 8.0
"""Largest latent shift, in standard deviations: beyond it nobody is left on the near side."""
HALF_TOLERANCE = 1e-9
"""How close to one half a cumulative probability counts as one half."""


@dataclass(frozen=True, eq=False)
class DomainMarginals:
    """One domain's scores before and after.

    Attributes
    ----------
    pre, post : ndarray, shape (K,)
        Probabilities of the points.
    joint : ndarray, shape (K, K), or None
        The table of before by after, where that was given.
    """

    pre: FloatArray
    post: FloatArray
    joint: FloatArray | None = None


def cut_points(marginal: FloatArray) -> FloatArray:
    """Standard normal cut points of distributions (..., K) over K points; shape (..., K - 1)."""
    below = np.minimum(np.cumsum(marginal, axis=-1)[..., :-1], 1.0)
    return np.asarray(ndtri(below), dtype=np.float64)


def per_domain(value: Any, index: int, depth: int = 0) -> Any:
    """Pick the value of a domain from one for all or a tuple of them; one is itself so deep."""
    innermost = value
    for _ in range(depth):
        innermost = innermost[0]
    return value[index] if isinstance(innermost, tuple) else value


@dataclass(frozen=True)
class AffectedDomain:
    """A domain, and where the effect on it stands.

    Attributes
    ----------
    name : str
        The domain's name.
    index : int
        Its place.
    lowest : int
        Score of the scale's lowest point.
    place : str
        The config field to name in an error.
    """

    name: str
    index: int
    lowest: int
    place: str

    def scored(self, point: int) -> int:
        """Score inside, from 1, of a point of the scale."""
        return point - self.lowest + 1


def domain_marginals(pre: FloatArray, effect: Effect, whose: AffectedDomain) -> DomainMarginals:
    """Distributions before and after of one domain.

    Parameters
    ----------
    pre : ndarray, shape (K,)
        Probabilities of the points before.
    effect : Effect
        A role's; no posterior, whose medians take its place before.
    whose : AffectedDomain
        The domain.

    Returns
    -------
    DomainMarginals
        With ``pre`` taken from the table where the effect is a joint one.

    Raises
    ------
    StudyError
        Where no shift does what is stated.
    """
    match effect:
        case ByDomainEffect():
            return domain_marginals(pre, effect.items.get(whose.name, effect.otherwise), whose)
        case OddsRatioEffect():
            post = _multiply_odds(pre, per_domain(effect.odds_ratio, whose.index))
        case PostEffect():
            post = _normalised(per_domain(effect.post, whose.index, depth=1))
        case JointEffect():
            joint = _normalised(per_domain(effect.joint, whose.index, depth=2))
            return DomainMarginals(joint.sum(axis=1), joint.sum(axis=0), joint)
        case NoEffect():
            post = pre
        case PosteriorEffect():
            raise TypeError("a posterior is replaced by its medians before")
        case _:
            shift = _latent_shift(pre, effect, whose)
            post = pre if shift is None else shifted(pre, shift)
    return DomainMarginals(pre, post)


def _latent_shift(pre: FloatArray, effect: Effect, whose: AffectedDomain) -> float | None:
    """Latent shift that does what is stated; None where nothing is to change."""
    index, place = whose.index, whose.place
    match effect:
        case ShiftEffect():
            return float(per_domain(effect.shift, index))
        case MedianEffect():
            median = per_domain(effect.median, index)
            return None if median is None else shift_to_median(pre, whose.scored(median), place)
        case RespondersEffect(responders=responders):
            return shift_to_share(pre, whose.scored(responders.at_least), responders.rise, place)
        case MeanChangeEffect():
            return shift_to_mean(pre, per_domain(effect.mean_change, index), place)
    raise TypeError(f"{effect.kind} is no shift")


def _normalised(values: object) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    return np.asarray(array / array.sum())


def shifted(pre: FloatArray, shift: float | FloatArray) -> FloatArray:
    """Distribution of the points after the latent normal score has moved by a shift (in SD).

    Of several domains (D, K) by as many shifts (D, 1).
    """
    below = ndtr(cut_points(pre) - shift)
    ends = np.zeros((*below.shape[:-1], 1))
    return np.diff(np.concatenate([ends, below, ends + 1], axis=-1))


def _multiply_odds(pre: FloatArray, ratio: float) -> FloatArray:
    below = np.concatenate(([0.0], np.minimum(np.cumsum(pre)[:-1], 1.0), [1.0]))
    above = 1 - below
    return np.diff(1 - ratio * above / (below + ratio * above))


def shift_to_median(pre: FloatArray, median: int, place: str) -> float:
    """Find the smallest latent shift after which a given point is a median.

    A point is a median if at least half score it or less and at least half
    score it or more; the smallest shift leaves exactly half on the near side.
    """
    below = np.concatenate(([0.0], np.cumsum(pre)))
    if below[median - 1] > 0.5 + HALF_TOLERANCE:
        return _finite_shift(float(ndtri(below[median - 1])), pre, median, place)
    if below[median] < 0.5 - HALF_TOLERANCE:
        return _finite_shift(float(ndtri(below[median])), pre, median, place)
    return 0.0


def shift_to_share(pre: FloatArray, cut: int, rise: float, place: str) -> float:
    """Find the latent shift after which a share of people scores at or above a cut.

    Parameters
    ----------
    pre : ndarray, shape (K,)
        Probabilities of the points before.
    cut : int
        Lowest score that counts (2 to K, from 1).
    rise : float
        The share after less the share before.
    place : str
        The config field to name in an error.

    Raises
    ------
    StudyError
        Where the share after would not be above 0 and below 1, or everybody or
        nobody reaches the cut before, whom no shift moves.
    """
    below = min(float(pre[: cut - 1].sum()), 1.0)
    share = 1 - below + rise
    if rise == 0:
        return 0.0
    if not (0 < share < 1 and 0 < below < 1):
        raise StudyError(
            f"{place}.responders.rise: {rise:g} cannot be had: {1 - below:.1%} reach the point "
            "before, and the share after must be above 0% and below 100%"
        )
    return float(ndtri(share) + ndtri(below))


def shift_to_mean(pre: FloatArray, change: float, place: str) -> float:
    """Find the latent shift that changes the mean score by so many points.

    Raises
    ------
    StudyError
        Where no shift does.
    """
    points = np.arange(len(pre))

    def excess(shift: float) -> float:
        return float((shifted(pre, shift) - pre) @ points) - change

    if change == 0:
        return 0.0
    if excess(-MOST_SHIFT) >= 0 or excess(MOST_SHIFT) <= 0:
        least, most = (excess(shift) + change for shift in (-MOST_SHIFT, MOST_SHIFT))
        raise StudyError(
            f"{place}.mean_change: {change:g} cannot be reached by a shift; it must be above "
            f"{least:.3g} and below {most:.3g} with these answers before"
        )
    return root_between(excess, -MOST_SHIFT, MOST_SHIFT, xtol=1e-12)


def _finite_shift(shift: float, pre: FloatArray, median: int, place: str) -> float:
    # cumulative sums end at 1 only to rounding
    if abs(shift) > MOST_SHIFT:
        raise StudyError(
            f"{place}: median {median} cannot be reached by a shift, because nobody scores "
            f"there or beyond before (pre = {np.round(pre, 4).tolist()}); state effect.post instead"
        )
    return shift


def medians(marginal: FloatArray) -> tuple[int, int]:
    """Lowest and highest median point of a distribution (they differ where half lies below)."""
    below = np.cumsum(marginal)
    low = int(np.argmax(below >= 0.5 - HALF_TOLERANCE)) + 1
    high = int(np.argmax(below > 0.5 + HALF_TOLERANCE)) + 1
    return low, high
