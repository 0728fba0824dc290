"""Simulation: a block's tally is a pure function of the task and the block's index."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.cohorts import Population, draw_cohort
from sim.compute.blocks import run_blocks
from sim.compute.streams import Purpose, generator
from sim.inference.analyse import Conclusions, conclude
from sim.inference.endpoints import endpoint_changes
from sim.inference.result import MISSING, prefix_sums
from sim.inference.rules import DecisionRule, successes
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
    """

    populations: tuple[Population, ...]
    sizes: tuple[tuple[int, ...], ...]
    analysis: Analysis
    rules: tuple[DecisionRule, ...]
    seed: int
    block_size: int
    purpose: Purpose = Purpose.MAIN


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
    return Tally(
        replicates=task.block_size,
        rejected=_counted(parts, "rejected"),
        won=_counted(parts, "won"),
        adjusted_rejected=_counted(parts, "adjusted_rejected"),
        adjusted_won=_counted(parts, "adjusted_won"),
        uninformative=_counted(parts, "uninformative"),
        change=np.concatenate([part.change for part in parts], axis=-1),
        change_squared=np.concatenate([part.change_squared for part in parts], axis=-1),
        rule_rejected=_met(task, parts, "adjusted_rejected"),
        rule_won=_met(task, parts, "adjusted_won"),
    )


@dataclass(frozen=True, eq=False)
class _RolePart:
    """One role's conclusions (R, K, E) and sums over replicates (K, E)."""

    conclusions: Conclusions
    change: Counts
    change_squared: Counts


def _simulate_role(task: BlockTask, role: int, block: int) -> _RolePart:
    sizes = np.array(task.sizes[role])
    distinct, place = np.unique(sizes, return_inverse=True)
    rng = generator(task.seed, task.purpose, role, block)
    cohort = draw_cohort(task.populations[role], int(sizes[-1]), task.block_size, rng)
    changes = endpoint_changes(cohort.scores)  # (R, N, E)
    conclusions = conclude(changes, distinct, task.analysis)
    sums = prefix_sums(np.where(changes == MISSING, 0, changes), distinct)  # (R, K, E)
    return _RolePart(
        Conclusions(*(getattr(conclusions, name)[:, place] for name in _FIELDS)),
        sums.sum(axis=0)[place],
        (sums**2).sum(axis=0)[place],
    )


_FIELDS = tuple(Conclusions.__dataclass_fields__)


def _counted(parts: list[_RolePart], name: str) -> Counts:
    """Count one kind of conclusion over replicates, the roles side by side; (K, J)."""
    return np.concatenate([getattr(part.conclusions, name).sum(axis=0) for part in parts], axis=-1)


def _met(task: BlockTask, parts: list[_RolePart], name: str) -> Counts:
    """Count the replicates in which each rule is met by one kind of conclusion; (K, Q)."""
    side_by_side = np.concatenate([getattr(part.conclusions, name) for part in parts], axis=-1)
    return np.asarray(successes(side_by_side, task.rules).sum(axis=0))
