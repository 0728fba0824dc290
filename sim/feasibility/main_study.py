"""The main study that follows a pilot: how it is sized, and its power."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, nctdtr, nctdtrinc, nctdtrit, ndtr, ndtri, stdtrit

from sim.arrays import FloatArray

Rule = Literal["planned_sd", "fixed", "pilot_sd", "non_central_t", "upper_limit", "assurance"]
NORMAL_BEYOND = 400
"""Degrees of freedom beyond which the noncentral t is taken from the normal distribution."""


@dataclass(frozen=True)
class MainTest:
    """The t test of the main study.

    Attributes
    ----------
    alpha : float
        Its level.
    sides : int
        1 or 2.
    power : float
        Power for which it is sized.
    arms : int
        1, where people are compared with themselves, or 2.
    treated : float
        Share of people who are treated, with two arms.
    """

    alpha: float
    sides: int
    power: float
    arms: int = 1
    treated: float = 0.5

    @property
    def information(self) -> float:
        """Squared noncentrality per person, of an effect of one standard deviation."""
        return 1.0 if self.arms == 1 else self.treated * (1 - self.treated)

    def factor(self, effect: float) -> float:
        """People per squared standard deviation of the change, by the normal approximation."""
        z = float(ndtri(1 - self.alpha / self.sides) + ndtri(self.power))
        return (z / effect) ** 2 / self.information


def main_power(test: MainTest, n: ArrayLike, effect: ArrayLike) -> FloatArray:
    """Power of the t test to show an effect in its direction.

    Parameters
    ----------
    test : MainTest
        The test.
    n : array_like
        People analysed; there is no power with fewer than one more than there are arms.
    effect : array_like
        True effect in standard deviations of the change; the direction that is the success
        is positive.

    Returns
    -------
    ndarray
        Of the shape to which both are broadcast.

    Examples
    --------
    >>> main_power(MainTest(0.05, 2, 0.8), [34], 0.5).round(3).tolist()
    [0.808]
    """
    people, true = np.broadcast_arrays(np.asarray(n, np.float64), np.asarray(effect, np.float64))
    freedom = np.maximum(people - test.arms, 1)
    centre = true * np.sqrt(people * test.information)
    limit = stdtrit(freedom, 1 - test.alpha / test.sides)
    # for many degrees of freedom: t's limit against a normal with the spread of its denominator
    large = ndtr((centre - limit * (1 - 1 / (4 * freedom))) / np.sqrt(1 + limit**2 / (2 * freedom)))
    small = freedom <= NORMAL_BEYOND
    power = np.where(small, 0.0, large)
    power[small] = 1 - nctdtr(freedom[small], centre[small], limit[small])
    return np.asarray(np.where(people > test.arms, power, 0.0))


@lru_cache(maxsize=16)
def detectable(test: MainTest, largest: int) -> FloatArray:
    """Effects, in standard deviations, that 2, ..., `largest` people show with the power; falling.

    Examples
    --------
    >>> detectable(MainTest(0.05, 2, 0.8), 40)[[32, 31]].round(3).tolist()
    [0.495, 0.503]
    """
    n = np.arange(2, largest + 1)
    freedom = np.maximum(n - test.arms, 1)
    limit = stdtrit(freedom, 1 - test.alpha / test.sides)
    centre = (limit * (1 - 1 / (4 * freedom))) + ndtri(test.power) * np.sqrt(
        1 + limit**2 / (2 * freedom)
    )
    small = freedom <= NORMAL_BEYOND
    centre[small] = nctdtrinc(freedom[small], 1 - test.power, limit[small])
    effects = np.where(n > test.arms, centre / np.sqrt(n * test.information), np.inf)
    effects.setflags(write=False)
    return np.asarray(effects)


def size_for(test: MainTest, effect: ArrayLike, largest: int) -> FloatArray:
    """Smallest number of people who show an effect with the power; infinite beyond the largest.

    Parameters
    ----------
    test : MainTest
        The test.
    effect : array_like
        In standard deviations.
    largest : int
        Most people.
    """
    true = np.asarray(effect, np.float64)
    at = np.searchsorted(-detectable(test, largest), -true)
    return np.asarray(np.where(at < largest - 1, at + 2.0, np.inf))


# ------------------------------------------------------------------------ sizing by a pilot


def inflation(
    rule: Rule, test: MainTest, freedom: NDArray[np.int64], confidence: float
) -> FloatArray:
    """Factor on the pilot's variance by which a rule allows for its being uncertain.

    Parameters
    ----------
    rule : str
        non_central_t (Julious and Owen 2006) or upper_limit (Browne 1995); 1 for others.
    test : MainTest
        Level and power.
    freedom : ndarray of int
        Degrees of freedom of the pilot's standard deviation, at least 1.
    confidence : float
        Of the upper limit.
    """
    degrees, place = np.unique(freedom, return_inverse=True)
    if rule == "non_central_t":
        z = float(ndtri(1 - test.alpha / test.sides))
        factors = (nctdtrit(degrees, z, test.power) / (z + float(ndtri(test.power)))) ** 2
    elif rule == "upper_limit":
        factors = degrees / chdtri(degrees, confidence)
    else:
        factors = np.ones(len(degrees))
    return np.asarray(factors[place].reshape(freedom.shape))


def assured_factor(test: MainTest, effects: FloatArray) -> float:
    """People per squared standard deviation whose power, averaged over what is believed, suffices.

    Infinite where no number does: the average cannot exceed how likely an effect in the right
    direction is.
    """
    z = float(ndtri(1 - test.alpha / test.sides))

    def assurance(factor: float) -> float:
        return float(ndtr(effects * np.sqrt(factor * test.information) - z).mean())

    high = 1.0
    while assurance(high) < test.power:
        high *= 2
        if high > HOPELESS:
            return float("inf")
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if assurance(middle) >= test.power else (middle, high)
    return high


HOPELESS = 1e12
"""People per squared standard deviation beyond which no number suffices."""


def programme_total(pilot: int, effect: float, test: MainTest, rule: Rule) -> float:
    """Expected number of people an arm, of a pilot with two arms and its main study.

    The main study is sized by the normal approximation, with the pilot's standard deviation
    inflated by a rule, and as many an arm as the pilot.

    Parameters
    ----------
    pilot : int
        People an arm of the pilot.
    effect : float
        In standard deviations.
    test : MainTest
        Level and power.
    rule : str
        As of :func:`inflation`.

    References
    ----------
    Whitehead AL, Julious SA, Cooper CL, Campbell MJ (2016). Estimating the sample size for a
    pilot randomised trial to minimise the overall trial sample size for the external pilot and
    main trial for a continuous outcome variable. Stat Methods Med Res 25, 1057-1073.
    """
    z = float(ndtri(1 - test.alpha / test.sides) + ndtri(test.power))
    factor = inflation(rule, test, np.array([2 * pilot - 2]), 0.8)[0]
    return pilot + 2 * float(factor) * (z / effect) ** 2
