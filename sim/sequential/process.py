"""The normal process of a group sequential test, integrated from look to look.

With information share t, B(t) = z sqrt(t) has independent normal increments
of variance dt and mean drift dt, where the drift is the expected z at t = 1.
What still goes on after a look is a density on the points of a quadrature,
carried to the next look by the normal kernel.

References
----------
Armitage P, McPherson CK, Rowe BC (1969). Journal of the Royal Statistical
Society A 132, 235-244. Jennison C, Turnbull BW (2000). Group Sequential
Methods with Applications to Clinical Trials, chapter 19. Chapman & Hall.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

import numpy as np
from scipy.special import ndtr

from sim.arrays import FloatArray

REACH = 8.0
"""Standard deviations around the process beyond which nothing is integrated."""
POINTS_PER_STEP = 3.0
"""Quadrature points per standard deviation of the finer step."""
ROUND = 16
"""Points come in multiples of this, so that few quadratures are made and kept."""


@dataclass(frozen=True, eq=False)
class Going:
    """Paths that have not stopped by a look.

    Attributes
    ----------
    share : float
        Information share of the look; 0 before the first.
    points : ndarray, shape (P,)
        Values of B(share), the nodes of a quadrature.
    mass : ndarray, shape (P,)
        Density of the paths at the nodes, times the nodes' weights.
    origin : tuple of float
        Share and value at which all of them were together: none is far from its drift.
    """

    share: float
    points: FloatArray
    mass: FloatArray
    origin: tuple[float, float]


def going_from(share: float, value: float) -> Going:
    """Begin at a value of B, as is known at a look or, at share 0, before all of them."""
    return Going(share, np.array([value]), np.ones(1), (share, value))


@dataclass(frozen=True, eq=False)
class Exits:
    """How likely a design stops where, by look.

    Attributes
    ----------
    high : ndarray, shape (J,)
        P(first stops at the look, rejecting in the direction of the effect).
    low : ndarray, shape (J,)
        P(first stops at the look, rejecting in the other direction).
    futility : ndarray, shape (J,)
        P(first stops at the look for futility).
    """

    high: FloatArray
    low: FloatArray
    futility: FloatArray

    @property
    def stopped(self) -> FloatArray:
        """P(stops at the look), for any reason; (J,)."""
        return self.high + self.low + self.futility

    def expected_share(self, shares: FloatArray) -> float:
        """Give the expected information share at the end, which is the last look's at the latest.

        Parameters
        ----------
        shares : ndarray, shape (J,)
            Information shares of the looks.
        """
        early = self.stopped[:-1]
        return float(early @ shares[:-1] + (1 - early.sum()) * shares[-1])


START = going_from(0.0, 0.0)
"""The process before anything is known."""


def beyond(going: Going, share: float, z: float, drift: float) -> float:
    """P(goes on to a look and is there above z)."""
    step = share - going.share
    edge = z * sqrt(share) - drift * step
    return float(going.mass @ ndtr((going.points - edge) / sqrt(step)))


def below(going: Going, share: float, z: float, drift: float) -> float:
    """P(goes on to a look and is there below z)."""
    step = share - going.share
    edge = z * sqrt(share) - drift * step
    return float(going.mass @ ndtr((edge - going.points) / sqrt(step)))


def go_on(
    going: Going, share: float, following: float, inside: tuple[float, float], drift: float
) -> Going:
    """Carry to a look the paths that do not stop there.

    Parameters
    ----------
    going : Going
        Paths that reach the look.
    share : float
        The look's information share.
    following : float
        The next look's, by which the quadrature is made fine enough.
    inside : tuple of float
        Least and largest z with which a path goes on.
    drift : float
        Expected z at share 1.
    """
    step, root = share - going.share, sqrt(share)
    since, value = going.origin
    mean, spread = value + drift * (share - since), REACH * sqrt(share - since)
    low = max(inside[0] * root, mean - spread)
    high = max(min(inside[1] * root, mean + spread), low)
    finer = sqrt(min(step, following - share))
    nodes, weights = _legendre(2 + ceil(POINTS_PER_STEP * (high - low) / finer / ROUND))
    points = low + (high - low) * (nodes + 1) / 2
    apart = (points[:, None] - going.points - drift * step) / sqrt(step)  # (new, old)
    density = np.exp(-(apart**2) / 2) @ going.mass / sqrt(2 * np.pi * step)
    return Going(share, points, density * weights * (high - low) / 2, going.origin)


def floors(critical: FloatArray, sides: int, futility: FloatArray | None) -> FloatArray:
    """Least z with which a path goes on, by look; futility says nothing of the last one."""
    lowest = np.full(len(critical), -np.inf) if sides == 1 else -critical
    if futility is None:
        return lowest
    bound = np.append(futility, -np.inf)[: len(critical)]
    return np.asarray(np.clip(bound, lowest, critical))


def exits(
    shares: FloatArray,
    critical: FloatArray,
    sides: int,
    drift: float,
    futility: FloatArray | None = None,
    start: Going = START,
) -> Exits:
    """How likely the process stops at each look, and why.

    Parameters
    ----------
    shares : ndarray, shape (J,)
        Rising information shares of the looks.
    critical : ndarray, shape (J,)
        z from which the null is rejected; below its negative too where `sides` is 2.
    sides : int
        1 or 2.
    drift : float
        Expected z at share 1.
    futility : ndarray, shape (J - 1,), optional
        z below which the looks before the last stop for futility.
    start : Going
        Where the process begins: before all looks.

    Returns
    -------
    Exits
        Of the last look, `futility` is 0.
    """
    looks = len(shares)
    lowest, floor = floors(critical, sides, None), floors(critical, sides, futility)
    going, left = start, np.zeros((3, looks))
    for j, share in enumerate(shares):
        falls = below(going, share, floor[j], drift)
        left[0, j] = beyond(going, share, critical[j], drift)
        left[1, j] = below(going, share, lowest[j], drift)
        left[2, j] = max(falls - left[1, j], 0.0)
        if j + 1 < looks:
            going = go_on(going, share, shares[j + 1], (floor[j], critical[j]), drift)
    return Exits(*left)


@lru_cache(maxsize=256)
def _legendre(rounds: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss and Legendre's quadrature on (-1, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(ROUND * rounds)
    return nodes, weights
