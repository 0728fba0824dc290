"""Tables of the fair binomial distribution."""

from functools import lru_cache

import numpy as np

from sim.arrays import FloatArray


@lru_cache(maxsize=4)
def fair_binomial(limit: int) -> tuple[FloatArray, FloatArray]:
    """Probabilities and cumulative probabilities of Binomial(m, 1/2).

    Built by halving sums, so that every entry with m <= 53 is exact.

    Parameters
    ----------
    limit : int
        Largest m.

    Returns
    -------
    pmf, cdf : ndarray, shape (limit + 1, limit + 1)
        Row m, column k: P(X = k) and P(X <= k); 0 and 1 beyond k = m.
    """
    pmf = np.zeros((limit + 1, limit + 1))
    pmf[0, 0] = 1.0
    for m in range(1, limit + 1):
        pmf[m] = pmf[m - 1] / 2
        pmf[m, 1:] += pmf[m - 1, :-1] / 2
    cdf = np.minimum(np.cumsum(pmf, axis=1), 1.0)
    pmf.setflags(write=False)
    cdf.setflags(write=False)
    return pmf, cdf
