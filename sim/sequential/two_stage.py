"""Two-stage designs for a success that people have or have not, by exact binomial sums.

References
----------
Simon R (1989). Controlled Clinical Trials 10, 1-10.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, bdtrc, gammaln, xlog1py, xlogy

from sim.arrays import FloatArray


@dataclass(frozen=True)
class TwoStage:
    """A design that stops early where too few people succeed.

    Attributes
    ----------
    first : int
        People of the first stage.
    total : int
        People of both.
    stop_at_most : int
        Successes of the first stage with which it stops; -1 where it never does.
    reject_above : int
        Successes of both that have to be exceeded.

    Examples
    --------
    >>> design = TwoStage(first=9, total=17, stop_at_most=0, reject_above=2)
    >>> float(design.power(0.25).round(4)), float(design.expected_size(0.05).round(2))
    (0.8122, 11.96)
    """

    first: int
    total: int
    stop_at_most: int
    reject_above: int

    def power(self, success: ArrayLike) -> FloatArray:
        """P(more successes than `reject_above`), by the probability of a success."""
        chance = np.asarray(success, float)
        seen = np.arange(self.stop_at_most + 1, self.first + 1)
        needed = self.reject_above - seen
        second = self.total - self.first
        enough = np.where(needed < 0, 1.0, bdtrc(np.maximum(needed, 0), second, chance[..., None]))
        return np.asarray((binomial_pmf(seen, self.first, chance[..., None]) * enough).sum(axis=-1))

    def stops_early(self, success: ArrayLike) -> FloatArray:
        """P(stops after the first stage), by the probability of a success."""
        chance = np.asarray(success, float)
        if self.stop_at_most < 0:
            return np.zeros_like(chance)
        return np.asarray(bdtr(self.stop_at_most, self.first, chance))

    def expected_size(self, success: ArrayLike) -> FloatArray:
        """Expected number of people, by the probability of a success."""
        early = self.stops_early(success)
        return np.asarray(self.first * early + self.total * (1 - early))


def binomial_pmf(successes: ArrayLike, n: ArrayLike, chance: ArrayLike) -> FloatArray:
    """P(X = k) for X ~ Binomial(n, chance); the arguments are broadcast."""
    k, size, p = np.asarray(successes, float), np.asarray(n, float), np.asarray(chance, float)
    ways = gammaln(size + 1) - gammaln(k + 1) - gammaln(size - k + 1)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(size - k, -p)))
