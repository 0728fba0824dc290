"""Simulation: a block's tally is a pure function of the task and the block's index."""

from __future__ import annotations

import numpy as np

from sim.power.counting import count_rules
from sim.power.looked import count_looks
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
        Of ``task.block_size`` replicates; a :class:`LookTally` where there are looks.
    """
    if task.looks is not None:
        return count_looks(task, task.looks, block)
    parts = [count_role(task, role, block) for role in range(len(task.roles))]
    counted = {
        name: np.concatenate([part.counts[name] for part in parts], axis=-1)
        for name in parts[0].counts
    }
    return Tally(
        replicates=task.block_size,
        families=np.stack([part.family for part in parts], axis=1),
        rule_rejected=count_rules(task.rules, [part.adjusted_rejected for part in parts]),
        rule_won=count_rules(task.rules, [part.adjusted_won for part in parts]),
        **counted,
    )


def simulate_wins(task: BlockTask, block: int) -> Counts:
    """Count the replicates of a block in which each rule is met, (K, Q), and nothing else."""
    if task.looks is not None:
        return count_looks(task, task.looks, block).rule_won
    decisions = [decide_role(task, role, block) for role in range(len(task.roles))]
    return count_rules(task.rules, decisions)
