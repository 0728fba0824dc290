"""Wilcoxon's signed-rank test for tied, discrete changes.

Ranks are midranks of the absolute changes, held doubled so that they are
whole numbers. The exact p-value is conditional on the observed absolute
changes: given them, each of the m non-zero changes is positive or negative
with probability one half, and W+ is a sum of independent scaled binomials,
one per group of tied changes. Its tail is a nested sum over all groups but
the largest, whose own tail is read from a table; where there are many groups
(the total) it comes from dynamic programming over the doubled ranks.

References
----------
Wilcoxon F (1945). Biometrics Bulletin 1, 80-83.
Pratt JW (1959). Journal of the American Statistical Association 54, 655-667.
Streitberg B, Roehmel J (1986). Statistical Software Newsletter 12, 10-17.
"""

from math import erfc, sqrt
from typing import Literal

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.inference.binomial import fair_binomial
from sim.inference.result import SIDE, Alternative, IntArray, TestResult, as_rows, single
from sim.study import Analysis

NEVER, ALWAYS = -1, 2**31 - 1


def signed_rank(
    changes: ArrayLike,
    zeros: Literal["wilcox", "pratt"] = "wilcox",
    p_value: Literal["auto", "exact", "asymptotic"] = "auto",
    continuity: bool = False,
    alternative: Alternative = "two_sided",
    exact_limit: int = 25,
) -> TestResult:
    """Test whether paired changes are symmetric around zero.

    Parameters
    ----------
    changes : array_like of whole numbers, shape (..., n)
        After minus before, participants on the last axis.
    zeros : {'wilcox', 'pratt'}
        Drop unchanged pairs before ranking, or rank them and drop them then.
    p_value : {'auto', 'exact', 'asymptotic'}
        Exact and conditional on ties and zeros; normal approximation with
        tie-corrected variance; or exact row by row up to `exact_limit`
        non-zero changes.
    continuity : bool
        Move W+ by 1/2 towards its mean in the approximation.
    alternative : {'two_sided', 'greater', 'less'}
        Two-sided exact p is twice the smaller tail, at most 1.
    exact_limit : int
        Most non-zero changes for which 'auto' is exact.

    Returns
    -------
    TestResult
        Each field of shape (...). All-zero changes give p = 1.

    Raises
    ------
    ValueError
        Where changes are no whole numbers or an option is unknown.

    Examples
    --------
    Five of six people improve; no p below .05 is possible, whatever the size of the changes:

    >>> float(signed_rank([1, 1, 2, 2, 3, 0], p_value="exact").pvalue)
    0.0625
    >>> round(float(signed_rank([1, 1, 2, 2, 3, 0], p_value="asymptotic").pvalue), 4)
    0.0412
    """
    _require(zeros, ("wilcox", "pratt"), "zeros")
    _require(p_value, ("auto", "exact", "asymptotic"), "p_value")
    _require(alternative, tuple(SIDE), "alternative")
    rows = as_rows(changes)
    shape, n = rows.shape[:-1], rows.shape[-1]
    codes = _rank_codes(rows.reshape(-1, n))  # (R, n)
    limit = {"auto": exact_limit, "exact": ALWAYS, "asymptotic": NEVER}[p_value]
    result = _curve(
        codes[:, :, None], np.array([n]), zeros == "pratt", limit, continuity, SIDE[alternative]
    )
    return single(result, shape)


def signed_rank_curve(changes: IntArray, sizes: IntArray, analysis: Analysis) -> TestResult:
    """Signed-rank test at every size from one pass over the participants.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        Changes in order of accrual; ``MISSING`` where not observed.
    sizes : ndarray, shape (K,)
        Rising sizes, each at most N.
    analysis : Analysis
        Test options.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E).
    """
    limit = {"auto": analysis.exact_limit, "exact": ALWAYS, "asymptotic": NEVER}
    return _curve(
        changes,
        sizes,
        analysis.zeros == "pratt",
        limit[analysis.p_value],
        analysis.continuity,
        SIDE[analysis.alternative],
    )


