"""Probability that a progression criterion shows red, amber or green, for any truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arrays import FloatArray
from sim.feasibility.counts import rate_tail, share_tail

ROUNDING = 1e-9
"""Nearness at which a limit times a number of people counts as a whole number."""
COLOURS = ("red", "amber", "green")


@dataclass(frozen=True)
class TrafficLight:
    """A progression criterion: red up to one limit, green from another, amber between.

    Attributes
    ----------
    kind : {'share', 'rate'}
        Whether it judges a share of people, or recruits a site and month.
    red, green : float
        The limits; red is below green.
    alpha : float or None
        Level at which the red limit is tested, one-sided; None = by the estimate alone.
    icc : float
        Of a share: intraclass correlation of the 0/1 answer by site.
    variation : float
        Of a rate: its coefficient of variation between sites.
    sites : int
        Number of sites.
    """

    kind: Literal["share", "rate"]
    red: float
    green: float
    alpha: float | None = None
    icc: float = 0.0
    variation: float = 0.0
    sites: int = 1

    def tail(self, amounts: ArrayLike, least: ArrayLike, truths: ArrayLike) -> FloatArray:
        """Probability of at least so many, by truth and amount; (T, M).

        Amounts are people for a share, months of all sites together for a rate.
        """
        if self.kind == "share":
            return share_tail(amounts, least, truths, self.icc, self.sites)
        return rate_tail(amounts, least, truths, self.variation, self.sites)


@dataclass(frozen=True, eq=False)
class Cuts:
    """Counts at which a criterion changes its colour, by amount; (M,) each.

    Attributes
    ----------
    red : ndarray of int
        Most that are red.
    green : ndarray of int
        Fewest that are green.
    tested : ndarray of int or None
        Fewest that are significantly above the red limit; None where nothing is tested.
    """

    red: NDArray[np.int64]
    green: NDArray[np.int64]
    tested: NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class Colours:
    """Probabilities of each colour, by truth and amount; (T, M) each.

    Attributes
    ----------
    red, amber, green : ndarray
        They sum to 1.
    tested : ndarray or None
        Probability of a count significantly above the red limit.
    """

    red: FloatArray
    amber: FloatArray
    green: FloatArray
    tested: FloatArray | None


def cuts(light: TrafficLight, amounts: ArrayLike) -> Cuts:
    """Work out at which counts a criterion changes its colour.

    Whoever has nobody to judge by, shows red. A count that is green has to be significant
    too, where the criterion is tested.

    Parameters
    ----------
    light : TrafficLight
        The criterion.
    amounts : array_like, shape (M,)
        People, or months of all sites.

    Returns
    -------
    Cuts
    """
    amount = np.atleast_1d(amounts)
    red = np.floor(light.red * amount + ROUNDING).astype(np.int64)
    green = np.maximum(np.ceil(light.green * amount - ROUNDING).astype(np.int64), 1)
    if light.alpha is None:
        return Cuts(red, green, None)
    tested = critical_counts(light, amount)
    return Cuts(red, np.maximum(green, tested), tested)


def critical_counts(light: TrafficLight, amounts: ArrayLike) -> NDArray[np.int64]:
    """Smallest counts that are significant where the red limit is the truth; (M,).

    Examples
    --------
    >>> critical_counts(TrafficLight("share", 0.05, 0.2, alpha=0.025), [25, 33]).tolist()
    [5, 5]
    """
    amount = np.atleast_1d(amounts)
    alpha = light.alpha or 0.0
    low = np.zeros(len(amount), np.int64)  # at least none is certain
    high = np.maximum(np.floor(light.red * amount).astype(np.int64), 1)
    while (short := light.tail(amount, high, light.red)[0] > alpha).any():
        high = np.where(short, 2 * high + 1, high)
    while ((gap := high - low) > 1).any():
        middle = low + gap // 2
        passes = light.tail(amount, middle, light.red)[0] <= alpha
        low, high = np.where(passes, low, middle), np.where(passes, middle, high)
    return high


def colour_probabilities(light: TrafficLight, amounts: ArrayLike, truths: ArrayLike) -> Colours:
    """Probabilities of red, amber and green, exactly.

    Parameters
    ----------
    light : TrafficLight
        The criterion.
    amounts : array_like, shape (M,)
        People, or months of all sites.
    truths : array_like, shape (T,)
        True shares or rates.

    Returns
    -------
    Colours

    Examples
    --------
    >>> light = TrafficLight("share", 0.5, 0.75)
    >>> seen = colour_probabilities(light, [4], [0.5])
    >>> [float(of[0, 0].round(12)) for of in (seen.red, seen.amber, seen.green)]
    [0.6875, 0.0, 0.3125]
    """
    at = cuts(light, amounts)
    green = light.tail(amounts, at.green, truths)
    red = 1 - light.tail(amounts, at.red + 1, truths)
    tested = None if at.tested is None else light.tail(amounts, at.tested, truths)
    return Colours(red, np.maximum(1 - red - green, 0.0), green, tested)


def mixed(colours: Colours, weights: FloatArray) -> Colours:
    """Average over a random number of people.

    Parameters
    ----------
    colours : Colours
        By truth and number of people; (T, M).
    weights : ndarray, shape (K, M)
        Probabilities of those numbers, at each of K sizes.

    Returns
    -------
    Colours
        By truth and size; (T, K).
    """
    parts = (colours.red, colours.amber, colours.green, colours.tested)
    red, amber, green, tested = (None if part is None else part @ weights.T for part in parts)
    if red is None or amber is None or green is None:
        raise TypeError("a colour has no probabilities")
    return Colours(red, amber, green, tested)
