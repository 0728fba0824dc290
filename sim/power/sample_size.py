"""The smallest size that reaches the target and stays there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.power.estimates import Estimate, FloatArray
from sim.power.exact import exact_rejection
from sim.study import Analysis


@dataclass(frozen=True)
class SampleSize:
    """Answer to "how large must the study be?" for one rule.

    Attributes
    ----------
    rule : str
        The rule's name.
    target : float
        Power aimed at.
    pairs : int or None
        Smallest size studied from which power stays at the target or above,
        up to `limit`; None where there is none.
    low, high : int or None
        Interval of `pairs` from the simulation's error: the smallest sizes
        from which the upper and the lower Wilson limit of power stay at the
        target; None where that is beyond `limit`. Equal to `pairs` where exact.
        It covers the size in at least 95% of simulations.
    at_least, low_at_least : int or None
        Smallest sizes that `pairs` and `low` can be, one more than the largest
        studied below: the sizes between were not studied. None where the
        smallest size studied suffices already.
    every : bool
        Whether every size from `pairs` to `limit` was studied.
    first_reached : int or None
        Smallest size at which power is at the target at all (exact tests saw-tooth).
    limit : int
        Largest size studied.
    power, mcse : float
        Power at `pairs` (at `limit` where `pairs` is None) and its Monte Carlo error.
    replicates : int
        Simulated studies it rests on; 0 where exact.
    impossible : str or None
        Why no size can suffice, where that is so.
    """

    rule: str
    target: float
    pairs: int | None
    low: int | None
    high: int | None
    first_reached: int | None
    limit: int
    power: float
    mcse: float
    replicates: int
    at_least: int | None = None
    low_at_least: int | None = None
    every: bool = True
    impossible: str | None = None

    @property
    def interval_width(self) -> int | None:
        """Width of the interval in pairs; None where an end is beyond the limit."""
        return None if self.low is None or self.high is None else self.high - self.low


def smallest_size(
    rule: str,
    target: float,
    pairs: tuple[int, ...],
    win: Estimate,
    column: int,
    impossible: str | None = None,
) -> SampleSize:
    """Find the smallest size from which power stays at the target or above.

    Parameters
    ----------
    rule : str
        Name of the rule.
    target : float
        Power to reach.
    pairs : tuple of int
        Rising sizes studied.
    win : Estimate, shape (K, Q)
        Power of the rules.
    column : int
        The rule's place.
    impossible : str, optional
        Why no size can suffice.

    Returns
    -------
    SampleSize

    References
    ----------
    Chernick MR, Liu CY (2002). The saw-toothed behavior of power versus
    sample size. The American Statistician 56, 149-155.
    """
    power = win.value[:, column]
    own = _stays_from(pairs, power >= target)
    at = len(pairs) - 1 if own is None else pairs.index(own)
    reached = np.flatnonzero(power >= target)
    low = _stays_from(pairs, win.high[:, column] >= target)
    return SampleSize(
        rule=rule,
        target=target,
        pairs=own,
        low=low,
        high=_stays_from(pairs, win.low[:, column] >= target),
        first_reached=pairs[reached[0]] if reached.size else None,
        limit=pairs[-1],
        power=float(power[at]),
        mcse=float(win.mcse[at, column]),
        replicates=int(win.replicates[at, column]),
        at_least=_after_previous(pairs, own),
        low_at_least=_after_previous(pairs, low),
        every=pairs[-1] - pairs[at] == len(pairs) - 1 - at,
        impossible=impossible if own is None else None,
    )


def _after_previous(pairs: tuple[int, ...], size: int | None) -> int | None:
    """One more than the largest size studied below a size; None where there is none."""
    if size is None or size == pairs[0]:
        return None
    return pairs[pairs.index(size) - 1] + 1


def _stays_from(pairs: tuple[int, ...], reached: NDArray[np.bool_]) -> int | None:
    """Smallest size from which something holds at every larger one studied."""
    failed = np.flatnonzero(~reached)
    start = int(failed[-1]) + 1 if failed.size else 0
    return pairs[start] if start < len(pairs) else None


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
        reached = _stays_from(tuple(range(1, limit + 1)), power >= target)
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


def precise_size(pairs: Sequence[int], width: FloatArray, half_width: float) -> int | None:
    """Smallest size studied from which the expected half-width stays within a bound.

    Parameters
    ----------
    pairs : sequence of int
        Rising sizes studied.
    width : ndarray, shape (K,)
        Expected width of the 95% interval.
    half_width : float
        Half-width to reach, in points.

    Returns
    -------
    int or None
    """
    return _stays_from(tuple(pairs), width / 2 <= half_width)
