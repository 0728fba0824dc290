"""What a block counts of one role: decisions, estimates and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.inference.decide import DECISIONS, Decisions
from sim.inference.result import Difference
from sim.inference.rules import DecisionRule, successes
from sim.inference.sample import Sample
from sim.power.count_kernels import (
    FINE,
    count_changes,
    count_ended,
    count_true,
    estimate_changes,
)
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


def count_rules(rules: Sequence[DecisionRule], decisions: Sequence[NDArray[np.bool_]]) -> Counts:
    """Count replicates in which each rule is met by the roles' decisions (R, K, E); (K, Q)."""
    by_rule = successes(decisions, rules).transpose(2, 1, 0)  # (Q, K, R), contiguous
    return np.asarray(np.count_nonzero(by_rule, axis=2).T)


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
    count_changes(
        by_participant, clusters, sizes, sample.units, truth, _by_number(most), half_width,
        by_size, *sums,
    )  # fmt: skip
    return dict(zip(SUMS, sums, strict=True))


def _by_number(most: int) -> NDArray[np.float64]:
    """Upper 2.5% points of t by the number of changes, 0 to `most`."""
    return t_quantiles(most)[np.maximum(np.arange(most + 1) - 1, 0)]


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


@dataclass(frozen=True, eq=False)
class Intervals:
    """Estimates of every replicate: whether there is one, centre, half-width; (U, E, R)."""

    known: NDArray[np.float64]
    centre: NDArray[np.float64]
    half: NDArray[np.float64]


def intervals_of_changes(
    sample: Sample, sizes: NDArray[np.int64], clusters: NDArray[np.int64]
) -> Intervals:
    """Mean changes of one group with their t intervals; arguments as of `count_mean_changes`."""
    by_participant = np.ascontiguousarray(sample.changes.transpose(1, 2, 0))  # (N, E, R)
    shape = (len(sizes), *by_participant.shape[1:])
    known, centre, half = np.empty((3, *shape))
    quantiles = _by_number(int(sizes[-1]))
    estimate_changes(by_participant, clusters, sizes, sample.units, quantiles, known, centre, half)
    return Intervals(known, centre, half)


def intervals_of_difference(difference: Difference) -> Intervals:
    """Differences of two arms with their t intervals."""
    known = difference.freedom > 0
    error = np.sqrt(np.where(known, difference.variance, 0.0))
    columns = (
        known,
        np.where(known, difference.estimate, 0.0),
        _upper_point(difference.freedom) * error,
    )
    by_size = (np.ascontiguousarray(column.transpose(1, 2, 0), np.float64) for column in columns)
    return Intervals(*by_size)


def count_at_ends(
    intervals: Intervals,
    place: NDArray[np.int64],
    ends: NDArray[np.int8],
    truth: NDArray[np.float64],
    half_width: float,
    rejected: NDArray[np.bool_],
) -> dict[str, Counts]:
    """Sum the estimates at the look at which each replicate ends.

    Parameters
    ----------
    intervals : Intervals
        At every size at which anything is tested.
    place : ndarray, shape (K, J)
        Which of them are the looks of a size.
    ends : ndarray, shape (K, R)
        Look at which each replicate ends.
    truth, half_width, rejected
        As for :func:`count_mean_changes`, the rejections those at the end.

    Returns
    -------
    dict of str to ndarray, shape (K, J, E)
        By the names of the tally, by look.
    """
    by_size = np.ascontiguousarray(rejected.transpose(1, 2, 0))  # (K, E, R)
    sums = [np.zeros((*place.shape, by_size.shape[1]), np.int64) for _ in SUMS]
    count_ended(
        intervals.known, intervals.centre, intervals.half, place, ends, by_size, truth,
        half_width, *sums,
    )  # fmt: skip
    return dict(zip(SUMS, sums, strict=True))


def _fine(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.rint(values * FINE), dtype=np.int64)
