"""Tests on signed scores: what the signed-rank and the sign-flip test share."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.arrays import FloatArray
from sim.inference.binomial import fair_binomial
from sim.inference.result import SIDE, IntArray, TestResult
from sim.inference.signed_score_kernels import fill_pvalues, fill_threshold_counts
from sim.inference.step_kernels import largest_changes
from sim.inference.thresholds import Procedure
from sim.study import Analysis

NEVER, ALWAYS = -1, 2**31 - 1


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
    changes: IntArray, sizes: IntArray, scores: int, analysis: Analysis, procedure: Procedure
) -> NDArray[np.int8]:
    """Compare p-values with thresholds, without computing those that are clear.

    The approximate p-value is compared through z^2. An exact one is computed
    only where z^2 leaves it open. With alpha' = alpha, doubled for one-sided
    p-values: it is above alpha where z^2 <= 1 - sqrt(3 alpha') (Paley and
    Zygmund's inequality; the fourth moment of a sum of signs is at most three
    times its squared variance), and below every threshold where z^2 >=
    2 log(2 / alpha') with the smallest threshold for alpha (Hoeffding's).

    Parameters
    ----------
    changes, sizes, scores
        As for :func:`pvalues_of`.
    analysis : Analysis
        Test options.
    procedure : Procedure
        Thresholds, rising; the last is alpha.

    Returns
    -------
    ndarray of int8, shape (R, K, E)
        Number of thresholds that p does not exceed, signed by direction;
        ``NO_INFORMATION`` where no change is other than zero.

    References
    ----------
    Paley REAC, Zygmund A (1932). Proceedings of the Cambridge Philosophical
    Society 28, 266-272. Hoeffding W (1963). Journal of the American
    Statistical Association 58, 13-30.
    """
    side = SIDE[analysis.alternative]
    levels = np.array(procedure.thresholds)
    doubled = levels * (1 if side == 0 else 2)
    by_participant = np.ascontiguousarray(changes.transpose(1, 2, 0), dtype=np.int16)  # (N, E, R)
    n, endpoints, replicates = by_participant.shape
    spans = largest_changes(by_participant)  # (E,)
    limit = min(exact_up_to(analysis.p_value, analysis.exact_limit), n)
    counts = np.empty((len(sizes), endpoints, replicates), np.int8)
    fill_threshold_counts(
        by_participant, np.asarray(sizes, np.int64), scores, limit, analysis.continuity, side,
        spans, levels, ndtri(doubled / 2) ** 2, max(0.0, 1 - float(np.sqrt(3 * doubled[-1]))),
        2 * float(np.log(2 / doubled[0])), *fair_tables(limit),
        _whole_numbers(n, int(spans.max())), counts,
    )  # fmt: skip
    return counts.transpose(2, 0, 1)  # (R, K, E)


def fair_tables(limit: int) -> tuple[FloatArray, FloatArray]:
    """Fair binomial tables as the kernels take them: one for all groups, (1, m + 1, m + 1)."""
    pmf, cdf = fair_binomial(max(limit, 0))
    return pmf[None], cdf[None]


def _whole_numbers(n: int, span: int) -> IntArray:
    """Empty array of the narrowest type that holds the sum of n squared doubled scores."""
    largest = max(4 * (n + 1) ** 3 // 3, 4 * n * span**2)
    return np.empty(0, np.int32 if largest < 2**31 else np.int64)
