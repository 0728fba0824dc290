"""The answer of a sweep: power at every point, and how far points differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from sim.power.contrast import Term, Wins, weighed
from sim.power.curve import KnownCurve
from sim.power.estimates import Estimate, as_column, proportion
from sim.power.sample_size import SampleSize
from sim.shown import Shown
from sim.study import Study


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
    """The answer at a point; neither wins nor curve where it failed.

    Attributes
    ----------
    point : SweepPoint
        Which.
    wins : ndarray of int16, shape (B, K, Q), or None
        Where it is simulated: replicates of each block that win each rule at each size.
    curve : KnownCurve or None
        Where the power of the rule compared is known without simulated studies.
    sizes : tuple of SampleSize
        One per rule, of its wins or curve alone; empty where the point failed.
    failure : str or None
        Why it could not be studied.
    """

    point: SweepPoint
    wins: Wins | None = None
    curve: KnownCurve | None = None
    sizes: tuple[SampleSize, ...] = ()
    failure: str | None = None

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules whose power is known, in the order of the wins."""
        return tuple(self.point.study.success) if self.curve is None else (self.point.rule,)

    @cached_property
    def studied(self) -> tuple[int, ...]:
        """Sizes at which it was studied; none where it failed."""
        if self.failure is not None:
            return ()
        return self.point.study.sizes if self.curve is None else tuple(self.curve.sizes.tolist())

    @property
    def replicates(self) -> int:
        """Number of simulated studies, or of draws of absolute changes; 0 where it is exact."""
        if self.curve is not None:
            return self.curve.draws if self.curve.sampled.any() else 0
        return 0 if self.wins is None else len(self.wins) * self.block_size

    @property
    def blocks(self) -> int:
        """Number of blocks, or of batches of draws."""
        if self.curve is not None:
            return len(self.curve.batches)
        return 0 if self.wins is None else len(self.wins)

    @property
    def block_size(self) -> int:
        """Simulated studies per block."""
        return self.point.study.monte_carlo.block_size

    @property
    def source(self) -> int:
        """What tells its numbers from those of another; equal points have the same."""
        return id(self.wins if self.curve is None else self.curve)

    @property
    def sample_size(self) -> SampleSize | None:
        """Sample size by the rule that is compared."""
        return next((size for size in self.sizes if size.rule == self.point.rule), None)

    def power(self) -> Estimate:
        """Power of every rule at every size, shape (K, Q)."""
        if self.curve is not None:
            return as_column(self.curve.power)
        if self.wins is None:
            raise ValueError("a point that failed has no power")
        return proportion(self.wins.sum(axis=0, dtype=np.int64), self.replicates)

    def power_at(self, pairs: int) -> Estimate | None:
        """Power at a size by the rule that is compared, shape (); None where not studied."""
        if pairs not in self.studied:
            return None
        of, place = self.power(), (self.studied.index(pairs), self.rules.index(self.point.rule))
        return Estimate(*(np.asarray(getattr(of, field.name)[place]) for field in fields(of)))

    def term(self, weight: int, sizes: Sequence[int], rules: Sequence[str]) -> Term:
        """Weigh its power at some sizes by some rules, to be compared with others'."""
        at = [self.studied.index(size) for size in sizes]
        if self.curve is not None:
            return Term(weight, None, self.curve.at(np.asarray(sizes)))
        if self.wins is None:
            raise ValueError("a point that failed has no power")
        return Term(weight, self.wins[:, at][..., [self.rules.index(name) for name in rules]], None)


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
        Number of points that were worked out, those that equal another not counted.
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
        """Number of blocks of each point, or of batches; the fewest where they differ."""
        return min(result.blocks for result in self.points if result.failure is None)

    def power(self, result: PointResult) -> Estimate | None:
        """Power at the size and by the rule that are compared, shape (); None if not studied."""
        return result.power_at(self.at)

    def difference(self, result: PointResult, other: PointResult | None = None) -> Estimate | None:
        """Power less that of another point, by default the base; None if not studied."""
        other = other or self.base
        if self.at not in result.studied or self.at not in other.studied:
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
        results: dict[tuple[int, str], PointResult] = {}
        for weight, result in terms:
            if self.at not in result.studied:
                raise ValueError("not studied at that size")
            same = result.source, result.point.rule
            weights[same] = weights.get(same, 0) + weight
            results[same] = result
        merged = [
            results[same].term(weight, [self.at], [same[1]]) for same, weight in weights.items()
        ]
        of = weighed(merged, self.base.block_size, comparisons)
        return Estimate(*(np.asarray(getattr(of, field.name)[0, 0]) for field in fields(of)))


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
    power, every = result.power(), range(len(result.studied))
    parts = [getattr(power, field.name).copy() for field in fields(power)]
    for part in parts[:4]:
        part[:] = np.nan
    sizes = [k for k in every if result.studied[k] in base.studied]
    rules = [q for q, name in enumerate(result.rules) if name in base.rules]
    if sizes and rules:
        where = [result.studied[k] for k in sizes], [result.rules[q] for q in rules]
        # an equal point: the two cancel, paired or not
        weights = [(0, result)] if result.source == base.source else [(1, result), (-1, base)]
        apart = weighed([of.term(weight, *where) for weight, of in weights], result.block_size)
        for part, field in zip(parts, fields(power), strict=True):
            part[np.ix_(sizes, rules)] = getattr(apart, field.name)
    return Estimate(*parts)
