"""Simulation: a block's tally is a pure function of the task and the block's index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inference.rules import successes
from sim.power.role import count_role, decide_role
from sim.power.tally import Counts, Tally
from sim.power.task import BlockTask


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
    parts = [count_role(task, role, block) for role in range(len(task.roles))]
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


def simulate_wins(task: BlockTask, block: int) -> Counts:
    """Count the replicates of a block in which each rule is met, (K, Q), and nothing else."""
    return _met(task, [decide_role(task, role, block) for role in range(len(task.roles))])


def _met(task: BlockTask, decisions: list[NDArray[np.bool_]]) -> Counts:
    """Count the replicates in which each rule is met; (K, Q)."""
    by_rule = successes(decisions, task.rules).transpose(2, 1, 0)  # (Q, K, R), contiguous
    return np.asarray(np.count_nonzero(by_rule, axis=2).T)
