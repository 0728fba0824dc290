"""Error spending functions: how much of a level is spent by which share of the information.

References
----------
Lan KKG, DeMets DL (1983). Biometrika 70, 659-663. Hwang IK, Shih WJ, DeCani JS
(1990). Statistics in Medicine 9, 1439-1445. Kim K, DeMets DL (1987).
Biometrika 74, 149-154.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray

Spending = Literal["obrien_fleming_spending", "pocock_spending", "hwang_shih_decani", "kim_demets"]


def obrien_fleming_spending(shares: FloatArray, level: float, _: float) -> FloatArray:
    """Spend 2 - 2 Phi(z / sqrt(t)), z the quantile of 1 - level / 2: next to nothing early."""
    return np.asarray(2 * ndtr(ndtri(level / 2) / np.sqrt(shares)))


def pocock_spending(shares: FloatArray, level: float, _: float) -> FloatArray:
    """Spend level log(1 + (e - 1) t): nearly alike at every look."""
    return np.asarray(level * np.log1p((np.e - 1) * shares))


def hwang_shih_decani(shares: FloatArray, level: float, gamma: float) -> FloatArray:
    """Spend level (1 - e^(-gamma t)) / (1 - e^(-gamma)); the less early, the lower gamma."""
    if gamma == 0:
        return level * shares
    return np.asarray(level * np.expm1(-gamma * shares) / np.expm1(-gamma))


def kim_demets(shares: FloatArray, level: float, rho: float) -> FloatArray:
    """Spend level t^rho; the less early, the higher rho."""
    return np.asarray(level * shares**rho)


SPENDING: dict[str, Callable[[FloatArray, float, float], FloatArray]] = {
    "obrien_fleming_spending": obrien_fleming_spending,
    "pocock_spending": pocock_spending,
    "hwang_shih_decani": hwang_shih_decani,
    "kim_demets": kim_demets,
}
"""By name: cumulative level spent, of shares (J,), the level and the function's parameter."""


def spent_by(
    shares: FloatArray, level: float, kind: str, parameter: float | None = None
) -> FloatArray:
    """Cumulative error spent by each look; at share 1 exactly the level.

    Parameters
    ----------
    shares : ndarray, shape (J,)
        Rising information shares, at most 1.
    level : float
        Error to be spent by share 1: of one side.
    kind : str
        A name of :data:`SPENDING`.
    parameter : float, optional
        Gamma of Hwang, Shih and DeCani, rho of Kim and DeMets.

    Returns
    -------
    ndarray, shape (J,)
    """
    spent = SPENDING[kind](shares, level, 0.0 if parameter is None else parameter)
    return np.where(shares >= 1, level, spent)
