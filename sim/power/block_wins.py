"""Wins block by block: all that a comparison of points needs, some hundredths of a tally."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.power.monte_carlo import simulate_block
from sim.power.tally import Counts, Tally
from sim.power.task import BlockTask


@dataclass(frozen=True, eq=False)
class BlockWins:
    """Wins of several blocks, in order.

    Attributes
    ----------
    won : ndarray of int, shape (B, K, Q)
        Replicates of each block that win each rule at each size.
    """

    won: Counts

    def __add__(self, other: BlockWins) -> BlockWins:
        """These blocks, then the others."""
        return BlockWins(np.concatenate([self.won, other.won]))

    @classmethod
    def of(cls, tally: Tally) -> BlockWins:
        """Wins of the one block that was tallied."""
        return cls(tally.rule_won[None])


def simulate_block_wins(task: BlockTask, block: int) -> BlockWins:
    """Wins of one block, as :func:`~sim.power.monte_carlo.simulate_block` tallies it."""
    return BlockWins.of(simulate_block(task, block))
