"""Power of one endpoint over size without simulated studies: at few sizes, all near the answer.

What is enumerated is had at every size at once. Where absolute changes are
sampled each size costs as much as any other, so that they stand on a
geometric grid, and every size is worked out only where the power, given its
error, may cross the target.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.cohorts import Population
from sim.errors import StudyError
from sim.power.estimates import Z95, Estimate, as_column
from sim.power.exact_table import ExactTable
from sim.power.sample_size import SampleSize, smallest_size
from sim.power.sampled import BATCHES, SampledPower
from sim.power.tally_bytes import ROUNDING, Layout, Values, from_bytes, to_bytes
from sim.power.thinned import Change, Changes
from sim.study import Analysis
from sim.study.endpoints import Endpoints

WORK_LIMIT = 1e9
"""Most steps of an enumeration, half a second: sampled changes take no longer."""
MARGIN = 0.01
"""How far from the target a power must be for sizes about it to be passed over: of an exact test it
may fall by a little where the size rises."""

PER_SIZE = ("sizes", "value", "mcse", "sampled", "batches")
"""Fields of a curve whose last axis is the size."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CurveTask:
    """All that determines a curve.

    Attributes
    ----------
    population : Population
        Whose change it is.
    endpoints : Endpoints
        What is tested of them.
    analysis : Analysis
        Test and options, the level among them.
    place : int
        The endpoint's place.
    target : float
        Power to reach.
    sizes, people : tuple of int
        Sizes that may be studied, and participants at each.
    few : tuple of int
        Those that are studied wherever the answer lies.
    limits : tuple of int
        Largest sizes of the search: the next is taken where there is no answer up to one.
    also : dict of int to int
        Participants at sizes that are studied in any case; beyond the limits they say nothing of
        the answer.
    draws, seed : int
        How many absolute changes are sampled, and by which seed.
    """

    population: Population
    endpoints: Endpoints
    analysis: Analysis
    place: int
    target: float
    sizes: tuple[int, ...]
    people: tuple[int, ...]
    few: tuple[int, ...]
    limits: tuple[int, ...]
    also: dict[int, int]
    draws: int
    seed: int


@dataclass(frozen=True, eq=False)
class KnownCurve:
    """Power over size, exact or from sampled absolute changes.

    Attributes
    ----------
    sizes : ndarray, shape (K,)
        Rising sizes; none where the power cannot be had so.
    value, mcse : ndarray, shape (K,)
        Power and its Monte Carlo error; 0 where it is exact.
    sampled : ndarray of bool, shape (K,)
        Where it is from sampled changes.
    batches : ndarray, shape (B, K)
        Power by each batch of the draws; curves of one seed share their random numbers.
    draws, limit : int
        Draws of absolute changes, and the largest size of the search.
    """

    sizes: IntArray
    value: FloatArray
    mcse: FloatArray
    sampled: BoolArray
    batches: FloatArray
    draws: int
    limit: int

    @cached_property
    def power(self) -> Estimate:
        """Power at every size, (K,)."""
        ends = self.value - Z95 * self.mcse, self.value + Z95 * self.mcse
        low, high = np.clip(ends, 0, 1)
        counts = np.where(self.sampled, self.draws, 0)
        return Estimate(self.value, self.mcse, low, high, counts, self.sampled)

    def at(self, sizes: IntArray) -> KnownCurve:
        """Take some of its sizes."""
        keep = np.isin(self.sizes, sizes)
        return replace(self, **{name: getattr(self, name)[..., keep] for name in PER_SIZE})

    def joined(self, other: KnownCurve) -> KnownCurve:
        """Take other sizes as well."""
        order = np.argsort(np.concatenate([self.sizes, other.sizes]))
        both = {name: (getattr(self, name), getattr(other, name)) for name in PER_SIZE}
        parts: dict[str, Any] = {
            name: np.concatenate(of, axis=-1)[..., order] for name, of in both.items()
        }
        return replace(self, **parts)

    def sample_size(self, rule: str, target: float, impossible: str | None = None) -> SampleSize:
        """Answer how large the study must be, as far as it was searched."""
        searched = self.at(self.sizes[self.sizes <= self.limit])
        sizes = tuple(searched.sizes.tolist())
        return smallest_size(rule, target, sizes, as_column(searched.power), 0, impossible)


def known_curve(task: CurveTask, _block: int = 0) -> KnownCurve:
    """Work a curve out, further and further until it has an answer; the one block of its task."""
    curve = _without_sizes(task)
    try:
        of = _Endpoint.of(task)
    except StudyError:
        return curve
    for limit in task.limits:
        curve = _searched(of, replace(curve, limit=limit))
        size = curve.sample_size("", task.target)
        if size.size is not None and size.high is not None:
            break
    also = sorted(task.also.keys() - {*curve.sizes.tolist()})
    return curve.joined(of.exact(also) or of.by_sampling(also)) if also else curve


def _without_sizes(task: CurveTask) -> KnownCurve:
    batches = np.empty((min(BATCHES, task.draws), 0))
    none, nowhere = np.empty(0), np.empty(0, np.bool_)
    return KnownCurve(np.empty(0, np.int64), none, none, nowhere, batches, task.draws, 0)