def _require(value: str, known: tuple[str, ...], name: str) -> None:
    if value not in known:
        raise ValueError(f"{name}: {value!r} must be one of {', '.join(known)}")


def _rank_codes(rows: NDArray[np.int64]) -> NDArray[np.int16]:
    """Replace absolute changes by their dense rank within the row, signs kept."""
    absolute = np.abs(rows)
    order = np.argsort(absolute, axis=1, kind="stable")
    ordered = np.take_along_axis(absolute, order, axis=1)
    first = ordered[:, :1] > 0  # zeros keep code 0
    steps = np.concatenate([first, np.diff(ordered, axis=1) > 0], axis=1)
    codes = np.empty_like(rows)
    np.put_along_axis(codes, order, np.cumsum(steps, axis=1), axis=1)
    return (codes * np.sign(rows)).astype(np.int16)


def _curve(
    changes: IntArray,
    sizes: IntArray,
    pratt: bool,  # noqa: FBT001 - passed on as a flag of the kernel
    exact_limit: int,
    continuity: bool,  # noqa: FBT001
    side: int,
) -> TestResult:
    replicates, _, endpoints = changes.shape
    shape = (replicates, len(sizes), endpoints)
    result = TestResult(
        np.empty(shape), np.empty(shape), np.empty(shape, np.int8), np.empty(shape, np.int32)
    )
    by_participant = np.ascontiguousarray(changes.transpose(1, 0, 2), dtype=np.int16)  # (N, R, E)
    observed = by_participant[by_participant != np.iinfo(np.int16).min]
    span = int(np.abs(observed).max(initial=0))
    largest = min(int(sizes[-1]), max(exact_limit, 0))
    pmf, cdf = fair_binomial(largest)
    _kernel(
        by_participant, np.asarray(sizes, np.int64), pratt, exact_limit, continuity, side, span,
        pmf, cdf, result.pvalue, result.statistic, result.direction, result.informative,
    )  # fmt: skip
    return result


@numba.njit(cache=True)
def _kernel(  # type: ignore[no-untyped-def]  # pragma: no cover
    changes, sizes, pratt, exact_limit, continuity, side, span,
    pmf, cdf, pvalue, statistic, direction, informative,
):  # fmt: skip
    participants, replicates, endpoints = changes.shape
    rises = np.zeros((endpoints, span + 1), np.int64)
    falls = np.zeros((endpoints, span + 1), np.int64)
    zeros = np.zeros(endpoints, np.int64)
    widest = np.zeros(endpoints, np.int64)
    work = np.empty((2, 1))
    groups = np.empty((4, span + 1), np.int64)
    weights = np.empty(span + 1)
    for r in range(replicates):
        rises[:] = 0
        falls[:] = 0
        zeros[:] = 0
        widest[:] = 0
        k = 0
        for i in range(participants):
            for e in range(endpoints):
                change = np.int64(changes[i, r, e])
                if change == 0:
                    zeros[e] += 1
                elif change > 0:
                    rises[e, change] += 1
                    widest[e] = max(widest[e], change)
                elif change > -32768:
                    falls[e, -change] += 1
                    widest[e] = max(widest[e], -change)
            if k < sizes.size and i + 1 == sizes[k]:
                for e in range(endpoints):
                    start = zeros[e] if pratt else 0
                    plus, whole, squares, m, used = 0, 0, 0, 0, 0
                    for g in range(1, widest[e] + 1):
                        count = rises[e, g] + falls[e, g]
                        if count > 0:
                            rank = 2 * start + count + 1  # doubled midrank
                            plus += rises[e, g] * rank
                            whole += count * rank
                            squares += count * rank * rank
                            m += count
                            start += count
                            groups[0, used] = count
                            groups[1, used] = rank
                            used += 1
                    if m > 0 and m <= exact_limit:
                        tail = min(plus, whole - plus)
                        if side != 0:
                            tail = whole - plus if side > 0 else plus
                        if work.shape[1] <= tail:
                            work = np.empty((2, 2 * tail + 2))
                        p = _lower_tail(tail, groups, used, m, pmf, cdf, work, weights)
                        p = min(1.0, 2 * p) if side == 0 else p
                    else:
                        p = _normal_p(2 * plus - whole, squares, continuity, side)
                    pvalue[r, k, e] = p
                    statistic[r, k, e] = plus / 2
                    direction[r, k, e] = np.sign(2 * plus - whole)
                    informative[r, k, e] = m
                k += 1


