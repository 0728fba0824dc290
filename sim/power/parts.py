"""What a block counts of one role, however its people are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inference.analyse import Conclusions
from sim.inference.families import WITH_TOTAL
from sim.power.count_kernels import count_true
from sim.power.tally import Counts
from sim.study import Analysis

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


@dataclass(frozen=True, eq=False)
class RolePart:
    """One role's part of a block.

    Attributes
    ----------
    counts : dict of str to ndarray, shape (K, E)
        Counts by the names of the tally.
    family : ndarray, shape (K, M + 1, M + 1)
        Replicates by true nulls rejected and by all rejected of its M
        endpoints that are adjusted together.
    adjusted_rejected, adjusted_won : ndarray of bool, shape (R, K, E)
        Decisions, for the rules.
    """

    counts: dict[str, Counts]
    family: Counts
    adjusted_rejected: NDArray[np.bool_]
    adjusted_won: NDArray[np.bool_]


def happened(found: Conclusions) -> dict[str, Counts]:
    """Count each kind of conclusion over replicates; (K, E)."""
    counts = {}
    for name in Conclusions.__dataclass_fields__:
        by_size = np.ascontiguousarray(getattr(found, name).transpose(1, 2, 0))  # (K, E, R)
        counts[name] = np.empty(by_size.shape[:2], np.int64)
        count_true(by_size, counts[name])
    return counts


def family_size(domains: int, analysis: Analysis) -> int:
    """Count the endpoints of a role that are adjusted together: the domains, or the total too."""
    return domains + (analysis.adjustment in WITH_TOTAL)


def family_counts(
    rejected: NDArray[np.bool_], nulls: NDArray[np.bool_], analysis: Analysis
) -> Counts:
    """Count replicates by true nulls rejected and endpoints rejected.

    Parameters
    ----------
    rejected : ndarray of bool, shape (R, K, E)
        Adjusted rejections.
    nulls : ndarray of bool, shape (D,)
        Domains that are true nulls; the total is one where all of them are.
    analysis : Analysis
        Whether its adjustment holds the total as well.

    Returns
    -------
    ndarray, shape (K, M + 1, M + 1)
        M = D + 1 with the total, else D.
    """
    endpoints = family_size(len(nulls), analysis)
    true = np.append(nulls, nulls.all())
    side = endpoints + 1
    columns = [rejected[..., e].T for e in range(endpoints)]  # each (K, R)
    cells = np.zeros(columns[0].shape, np.int32)
    for e, column in enumerate(columns):
        cells += column * np.int32(side + 1 if true[e] else 1)
    sizes = len(cells)
    cells += (np.arange(sizes, dtype=np.int32) * side**2)[:, None]
    counts = np.bincount(cells.ravel(), minlength=sizes * side**2)
    return counts.reshape(sizes, side, side)
