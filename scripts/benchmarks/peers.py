"""The same work as Python users do it today: NumPy, SciPy, statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.power import TTestPower

from benchmarks.timing import Answer
from benchmarks.work import (
    ALPHA,
    B1_REPLICATES,
    B1_SIZE,
    B3_REPLICATES,
    B3_SIZE,
    BETWEEN_DOMAINS,
    PMF,
    PRE,
    PRE_POST,
    SHIFT,
)

FloatArray = NDArray[np.float64]
CHANGES = np.arange(-2, 3)
DOMAINS = 7
LARGEST = 120
"""Where the bisection for the sample size begins."""


def _wilcoxon() -> Any:
    return stats.wilcoxon  # its stubs do not know all options together


def signed_rank(changes: NDArray[Any], **options: Any) -> FloatArray:
    """Two-sided p-values of rows (R, n) or columns of (R, n, D), by the normal approximation."""
    plain: dict[str, Any] = {"axis": 1, "method": "asymptotic", "correction": False}
    test = _wilcoxon()
    with np.errstate(invalid="ignore"):  # where no change is other than zero
        return np.asarray(test(changes, **{**plain, **options}).pvalue)


Call = Callable[[], Answer]


def b1_vectorised(rng: np.random.Generator, replicates: int = B1_REPLICATES) -> Answer:
    """Draw the changes of all replicates with `choice`, test them in one call."""
    changes = rng.choice(CHANGES, size=(replicates, B1_SIZE), p=PMF)
    return (float((signed_rank(changes) <= ALPHA).mean()),)


def b1_loop(rng: np.random.Generator, replicates: int) -> Answer:
    """Draw and test one replicate after the other."""
    rejected, test = 0, _wilcoxon()
    for _ in range(replicates):
        changes = rng.choice(CHANGES, size=B1_SIZE, p=PMF)
        p = test(changes, method="asymptotic", correction=False).pvalue
        rejected += bool(p <= ALPHA)
    return (rejected / replicates,)


def normals(rng: np.random.Generator, *shape: int) -> Callable[[], Answer]:
    """Draw standard normals, and do nothing with them."""

    def call() -> Answer:
        rng.standard_normal(shape)
        return ()

    return call


def changes_of(rng: np.random.Generator, replicates: int, n: int) -> NDArray[np.int64]:
    """Normals mixed by a Cholesky factor, cut by `searchsorted`; changes (R, n, D)."""
    between = np.full((DOMAINS, DOMAINS), BETWEEN_DOMAINS) + (1 - BETWEEN_DOMAINS) * np.eye(DOMAINS)
    factor = np.linalg.cholesky(np.kron([[1, PRE_POST], [PRE_POST, 1]], between))
    latent = rng.standard_normal((replicates, n, 2 * DOMAINS)) @ factor.T
    latent[..., DOMAINS:] += SHIFT
    scores = np.searchsorted(stats.norm.ppf(np.cumsum(PRE)[:-1]), latent)
    return np.asarray(scores[..., DOMAINS:] - scores[..., :DOMAINS])


def b3_vectorised(rng: np.random.Generator) -> Answer:
    """All replicates and domains in one call; Holm in NumPy."""
    p = signed_rank(changes_of(rng, B3_REPLICATES, B3_SIZE))  # (R, D)
    rejected = holm(p) <= ALPHA
    marginal = float(rejected[:, 0].mean())
    return marginal, float(rejected.any(axis=1).mean()), float(rejected.all(axis=1).mean())


def holm(p: FloatArray) -> FloatArray:
    """Adjusted p-values of every row (R, m)."""
    m = p.shape[1]
    order = np.argsort(p, axis=1)
    steps = np.take_along_axis(p, order, axis=1) * np.arange(m, 0, -1)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.maximum.accumulate(steps, axis=1), axis=1)
    return np.minimum(adjusted, 1.0)


def curve_vectorised(rng: np.random.Generator, sizes: range, replicates: int) -> Answer:
    """One accrual of seven domains and their total; one call of `wilcoxon` at each size."""
    changes = changes_of(rng, replicates, sizes[-1])
    changes = np.concatenate([changes, changes.sum(axis=2, keepdims=True)], axis=2)
    rejected = [holm(signed_rank(changes[:, :n])[:, :-1]) <= ALPHA for n in sizes]
    return (float(rejected[-1].any(axis=1).mean()),)


Test = Callable[[NDArray[Any]], FloatArray]
"""From changes (R, n) to p-values (R,)."""


def sign_test(changes: NDArray[Any]) -> FloatArray:
    """Exact two-sided p-values of the sign test."""
    rises, falls = (changes > 0).sum(axis=1), (changes < 0).sum(axis=1)
    tail = stats.binom.cdf(np.minimum(rises, falls), rises + falls, 0.5)
    return np.asarray(np.minimum(2 * tail, 1.0))


def t_test(changes: NDArray[Any]) -> FloatArray:
    """Two-sided p-values of the paired t test."""
    return np.asarray(stats.ttest_1samp(changes, 0.0, axis=1).pvalue)


def bisect(
    rng: np.random.Generator, test: Test, replicates: int, power: float
) -> Callable[[], Answer]:
    """Search the smallest size by bisection, each size simulated afresh."""

    def call() -> Answer:
        low, high = 2, LARGEST
        while high - low > 1:
            middle = (low + high) // 2
            changes = rng.choice(CHANGES, size=(replicates, middle), p=PMF)
            reached = (test(changes) <= ALPHA).mean() >= power
            low, high = (low, middle) if reached else (middle, high)
        return (float(high),)

    return call


def solve_t(power: float) -> Answer:
    """Size of the paired t test for normal changes of the same mean and spread: approximate."""
    mean = float(CHANGES @ PMF)
    deviation = float((CHANGES - mean) ** 2 @ PMF) ** 0.5
    solved = TTestPower().solve_power(effect_size=mean / deviation, alpha=ALPHA, power=power)
    return (float(ceil(float(np.squeeze(solved)))),)
