"""Simulation: a block's tally is a pure function of the task and the block's index."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.compute.blocks import run_blocks
from sim.compute.shelf import Shelf
from sim.compute.store import Store
from sim.inference.rules import successes
from sim.power.compared_arms import compared_arms_part
from sim.power.one_group import one_group_part
from sim.power.tally import Counts, Tally
from sim.power.tally_bytes import from_bytes, tally_layout, to_bytes
from sim.power.task import BlockTask


def simulate(
    task: BlockTask,
    blocks: range,
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    store: Store | None = None,
) -> Tally:
    """Tally of the stated blocks of a task, the same wherever and in whatever order they run.

    Parameters
    ----------
    task : BlockTask
        What determines the numbers.
    blocks : range
        Which blocks, at least one.
    executor : concurrent.futures.Executor
        Where they are computed.
    on_block : callable, optional
        Called after each block.
    store : Store, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    Tally
    """
    read = partial(from_bytes, Tally, tally_layout(task))
    shelf: Shelf[Tally] | None = Shelf.of(store, task, to_bytes, read)
    return run_blocks(partial(simulate_block, task), blocks, executor, on_block, shelf)


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
    part_of = compared_arms_part if task.controls else one_group_part
    parts = [part_of(task, role, block) for role in range(len(task.populations))]
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


def _met(task: BlockTask, decisions: list[NDArray[np.bool_]]) -> Counts:
    """Count the replicates in which each rule is met; (K, Q)."""
    by_rule = successes(decisions, task.rules).transpose(2, 1, 0)  # (Q, K, R), contiguous
    return np.asarray(np.count_nonzero(by_rule, axis=2).T)
