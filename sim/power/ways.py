"""The ways in which changes fall on their absolute values, listed with their probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlog1py, xlogy

from sim.arrays import FloatArray
from sim.errors import StudyError
from sim.power.exact_kernels import compositions
from sim.study import Analysis

STEPS = 4
"""Steps per term of a nested sum: the search for the critical value and both tails."""


def binomial_tables(chance: FloatArray, limit: int) -> FloatArray:
    """Probabilities of Binomial(m, chance) for all m up to a limit; (..., limit + 1, limit + 1)."""
    m, k = np.arange(limit + 1)[:, None], np.arange(limit + 1)[None, :]
    others = np.maximum(m - k, 0)
    ways = gammaln(m + 1) - gammaln(k + 1) - gammaln(others + 1)
    tables = np.empty((*np.shape(chance), limit + 1, limit + 1))
    for place, p in np.ndenumerate(chance):  # one by one: such tables are all the memory it takes
        table = tables[place]
        np.add(ways, xlogy(k, p), out=table)
        table += xlog1py(others, -p)
        np.exp(table, out=table)
        table[k > m] = 0.0
    return tables


def mixing_of(zero: float, sizes: NDArray[np.int64]) -> FloatArray:
    """Distribution of the number of non-zero changes at each size; (K, N + 1)."""
    table = binomial_tables(np.array(1 - zero), int(sizes.max()))
    return np.asarray(table[sizes])


def ranks_zeros(analysis: Analysis) -> bool:
    """Tell whether ranks depend on the number of zeros, and so on that of participants."""
    return analysis.test_facts.ranks_zeros and analysis.zeros == "pratt"


def listed_ways(
    pmf: FloatArray, sizes: NDArray[np.int64], analysis: Analysis, cut: float, work_limit: float
) -> tuple[Ways, FloatArray, NDArray[np.int64]]:
    """Ways to distribute the changes, chances (K, N + 1) of their number, and numbers needed."""
    mixing = mixing_of(float(pmf[len(pmf) // 2]), sizes)
    ways = Ways(pmf, int(sizes.max()), cut)
    needed = np.flatnonzero(mixing.max(axis=0) > cut)
    repeats = np.ones(len(needed))
    if ranks_zeros(analysis):
        repeats = (mixing[:, needed] > cut).sum(axis=0)
    ways.require(needed, repeats, work_limit)
    return ways, mixing, needed


class Ways:
    """Ways in which m non-zero changes fall on the absolute values, with their probabilities."""

    def __init__(self, pmf: FloatArray, limit: int, cut: float) -> None:
        self._cut = cut
        centre = len(pmf) // 2
        absolute = pmf[centre + 1 :] + pmf[:centre][::-1]  # (G,)
        left = np.cumsum(absolute[::-1])[::-1]
        share = np.divide(absolute, left, out=np.ones_like(absolute), where=left > 0)
        self._tables = binomial_tables(np.clip(share, 0, 1), limit)  # (G, N + 1, N + 1)

    def require(self, needed: NDArray[np.int64], repeats: FloatArray, limit: float) -> None:
        """Refuse an enumeration that would take too many steps."""
        none = np.empty((0, 0), np.int64), np.empty(0)
        work = 0.0
        for m, times in zip(needed, repeats, strict=True):
            left = (limit - work) / (STEPS * float(times))
            work += STEPS * float(times) * self._list(int(m), left, *none)[1]
            if work > limit:
                raise StudyError(
                    f"engine: exact enumeration at this size takes more than {limit:.0e} steps; "
                    "use engine=monte_carlo, smaller sizes or fewer of them"
                )

    def of(self, m: int) -> tuple[NDArray[np.int64], FloatArray]:
        """Counts (V, G) and weights (V,) for m changes."""
        none = np.empty((0, 0), np.int64), np.empty(0)
        listed, _ = self._list(m, np.inf, *none)
        counts = np.empty((listed, len(self._tables)), np.int64)
        weights = np.empty(listed)
        self._list(m, np.inf, counts, weights)
        return counts, weights

    def _list(
        self, m: int, most: float, counts: NDArray[np.int64], weights: FloatArray
    ) -> tuple[int, float]:
        listed, work = compositions(m, self._tables, self._cut, most, counts, weights)
        return int(listed), float(work)
