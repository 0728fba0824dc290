"""Closed forms for two arms, to lay beside what is simulated; levels are two-sided.

Sizes are totals over both arms and not rounded, so that they can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import nctdtr, ndtr, ndtri, stdtrit

from sim.arrays import FloatArray

NO_EFFECT = 1e-12
"""Distance of a relative effect from one half that is rounding."""


@dataclass(frozen=True)
class RankSumSize:
    """Size of a study that compares two arms by ranks.

    Attributes
    ----------
    total : float
        Participants of both arms.
    relative_effect : float
        Probability that one of the second arm has more than one of the first, ties counting half.
    """

    total: float
    relative_effect: float


def pmfs_of_samples(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Give shares of the two samples over the ordered values that occur in either.

    Parameters
    ----------
    first, second : array_like
        Samples, neither of them empty.

    Returns
    -------
    tuple of ndarray
        Two of one length, each adding up to 1.
    """
    samples = np.ravel(first), np.ravel(second)
    _, places = np.unique(np.concatenate(samples), return_inverse=True)
    one, other = np.split(places, [samples[0].size])
    length = int(places.max()) + 1
    shares = [np.bincount(own, minlength=length) / own.size for own in (one, other)]
    return shares[0], shares[1]


def relative_effect(first: ArrayLike, second: ArrayLike) -> float:
    """Give the probability that one of the second has more than one of the first.

    Parameters
    ----------
    first, second : array_like
        Probabilities of the same ordered categories.

    Returns
    -------
    float
        From 0 to 1; ties count half.

    Raises
    ------
    ValueError
        Where these are no two distributions over the same categories.

    Examples
    --------
    >>> round(relative_effect([0.5, 0.5, 0], [0, 0.5, 0.5]), 4)
    0.875
    """
    one, other = _pmf(first), _pmf(second)
    if one.size != other.size:
        raise ValueError("both arms must have the same categories")
    return float(_middle(one) @ other)


def noether_size(
    effect: float,
    allocation: float = 0.5,
    alpha: float = 0.05,
    power: float = 0.8,
    sample: ArrayLike | None = None,
) -> float:
    """Total size of a Mann-Whitney test by Noether's formula, for effects that are small.

    Parameters
    ----------
    effect : float
        Relative effect, from 0 to 1 and not one half.
    allocation : float
        Share of participants in the first arm.
    alpha, power : float
        Two-sided level; power aimed at.
    sample : array_like, optional
        Earlier values, whose midranks give the variance in the place of 1/12 of
        continuous ones: for ties.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Where there is no effect.

    References
    ----------
    Noether GE (1987). Sample size determination for some common nonparametric
    tests. Journal of the American Statistical Association 82, 645-647.

    Examples
    --------
    >>> round(noether_size(0.349), 2)
    114.74
    """
    variance = 1 / 12 if sample is None else _rank_variance(pmfs_of_samples(sample, sample)[0])
    squared = (_upper(alpha) + float(ndtri(power))) ** 2
    return squared * variance / (allocation * (1 - allocation) * _off_centre(effect) ** 2)


def rank_sum_size(
    first: ArrayLike,
    second: ArrayLike,
    allocation: float = 0.5,
    alpha: float = 0.05,
    power: float = 0.8,
) -> RankSumSize:
    """Total size of a Mann-Whitney test of ordered categories, for effects of any size.

    Parameters
    ----------
    first, second : array_like
        Probabilities of the same ordered categories in the two arms; those of
        samples are given by :func:`pmfs_of_samples`.
    allocation : float
        Share of participants in the first arm.
    alpha, power : float
        Two-sided level; power aimed at.

    Returns
    -------
    RankSumSize
        Without an effect the variance is that of the arms mixed as allocated.
        (The R package WMWssp mixes its samples as they are long.)

    Raises
    ------
    ValueError
        Where there is no relative effect, or these are no two distributions
        over the same categories.

    References
    ----------
    Happ M, Bathke AC, Brunner E (2019). Optimal sample size planning for the
    Wilcoxon-Mann-Whitney test. Statistics in Medicine 38, 363-375.
    """
    effect = relative_effect(first, second)
    one, other = _pmf(first), _pmf(second)
    spread = allocation * _variance(_middle(one), other)
    spread += (1 - allocation) * _variance(_middle(other), one)
    alike = _rank_variance(allocation * one + (1 - allocation) * other)
    root = _upper(alpha) * np.sqrt(alike) + float(ndtri(power)) * np.sqrt(spread)
    total = root**2 / (allocation * (1 - allocation) * _off_centre(effect) ** 2)
    return RankSumSize(float(total), effect)


