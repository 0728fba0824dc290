"""The answer of a sweep: power at every point, and differences paired by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.arrays import FloatArray
from sim.power.estimates import Z95, Estimate, proportion
from sim.power.sample_size import SampleSize
from sim.shown import Shown
from sim.study import Study

Wins = NDArray[np.int16]
"""Wins per block, at most 10,000 each; a sum over blocks needs more room."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NamedPoint:
    """What one point of a sweep is called, and what is set there.

    Attributes
    ----------
    number : int
        0 is the study as it is, the base.
    label : str
        What is set, or the scenario's name; as the user wrote it.
    factor : str or None
        The factor that alone was set, where one at a time is.
    settings : dict of str to object
        Value by field, in the order in which they were set.
    rule : str
        Name of the rule by which it is compared.
    """

    number: int
    label: str
    factor: str | None
    settings: dict[str, Any]
    rule: str


@dataclass(frozen=True, kw_only=True)
class SweepPoint(NamedPoint):
    """One point of a sweep.

    Attributes
    ----------
    study : Study
        The study of this point.
    """

    study: Study


@dataclass(frozen=True, eq=False)
class PointResult:
    """The answer at a point.

    Attributes
    ----------
    point : SweepPoint
        Which.
    wins : ndarray of int16, shape (B, K, Q), or None
        Replicates of each block that win each rule at each of the point's
        sizes; None where the point failed.
    sizes : tuple of SampleSize
        One per rule, from simulation alone; empty where the point failed.
    failure : str or None
        Why it could not be studied.
    """

    point: SweepPoint
    wins: Wins | None
    sizes: tuple[SampleSize, ...] = ()
    failure: str | None = None

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Names of its rules, in the order of the wins."""
        return tuple(self.point.study.success)

    @property
    def replicates(self) -> int:
        """Number of simulated studies."""
        return 0 if self.wins is None else len(self.wins) * self.block_size

    @property
    def block_size(self) -> int:
        """Simulated studies per block."""
        return self.point.study.monte_carlo.block_size

    @property
    def sample_size(self) -> SampleSize | None:
        """Sample size by the rule that is compared."""
        return next((size for size in self.sizes if size.rule == self.point.rule), None)

    def power(self) -> Estimate:
        """Power of every rule at every size, shape (K, Q)."""
        if self.wins is None:
            raise ValueError("a point that failed has no power")
        return proportion(self.wins.sum(axis=0, dtype=np.int64), self.replicates)

    def wins_at(self, pairs: int) -> Wins | None:
        """Wins of each block by the compared rule at a size, shape (B,); None if not studied."""
        if self.wins is None or pairs not in self.point.study.sizes:
            return None
        return self.wins[:, self.point.study.sizes.index(pairs), self.rules.index(self.point.rule)]


@dataclass(frozen=True, eq=False, repr=False)
class SweepAnswer(Shown):
    """The answer of a sweep.

    Attributes
    ----------
    study : Study
        The study as it is.
    at : int
        Size in pairs at which points are compared.
    is_given : bool
        Whether that size was given, rather than searched for.
    points : tuple of PointResult
        The base first.
    tasks : int
        Number of points that were simulated, those that equal another not counted.
    """

    study: Study
    at: int
    is_given: bool
    points: tuple[PointResult, ...]
    tasks: int

    @property
    def base(self) -> PointResult:
        """The study as it is."""
        return self.points[0]

    @property
    def blocks(self) -> int:
        """Number of blocks of each point."""
        return 0 if self.base.wins is None else len(self.base.wins)

    def power(self, result: PointResult) -> Estimate | None:
        """Power at the size and by the rule that are compared, shape (); None if not studied."""
        wins = result.wins_at(self.at)
        if wins is None:
            return None
        power = proportion(wins.sum(dtype=np.int64), result.replicates)
        return Estimate(*(np.asarray(getattr(power, field.name)) for field in fields(power)))

    def difference(self, result: PointResult, other: PointResult | None = None) -> Estimate | None:
        """Power less that of another point, by default the base; None if not studied."""
        other = other or self.base
        if result.wins_at(self.at) is None or other.wins_at(self.at) is None:
            return None
        return self.contrast([(1, result), (-1, other)])

    def contrast(self, terms: Sequence[tuple[int, PointResult]], comparisons: int = 1) -> Estimate:
        """Weighted sum of powers at the size and by the rules that are compared, shape ().

        Raises
        ------
        ValueError
            Where one of the points was not studied at that size.
        """
        weights: dict[tuple[int, str], int] = {}
        wins: dict[tuple[int, str], Wins] = {}
        for weight, result in terms:
            of_point = result.wins_at(self.at)
            if of_point is None:
                raise ValueError("not studied at that size")
            same = id(result.wins), result.point.rule  # equal points share one array
            weights[same] = weights.get(same, 0) + weight
            wins[same] = of_point
        merged = [(weight, wins[same]) for same, weight in weights.items()]
        return contrast(merged, self.base.block_size, comparisons)


def contrast(terms: Sequence[tuple[int, Wins]], block_size: int, comparisons: int = 1) -> Estimate:
    """Weighted sum of powers that share random numbers, with its error between blocks.

    Parameters
    ----------
    terms : sequence of (int, ndarray of shape (B, ...))
        Weight and wins per block; blocks of the same place share random numbers.
    block_size : int
        Replicates in a block.
    comparisons : int
        Number of contrasts of which this is one that was chosen by its size;
        the interval is widened accordingly (Bonferroni).

    Returns
    -------
    Estimate
        With a t interval. A sum of d over N replicates must come from at
        least N d of them, so that its error is never taken to be below
        sqrt(d (1 - d) / N), whatever few blocks may say. One block says
        nothing of the error between blocks: then powers count as
        independent, which is too wide where they share random numbers.
    """
    blocks = len(terms[0][1])
    replicates = blocks * block_size
    each = np.sum([weight * wins.astype(np.int64) for weight, wins in terms], axis=0)
    value = np.asarray(each.sum(axis=0) / replicates)
    if blocks > 1:
        spread = each.std(axis=0, ddof=1) / block_size / np.sqrt(blocks)
        apart = np.minimum(np.abs(value), 1)
        mcse = np.maximum(spread, np.sqrt(apart * (1 - apart) / replicates))
    else:
        mcse = _unpaired(terms, replicates)
    half = critical(blocks, comparisons) * mcse
    counts = np.full(value.shape, replicates, np.int64)
    low, high = np.asarray(value - half), np.asarray(value + half)
    return Estimate(value, np.asarray(mcse), low, high, counts)


def critical(blocks: int, comparisons: int = 1) -> float:
    """Standard errors on either side of a 95% interval, from so many blocks."""
    share = 1 - 0.025 / comparisons
    if blocks > 1:
        return float(stdtrit(blocks - 1, share))
    return Z95 if comparisons == 1 else float(stdtrit(np.inf, share))


def _unpaired(terms: Sequence[tuple[int, Wins]], replicates: int) -> FloatArray:
    """Error of a weighted sum of independent powers."""
    variance = np.zeros(terms[0][1].shape[1:])
    for weight, wins in terms:
        power = wins.sum(axis=0, dtype=np.int64) / replicates
        variance += weight**2 * power * (1 - power) / replicates
    return np.sqrt(variance)


def differences(result: PointResult, base: PointResult) -> Estimate:
    """Power of every rule at every size less that of the base.

    Parameters
    ----------
    result, base : PointResult
        Neither failed.

    Returns
    -------
    Estimate, shape (K, Q)
        In the order of the first; NaN where the base has not that size or rule.
    """
    if result.wins is None or base.wins is None:
        raise ValueError("a point that failed has no power")
    shape = result.wins.shape[1:]
    value, mcse, low, high = (np.full(shape, np.nan) for _ in range(4))
    sizes = [k for k, n in enumerate(result.point.study.sizes) if n in base.point.study.sizes]
    rules = [q for q, name in enumerate(result.rules) if name in base.rules]
    if sizes and rules:
        wins = result.wins[:, sizes][..., rules]
        there = [base.point.study.sizes.index(result.point.study.sizes[k]) for k in sizes]
        named = [base.rules.index(result.rules[q]) for q in rules]
        terms = [(1, wins), (-1, base.wins[:, there][..., named])]
        if result.wins is base.wins:  # an equal point: the two cancel, paired or not
            terms = [(0, wins)]
        apart = contrast(terms, result.block_size)
        place = np.ix_(sizes, rules)
        value[place], mcse[place], low[place], high[place] = (
            apart.value, apart.mcse, apart.low, apart.high,
        )  # fmt: skip
    return Estimate(value, mcse, low, high, np.full(shape, result.replicates, np.int64))
