"""Where a power that grows with the effect reaches its target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np
from scipy.special import ndtri

Power = Callable[[float], float]
"""Power by the multiple of the effect; NaN where there can be no such effect."""
MOST_STEPS = 60
"""Most powers computed between two multiples."""
NARROW = 1e-9
"""Share of a multiple within which it is not looked for any more."""
FACTORS = (1.3, 4.0)
"""Least and most by which a multiple grows that is too small."""
KEPT_APART = 0.05
"""Share of the range at its ends that a step keeps away from."""
EXTREME = 1e-4
"""Power this near to 0 or 1 tells no more by how much."""
PROBITS = 0.25
"""Change of power, in probits, over which its slope is taken to either side."""


@dataclass(frozen=True)
class Crossing:
    """Smallest multiple of an effect at which the power is at its target.

    Attributes
    ----------
    multiple : float or None
        0 where no effect is needed; None where no multiple suffices.
    power : float
        Power there, or at the largest multiple tried.
    without : float
        Power at 0.
    slope : float
        By how much power grows there with the multiple; NaN where that is not known.
    """

    multiple: float | None
    power: float
    without: float
    slope: float = nan


@dataclass
class _Tried:
    """Powers as they are computed, by the multiple."""

    compute: Power
    known: dict[float, float] = field(default_factory=dict)

    def __call__(self, multiple: float) -> float:
        if multiple not in self.known:
            self.known[multiple] = self.compute(multiple)
        return self.known[multiple]


def crossing(
    compute: Power, target: float, start: float, largest: float, tolerance: float
) -> Crossing:
    """Find the smallest multiple at which power reaches the target.

    Parameters
    ----------
    compute : callable
        Power by multiple, not falling but for noise; on the same random numbers each time.
    target : float
        Power to reach.
    start, largest : float
        Multiple tried first, and the last one, above 0.
    tolerance : float
        Difference from the target that is near enough.

    Returns
    -------
    Crossing
        By regula falsi on probits of power, on which it is nearly a line, and
        bisection in turn; the slope from powers to either side.
    """
    power = _Tried(compute)
    without = power(0.0)
    if without >= target:
        return Crossing(0.0, without, without)
    low, high = _bracket(power, target, min(start, largest), largest)
    if high is None:
        return Crossing(None, power(low), without)
    at = _narrowed(power, target, low, high, tolerance)
    return Crossing(at, power(at), without, _slope(power, at))


def _bracket(
    power: _Tried, target: float, start: float, largest: float
) -> tuple[float, float | None]:
    """Multiples below and above; the second None where no multiple is enough."""
    low, high = 0.0, start
    while (reached := power(high)) < target or isnan(reached):
        if isnan(reached):  # such an effect cannot be: none larger can
            largest = high
        else:
            low = high
        bound = (low + largest) / 2 if largest in power.known else largest
        high = min(_further(power, target, low) if low else bound, bound)
        if high - low < KEPT_APART * high:
            return low, None
    return low, high


def _further(power: _Tried, target: float, at: float) -> float:
    """Next multiple where power is too small, by a line through that at 0."""
    start, here, wanted = (_probit(value) for value in (power(0.0), power(at), target))
    factor = 1.1 * (wanted - start) / (here - start) if here > start else FACTORS[1]
    return at * min(max(factor, FACTORS[0]), FACTORS[1])


def _narrowed(power: _Tried, target: float, low: float, high: float, tolerance: float) -> float:
    for step in range(MOST_STEPS):
        if power(high) - target <= tolerance or high - low <= NARROW * high:
            break
        at = (low + high) / 2 if step % 3 == 2 else _on_the_line(power, target, low, high)
        reached = power(at)
        if abs(reached - target) <= tolerance:
            return at
        low, high = (at, high) if reached < target else (low, at)
    return high


def _on_the_line(power: _Tried, target: float, low: float, high: float) -> float:
    below, above, wanted = (_probit(value) for value in (power(low), power(high), target))
    share = (wanted - below) / (above - below) if above > below else 0.5
    return low + (high - low) * min(max(share, KEPT_APART), 1 - KEPT_APART)


def _slope(power: _Tried, at: float) -> float:
    """Slope over powers to either side, a quarter of a probit away where power is a line."""
    rise = _probit(power(at)) - _probit(power(0.0))
    step = at * min(PROBITS / rise, 0.5) if rise > 0 else at / 2
    ends = [end for end in (at - step, at + step) if not isnan(power(end))]
    first, last = min([*ends, at]), max([*ends, at])
    slope = (power(last) - power(first)) / (last - first) if last > first else nan
    return slope if slope > 0 else nan


def _probit(probability: float) -> float:
    return float(ndtri(np.clip(probability, EXTREME, 1 - EXTREME)))
