"""Compute blocks of one task or many through one executor; the only scheduler there is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from sim.compute.shelf import Shelf


class Addable(Protocol):
    """Anything that adds to its kind."""

    def __add__(self, other: Self, /) -> Self:
        """Sum of the two."""
        ...


T = TypeVar("T")
S = TypeVar("S", bound=Addable)

IN_FLIGHT = 8
"""Most blocks handed out and not yet received; bounds memory whatever their number."""
PER_WORKER = 4
"""As many for each worker, where the executor says how many ``workers`` it has."""


@dataclass(frozen=True)
class Blocks(Generic[T]):
    """Blocks of one task.

    Attributes
    ----------
    compute : callable
        Pure function of a block's index.
    indices : iterable of int
        Which blocks.
    receive : callable
        Is given each index and its block, in the order of the indices.
    shelf : Shelf or None
        Where finished blocks are kept: those that lie there are not computed,
        others are kept as they are finished, those of an interrupted run too.
    """

    compute: Callable[[int], T]
    indices: Iterable[int]
    receive: Callable[[int, T], None]
    shelf: Shelf[T] | None = None


def run_tasks(
    tasks: Iterable[Blocks[Any]], executor: Executor, on_block: Callable[[], None] | None = None
) -> None:
    """Compute the blocks of many tasks; no worker waits for a task's end.

    Parameters
    ----------
    tasks : iterable of Blocks
        One after the other; the next is taken when there is room for its blocks.
    executor : concurrent.futures.Executor
        Where they are computed.
    on_block : callable, optional
        Called after each block is received.
    """
    most = max(IN_FLIGHT, PER_WORKER * getattr(executor, "workers", 1))
    waiting: deque[_Handed[Any]] = deque()

    def receive_first() -> None:
        part = waiting[0].future.result()
        for handed in waiting:  # others may have been faster
            handed.keep()
        first = waiting.popleft()
        first.blocks.receive(first.index, part)
        if on_block is not None:
            on_block()

    try:
        for handed in _handed_out(tasks, executor):
            waiting.append(handed)
            while waiting and (len(waiting) >= most or waiting[0].future.done()):
                receive_first()
        while waiting:
            receive_first()
    finally:
        for handed in waiting:
            handed.keep()


def run_blocks(
    compute: Callable[[int], S],
    indices: Iterable[int],
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    shelf: Shelf[S] | None = None,
) -> S:
    """Compute the blocks of one task and add them up in the order of the indices.

    Parameters
    ----------
    compute, indices, shelf
        As of :class:`Blocks`; at least one index.
    executor, on_block
        As of :func:`run_tasks`.

    Returns
    -------
    The sum over all blocks.

    Raises
    ------
    ValueError
        Where there is no block.
    """
    total: S | None = None

    def add(_index: int, part: S) -> None:
        nonlocal total
        total = part if total is None else total + part

    run_tasks([Blocks(compute, indices, add, shelf)], executor, on_block)
    if total is None:
        raise ValueError("there is no block to run")
    return total


@dataclass
class _Handed(Generic[T]):
    """A block that was handed out, or that lay on the shelf."""

    blocks: Blocks[T]
    index: int
    future: Future[T]
    kept: bool

    def keep(self) -> None:
        """Keep the block if it is finished and not kept already."""
        shelf, future = self.blocks.shelf, self.future
        if shelf is None or self.kept or not future.done():
            return
        if not future.cancelled() and future.exception() is None:
            shelf.keep(self.index, future.result())
            self.kept = True


def _handed_out(tasks: Iterable[Blocks[Any]], executor: Executor) -> Iterator[_Handed[Any]]:
    for blocks in tasks:
        shelf, indices = blocks.shelf, blocks.indices
        for index, part in shelf.look_up(indices) if shelf else ((k, None) for k in indices):
            if part is None:
                yield _Handed(blocks, index, executor.submit(blocks.compute, index), kept=False)
            else:
                future: Future[Any] = Future()
                future.set_result(part)
                yield _Handed(blocks, index, future, kept=True)
