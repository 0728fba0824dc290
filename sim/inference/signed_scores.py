"""Tests on signed scores: what the signed-rank and the sign-flip test share."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.inference.binomial import fair_binomial
from sim.inference.result import SIDE, IntArray, TestResult
from sim.inference.sample import Sample
from sim.inference.signed_score_kernels import MIDRANKS, fill_pvalues
from sim.inference.step_kernels import largest_changes
from sim.inference.threshold_kernels import LISTED, OPEN, critical_tails, fill_threshold_counts
from sim.inference.thresholds import Procedure
from sim.study import Analysis

NEVER, ALWAYS = -1, 2**31 - 1
PATTERNS = 2**16
"""Patterns of ties whose critical tails are kept, a power of 2."""


def exact_up_to(p_value: str, exact_limit: int) -> int:
    """Most non-zero changes for which p is exact, for a way of finding p."""
    return {"auto": exact_limit, "exact": ALWAYS}.get(p_value, NEVER)


def pvalues_of(
    changes: IntArray,
    sizes: IntArray,
    scores: int,
    exact_limit: int,
    side: int,
    *,
    continuity: bool,
) -> TestResult:
    """P-values at every size from one pass over the participants.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        Changes in order of accrual; ``MISSING`` where not observed.
    sizes : ndarray, shape (K,)
        Rising sizes, each at most N.
    scores : int
        MIDRANKS, PRATT or VALUES of the kernels.
    exact_limit : int
        Most non-zero changes for which p is exact.
    side : int
        0 two-sided, 1 greater, -1 less.
    continuity : bool
        Continuity correction of the approximation.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E).
    """
    replicates, n, endpoints = changes.shape
    shape = (replicates, len(sizes), endpoints)
    result = TestResult(
        np.empty(shape), np.empty(shape), np.empty(shape, np.int8), np.empty(shape, np.int32)
    )
    by_participant = np.ascontiguousarray(changes.transpose(1, 0, 2), dtype=np.int16)  # (N, R, E)
    span = max(int(largest_changes(by_participant).max()), 1)
    tables = fair_tables(min(exact_limit, n))
    fill_pvalues(
        by_participant, np.asarray(sizes, np.int64), scores, exact_limit, continuity, side, span,
        *tables, result.pvalue, result.statistic, result.direction, result.informative,
    )  # fmt: skip
    return result


def threshold_counts_of(
    sample: Sample, sizes: IntArray, scores: int, analysis: Analysis, procedure: Procedure
) -> NDArray[np.int8]:
    """Compare p-values with thresholds, without computing those that are clear.

    The approximate p-value is compared through z^2. An exact one is sought
    only where z^2 leaves it open. With alpha' = alpha, doubled for one-sided
    p-values: it is above alpha where z^2 <= 1 - sqrt(3 alpha') (Paley and
    Zygmund's inequality; the fourth moment of a sum of signs is at most three
    times its squared variance) or, if alpha' is below 3/16, where z^2 <= 1
    (Dvorak and Klein). It is below every threshold where the normal tail beyond
    z, times 3.18, is below half the smallest (Bentkus and Dzindzalieta).

    Parameters
    ----------
    sample : Sample
        The one group.
    sizes, scores
        As for :func:`pvalues_of`.
    analysis : Analysis
        Test options.
    procedure : Procedure
        Thresholds, rising, for the domains, and which of them matter to their sums.

    Returns
    -------
    ndarray of int8, shape (R, K, E)
        Number of thresholds that p does not exceed, signed by direction; ``NO_INFORMATION``
        where no change is other than zero. A sum's is counted from the smallest threshold that
        matters to it and that p does not exceed.

    References
    ----------
    Paley REAC, Zygmund A (1932). Proceedings of the Cambridge Philosophical
    Society 28, 266-272. Dvorak V, Klein O (2022). SIAM Journal on Discrete
    Mathematics 36, 2393-2410. Bentkus VK, Dzindzalieta D (2015). Bernoulli 21, 1231-1237.
    """
    side = SIDE[analysis.alternative]
    levels = np.array(procedure.thresholds)
    doubled = levels * (1 if side == 0 else 2)
    by_participant = np.ascontiguousarray(
        sample.changes.transpose(1, 2, 0), dtype=np.int16
    )  # (N, E, R)
    n, endpoints, replicates = by_participant.shape
    domains, alone = sample.endpoints.domains, procedure.alone_at
    first = np.where(np.arange(endpoints) < domains, 0, alone[0])
    spans = largest_changes(by_participant)  # (E,)
    limit = min(exact_up_to(analysis.p_value, analysis.exact_limit), n)
    counts = np.empty((len(sizes), endpoints, replicates), np.int8)
    fill_threshold_counts(
        by_participant, np.asarray(sizes, np.int64), scores, limit, analysis.continuity, side,
        spans, levels, alone, domains, ndtri(doubled / 2) ** 2,
        _clear_low(doubled[-1]), ndtri(doubled[first] / 2 * 4 * ndtr(-np.sqrt(2))) ** 2,
        *_critical_tails(scores, side, procedure.thresholds),
        _whole_numbers(n, int(spans.max())), counts,
    )  # fmt: skip
    if limit > LISTED or scores != MIDRANKS:
        _work_out(counts, sample, sizes, scores, analysis, procedure)
    return counts.transpose(2, 0, 1)  # (R, K, E)


def _clear_low(level: float) -> float:
    """z^2 up to which a two-sided exact p-value is above the level whatever the scores."""
    return 1.0 if level < 3 / 16 else max(0.0, 1 - float(np.sqrt(3 * level)))


@lru_cache(maxsize=4)
def _critical_tails(
    _scores: int, side: int, levels: tuple[float, ...]
) -> tuple[IntArray, IntArray, IntArray]:
    """Critical tails of changes without ties, and room for those of patterns of ties.

    That room is filled by the kernel, from one block to the next.
    """
    untied = np.full((LISTED + 1, len(levels)), -1, np.int32)
    for m in range(1, LISTED + 1):
        critical_tails(2 * np.arange(1, m + 1), side, np.array(levels), untied[m])
    return untied, np.zeros(PATTERNS, np.int64), np.empty((PATTERNS, len(levels)), np.int32)


def _work_out(
    counts: NDArray[np.int8],
    sample: Sample,
    sizes: IntArray,
    scores: int,
    analysis: Analysis,
    procedure: Procedure,
) -> None:
    """Put counts (K, E, R) of their p-values in the place of those that were left open."""
    levels, every = np.array(procedure.thresholds), np.arange(len(procedure.thresholds))
    limit, side = exact_up_to(analysis.p_value, analysis.exact_limit), SIDE[analysis.alternative]
    for k, e in np.argwhere((counts == OPEN).any(axis=2)):
        at = np.flatnonzero(counts[k, e] == OPEN)
        result = pvalues_of(
            sample.changes[at, : sizes[k], e : e + 1], sizes[k : k + 1], scores, limit, side,
            continuity=analysis.continuity,
        )  # fmt: skip
        mine = every if e < sample.endpoints.domains else procedure.alone_at
        of_level = np.append(len(levels) - mine, 0)
        met = of_level[np.searchsorted(levels[mine], result.pvalue)]
        counts[k, e, at] = (met * result.direction)[:, 0, 0]


def fair_tables(limit: int) -> tuple[FloatArray, FloatArray]:
    """Fair binomial tables as the kernels take them: one for all groups, (1, m + 1, m + 1)."""
    pmf, cdf = fair_binomial(max(limit, 0))
    return pmf[None], cdf[None]


def _whole_numbers(n: int, span: int) -> IntArray:
    """Empty array of the narrowest type that holds the sum of n squared doubled scores."""
    largest = max(4 * (n + 1) ** 3 // 3, 4 * n * span**2)
    return np.empty(0, np.int32 if largest < 2**31 else np.int64)
