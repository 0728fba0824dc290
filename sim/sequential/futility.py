"""Stopping for futility: bounds on z in the direction of the effect, at the looks before the last.

Bounds that bind lower what the later looks have to exceed, for some paths
that would have rejected stop before: levels and bounds are then solved in turn.

References
----------
Pampallona S, Tsiatis AA, Kim K (2001). Drug Information Journal 35, 1113-1121
(spending of the type II error). Lan KKG, Simon R, Halperin M (1982).
Sequential Analysis 1, 207-219 (stochastic curtailment).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtri

from sim.arrays import FloatArray
from sim.sequential.boundaries import FARTHEST, Boundaries, Kind, solve_within
from sim.sequential.characteristics import STRONGEST, conditional_power, required_drift
from sim.sequential.process import START, Going, below, floors, go_on
from sim.sequential.spending import Spending, spent_by

SETTLED = 1e-10
"""Change of a bound from which on levels and bounds that are solved in turn have met."""
ROUNDS = 200
"""Most rounds of that."""

Bounds = Callable[[Boundaries], FloatArray]
"""From the levels of the looks to z below which those before the last stop, (J - 1,)."""


@dataclass(frozen=True)
class BetaSpending:
    """Spend the type II error of the planned power: bounds meet the last critical value.

    Attributes
    ----------
    beta : float
        1 - power.
    kind : str
        Spending function.
    parameter : float, optional
        Of the function.
    """

    beta: float
    kind: Spending
    parameter: float | None = None

    def __call__(self, boundaries: Boundaries) -> FloatArray:
        """Solve the bounds, and with them the drift that has the power."""
        spent = spent_by(boundaries.shares, self.beta, self.kind, self.parameter)
        increments = np.diff(spent, prepend=0.0)

        def excess(drift: float) -> float:
            return _spend(boundaries, increments, drift)[1]

        drift = float(brentq(excess, 0.0, STRONGEST, xtol=1e-12))
        return _spend(boundaries, increments, drift)[0]


@dataclass(frozen=True)
class LeastConditionalPower:
    """Stop where the power given what was seen is below a bound.

    Attributes
    ----------
    least : float
        The bound.
    drift : float, optional
        Expected z at share 1 that it counts on; the trend that was seen where left out.
    """

    least: float
    drift: float | None = None

    def __call__(self, boundaries: Boundaries) -> FloatArray:
        """Solve the bounds."""
        looks = range(len(boundaries.shares) - 1)
        return np.array([self._at(boundaries, look) for look in looks])

    def _at(self, boundaries: Boundaries, look: int) -> float:
        critical = min(float(boundaries.critical[look]), FARTHEST)

        def excess(z: float) -> float:
            return conditional_power(boundaries, look, z, self.drift) - self.least

        if excess(critical) <= 0:
            return critical
        return float(brentq(excess, -FARTHEST, critical, xtol=1e-12))


@dataclass(frozen=True)
class FutilityBounds:
    """Bounds on z that are given, one for each look before the last."""

    z: tuple[float, ...]

    def __call__(self, _: Boundaries) -> FloatArray:
        """Give them as they are."""
        return np.array(self.z)


@dataclass(frozen=True)
class LeastEffect:
    """Stop where the estimate is below a share of the effect planned for.

    Attributes
    ----------
    least : float
        The share, below 1.
    power : float
        That with which the levels reject under the effect planned for, futility left aside.
    """

    least: float
    power: float

    def __call__(self, boundaries: Boundaries) -> FloatArray:
        """Give the bounds: an estimate is z / sqrt(t), in units of what the effect makes it."""
        drift = required_drift(replace(boundaries, futility=None), self.power)
        return np.asarray(self.least * drift * np.sqrt(boundaries.shares[:-1]))


def bounds_of_pvalues(pvalues: ArrayLike) -> FutilityBounds:
    """Stop where the one-sided p-value in the effect's direction is above a bound, by look."""
    return FutilityBounds(tuple((-ndtri(np.atleast_1d(np.asarray(pvalues, float)))).tolist()))


def solve_with_futility(
    shares: Sequence[float],
    alpha: float,
    sides: int,
    kind: Kind,
    parameter: float | None = None,
    levels: Sequence[float] | None = None,
    *,
    bounds: Bounds,
    binding: bool = False,
) -> Boundaries:
    """Solve the levels of the looks together with bounds for futility.

    Parameters
    ----------
    shares, alpha, sides, kind, parameter, levels
        As for :func:`sim.sequential.boundaries.solve_boundaries`.
    bounds : callable
        One of the classes of this file.
    binding : bool
        Whether futility is sure to be obeyed, so that the levels may count on it.
        Each side of a two-sided test then spends at most its half.

    Returns
    -------
    Boundaries

    Raises
    ------
    ValueError
        As from `solve_boundaries`, or where binding bounds and levels do not settle.
    """

    def solve(floor: FloatArray | None) -> Boundaries:
        return solve_within(shares, alpha, sides, kind, parameter, levels, floor)

    solved = solve(None)
    futility = np.minimum(bounds(solved), solved.critical[:-1])
    if not binding:
        return replace(solved, futility=futility)
    for _ in range(ROUNDS):
        solved = solve(futility)
        following = np.minimum(bounds(solved), solved.critical[:-1])
        if np.allclose(following, futility, rtol=0, atol=SETTLED):
            return solved
        futility = following
    raise ValueError("binding bounds for futility and the levels of the looks do not settle")


def _spend(
    boundaries: Boundaries, increments: FloatArray, drift: float
) -> tuple[FloatArray, float]:
    """Bounds that spend a type II error under a drift, and what the last look spends too much."""
    shares, critical, going = boundaries.shares, boundaries.critical, START
    bounds = np.empty(len(shares) - 1)
    for j, share in enumerate(shares[:-1]):
        bounds[j] = _bound_at(going, share, increments[j], drift, critical[j])
        lowest = floors(critical[: j + 2], boundaries.sides, bounds[: j + 1])[j]
        going = go_on(going, share, shares[j + 1], (lowest, critical[j]), drift)
    return bounds, below(going, shares[-1], critical[-1], drift) - float(increments[-1])


def _bound_at(going: Going, share: float, part: float, drift: float, critical: float) -> float:
    """Value of z below which a given part of the paths is, at most the critical value."""
    critical = min(critical, FARTHEST)

    def excess(z: float) -> float:
        return below(going, share, z, drift) - part

    if excess(critical) <= 0:
        return critical
    if part <= 0:
        return -FARTHEST
    return float(brentq(excess, -FARTHEST, critical, xtol=1e-12))
