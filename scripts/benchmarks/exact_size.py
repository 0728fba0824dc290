"""Smallest size of one endpoint by enumeration alone, without a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import FloatArray
from sim.power.exact import exact_rejection
from sim.study import Analysis

SEARCH_CUT = 1e-8
"""Cut of the enumeration in a search; sizes that it leaves in doubt are done again in full."""


@dataclass(frozen=True)
class ExactSize:
    """Exact sample size of one endpoint.

    Attributes
    ----------
    n : int or None
        Smallest size from which power stays at the target up to `limit`.
    first_reached : int or None
        Smallest size at which power is at the target at all.
    limit : int
        Largest size looked at: at least max(n + 20, 1.5 n).
    power : float
        Power at `n`, or at `limit` where there is none.
    """

    n: int | None
    first_reached: int | None
    limit: int
    power: float


def exact_size(pmf: ArrayLike, target: float, analysis: Analysis, largest: int = 1000) -> ExactSize:
    """Smallest number of participants whose exact power reaches a target and stays there.

    Parameters
    ----------
    pmf : array_like, shape (2 K - 1,)
        Probabilities of the changes.
    target : float
        Power of winning (rejection on the stated side) to reach.
    analysis : Analysis
        Test, level and options.
    largest : int
        Size beyond which the search gives up.

    Returns
    -------
    ExactSize

    Raises
    ------
    StudyError
        Where the enumeration would take too long.
    """
    limit, power = 32, np.empty(0)
    while True:
        limit = min(limit, largest)
        further = range(len(power) + 1, limit + 1)
        power = np.append(power, _win(pmf, further, target, analysis))
        short = np.flatnonzero(power < target)
        last = int(short[-1]) + 1 if short.size else 0
        reached = last + 1 if last < limit else None
        enough = reached is not None and limit >= max(reached + 20, 1.5 * reached)
        if enough or limit == largest:
            first = np.flatnonzero(power >= target)
            at = limit if reached is None else reached
            first_size = int(first[0]) + 1 if first.size else None
            return ExactSize(reached, first_size, limit, float(power[at - 1]))
        # with an answer in sight one step reaches far enough, else double
        limit = 2 * limit if reached is None else int(np.ceil(max(reached + 20, 1.5 * reached)))


def _win(pmf: ArrayLike, sizes: Sequence[int], target: float, analysis: Analysis) -> FloatArray:
    """Probability of winning at each size, precise enough to tell whether it reaches a target."""
    found = exact_rejection(pmf, sizes, analysis, SEARCH_CUT)
    win = found.win.copy()
    doubtful = np.flatnonzero((win < target) & (win + found.error >= target))
    if doubtful.size:
        win[doubtful] = exact_rejection(pmf, [sizes[int(k)] for k in doubtful], analysis).win
    return win
