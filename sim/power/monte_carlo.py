"""Simulation: a block's tally is a pure function of the task and the block's index."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.cohorts import Population, draw_cohort
from sim.cohorts.truth import mean_changes, true_nulls
from sim.compute.blocks import run_blocks
from sim.compute.streams import Purpose, generator
from sim.inference.analyse import Conclusions, conclude
from sim.inference.endpoints import changes_tested, endpoint_changes
from sim.inference.prorated import prorated_changes, ranked_total, unit
from sim.inference.rules import DecisionRule, successes
from sim.power.count_kernels import count_changes, count_true
from sim.power.tally import Counts, Tally
from sim.study import Analysis


@dataclass(frozen=True, eq=False)
class BlockTask:
    """All that determines the numbers of a block, and nothing else.

    Attributes
    ----------
    populations : tuple of Population
        One per role.
    sizes : tuple of tuple of int
        Participants per role, at each of the K sizes; rising, may repeat.
    analysis : Analysis
        Test, level, multiplicity.
    rules : tuple of DecisionRule
        Decision rules.
    seed : int
        The study's seed.
    block_size : int
        Replicates in a block.
    purpose : Purpose
        Which streams it draws from.
    half_width : float or None
        Half-width of the 95% interval, in points, that counts as narrow.
    """

    populations: tuple[Population, ...]
    sizes: tuple[tuple[int, ...], ...]
    analysis: Analysis
    rules: tuple[DecisionRule, ...]
    seed: int
    block_size: int
    purpose: Purpose = Purpose.MAIN
    half_width: float | None = None


def simulate(
    task: BlockTask,
    blocks: range,
    executor: Executor,
    on_block: Callable[[], None] | None = None,
) -> Tally:
    """Tally of the stated blocks of a task, the same wherever and in whatever order they run."""
    return run_blocks(partial(simulate_block, task), blocks, executor, on_block)


def simulate_block(task: BlockTask, block: int) -> Tally:
    """Draw one block of replicates, analyse it at every size, count.

    Parameters
    ----------
    task : BlockTask
        What determines the numbers.
    block : int
        The block's index, 0 or more.

    Returns
    -------
    Tally
        Of ``task.block_size`` replicates.
    """
    parts = [_simulate_role(task, role, block) for role in range(len(task.populations))]
    counted = {
        name: np.concatenate([part.counts[name] for part in parts], axis=-1)
        for name in parts[0].counts
    }
    return Tally(
        replicates=task.block_size,
        families=np.stack([part.family for part in parts], axis=1),
        rule_rejected=_met(task, [part.adjusted_rejected for part in parts]),
        rule_won=_met(task, [part.adjusted_won for part in parts]),
        **counted,
    )


@dataclass(frozen=True, eq=False)
class _RolePart:
    """One role's part: counts (K, E) by name, its family (K, D + 1, D + 1), decisions."""

    counts: dict[str, Counts]
    family: Counts
    adjusted_rejected: NDArray[np.bool_]
    adjusted_won: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What the blocks of a task share about one role, worked out once."""

    population: Population
    sizes: NDArray[np.int64]
    place: NDArray[np.intp]
    truth: NDArray[np.float64]
    nulls: NDArray[np.bool_]
    quantiles: NDArray[np.float64]
    half_width: float
    units: NDArray[np.float64]

    @property
    def prorated(self) -> bool:
        """Whether the total is counted in parts of a point."""
        return bool(self.units[-1] != 1)


@lru_cache(maxsize=4)
def _prepared(task: BlockTask) -> tuple[_Prepared, ...]:
    parts = []
    for population, stated in zip(task.populations, task.sizes, strict=True):
        sizes, place = np.unique(stated, return_inverse=True)
        truth, nulls = mean_changes(population), true_nulls(population)
        half_width = np.inf if task.half_width is None else task.half_width
        quantiles = np.asarray(stdtrit(np.maximum(np.arange(sizes[-1] + 1) - 1, 1), 0.975))
        units = np.ones(len(truth))
        if population.missing is not None and population.missing.prorated:
            units[-1] = 1 / unit(len(nulls))
        parts.append(
            _Prepared(population, sizes, place, truth, nulls, quantiles, half_width, units)
        )
    return tuple(parts)


def _simulate_role(task: BlockTask, role: int, block: int) -> _RolePart:
    own = _prepared(task)[role]
    rng = generator(task.seed, task.purpose, role, block)
    cohort = draw_cohort(own.population, int(own.sizes[-1]), task.block_size, rng)
    changes = endpoint_changes(cohort.scores)  # (R, N, E)
    if own.prorated:
        changes[..., -1] = prorated_changes(cohort.scores)
    tested = changes_tested(cohort.scores, changes, task.analysis)
    if own.prorated:
        tested = ranked_total(tested, task.analysis)
    found = conclude(tested, own.sizes, task.analysis, cohort.site)
    counts = _happened(found) | _count_changes(own, changes, found.rejected)
    family = _family(found.adjusted_rejected[..., :-1], own.nulls)
    return _RolePart(
        {name: count[own.place] for name, count in counts.items()},
        family[own.place],
        found.adjusted_rejected[:, own.place],
        found.adjusted_won[:, own.place],
    )


def _happened(found: Conclusions) -> dict[str, Counts]:
    """Count each kind of conclusion over replicates; (K, E)."""
    counts = {}
    for name in Conclusions.__dataclass_fields__:
        by_size = np.ascontiguousarray(getattr(found, name).transpose(1, 2, 0))  # (K, E, R)
        counts[name] = np.empty(by_size.shape[:2], np.int64)
        count_true(by_size, counts[name])
    return counts


def _count_changes(
    own: _Prepared, changes: NDArray[np.int16], rejected: NDArray[np.bool_]
) -> dict[str, Counts]:
    """Sum changes, intervals and widths over replicates; (K, E)."""
    by_participant = np.ascontiguousarray(changes.transpose(1, 2, 0))  # (N, E, R)
    by_size = np.ascontiguousarray(rejected.transpose(1, 2, 0))  # (K, E, R)
    sums = [np.empty(by_size.shape[:2], np.int64) for _ in _SUMS]
    count_changes(
        by_participant, own.sizes, own.units, own.truth, own.quantiles, own.half_width, by_size,
        *sums,
    )  # fmt: skip
    return dict(zip(_SUMS, sums, strict=True))


_SUMS = (
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


def _family(rejected: NDArray[np.bool_], nulls: NDArray[np.bool_]) -> Counts:
    """Count replicates by true nulls rejected and domains rejected; (K, D + 1, D + 1)."""
    domains = rejected.shape[-1]
    side = domains + 1
    columns = [rejected[..., d].T for d in range(domains)]  # each (K, R)
    cells = np.zeros(columns[0].shape, np.int32)
    for d, column in enumerate(columns):
        cells += column * np.int32(side + 1 if nulls[d] else 1)
    sizes = len(cells)
    cells += (np.arange(sizes, dtype=np.int32) * side**2)[:, None]
    counts = np.bincount(cells.ravel(), minlength=sizes * side**2)
    return counts.reshape(sizes, side, side)


def _met(task: BlockTask, decisions: list[NDArray[np.bool_]]) -> Counts:
    """Count the replicates in which each rule is met; (K, Q)."""
    by_rule = successes(decisions, task.rules).transpose(2, 1, 0)  # (Q, K, R), contiguous
    return np.asarray(np.count_nonzero(by_rule, axis=2).T)
