"""What a group sequential design costs and gains, under the normal process."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from sim.arrays import FloatArray
from sim.sequential.boundaries import Boundaries
from sim.sequential.process import Exits, exits, going_from

STRONGEST = 20.0
"""Largest drift that is searched: a z of 20 at the end."""


@dataclass(frozen=True, eq=False)
class Characteristics:
    """Operating characteristics at a power; sizes as multiples of the fixed design's.

    Attributes
    ----------
    drift : float
        Expected z at share 1 that gives the power.
    inflation : float
        Largest size.
    expected_none, expected_half, expected_planned : float
        Expected size without an effect, under half of it, under all of it.
    power : ndarray, shape (J,)
        P(rejected in the effect's direction by the look).
    futility : ndarray, shape (J,)
        P(stopped for futility by the look) under the effect.
    """

    drift: float
    inflation: float
    expected_none: float
    expected_half: float
    expected_planned: float
    power: FloatArray
    futility: FloatArray


def stopping(boundaries: Boundaries, drift: float, *, obeyed: bool = True) -> Exits:
    """How likely the design stops at each look, and why.

    Parameters
    ----------
    boundaries : Boundaries
        The design.
    drift : float
        Expected z at share 1.
    obeyed : bool
        Whether it stops for futility.
    """
    futility = boundaries.futility if obeyed else None
    return exits(boundaries.shares, boundaries.critical, boundaries.sides, drift, futility)


def required_drift(boundaries: Boundaries, power: float) -> float:
    """Find the drift with which the design rejects in its direction with a given probability.

    Parameters
    ----------
    boundaries : Boundaries
        The design; futility is obeyed.
    power : float
        Above the level of one side.
    """

    def excess(drift: float) -> float:
        return float(stopping(boundaries, drift).high.sum()) - power

    return float(brentq(excess, 0.0, STRONGEST, xtol=1e-12))


def characterise(boundaries: Boundaries, power: float) -> Characteristics:
    """Compare the design with one of a single look that has the same level and power.

    Parameters
    ----------
    boundaries : Boundaries
        The design, its last look at share 1; futility is obeyed.
    power : float
        Probability of rejecting in the effect's direction.

    Examples
    --------
    >>> from sim.sequential.boundaries import solve_boundaries
    >>> pocock = solve_boundaries([0.5, 1], 0.05, 2, "pocock")
    >>> round(characterise(pocock, 0.8).inflation, 4)
    1.1104
    """
    drift = required_drift(boundaries, power)
    fixed = float(ndtri(power) - ndtri(boundaries.alpha / boundaries.sides))
    inflation = (drift / fixed) ** 2
    none, half, planned = (stopping(boundaries, drift * part) for part in (0.0, 0.5, 1.0))

    def expected(leaving: Exits) -> float:
        return inflation * leaving.expected_share(boundaries.shares)

    return Characteristics(
        drift=drift,
        inflation=inflation,
        expected_none=expected(none),
        expected_half=expected(half),
        expected_planned=expected(planned),
        power=np.cumsum(planned.high),
        futility=np.cumsum(planned.futility),
    )


def conditional_power(
    boundaries: Boundaries, look: int, z: float, drift: float | None = None
) -> float:
    """Probability of rejecting in the effect's direction after a look, given its z.

    Parameters
    ----------
    boundaries : Boundaries
        The design; futility of later looks is not obeyed.
    look : int
        Which look, from 0; not the last.
    z : float
        What it gave.
    drift : float, optional
        Expected z at share 1; the trend that was seen, z / sqrt(t), where left out.

    Examples
    --------
    >>> from sim.sequential.boundaries import solve_boundaries
    >>> looks = solve_boundaries([0.5, 1], 0.025, 1, "hwang_shih_decani", -4)
    >>> round(conditional_power(looks, 0, 1.151765), 4)
    0.3092
    """
    share = float(boundaries.shares[look])
    trend = z / share**0.5 if drift is None else drift
    later = slice(look + 1, None)
    start = going_from(share, z * share**0.5)
    leaving = exits(
        boundaries.shares[later], boundaries.critical[later], boundaries.sides, trend, start=start
    )
    return float(leaving.high.sum())
