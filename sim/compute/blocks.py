"""Map a pure function over blocks and add what comes back; nothing more."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

from sim.compute.shelf import Shelf


class Addable(Protocol):
    """Anything that adds to its own kind."""

    def __add__(self, other: Self, /) -> Self:
        """Sum of the two."""
        ...


T = TypeVar("T", bound=Addable)

IN_FLIGHT = 8
"""Most blocks handed out and not yet added; bounds memory whatever their number."""
PER_WORKER = 4
"""As many for each worker, where the executor says how many ``workers`` it has."""


def run_blocks(
    block: Callable[[int], T],
    indices: Iterable[int],
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    shelf: Shelf[T] | None = None,
) -> T:
    """Compute blocks and add them up in the order of the indices.

    Parameters
    ----------
    block : callable
        Pure function of a block's index.
    indices : iterable of int
        Which blocks, at least one.
    executor : concurrent.futures.Executor
        Where they are computed.
    on_block : callable, optional
        Called after each block is added.
    shelf : Shelf, optional
        Where finished blocks are kept: those found there are not computed,
        others are kept as they are finished, those of an interrupted run too.

    Returns
    -------
    The sum over all blocks.

    Raises
    ------
    ValueError
        Where there is no block.
    """
    most = max(IN_FLIGHT, PER_WORKER * getattr(executor, "workers", 1))
    waiting: deque[_Handed[T]] = deque()
    total: T | None = None
    todo = _unknown(indices) if shelf is None else shelf.look_up(indices)
    while True:
        while len(waiting) < most and (found := next(todo, None)) is not None:
            waiting.append(_handed(block, executor, *found))
            _keep(waiting[-1], shelf)  # at once: what runs in this process is finished by now
        if not waiting:
            break
        part = _first(waiting, shelf)
        total = part if total is None else total + part
        if on_block is not None:
            on_block()
    if total is None:
        raise ValueError("there is no block to run")
    return total


def _unknown(indices: Iterable[int]) -> Iterator[tuple[int, None]]:
    for index in indices:
        yield index, None


@dataclass
class _Handed(Generic[T]):
    """A block that was handed out, or found."""

    index: int
    future: Future[T]
    kept: bool


def _handed(
    block: Callable[[int], T], executor: Executor, index: int, found: T | None
) -> _Handed[T]:
    if found is None:
        return _Handed(index, executor.submit(block, index), kept=False)
    future: Future[T] = Future()
    future.set_result(found)
    return _Handed(index, future, kept=True)


def _first(waiting: deque[_Handed[T]], shelf: Shelf[T] | None) -> T:
    """Wait for the block that is next, and keep all that is finished by then."""
    try:
        return waiting[0].future.result()
    finally:
        for handed in waiting:  # others may have been faster
            _keep(handed, shelf)
        waiting.popleft()


def _keep(handed: _Handed[T], shelf: Shelf[T] | None) -> None:
    """Keep a block if it is finished, and was neither kept before nor found."""
    future = handed.future
    if shelf is None or handed.kept or not future.done():
        return
    if not future.cancelled() and future.exception() is None:
        shelf.keep(handed.index, future.result())
        handed.kept = True
