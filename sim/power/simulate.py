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
from sim.power.block_wins import BlockWins, simulate_block_wins
from sim.power.contrast import Wins
from sim.power.curve import CurveTask, KnownCurve, curve_from_bytes, curve_to_bytes, known_curve
from sim.power.exact import AUTO_LIMIT, WORK_LIMIT, ExactPower
from sim.power.exact_table import ExactTable
from sim.power.monte_carlo import simulate_block
from sim.power.tally import Tally
from sim.power.tally_bytes import (
    ROUNDING,
    Layout,
    Values,
    from_bytes,
    tally_kind,
    tally_layout,
    to_bytes,
)
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
    *,
    ahead: int = 0,
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
    ahead : int
        Number of blocks of all tasks, as far as is known.

    Returns
    -------
    list of ndarray of int16, shape (B, K, Q)
        Of each task; the same array for equal ones.
    """
    by_key: dict[str, Wins] = {}
    keys: list[str] = []

    def different() -> Iterator[Blocks[BlockWins]]:
        for task in tasks:
            key, parts = fingerprint(task), block_size // task.block_size
            keys.append(key)
            if key in by_key:
                for _ in range(blocks * parts):
                    on_block()
                continue
            won = by_key[key] = np.zeros((blocks, task.number_of_sizes, len(task.rules)), np.int16)
            receive, shelf = partial(_note, won, parts), _WinsShelf.of(task, key, store)
            compute = partial(simulate_block_wins, task)
            yield Blocks(compute, range(blocks * parts), receive, shelf)

    run_tasks(different(), executor, on_block, ahead=ahead)
    return [by_key[key] for key in keys]


def known_curves(
    tasks: Iterable[tuple[int, CurveTask]],
    executor: Executor,
    on_block: Callable[[], None],
    store: BlockStore | None = None,
) -> dict[int, KnownCurve]:
    """Power over size of many endpoints without simulated studies, each task's one block.

    Parameters
    ----------
    tasks : iterable of (int, CurveTask)
        By number; the next is taken when there is room for it.
    executor, store
        As of :func:`simulate`.
    on_block : callable
        Called for each.

    Returns
    -------
    dict of int to KnownCurve
    """
    curves: dict[int, KnownCurve] = {}

    def each() -> Iterator[Blocks[KnownCurve]]:
        for number, task in tasks:
            read = partial(_read_curve, task)
            shelf = Shelf(store, _key(store, task), curve_to_bytes, read)
            receive = partial(_receive, curves, number)
            yield Blocks(partial(known_curve, task), range(1), receive, shelf)

    run_tasks(each(), executor, on_block)
    return curves


def _receive(curves: dict[int, KnownCurve], number: int, _span: range, curve: KnownCurve) -> None:
    curves[number] = curve


def _read_curve(task: CurveTask, _blocks: int, data: bytes) -> KnownCurve:
    return curve_from_bytes(task, data)


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
    read = partial(_read_draws, task)
    shelf: Shelf[DrawWins] = Shelf(store, _key(store, task), to_bytes, read)
    compute = partial(simulate_draw, task)
    return run_blocks(compute, range(task.draws), executor, on_block, shelf)


def draw_layout(task: BlockTask, parts: int = 1, draws: int = 1) -> Layout:
    """What every field of some draws' wins may hold."""
    sizes, rules = task.number_of_sizes, len(task.rules)
    probability = partial(Values, least=-ROUNDING, most=1 + ROUNDING, kind=np.float64)
    return {
        "won": Values((draws, sizes, rules), 0, parts * task.block_size),
        "limit": probability((draws, rules, 2)),
        "exact": probability((draws, sizes, rules), missing=True),
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
        read = partial(_read_power, layout)
        shelf = Shelf(self.store, _key(self.store, task), to_bytes, read)
        ((_, kept),) = shelf.look_up(range(1))
        if kept is None:
            kept = super().compute(pmf, sizes, alpha, gone)
            shelf.keep(range(1), kept)
        return kept


@dataclass(frozen=True)
class _WinsShelf(Shelf[BlockWins]):
    """Wins by block; those of blocks that a plan has kept one by one are theirs."""

    tallies: Shelf[Tally]

    @classmethod
    def of(cls, task: BlockTask, key: str, store: BlockStore | None) -> _WinsShelf:
        """Shelf of the task of that fingerprint."""
        tallies = _tallies(task, store, key)
        return cls(store, f"{key} wins", to_bytes, partial(_read_wins, task), tallies)

    def look_up(
        self, wanted: range, longest: int | None = None
    ) -> Iterator[tuple[range, BlockWins | None]]:
        """Look where wins are kept, then where tallies are."""
        for span, wins in super().look_up(wanted, longest):
            if wins is not None:
                yield span, wins
                continue
            for inner, tally in self.tallies.look_up(span, longest=1):
                yield inner, None if tally is None else BlockWins.of(tally)


def _key(store: BlockStore | None, task: object) -> str:
    """Fingerprint of a task, which takes time and is needed where something is kept."""
    return "" if store is None else fingerprint(task)


def _tallies(task: BlockTask, store: BlockStore | None, key: str | None = None) -> Shelf[Tally]:
    key = _key(store, task) if key is None else key
    return Shelf(store, key, to_bytes, partial(read_tally, task))


def read_tally(task: BlockTask, blocks: int, data: bytes) -> Tally:
    """Read the sum of so many blocks' tallies."""
    together = replace(task, block_size=blocks * task.block_size)
    return from_bytes(tally_kind(task), tally_layout(together), data)


def _read_wins(task: BlockTask, blocks: int, data: bytes) -> BlockWins:
    shape = (blocks, task.number_of_sizes, len(task.rules))
    return from_bytes(BlockWins, {"won": Values(shape, 0, task.block_size)}, data)


def _read_draws(task: AssuranceTask, draws: int, data: bytes) -> DrawWins:
    return from_bytes(DrawWins, draw_layout(task.task, task.parts, draws), data)


def _read_power(layout: Layout, _blocks: int, data: bytes) -> ExactPower:
    return from_bytes(ExactPower, layout, data)


def _note(wins: Wins, parts: int, span: range, part: BlockWins) -> None:
    for block, won in zip(span, part.won, strict=True):
        wins[block // parts] += won
