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

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sim.inference.binomial import fair_binomial
from sim.inference.result import SIDE, Alternative, IntArray, TestResult, as_rows, single
from sim.inference.signed_rank_kernels import signed_rank_grades, signed_rank_pvalues
from sim.inference.thresholds import Procedure
from sim.study import Analysis

NEVER, ALWAYS = -1, 2**31 - 1


def signed_rank(
    changes: ArrayLike,
    zeros: Literal["wilcox", "pratt"] = "wilcox",
    p_value: Literal["auto", "exact", "asymptotic"] = "auto",
    continuity: bool = False,  # noqa: FBT001, FBT002 - the published signature
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


def signed_rank_graded(
    changes: IntArray, sizes: IntArray, analysis: Analysis, procedure: Procedure
) -> NDArray[np.int8]:
    """Compare the signed-rank p-values with thresholds, without computing those that are clear.

    The approximate p-value is compared through z^2. An exact one is computed
    only where z^2 leaves it open: it is above alpha where
    z^2 <= 1 - sqrt(3 alpha') (Paley & Zygmund, with the fourth moment of a sum
    of signs at most three times its squared variance) and below every
    threshold where z^2 >= 2 log(2 / alpha') (Hoeffding), with alpha' doubled
    for one-sided p-values.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        Changes in order of accrual; ``MISSING`` where not observed.
    sizes : ndarray, shape (K,)
        Rising sizes, each at most N.
    analysis : Analysis
        Test options.
    procedure : Procedure
        Thresholds, rising; the last is alpha.

    Returns
    -------
    ndarray of int8, shape (R, K, E)
        Number of thresholds that p does not exceed, signed by direction;
        ``NO_INFORMATION`` where no change is other than zero.
    """
    side = SIDE[analysis.alternative]
    levels = np.array(procedure.thresholds)
    doubled = levels * (1 if side == 0 else 2)
    by_participant = np.ascontiguousarray(changes.transpose(1, 2, 0), dtype=np.int16)  # (N, E, R)
    n, endpoints, replicates = by_participant.shape
    limit = min({"auto": analysis.exact_limit, "exact": ALWAYS}.get(analysis.p_value, NEVER), n)
    pmf, cdf = fair_binomial(max(limit, 0))
    grades = np.empty((len(sizes), endpoints, replicates), np.int8)
    signed_rank_grades(
        by_participant, np.asarray(sizes, np.int64), analysis.zeros == "pratt", limit,
        analysis.continuity, side, _spans(by_participant), levels,
        ndtri(doubled / 2) ** 2, max(0.0, 1 - float(np.sqrt(3 * doubled[-1]))),
        2 * float(np.log(2 / doubled[0])), pmf, cdf, _whole_numbers(n), grades,
    )  # fmt: skip
    return grades.transpose(2, 0, 1)  # (R, K, E)


def _whole_numbers(n: int) -> IntArray:
    """Empty array of the narrowest type that holds the sum of n squared doubled ranks."""
    return np.empty(0, np.int32 if 4 * (n + 1) ** 3 // 3 < 2**31 else np.int64)


def _spans(by_participant: IntArray) -> NDArray[np.int64]:
    """Largest absolute change per endpoint; sizes the work space and nothing else."""
    observed = np.where(by_participant == np.iinfo(np.int16).min, 0, by_participant)
    return np.asarray(np.abs(observed).max(axis=(0, 2), initial=0), dtype=np.int64)


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
    signed_rank_pvalues(
        by_participant, np.asarray(sizes, np.int64), pratt, exact_limit, continuity, side, span,
        pmf, cdf, result.pvalue, result.statistic, result.direction, result.informative,
    )  # fmt: skip
    return result
