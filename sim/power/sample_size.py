"""The smallest size that reaches the target and stays there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.power.estimates import SAMPLED, Estimate


@dataclass(frozen=True)
class SampleSize:
    """Answer to "how large must the study be?" for one rule.

    Attributes
    ----------
    rule : str
        The rule's name.
    target : float
        Power aimed at.
    size : int or None
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
    sampled : bool
        Whether replicates are draws of absolute changes, their signs summed out.
    """

    rule: str
    target: float
    size: int | None
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
    sampled: bool = False

    @property
    def interval_width(self) -> int | None:
        """Width of the interval in pairs; None where an end is beyond the limit."""
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class SizeBefore:
    """Sample size of the primary rule without an adjustment of the study, all else equal.

    Attributes
    ----------
    adjustment : {'missing', 'clusters', 'multiplicity', 'all'}
        What is left out; all = every one that the study has.
    test : str
        With which test: the study's, or the ordinary one in the place of one
        that looks at sites, where there are none.
    unit : {'person', 'site'} or None
        What is allocated to an arm; None without a control arm.
    size : SampleSize
        The size, up to the same limit as that of the study itself.
    """

    adjustment: Literal["missing", "clusters", "multiplicity", "all"]
    test: str
    unit: Literal["person", "site"] | None
    size: SampleSize


def larger(first: SampleSize, second: SampleSize) -> SampleSize:
    """Give the larger of two sizes of one rule; of equal ones that of less power, or the first.

    One that is not reached is larger than any; of two such, that which no
    size can reach, or else that of less power at the largest size studied.
    """
    return max(first, second, key=_extent)


def _extent(size: SampleSize) -> tuple[float, bool, float]:
    if size.size is not None:
        return size.size, False, -size.power
    return float("inf"), size.impossible is not None, -size.power


def smallest_size(
    rule: str,
    target: float,
    sizes: tuple[int, ...],
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
    sizes : tuple of int
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
    size = _stays_from(sizes, power >= target)
    at = len(sizes) - 1 if size is None else sizes.index(size)
    reached = np.flatnonzero(power >= target)
    low = _stays_from(sizes, win.high[:, column] >= target)
    return SampleSize(
        rule=rule,
        target=target,
        size=size,
        low=low,
        high=_stays_from(sizes, win.low[:, column] >= target),
        first_reached=sizes[reached[0]] if reached.size else None,
        limit=sizes[-1],
        power=float(power[at]),
        mcse=float(win.mcse[at, column]),
        replicates=int(win.replicates[at, column]),
        at_least=_after_previous(sizes, size),
        low_at_least=_after_previous(sizes, low),
        every=sizes[-1] - sizes[at] == len(sizes) - 1 - at,
        impossible=impossible if size is None else None,
        sampled=win.engine((at, column)) == SAMPLED,
    )


def smallest_sizes(
    rules: Sequence[str],
    target: float,
    sizes: tuple[int, ...],
    win: Estimate,
    impossible: Sequence[str | None],
) -> tuple[SampleSize, ...]:
    """Find the smallest size by every rule, as :func:`smallest_size` does by one."""
    named = enumerate(zip(rules, impossible, strict=True))
    return tuple(smallest_size(name, target, sizes, win, q, why) for q, (name, why) in named)


def _after_previous(sizes: tuple[int, ...], size: int | None) -> int | None:
    """One more than the largest size studied below a size; None where there is none."""
    if size is None or size == sizes[0]:
        return None
    return sizes[sizes.index(size) - 1] + 1


def _stays_from(sizes: tuple[int, ...], reached: NDArray[np.bool_]) -> int | None:
    """Smallest size from which something holds at every larger one studied."""
    failed = np.flatnonzero(~reached)
    start = int(failed[-1]) + 1 if failed.size else 0
    return sizes[start] if start < len(sizes) else None


def precise_size(sizes: Sequence[int], width: FloatArray, half_width: float) -> int | None:
    """Smallest size studied from which the expected half-width stays within a bound.

    Parameters
    ----------
    sizes : sequence of int
        Rising sizes studied.
    width : ndarray, shape (K,)
        Expected width of the 95% interval.
    half_width : float
        Half-width to reach, in points.

    Returns
    -------
    int or None
    """
    return _stays_from(tuple(sizes), width / 2 <= half_width)
