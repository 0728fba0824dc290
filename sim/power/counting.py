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
    count_changes,
    count_intervals,
    count_true,
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
    by_name = {name: getattr(decisions, name).transpose(1, 2, 0) for name in DECISIONS}
    return {name: count_happened(by_size) for name, by_size in by_name.items()}


def count_happened(happened: NDArray[np.bool_]) -> Counts:
    """Count the replicates, on the last axis, in which something happened; (A, B) of (A, B, R)."""
    counts = np.empty(happened.shape[:2], np.int64)
    count_true(np.ascontiguousarray(happened), counts)
    return counts


def count_rules(rules: Sequence[DecisionRule], decisions: Sequence[NDArray[np.bool_]]) -> Counts:
    """Count replicates in which each rule is met by the roles' decisions (R, K, E); (K, Q)."""
    return count_happened(successes(decisions, rules).transpose(2, 1, 0)).T


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


@dataclass(frozen=True, eq=False)
class Ends:
    """Where the studies of every size end.

    Attributes
    ----------
    place : ndarray of int, shape (K, J)
        Where the looks of a size stand among the sizes at which tests are made.
    order : ndarray of int, shape (K, R)
        Replicates by the look at which they end; not read where all end at one.
    starts : ndarray of int, shape (K, J + 1)
        Where those that end at each look begin in that order; the last is R.
    """

    place: NDArray[np.int64]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def without_looks(cls, sizes: int, replicates: int) -> Ends:
        """All studies of so many sizes end at their full number."""
        starts = np.broadcast_to(np.array([0, replicates]), (sizes, 2))
        return cls(np.arange(sizes)[:, None], np.empty((sizes, 0), np.int64), starts)

    @classmethod
    def at(cls, place: NDArray[np.int64], looks: NDArray[np.int8]) -> Ends:
        """Each replicate ends at a look (K, R) of its size."""
        by_look = np.arange(place.shape[1] + 1, dtype=np.int8)[:, None, None]
        starts = count_happened(looks < by_look).T
        return cls(place, np.argsort(looks, axis=1, kind="stable"), starts)


def count_mean_changes(
    sample: Sample,
    sizes: NDArray[np.int64],
    clusters: NDArray[np.int64],
    truth: NDArray[np.float64],
    half_width: float,
    rejected: NDArray[np.bool_],
    ends: Ends,
) -> dict[str, Counts]:
    """Sum the mean changes of one group, their intervals and widths over replicates.

    Parameters
    ----------
    sample : Sample
        The people, their changes in points.
    sizes : ndarray, shape (U,)
        At which tests are made, rising.
    clusters : ndarray of int, shape (N,) or (0,)
        Who belongs together; empty where everybody stands alone.
    truth : ndarray, shape (E,)
        What is estimated.
    half_width : float
        Half-width that counts as narrow.
    rejected : ndarray of bool, shape (R, K, E)
        Rejections, over which the estimates are summed without sign.
    ends : Ends
        Where the studies of the K sizes end, and are estimated.

    Returns
    -------
    dict of str to ndarray, shape (K, J, E)
        By the names of the tally, by look.
    """
    by_participant = np.ascontiguousarray(sample.changes.transpose(1, 2, 0))  # (N, E, R)
    by_size, sums = _room(rejected, ends)
    count_changes(
        by_participant, clusters, sizes, sample.units, truth, _by_number(int(sizes[-1])),
        half_width, ends.place, ends.order, ends.starts, by_size, sums,
    )  # fmt: skip
    return dict(zip(SUMS, sums, strict=True))


def _room(rejected: NDArray[np.bool_], ends: Ends) -> tuple[NDArray[np.bool_], Counts]:
    """Lay out rejections as (K, E, R), with room for the sums (9, K, J, E)."""
    by_size = np.ascontiguousarray(rejected.transpose(1, 2, 0))
    return by_size, np.empty((len(SUMS), *ends.place.shape, by_size.shape[1]), np.int64)


def _by_number(most: int) -> NDArray[np.float64]:
    """Upper 2.5% points of t by the number of changes, 0 to `most`."""
    return t_quantiles(most)[np.maximum(np.arange(most + 1) - 1, 0)]


def count_differences(
    difference: Difference,
    truth: NDArray[np.float64],
    half_width: float,
    rejected: NDArray[np.bool_],
    ends: Ends,
) -> dict[str, Counts]:
    """Sum the differences of two arms, their intervals and widths over replicates.

    Parameters
    ----------
    difference : Difference
        Fields of shape (R, U, E); no degrees of freedom where there is no estimate.
    truth, half_width, rejected, ends
        As for :func:`count_mean_changes`.

    Returns
    -------
    dict of str to ndarray, shape (K, J, E)
        By the names of the tally, by look.
    """
    known = difference.freedom > 0
    error = np.sqrt(np.where(known, difference.variance, 0.0))
    half = np.where(known, _upper_point(difference.freedom) * error, -1.0)
    centre = np.where(known, difference.estimate, 0.0)
    by_size, sums = _room(rejected, ends)
    count_intervals(
        *(np.ascontiguousarray(each.transpose(2, 1, 0)) for each in (centre, half)),
        truth, half_width, ends.place, ends.order, ends.starts, by_size, sums,
    )  # fmt: skip
    return dict(zip(SUMS, sums, strict=True))
