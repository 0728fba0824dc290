"""Which pairs belong to which site, in order of accrual."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from sim.arrays import FloatArray
from sim.cohorts.roots import root_between
from sim.errors import StudyError
from sim.study.clusters import SiteClusters

CYCLE = 50
"""Sites filled in turn, after which their sizes come again."""
ALIKE = 1e-4
"""Variation below which sizes are all alike."""
MOST = 0.95
"""Share of the largest possible variation, all pairs at one site, that sizes can have."""


@lru_cache(maxsize=8)
def site_sequence(accrual: SiteClusters, pairs: int) -> NDArray[np.int64]:
    """Site of each pair in order of accrual.

    Sizes are listed, or follow the quantiles of a gamma distribution with a
    given coefficient of variation. Where sites take turns, the next pair goes
    to the site that is furthest behind its share.

    Parameters
    ----------
    accrual : SiteClusters
        Order, number or size of the sites.
    pairs : int
        How many pairs.

    Returns
    -------
    ndarray of int, shape (pairs,)
        Not to be written to: who asks again gets the same one.
    """
    if accrual.accrual == "in_turn":
        sizes = _filled(accrual)
        rounds = -(-pairs // int(sizes.sum()))
        site = np.repeat(np.arange(rounds * len(sizes)), np.tile(sizes, rounds))[:pairs]
    elif accrual.sizes is not None:
        site = np.resize(_turns_of(np.array(accrual.sizes), pairs), pairs)
    elif accrual.size_variation < ALIKE:
        site = np.arange(pairs) % accrual.sites
    else:
        share = relative_sizes(accrual) / accrual.sites
        counts = np.zeros(accrual.sites)
        site = np.empty(pairs, np.int64)
        for i in range(pairs):
            site[i] = np.argmax((i + 1) * share - counts)
            counts[site[i]] += 1
    site.flags.writeable = False
    return site


def _filled(accrual: SiteClusters) -> NDArray[np.int64]:
    """Pairs of each site of one cycle, where sites are filled in turn."""
    if accrual.sizes is not None:
        return np.array(accrual.sizes)
    return np.maximum(np.rint(accrual.per_site * relative_sizes(accrual)), 1).astype(np.int64)


def _turns_of(sizes: NDArray[np.int64], pairs: int) -> NDArray[np.int64]:
    """Sites of listed sizes taking turns until all are full, or for fewer pairs.

    In whole numbers. No site is ever ahead of its share by a whole pair, so
    none exceeds its size where all are full: there each has just its size,
    and from there on the turns come again.
    """
    whole = int(sizes.sum())
    behind = np.zeros(len(sizes), np.int64)  # in units of 1 / whole of a pair
    site = np.empty(min(pairs, whole), np.int64)
    for i in range(len(site)):
        behind += sizes
        site[i] = np.argmax(behind)
        behind[site[i]] -= whole
    return site


def relative_sizes(accrual: SiteClusters) -> FloatArray:
    """Sizes of the sites relative to their mean, large and small mixed.

    Parameters
    ----------
    accrual : SiteClusters
        Sizes of the sites, or their number and coefficient of variation.

    Returns
    -------
    ndarray, shape (sites,)
        One cycle where sites are filled in turn.

    Raises
    ------
    StudyError
        Where so few sites cannot vary so much.
    """
    if accrual.sizes is not None:
        return np.asarray(np.array(accrual.sizes) / np.mean(accrual.sizes), np.float64)
    number = CYCLE if accrual.accrual == "in_turn" else accrual.sites
    variation = accrual.size_variation
    if variation < ALIKE:
        return np.ones(number)
    most = MOST * float(np.sqrt(number - 1))
    if variation > most:
        raise StudyError(
            f"clusters: size_variation {variation:g} must be at most {most:.2f} with "
            f"{number} sites; state fewer differences or more sites"
        )
    middle = (np.arange(number) + 0.5) / number

    def sizes(log_shape: float) -> FloatArray:
        relative = gammaincinv(np.exp(log_shape), middle)
        return np.asarray(relative / relative.mean())

    # quantiles of a few sites vary less than the distribution: solve for the sizes themselves
    log_shape = root_between(lambda x: float(sizes(x).std()) - variation, -7.0, 20.0, xtol=1e-9)
    order = np.random.default_rng(0).permutation(number)  # fixed: the order is no random effect
    return sizes(float(log_shape))[order]
