"""Simulation: a block's tally is a pure function of the task and the block's index."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.cohorts import Population, draw_cohort
from sim.cohorts.truth import mean_changes, true_nulls
from sim.compute.blocks import run_blocks
from sim.compute.streams import Purpose, generator
from sim.inference.analyse import Conclusions, conclude
from sim.inference.endpoints import endpoint_changes
from sim.inference.rules import DecisionRule, successes
from sim.power.count_kernels import count_changes
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


def _simulate_role(task: BlockTask, role: int, block: int) -> _RolePart:
    population = task.populations[role]
    sizes, place = np.unique(task.sizes[role], return_inverse=True)
    rng = generator(task.seed, task.purpose, role, block)
    cohort = draw_cohort(population, int(sizes[-1]), task.block_size, rng)
    changes = endpoint_changes(cohort.scores)  # (R, N, E)
    found = conclude(changes, sizes, task.analysis)
    counts = _happened(found) | _count_changes(task, population, changes, sizes, found.rejected)
    family = _family(found.adjusted_rejected[..., :-1], true_nulls(population))
    return _RolePart(
        {name: count[place] for name, count in counts.items()},
        family[place],
        found.adjusted_rejected[:, place],
        found.adjusted_won[:, place],
    )


def _happened(found: Conclusions) -> dict[str, Counts]:
    """Count each kind of conclusion over replicates; (K, E)."""
    return {name: getattr(found, name).sum(axis=0) for name in Conclusions.__dataclass_fields__}


def _count_changes(
    task: BlockTask,
    population: Population,
    changes: NDArray[np.int16],
    sizes: NDArray[np.int64],
    rejected: NDArray[np.bool_],
) -> dict[str, Counts]:
    """Sum changes, intervals and widths over replicates; (K, E)."""
    by_participant = np.ascontiguousarray(changes.transpose(1, 2, 0))  # (N, E, R)
    by_size = np.ascontiguousarray(rejected.transpose(1, 2, 0))  # (K, E, R)
    shape = by_size.shape[:2]
    sums = [np.empty(shape, np.int64) for _ in range(8)]
    half_width = np.inf if task.half_width is None else task.half_width
    quantiles = stdtrit(sizes - 1, 0.975)
    truth = mean_changes(population)
    count_changes(by_participant, sizes, truth, quantiles, half_width, by_size, *sums)
    names = ("change", "change_squared", "rejected_change", "rejected_change_squared", "covered")
    return dict(zip((*names, "narrow", "width", "width_squared"), sums, strict=True))


def _family(rejected: NDArray[np.bool_], nulls: NDArray[np.bool_]) -> Counts:
    """Count replicates by true nulls rejected and domains rejected; (K, D + 1, D + 1)."""
    side = rejected.shape[-1] + 1
    false = rejected[..., nulls].sum(axis=-1, dtype=np.int64)  # (R, K)
    cells = false * side + rejected.sum(axis=-1, dtype=np.int64)
    sizes = cells.shape[1]
    flat = (cells + np.arange(sizes) * side**2).ravel()
    return np.bincount(flat, minlength=sizes * side**2).reshape(sizes, side, side)


def _met(task: BlockTask, decisions: list[NDArray[np.bool_]]) -> Counts:
    """Count the replicates in which each rule is met, the roles side by side; (K, Q)."""
    return np.asarray(successes(np.concatenate(decisions, axis=-1), task.rules).sum(axis=0))