def proportional_odds_power(
    pmf: ArrayLike, odds_ratio: float, n: float, allocation: float = 0.5, alpha: float = 0.05
) -> float:
    """Power of comparing two arms under proportional odds.

    Parameters
    ----------
    pmf : array_like
        Probabilities of the ordered categories, averaged over both arms.
    odds_ratio : float
        Of being above any of the cuts; above 0.
    n : float
        Participants of both arms.
    allocation : float
        Share of participants in the first arm.
    alpha : float
        Two-sided level.

    Returns
    -------
    float
        Without the far tail.

    References
    ----------
    Whitehead J (1993). Sample size calculations for ordered categorical data.
    Statistics in Medicine 12, 2257-2271; as `popower` of the R package Hmisc.
    """
    pairs = allocation * (1 - allocation) * n**2
    information = pairs * n / (3 * (n + 1) ** 2) * _untied(pmf)
    return float(ndtr(abs(np.log(odds_ratio)) * np.sqrt(information) - _upper(alpha)))


def proportional_odds_size(
    pmf: ArrayLike,
    odds_ratio: float,
    allocation: float = 0.5,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Total size of comparing two arms under proportional odds.

    Parameters
    ----------
    pmf, odds_ratio, allocation, alpha, power
        As for :func:`proportional_odds_power`; the power is aimed at, and an
        odds ratio of 1 gives a ValueError.

    Returns
    -------
    float
        As `posamsize` of the R package Hmisc, which takes n for the power's n + 1.
    """
    if odds_ratio == 1:
        raise ValueError("odds_ratio: an odds ratio of 1 is no effect; no size detects it")
    squared = ((_upper(alpha) + float(ndtri(power))) / np.log(odds_ratio)) ** 2
    return float(3 * squared / (allocation * (1 - allocation) * _untied(pmf)))


def two_sample_t_size(effect: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Size per arm of Student's t test of two equal arms of normal values.

    Parameters
    ----------
    effect : float
        Difference of means over the standard deviation; 0 gives a ValueError.
    alpha, power : float
        Two-sided level; power aimed at, above the level.

    Returns
    -------
    float
        Where the non-central t, with both its tails, has the power.
    """
    if effect == 0:
        raise ValueError("effect: no size detects an effect of 0")

    def lacking(n: float) -> float:
        freedom, centre = 2 * n - 2, abs(effect) * np.sqrt(n / 2)
        critical = -float(stdtrit(freedom, alpha / 2))
        tails = 1 - nctdtr(freedom, centre, critical) + nctdtr(freedom, centre, -critical)
        return float(tails) - power

    most = 2.0
    while lacking(most) < 0:
        most *= 2
    return float(brentq(lacking, most / 2 if most > 2 else 1.01, most, xtol=1e-10))


def _pmf(values: ArrayLike) -> FloatArray:
    pmf = np.asarray(values, dtype=np.float64)
    if pmf.ndim != 1 or not (pmf >= 0).all() or abs(pmf.sum() - 1) > 1e-6:
        raise ValueError("probabilities of categories must be at least 0 and sum to 1")
    return pmf


def _middle(pmf: FloatArray) -> FloatArray:
    """Probability of less than each category, and half that of the category itself."""
    return np.asarray(np.cumsum(pmf) - pmf / 2)


def _variance(values: FloatArray, pmf: FloatArray) -> float:
    return float(pmf @ (values - pmf @ values) ** 2)


def _rank_variance(pmf: FloatArray) -> float:
    """Variance of midranks over their number; 1/12 where nothing is tied."""
    return _variance(_middle(pmf), pmf)


def _untied(pmf: ArrayLike) -> float:
    """Share of triples that are not all tied."""
    return float(1 - (_pmf(pmf) ** 3).sum())


def _off_centre(effect: float) -> float:
    if abs(effect - 0.5) < NO_EFFECT:
        raise ValueError("relative effect: one half is no effect; no size detects it")
    return effect - 0.5


def _upper(alpha: float) -> float:
    return float(ndtri(1 - alpha / 2))
