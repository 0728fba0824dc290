"""What a block counts of one role: decisions, estimates and their intervals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.inference.decide import DECISIONS, Decisions
from sim.inference.result import Difference
from sim.inference.sample import Sample
from sim.power.count_kernels import FINE, count_changes, count_true
from sim.power.tally import Counts

SUMS = (
    "estimable",
    "change",
    "change_squared",
    "rejected_change",
    "rejected_change_squared",
    "covered",
    "narrow",
    "width",
    "width_squared",
)
"""What is summed over replicates of estimates and their intervals, in the order of the kernels."""
OF_REPLICATES = ("estimable", "covered", "narrow")
"""Those of them that count replicates; the others sum what was estimated."""


def count_decisions(decisions: Decisions) -> dict[str, Counts]:
    """Count each kind of decision over replicates; (K, E)."""
    counts = {}
    for name in DECISIONS:
        by_size = np.ascontiguousarray(getattr(decisions, name).transpose(1, 2, 0))  # (K, E, R)
        counts[name] = np.empty(by_size.shape[:2], np.int64)
        count_true(by_size, counts[name])
    return counts


def family_counts(rejected: NDArray[np.bool_], nulls: NDArray[np.bool_]) -> Counts:
    """Count replicates by true nulls rejected and endpoints rejected.

    Parameters
    ----------
    rejected : ndarray of bool, shape (R, K, E)
        Adjusted rejections; the endpoints adjusted together come first.
    nulls : ndarray of bool, shape (M,)
        Which of those are true nulls.

    Returns
    -------
    ndarray, shape (K, M + 1, M + 1)
    """
    side = len(nulls) + 1
    columns = [rejected[..., e].T for e in range(len(nulls))]  # each (K, R)
    cells = np.zeros(columns[0].shape, np.int32)
    for e, column in enumerate(columns):
        cells += column * np.int32(side + 1 if nulls[e] else 1)
    sizes = len(cells)
    cells += (np.arange(sizes, dtype=np.int32) * side**2)[:, None]
    counts = np.bincount(cells.ravel(), minlength=sizes * side**2)
    return counts.reshape(sizes, side, side)


@lru_cache(maxsize=8)
def t_quantiles(most: int) -> NDArray[np.float64]:
    """Upper 2.5% points of t by degrees of freedom, 0 to `most`; that of 0 stands for nothing."""
    return np.asarray(stdtrit(np.maximum(np.arange(most + 1), 1), 0.975))


def _upper_point(freedom: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    if np.issubdtype(freedom.dtype, np.integer):  # looked up, which is quicker
        return t_quantiles(int(freedom.max(initial=0)))[freedom.astype(np.int64)]
    return np.asarray(stdtrit(np.maximum(freedom, 1.0), 0.975))


def count_mean_changes(
    sample: Sample,
    sizes: NDArray[np.int64],
    clusters: NDArray[np.int64],
    truth: NDArray[np.float64],
    half_width: float,
    rejected: NDArray[np.bool_],
) -> dict[str, Counts]:
    """Sum the mean changes of one group, their intervals and widths over replicates.

    Parameters
    ----------
    sample : Sample
        The people, their changes in points.
    sizes : ndarray, shape (K,)
        Rising.
    clusters : ndarray of int, shape (N,) or (0,)
        Who belongs together; empty where everybody stands alone.
    truth : ndarray, shape (E,)
        What is estimated.
    half_width : float
        Half-width that counts as narrow.
    rejected : ndarray of bool, shape (R, K, E)
        Rejections, over which the estimates are summed without sign.

    Returns
    -------
    dict of str to ndarray, shape (K, E)
        By the names of the tally.
    """
    by_participant = np.ascontiguousarray(sample.changes.transpose(1, 2, 0))  # (N, E, R)
    by_size = np.ascontiguousarray(rejected.transpose(1, 2, 0))  # (K, E, R)
    sums = [np.empty(by_size.shape[:2], np.int64) for _ in SUMS]
    most = int(sizes[-1])
    by_number = t_quantiles(most)[np.maximum(np.arange(most + 1) - 1, 0)]
    count_changes(
        by_participant, clusters, sizes, sample.units, truth, by_number, half_width, by_size, *sums
    )
    return dict(zip(SUMS, sums, strict=True))


def count_differences(
    difference: Difference,
    truth: NDArray[np.float64],
    half_width: float,
    rejected: NDArray[np.bool_],
) -> dict[str, Counts]:
    """Sum the differences of two arms, their intervals and widths over replicates.

    Parameters
    ----------
    difference : Difference
        Fields of shape (R, K, E); no degrees of freedom where there is no estimate.
    truth, half_width, rejected
        As for :func:`count_mean_changes`.

    Returns
    -------
    dict of str to ndarray, shape (K, E)
        By the names of the tally.
    """
    known = difference.freedom > 0
    estimate = np.where(known, difference.estimate, 0.0)
    error = np.sqrt(np.where(known, difference.variance, 0.0))
    half = _upper_point(difference.freedom) * error
    mean, squared = _fine(estimate), _fine(estimate**2)
    width, width_squared = _fine(2 * half), _fine(4 * half**2)
    hit = known & rejected
    covered = known & (np.abs(estimate - truth) <= half + 1e-12)
    narrow = known & (half <= half_width)
    columns = (
        known, mean * known, squared * known, np.abs(mean) * hit, squared * hit,
        covered, narrow, width * known, width_squared * known,
    )  # fmt: skip
    sums = [np.asarray(column.sum(axis=0, dtype=np.int64)) for column in columns]
    return dict(zip(SUMS, sums, strict=True))


def _fine(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.rint(values * FINE), dtype=np.int64)
