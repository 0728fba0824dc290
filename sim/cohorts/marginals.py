"""Distributions of a score before and after, for every way of stating an effect."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.errors import StudyError
from sim.study.effects import (
    ByDomainEffect,
    Effect,
    JointEffect,
    MedianEffect,
    NoEffect,
    OddsRatioEffect,
    PostEffect,
    PosteriorEffect,
    ShiftEffect,
)

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
    """Standard normal cut points of a distribution over K points; shape (K - 1,)."""
    below = np.minimum(np.cumsum(marginal)[:-1], 1.0)
    return np.asarray(ndtri(below), dtype=np.float64)


def per_domain(value: Any, index: int, depth: int = 0) -> Any:
    """Pick the value of a domain from one for all or a tuple of them; one is itself so deep."""
    innermost = value
    for _ in range(depth):
        innermost = innermost[0]
    return value[index] if isinstance(innermost, tuple) else value


def domain_marginals(
    pre: FloatArray, effect: Effect, domain: str, index: int, place: str
) -> DomainMarginals:
    """Distributions before and after of one domain.

    Parameters
    ----------
    pre : ndarray, shape (K,)
        Probabilities of the points before.
    effect : Effect
        A role's; no posterior, whose medians take its place before.
    domain : str
        The domain's name.
    index : int
        Its place.
    place : str
        The config field to name in an error.

    Returns
    -------
    DomainMarginals
        With ``pre`` taken from the table where the effect is a joint one.

    Raises
    ------
    StudyError
        Where no shift can bring the median to that point.
    """
    match effect:
        case ByDomainEffect():
            inner = effect.domains.get(domain, effect.otherwise)
            return domain_marginals(pre, inner, domain, index, place)
        case ShiftEffect():
            post = shifted(pre, per_domain(effect.shift, index))
        case OddsRatioEffect():
            post = _multiply_odds(pre, per_domain(effect.odds_ratio, index))
        case PostEffect():
            post = _normalised(per_domain(effect.post, index, depth=1))
        case MedianEffect():
            median = per_domain(effect.median, index)  # None where there is no effect
            post = pre if median is None else shifted(pre, shift_to_median(pre, median, place))
        case JointEffect():
            joint = _normalised(per_domain(effect.joint, index, depth=2))
            return DomainMarginals(joint.sum(axis=1), joint.sum(axis=0), joint)
        case NoEffect():
            post = pre
        case PosteriorEffect():
            raise TypeError("a posterior is replaced by its medians before")
    return DomainMarginals(pre, post)


def _normalised(values: object) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    return np.asarray(array / array.sum())


def shifted(pre: FloatArray, shift: float) -> FloatArray:
    """Distribution of the points after the latent normal score has moved by a shift (in SD)."""
    below = np.concatenate(([0.0], ndtr(cut_points(pre) - shift), [1.0]))
    return np.diff(below)


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


def _finite_shift(shift: float, pre: FloatArray, median: int, place: str) -> float:
    # cumulative sums end at 1 only to rounding: beyond 8 SD nobody scores there
    if abs(shift) > 8:
        raise StudyError(
            f"{place}: median {median} cannot be reached by a shift, because nobody scores "
            f"there or beyond before (pre = {np.round(pre, 4).tolist()}); state effect=post instead"
        )
    return shift


def medians(marginal: FloatArray) -> tuple[int, int]:
    """Lowest and highest median point of a distribution (they differ where half lies below)."""
    below = np.cumsum(marginal)
    low = int(np.argmax(below >= 0.5 - HALF_TOLERANCE)) + 1
    high = int(np.argmax(below > 0.5 + HALF_TOLERANCE)) + 1
    return low, high