@numba.njit(cache=True)
def _normal_p(balance, squares, continuity, side):  # type: ignore[no-untyped-def]  # pragma: no cover
    """P-value from the doubled W+ - W-, whose null variance is the sum of squared doubled ranks."""
    if squares == 0:
        return 1.0
    moved = 0
    if continuity:
        moved = 2 * (np.sign(balance) if side == 0 else side)
    z = (balance - moved) / sqrt(squares)
    if side == 0:
        return erfc(abs(z) / sqrt(2.0))
    return 0.5 * erfc(side * z / sqrt(2.0))


@numba.njit(cache=True)
def _lower_tail(tail, groups, used, m, pmf, cdf, work, weights):  # type: ignore[no-untyped-def]  # pragma: no cover
    """P(doubled W+ <= tail) given the tie groups (row 0: counts, row 1: doubled ranks)."""
    largest = 0
    for g in range(1, used):
        if groups[0, g] > groups[0, largest]:
            largest = g
    terms = 1
    for g in range(used):
        if g != largest and terms <= 1 << 40:
            terms *= groups[0, g] + 1
    if terms <= 16 + m * (tail + 1) // 8:
        return _nested_tail(tail, groups, used, largest, pmf, cdf, weights)
    return _dynamic_tail(tail, groups, used, work)


@numba.njit(cache=True)
def _nested_tail(tail, groups, used, largest, pmf, cdf, sums):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Sum over the numbers of rises in all groups but the largest."""
    count, rank = groups[0, largest], groups[1, largest]
    for g in range(largest, used - 1):  # close the gap
        groups[0, g] = groups[0, g + 1]
        groups[1, g] = groups[1, g + 1]
    others = used - 1
    if others == 0:
        return cdf[count, min(tail // rank, count)]
    # row 2: rises in the group, row 3: what the groups above it leave of the tail
    total = 0.0
    level = 0
    groups[2, 0] = -1
    groups[3, 0] = tail
    sums[0] = 1.0
    while level >= 0:
        groups[2, level] += 1
        rises = groups[2, level]
        left = groups[3, level] - rises * groups[1, level]
        if rises > groups[0, level] or left < 0:
            level -= 1
            continue
        weight = sums[level] * pmf[groups[0, level], rises]
        if level == others - 1:
            total += weight * cdf[count, min(left // rank, count)]
        else:
            level += 1
            groups[2, level] = -1
            groups[3, level] = left
            sums[level] = weight
    return min(total, 1.0)


@numba.njit(cache=True)
def _dynamic_tail(tail, groups, used, work):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Dynamic programming over the doubled ranks, one sign at a time."""
    old, new = work[0], work[1]
    work[:, : tail + 1] = 0.0
    old[0] = 1.0
    reach = 0
    for g in range(used):
        rank = groups[1, g]
        for _ in range(groups[0, g]):
            reach = min(reach + rank, tail)
            head = min(rank, reach + 1)
            for s in range(head):
                new[s] = 0.5 * old[s]
            for s in range(head, reach + 1):
                new[s] = 0.5 * (old[s] + old[s - rank])
            old, new = new, old
    total = 0.0
    for s in range(reach + 1):
        total += old[s]
    return min(total, 1.0)