@dataclass(frozen=True, eq=False)
class _Endpoint:
    """The endpoint whose power is wanted."""

    task: CurveTask
    change: Change
    table: ExactTable
    enumerable: bool

    @classmethod
    def of(cls, task: CurveTask) -> _Endpoint:
        """Work out how it changes.

        Raises
        ------
        StudyError
            Where that is not known.
        """
        changes = Changes.of(task.population, task.endpoints, task.analysis)
        table = ExactTable(task.analysis, WORK_LIMIT)
        try:
            return cls(task, changes.listed(task.place), table, enumerable=True)
        except StudyError:
            return cls(task, changes.change(task.place), table, enumerable=False)

    def exact(self, sizes: Sequence[int]) -> KnownCurve | None:
        """Enumerate; None where that would take too long."""
        if not self.enumerable:
            return None
        people, level = self._people(sizes), self.task.analysis.alpha
        try:
            exact = self.table.power(self.change.pmf, people, level, self.change.gone)
        except StudyError:
            return None
        nothing = _without_sizes(self.task)
        batches = np.tile(exact.win, (len(nothing.batches), 1))
        error, sampled = np.zeros(len(sizes)), np.zeros(len(sizes), np.bool_)
        return replace(nothing, sizes=np.array(sizes), value=exact.win, mcse=error,
                       sampled=sampled, batches=batches)  # fmt: skip

    def by_sampling(self, sizes: Sequence[int]) -> KnownCurve:
        """Sample absolute changes."""
        task = self.task
        sampled: SampledPower = self.table.sampled(
            self.change, self._people(sizes), task.analysis.alpha, task.draws, task.seed,
            precise=0.0,  # all sizes of a curve, and all curves, are of as many draws
        )  # fmt: skip
        return replace(
            _without_sizes(task), sizes=np.array(sizes), value=sampled.win.value,
            mcse=sampled.win.mcse, sampled=np.ones(len(sizes), np.bool_), batches=sampled.batches,
        )  # fmt: skip

    def _people(self, sizes: Sequence[int]) -> tuple[int, ...]:
        by_size = dict(zip(self.task.sizes, self.task.people, strict=True)) | self.task.also
        return tuple(by_size[size] for size in sizes)


def _searched(of: _Endpoint, curve: KnownCurve) -> KnownCurve:
    """Study further sizes, up to the curve's limit."""
    task, limit, known = of.task, curve.limit, int(curve.sizes.max(initial=0))
    further = [size for size in task.sizes if known < size <= limit]
    exact = of.exact(further)
    if exact is not None:
        return curve.joined(exact)
    wanted = [size for size in further if size in {*task.few, limit}]
    while wanted:
        curve = curve.joined(of.by_sampling(wanted))
        near = _near(curve, task.target)
        studied = {*curve.sizes.tolist()}
        wanted = [size for size in further if size in near and size not in studied]
    return curve


def _near(curve: KnownCurve, target: float) -> range:
    """Give sizes about which the power, given its error, may cross the target."""
    sizes, power = curve.sizes.tolist(), curve.power
    too_small = np.flatnonzero(power.high < target - MARGIN)
    not_enough = np.flatnonzero(power.low < target + MARGIN)
    if too_small.size and too_small[-1] == len(sizes) - 1:
        return range(0)
    first = sizes[too_small[-1]] + 1 if too_small.size else sizes[0]
    last = min(int(not_enough[-1]) + 1, len(sizes) - 1) if not_enough.size else 0
    return range(first, sizes[last] + 1)


# ------------------------------------------------------------------------------- as bytes


def curve_to_bytes(curve: KnownCurve) -> bytes:
    """Write a curve, how many sizes it has before it."""
    return struct.pack("<I", len(curve.sizes)) + to_bytes(curve)


def curve_from_bytes(task: CurveTask, data: bytes) -> KnownCurve:
    """Read a task's curve.

    Raises
    ------
    ValueError
        Where it is not one, whole and possible.
    """
    try:
        (sizes,) = struct.unpack_from("<I", data)
    except struct.error as error:
        raise ValueError(f"not a curve: {error}") from None
    if sizes > len(task.sizes) + len(task.also):
        raise ValueError("has too many sizes")
    return from_bytes(KnownCurve, _layout(task, sizes), data[4:])


def _layout(task: CurveTask, sizes: int) -> Layout:
    batches = min(BATCHES, task.draws)
    # by a batch of few draws a power that is corrected may lie outside 0 to 1
    return {
        "sizes": Values((sizes,), 1, max(*task.sizes, *task.also)),
        "value": Values((sizes,), -ROUNDING, 1 + ROUNDING, np.float64),
        "mcse": Values((sizes,), 0, 1, np.float64),
        "sampled": Values((sizes,), 0, 1, np.bool_),
        "batches": Values((batches, sizes), -2, 3, np.float64),
        "draws": Values((), task.draws, task.draws),
        "limit": Values((), 0, max(task.sizes)),
    }
