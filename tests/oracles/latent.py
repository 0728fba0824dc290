"""Latent normals by plain numerical integration."""

from itertools import pairwise

import numpy as np
from scipy import integrate, stats


def cell_table(row_cuts: np.ndarray, column_cuts: np.ndarray, rho: float) -> np.ndarray:
    """Cell probabilities of two cut normals: integrate the second's conditional distribution."""
    rows = np.concatenate(([-10.0], np.clip(row_cuts, -10, 10), [10.0]))
    ends = np.concatenate(([-np.inf], column_cuts, [np.inf]))
    spread = np.sqrt(1 - rho**2)

    def below(z: float) -> np.ndarray:
        return stats.norm.pdf(z) * np.diff(stats.norm.cdf((ends - rho * z) / spread))

    strips = [
        integrate.quad_vec(below, low, high, epsabs=1e-13, epsrel=1e-12)[0]
        for low, high in pairwise(rows)
    ]
    return np.array(strips)


def changes_of_table(table: np.ndarray) -> dict[int, float]:
    """Distribution of the change, summed cell by cell."""
    found: dict[int, float] = {}
    for (pre, post), probability in np.ndenumerate(table):
        found[post - pre] = found.get(post - pre, 0.0) + float(probability)
    return found
