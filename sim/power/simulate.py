"""Run what the engine computes where an executor says, and keep it where a store says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np

from sim.arrays import FloatArray
from sim.compute.blocks import Blocks, run_blocks, run_tasks
from sim.compute.fingerprint import fingerprint
from sim.compute.shelf import Shelf
from sim.compute.store import BlockStore
from sim.power.assurance_draws import AssuranceTask, DrawWins, exact_wins, simulate_draw
from sim.power.exact import AUTO_LIMIT, WORK_LIMIT, ExactPower
from sim.power.exact_table import ExactTable
from sim.power.monte_carlo import simulate_block
from sim.power.sweep import Wins
from sim.power.tally import Tally
from sim.power.tally_bytes import ROUNDING, Layout, Values, from_bytes, tally_layout, to_bytes
from sim.power.task import BlockTask
from sim.study import Analysis


def simulate(
    task: BlockTask,
    blocks: range,
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    store: BlockStore | None = None,
) -> Tally:
    """Tally of these blocks of a task, the same wherever and in whatever order they run.

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
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    Tally
    """
    compute = partial(simulate_block, task)
    return run_blocks(compute, blocks, executor, on_block, _tallies(task, store))


def simulate_wins(
    tasks: Iterable[BlockTask],
    blocks: int,
    block_size: int,
    executor: Executor,
    on_block: Callable[[], None],
    store: BlockStore | None = None,
) -> list[Wins]:
    """Wins of many tasks by block; equal tasks are simulated once.

    Parameters
    ----------
    tasks : iterable of BlockTask
        The next is taken when there is room for its blocks.
    blocks, block_size : int
        Number of blocks of each, and replicates in each; where a task's are smaller,
        several of them, a whole number, make one.
    executor, store
        As of :func:`simulate`.
    on_block : callable
        Called for each of their blocks.

    Returns
    -------
    list of ndarray of int16, shape (B, K, Q)
        Of each task; the same array for equal ones.
    """
    by_key: dict[str, Wins] = {}
    keys: list[str] = []

    def different() -> Iterator[Blocks[Tally]]:
        for task in tasks:
            key, parts = fingerprint(task), block_size // task.block_size
            keys.append(key)
            if key in by_key:
                for _ in range(blocks * parts):
                    on_block()
                continue
            won = by_key[key] = np.zeros((blocks, task.number_of_sizes, len(task.rules)), np.int16)
            receive = partial(_note, won, parts)
            compute = partial(simulate_block, task)
            yield Blocks(compute, range(blocks * parts), receive, _tallies(task, store))

    run_tasks(different(), executor, on_block)
    return [by_key[key] for key in keys]


def simulate_draws(
    task: AssuranceTask,
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    store: BlockStore | None = None,
) -> DrawWins:
    """Simulate every draw's studies; one block a draw, the same wherever they run.

    Parameters
    ----------
    task : AssuranceTask
        What determines the numbers.
    executor : concurrent.futures.Executor
        Where draws are computed, their exact powers included.
    on_block : callable, optional
        Called after each draw.
    store : BlockStore, optional
        Where finished draws are looked up and kept.

    Returns
    -------
    DrawWins

    Raises
    ------
    StudyError
        Where the rule that has to be exact cannot be.
    """
    if task.required is None and np.isnan(exact_wins(task, task.drawn(0))).all():
        # what one draw cannot have exactly is simulated for all: no need to try the others
        task = replace(task, work_limit=0.0)
    read = partial(from_bytes, DrawWins, draw_layout(task.task, task.parts))
    shelf: Shelf[DrawWins] | None = Shelf.of(store, task, to_bytes, read)
    return run_blocks(partial(simulate_draw, task), range(task.draws), executor, on_block, shelf)


def draw_layout(task: BlockTask, parts: int = 1) -> Layout:
    """What every field of one draw's wins may hold."""
    sizes, rules = task.number_of_sizes, len(task.rules)
    probability = partial(Values, least=-ROUNDING, most=1 + ROUNDING, kind=np.float64)
    return {
        "won": Values((1, sizes, rules), 0, parts * task.block_size),
        "limit": probability((1, rules, 2)),
        "exact": probability((1, sizes, rules), missing=True),
    }


@dataclass
class KeptExactTable(ExactTable):
    """Exact powers that are looked up in a store and kept there, each the one block of a task."""

    store: BlockStore | None = None

    @classmethod
    def of(cls, analysis: Analysis, engine: str, store: BlockStore | None) -> KeptExactTable:
        """Table for an engine: the choice `auto` allows less work than the demand `exact`."""
        limit = WORK_LIMIT if engine == "exact" else AUTO_LIMIT
        return cls(analysis, work_limit=limit, store=store)

    def compute(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float
    ) -> ExactPower:
        """Look in the store first; what is refused is not kept there."""
        precision = self.work_limit, self.cut
        task = (ExactPower.__name__, self.analysis, precision, pmf, sizes, alpha, gone)
        chance = Values((len(sizes),), -ROUNDING, 1 + ROUNDING, np.float64)
        layout = {part.name: chance for part in fields(ExactPower)}
        shelf = Shelf.of(self.store, task, to_bytes, partial(from_bytes, ExactPower, layout))
        computed = partial(super().compute, pmf, sizes, alpha, gone)
        if shelf is None:
            return computed()
        ((_, kept),) = shelf.look_up([0])
        if kept is None:
            kept = computed()
            shelf.keep(0, kept)
        return kept


def _tallies(task: BlockTask, store: BlockStore | None) -> Shelf[Tally] | None:
    return Shelf.of(store, task, to_bytes, partial(from_bytes, Tally, tally_layout(task)))


def _note(wins: Wins, parts: int, block: int, tally: Tally) -> None:
    wins[block // parts] += tally.rule_won
