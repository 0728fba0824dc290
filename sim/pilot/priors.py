"""Priors of the domains' latent shifts, each a mixture of normal distributions.

Given a node (mean, sd) the shifts of the domains are independent normals. A
plain normal prior has one node; the hierarchical one has many, which are
shared by all domains and tie them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.pilot.parameters import WIDEST
from sim.study.calibration import Calibration

BINS = 400
"""Bins of the latent shift between its widest values."""
MEAN_NODES, SPREAD_NODES = 41, 24
"""Quadrature of the hierarchical prior: nodes of its mean and of the spread between domains."""


@dataclass(frozen=True, eq=False)
class ShiftPrior:
    """Mixture over nodes shared by all domains.

    Attributes
    ----------
    name : str
        neutral, sceptical or hierarchical.
    weight : ndarray, shape (G,)
        Prior probabilities of the nodes.
    mean, sd : ndarray, shape (G,)
        The shifts' normal distribution at each node.
    """

    name: str
    weight: FloatArray
    mean: FloatArray
    sd: FloatArray

    @cached_property
    def bin_mass(self) -> FloatArray:
        """Probability of each bin of the shift at each node, (G, BINS); each row sums to 1."""
        edges = np.linspace(-WIDEST, WIDEST, BINS + 1)
        away = (edges - self.mean[:, None]) / self.sd[:, None]
        # above the mean the upper tails are subtracted: the lower ones are all 1 to rounding
        mass = np.where(away[:, :-1] > 0, -np.diff(ndtr(-away)), np.diff(ndtr(away)))
        return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def bin_of(shift: FloatArray) -> NDArray[np.int64]:
    """Bin of each shift."""
    place = np.floor((shift + WIDEST) / (2 * WIDEST) * BINS).astype(np.int64)
    return np.clip(place, 0, BINS - 1)


def shift_priors(settings: Calibration) -> tuple[ShiftPrior, ...]:
    """Build the priors that are always shown side by side.

    Parameters
    ----------
    settings : Calibration
        Their parameters.

    Returns
    -------
    tuple of ShiftPrior
        Neutral, sceptical, hierarchical.
    """
    plain = [
        ShiftPrior(name, np.ones(1), np.array([normal.mean]), np.array([normal.sd]))
        for name, normal in (("neutral", settings.neutral), ("sceptical", settings.sceptical))
    ]
    return (*plain, _hierarchical(settings.hierarchical.mean_sd, settings.hierarchical.between_sd))


def _hierarchical(mean_sd: float, between_sd: float) -> ShiftPrior:
    """Nodes of equal probability: the mean is normal, the spread half-normal."""
    middle = (np.arange(MEAN_NODES) + 0.5) / MEAN_NODES
    means = mean_sd * ndtri(middle)
    middle = (np.arange(SPREAD_NODES) + 0.5) / SPREAD_NODES
    spreads = between_sd * ndtri(0.5 + middle / 2)
    mean, sd = (grid.ravel() for grid in np.meshgrid(means, spreads, indexing="ij"))
    return ShiftPrior("hierarchical", np.full(mean.size, 1 / mean.size), mean, sd)
