"""Smallest pilots whose progression criterion errs as seldom as stated."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.feasibility.colours import Colours, TrafficLight, colour_probabilities

BATCH = 64
"""Sizes that are looked at together."""
CALM = 2.0
"""A size stays if all up to so many times the normal approximation's, and 100 more, pass."""


@dataclass(frozen=True)
class PilotSize:
    """How large a pilot must be for one criterion.

    Attributes
    ----------
    stays : int or None
        Smallest size from which the errors stay within their limits; None = none up to `limit`.
    first : int or None
        First size at which they are; power has saw-teeth, and larger sizes may fail.
    formula : float or None
        Lewis's formula, not rounded; None where it does not apply (rates, sites).
    limit : int
        Largest size that was looked at.
    """

    stays: int | None
    first: int | None
    formula: float | None
    limit: int


def lewis_size(
    red: float, green: float, alpha: float = 0.05, power: float = 0.9, *, corrected: bool = True
) -> float:
    """Size by the normal approximation, not rounded.

    Parameters
    ----------
    red, green : float
        Largest share that is red, and smallest that is green.
    alpha : float
        Level of the one-sided test of the red limit.
    power : float
        Power at the green limit.
    corrected : bool
        Whether for continuity.

    Returns
    -------
    float

    References
    ----------
    Lewis M, Bromley K, Sutton CJ, McCray G, Myers HL, Lancaster GA (2021). Determining sample
    size for progression criteria for pragmatic pilot RCTs: the hypothesis test strikes back!
    Pilot and Feasibility Studies 7, 40.

    Examples
    --------
    >>> round(lewis_size(0.2, 0.35), 3)
    78.119
    """
    spread = float(ndtri(1 - alpha)) * sqrt(red * (1 - red))
    spread += float(ndtri(power)) * sqrt(green * (1 - green))
    size = (spread / (green - red)) ** 2
    if not corrected:
        return size
    return (sqrt(size) + sqrt(size + 2 / (green - red))) ** 2 / 4  # size is 0 between 0 and 1


def pilot_size(
    light: TrafficLight, alpha: float, power: float, *, per_person: float = 1.0, limit: int = 5000
) -> PilotSize:
    """Find the smallest pilot whose criterion errs as seldom as stated, from which it stays.

    A tested criterion is to be significant with this power where the green limit is the truth.
    By the estimate, P(green) at the red limit is to be at most `alpha`, and P(red) at the
    green limit at most 1 - `power`.

    Parameters
    ----------
    light : TrafficLight
        The criterion.
    alpha, power : float
        The errors.
    per_person : float
        Amount that one person of the pilot adds: 1, or months of a site for a rate.
    limit : int
        Largest size that is looked at.

    Returns
    -------
    PilotSize
    """
    formula = None
    if light.kind == "share" and light.icc == 0:
        formula = lewis_size(light.red, light.green, alpha, power)
    passing: list[bool] = []
    while len(passing) < _enough(passing, formula, limit):
        sizes = np.arange(len(passing) + 1, min(len(passing) + BATCH, limit) + 1)
        passing += _passes(light, sizes * per_person, alpha, power).tolist()
    failed = max((n for n, passes in enumerate(passing, 1) if not passes), default=0)
    first = next((n for n, passes in enumerate(passing, 1) if passes), None)
    stays = failed + 1 if failed < len(passing) else None
    return PilotSize(stays, first, formula, len(passing))


def _enough(passing: list[bool], formula: float | None, limit: int) -> int:
    """Up to which size must be looked at, given what was seen."""
    first = next((n for n, passes in enumerate(passing, 1) if passes), None)
    if first is None:
        return limit
    return min(limit, ceil(CALM * max(first, formula or 0)) + 100)


def _passes(
    light: TrafficLight, amounts: NDArray[np.floating], alpha: float, power: float
) -> NDArray[np.bool_]:
    seen: Colours = colour_probabilities(light, amounts, [light.red, light.green])
    if seen.tested is not None:
        return np.asarray(seen.tested[1] >= power)
    return np.asarray((seen.green[0] <= alpha) & (seen.red[1] <= 1 - power))


def exact_power(null: float, truth: float, alpha: float, people: int) -> float:
    """Power of the exact one-sided binomial test of a share.

    Examples
    --------
    >>> round(exact_power(0.05, 0.2, 0.025, 33), 8)
    0.81787426
    """
    light = TrafficLight("share", null, truth, alpha)
    seen = colour_probabilities(light, [people], [truth]).tested
    if seen is None:
        raise TypeError("nothing is tested")
    return float(seen[0, 0])
