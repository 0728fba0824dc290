"""Pilots with three outcomes, stop, pause and go, whose errors are each within a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sim.feasibility.counts import share_pmf


@dataclass(frozen=True)
class ThreeOutcomes:
    """A design with three outcomes: go above the upper count, stop up to the lower.

    Attributes
    ----------
    n : int
        People.
    stop : float
        Largest result that stops: a count, or a standardised mean.
    pause : float
        Largest result that pauses; above it the study goes on.
    alpha : float
        P(go) + eta P(pause) where the lower value is the truth.
    beta : float
        P(stop) + eta P(pause) where the upper value is the truth.
    gamma : float
        P(no pause) halfway between them.
    """

    n: int
    stop: float
    pause: float
    alpha: float
    beta: float
    gamma: float


def share_design(
    low: float,
    high: float,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    eta: tuple[float, float] = (0.5, 0.5),
    limit: int = 500,
) -> ThreeOutcomes | None:
    """Find the smallest pilot with three outcomes for a share.

    Parameters
    ----------
    low, high : float
        Share that should not go on, and share that should.
    alpha, beta, gamma : float
        Limits of the three errors.
    eta : (float, float)
        How often an intervening pause ends in a wrong go, and in a wrong stop.
    limit : int
        Largest size that is looked at.

    Returns
    -------
    ThreeOutcomes or None
        Of those of the smallest size, the one with the least `alpha` + `beta`; None = none.

    References
    ----------
    Wilson DT, Hudson E, Brown S (2024). Three-outcome designs for external pilot trials with
    progression criteria. BMC Medical Research Methodology 24, doi:10.1186/s12874-024-02351-x.
    """
    for n in range(2, limit + 1):
        design = _best_at(n, (low, (low + high) / 2, high), (alpha, beta, gamma), eta)
        if design is not None:
            return design
    return None


def _best_at(
    n: int,
    truths: tuple[float, float, float],
    limits: tuple[float, float, float],
    eta: tuple[float, float],
) -> ThreeOutcomes | None:
    """Try every pair of counts at one size."""
    # rows: the largest count that stops; columns: the largest that pauses
    at_low, midway, at_high = np.cumsum(share_pmf(n, truths), axis=1)
    stop, pause = np.arange(n + 1)[:, None], np.arange(n + 1)
    alpha = 1 - at_low[pause] + eta[0] * (at_low[pause] - at_low[stop])
    beta = at_high[stop] + eta[1] * (at_high[pause] - at_high[stop])
    gamma = 1 - (midway[pause] - midway[stop])
    fits = (stop < pause) & (alpha <= limits[0]) & (beta <= limits[1]) & (gamma <= limits[2])
    if not fits.any():
        return None
    at = np.unravel_index(np.where(fits, alpha + beta, np.inf).argmin(), fits.shape)
    return ThreeOutcomes(n, float(at[0]), float(at[1]), *(float(of[at]) for of in
                         (alpha, beta, gamma)))  # fmt: skip


def mean_errors(
    n: int,
    cuts: tuple[float, float],
    difference: float,
    sd: float,
    eta: tuple[float, float] = (0.5, 0.5),
) -> ThreeOutcomes:
    """Work out the errors of a design for a mean with a known standard deviation.

    Parameters
    ----------
    n : int
        People.
    cuts : (float, float)
        Standardised means, mean x sqrt(n) / sd, up to which it stops and pauses.
    difference : float
        Mean that should go on; one of 0 should not.
    sd : float
        Standard deviation.
    eta : (float, float)
        As of :func:`share_design`.
    """
    centres = np.array([0.0, difference / 2, difference]) * np.sqrt(n) / sd
    below = ndtr(np.array(cuts) - centres[:, None])
    pause = below[:, 1] - below[:, 0]
    alpha = 1 - below[0, 1] + eta[0] * pause[0]
    beta = below[2, 0] + eta[1] * pause[2]
    return ThreeOutcomes(n, *cuts, float(alpha), float(beta), float(1 - pause[1]))
