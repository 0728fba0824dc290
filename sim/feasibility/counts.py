"""Distributions of what a pilot counts: people who do something, and recruits of a time."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, gammainc, gammaln, xlog1py, xlogy

from sim.arrays import FloatArray


def site_sizes(people: int | NDArray[np.int64], sites: int) -> NDArray[np.int64]:
    """Share people between sites that take turns; (..., S) of numbers of people (..., 1)."""
    return people // sites + (np.arange(sites) < people % sites)


def beta_binomial(people: int, share: ArrayLike, icc: float) -> FloatArray:
    """Probabilities of how many of one site's people do something.

    Parameters
    ----------
    people : int
        Of the site.
    share : array_like, shape (T,)
        Expected share, 0 to 1.
    icc : float
        Intraclass correlation of the 0/1 answer within the site: the site's share is drawn
        from a beta distribution whose parameters sum to 1/icc - 1; 0 = binomial.

    Returns
    -------
    ndarray, shape (T, people + 1)
    """
    p, x = np.atleast_1d(np.asarray(share, np.float64))[:, None], np.arange(people + 1)
    choose = gammaln(people + 1) - gammaln(x + 1) - gammaln(people - x + 1)
    if icc == 0:
        pmf = np.exp(choose + xlogy(x, p) + xlog1py(people - x, -p))
        return np.asarray(pmf)
    inside = np.clip(p, 1e-12, 1 - 1e-12)
    a, b = inside * (1 / icc - 1), (1 - inside) * (1 / icc - 1)
    return np.asarray(np.exp(choose + betaln(x + a, people - x + b) - betaln(a, b)))


def share_pmf(people: int, share: ArrayLike, icc: float = 0.0, sites: int = 1) -> FloatArray:
    """Probabilities of how many of all sites' people do something; (T, people + 1).

    Parameters
    ----------
    people : int
        In all, at sites that take turns.
    share, icc
        As of :func:`beta_binomial`.
    sites : int
        Number of sites.
    """
    if icc == 0 or people == 0:
        return beta_binomial(people, share, 0.0)
    sizes, numbers = np.unique(site_sizes(people, sites), return_counts=True)
    # the sum over sites is a product of transforms, which are as long as the sum
    product: NDArray[np.complex128] | complex = 1.0
    for size, number in zip(sizes.tolist(), numbers.tolist(), strict=True):
        product = product * np.fft.rfft(beta_binomial(size, share, icc), people + 1) ** number
    pmf = np.fft.irfft(product, people + 1)
    return np.asarray(np.maximum(pmf, 0.0))


def share_tail(
    people: ArrayLike, least: ArrayLike, share: ArrayLike, icc: float = 0.0, sites: int = 1
) -> FloatArray:
    """Probability that at least so many people do something.

    Parameters
    ----------
    people, least : array_like of int, shape (M,)
        Numbers of people, and of those who are wanted among them.
    share : array_like, shape (T,)
        Expected share.
    icc, sites
        As of :func:`share_pmf`.

    Returns
    -------
    ndarray, shape (T, M)

    Examples
    --------
    >>> float(share_tail([2], [1], [0.5])[0, 0].round(12))
    0.75
    """
    n, c = np.broadcast_arrays(np.atleast_1d(people), np.atleast_1d(least))
    p = np.atleast_1d(np.asarray(share, np.float64))[:, None]
    if icc == 0:
        inside = betainc(np.maximum(c, 1), np.maximum(n - c + 1, 1), p)
    else:
        columns = [share_pmf(int(m), p[:, 0], icc, sites)[:, max(int(k), 0) :].sum(1)
                   for m, k in zip(n, c, strict=True)]  # fmt: skip
        inside = np.stack(columns, axis=1)
    return np.asarray(np.where(c <= 0, 1.0, np.where(c > n, 0.0, inside)))


def rate_tail(
    exposure: ArrayLike, least: ArrayLike, rate: ArrayLike, variation: float = 0.0, sites: int = 1
) -> FloatArray:
    """Probability that at least so many are recruited in a time.

    Parameters
    ----------
    exposure : array_like, shape (M,)
        Months of all sites together.
    least : array_like of int, shape (M,)
        How many are wanted.
    rate : array_like, shape (T,)
        Expected number a site and month.
    variation : float
        Coefficient of variation of the rate between sites, which is gamma; 0 = Poisson.
    sites : int
        Number of sites, which recruit equally long.

    Returns
    -------
    ndarray, shape (T, M)
    """
    c = np.atleast_1d(least)
    mean = np.atleast_1d(np.asarray(rate, np.float64))[:, None] * np.atleast_1d(exposure)
    wanted = np.maximum(c, 1)
    if variation == 0:
        inside = gammainc(wanted, mean)
    else:  # equal sites' negative binomials add up to one
        shape = sites / variation**2
        inside = betainc(wanted, shape, mean / (mean + shape))
    return np.asarray(np.where(c <= 0, 1.0, inside))


def recruits_pmf(mean: float, variation: float, sites: int) -> FloatArray:
    """Probabilities of how many are recruited in a time, as far as they are not negligible."""
    most = most_recruits(mean, variation, sites)
    tails = rate_tail([1.0], np.arange(most + 2), [mean], variation, sites)[0]
    pmf = tails[:-1] - tails[1:]
    return np.asarray(pmf / pmf.sum())


def most_recruits(mean: float, variation: float, sites: int) -> int:
    """Bound how many are recruited in a time, but for what is negligible.

    >>> most_recruits(100, 0, 1), most_recruits(100, 0.5, 4)
    (210, 379)
    """
    spread = sqrt(mean + (variation * mean) ** 2 / sites)
    return int(mean + 10 * spread + 10)


def thinned(people: FloatArray, share: float, icc: float = 0.0, sites: int = 1) -> FloatArray:
    """Probabilities of how many do something, out of a random number of people.

    Parameters
    ----------
    people : ndarray, shape (N + 1,)
        Probabilities of 0 to N people.
    share, icc, sites
        As of :func:`share_pmf`.

    Returns
    -------
    ndarray, shape (N + 1,)
    """
    total = np.zeros(len(people))
    for number in np.flatnonzero(people > NEGLIGIBLE):
        total[: number + 1] += people[number] * _kept_pmf(int(number), share, icc, sites)
    return total


NEGLIGIBLE = 1e-13
"""Probability of a number of people that is left out."""


@lru_cache(maxsize=4096)
def _kept_pmf(people: int, share: float, icc: float, sites: int) -> FloatArray:
    pmf: FloatArray = share_pmf(people, share, icc, sites)[0]
    pmf.setflags(write=False)
    return pmf
