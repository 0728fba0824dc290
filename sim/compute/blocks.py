"""Compute blocks of one task or many through one executor; the only scheduler there is.

Where a call has a long way to go, it is a batch: spans of blocks, of one task or of several, each
folded into one part on the worker. How many blocks a batch has follows from how long blocks take,
and changes no number, for parts add up the same however they are cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, repeat
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sim.compute.batch import Addable, Call, Worked, work
from sim.compute.shelf import Shelf

T = TypeVar("T")
S = TypeVar("S", bound=Addable)

IN_FLIGHT = 8
"""Most batches handed out and not yet received; bounds memory whatever their number."""
PER_WORKER = 4
"""As many for each worker, where the executor says how many ``workers`` it has."""
SHARE = 2
"""A batch has at most one in so many of a worker's share of the blocks that are left."""
OVERTIME = 2
"""A worker gives back what it has after so many times as long as a batch should take."""
TURN = 1.0
"""Seconds to wait for the first batch without a look at whether others are finished."""


@dataclass(frozen=True)
class Blocks(Generic[T]):
    """Blocks of one task.

    Attributes
    ----------
    compute : callable
        Pure function of a block's index; what it gives adds to its kind.
    span : range
        Which blocks, without gaps.
    receive : callable
        Is given spans of blocks and their sums, in the order of the blocks.
    shelf : Shelf or None
        How parts are written and where finished ones are kept: what lies there is
        not computed, others are kept as they are finished, those of an interrupted
        run too.
    """

    compute: Callable[[int], T]
    span: range
    receive: Callable[[range, T], None]
    shelf: Shelf[T] | None = None


def run_tasks(
    tasks: Iterable[Blocks[Any]],
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    *,
    ahead: int = 0,
) -> None:
    """Compute the blocks of many tasks; no worker waits for a task's end.

    Parameters
    ----------
    tasks : iterable of Blocks
        One after the other; the next is taken when there is room for its blocks.
    executor : concurrent.futures.Executor
        Where they are computed. It may say how many ``workers`` it has, and by
        ``task_seconds`` how long one of its calls should take; its parts then come
        written where there is a shelf. Else every call is one block.
    on_block : callable, optional
        Called for each block when it is received.
    ahead : int
        How many blocks there are in all, as far as is known: near the end of them
        batches are small, so that workers end together.
    """
    _Run(executor, on_block, ahead).run(tasks)


def run_blocks(
    compute: Callable[[int], S],
    span: range,
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    shelf: Shelf[S] | None = None,
) -> S:
    """Compute the blocks of one task and add them up in their order.

    Parameters
    ----------
    compute, span, shelf
        As of :class:`Blocks`; at least one block.
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

    def add(_span: range, part: S) -> None:
        nonlocal total
        total = part if total is None else total + part

    run_tasks([Blocks(compute, span, add, shelf)], executor, on_block, ahead=len(span))
    if total is None:
        raise ValueError("there is no block to run")
    return total


@dataclass(frozen=True)
class _Part:
    """A span of blocks, with their sum where there is one: as it is, or as it was written."""

    blocks: Blocks[Any]
    span: range
    value: Any = None
    is_written: bool = False

    def receive(self) -> None:
        """Pass the sum on."""
        value, shelf = self.value, self.blocks.shelf
        if self.is_written and shelf is not None:
            value = shelf.from_bytes(len(self.span), value)
        self.blocks.receive(self.span, value)


@dataclass(eq=False)
class _Batch:
    """What is handed out together: what of it is missing, and what has come."""

    missing: list[_Part]
    come: list[_Part] = field(default_factory=list)
    future: Future[Worked] = field(default_factory=Future)


class _Run:
    """Batches under way, from the first that is not received to the last handed out."""

    def __init__(self, executor: Executor, on_block: Callable[[], None] | None, ahead: int) -> None:
        self._executor, self._on_block, self._ahead = executor, on_block or _nobody, ahead
        self._workers: int = getattr(executor, "workers", 1)
        seconds: float | None = getattr(executor, "task_seconds", None)
        self._aim, self._written = seconds or 0.0, seconds is not None
        self._block_seconds: float | None = None
        self._waiting: deque[_Batch] = deque()
        self._finished: SimpleQueue[_Batch] = SimpleQueue()

    def run(self, tasks: Iterable[Blocks[Any]]) -> None:
        """Hand everything out and receive it."""
        most = max(IN_FLIGHT, PER_WORKER * self._workers)
        try:
            for batch in self._batches(tasks):
                self._waiting.append(batch)
                if batch.missing:
                    self._hand_out(batch)
                self._receive(most)
            self._receive(1)
        finally:
            self._taken_in()

    def _batches(self, tasks: Iterable[Blocks[Any]]) -> Iterator[_Batch]:
        """Put what has to be computed into batches; what was kept stands between, in its place."""
        batch: list[_Part] = []
        room = 0
        for part in _looked_up(tasks):
            self._ahead -= len(part.span)
            rest = part.span
            if part.value is not None:  # in its place: what is received is in order
                if batch:
                    yield _Batch(batch)
                yield _Batch([], [part])
                batch, rest = [], range(0)
            while rest:
                room = room if batch else self._room(len(rest))
                piece, rest = rest[:room], rest[room:]
                batch.append(_Part(part.blocks, piece))
                room -= len(piece)
                if not room:
                    yield _Batch(batch)
                    batch = []
        if batch:
            yield _Batch(batch)

    def _room(self, here: int) -> int:
        """Say how many blocks the next batch takes, where so many are at hand."""
        if not self._block_seconds:
            return 1
        share = (max(self._ahead, 0) + here) // (SHARE * self._workers)
        return max(1, min(int(self._aim / self._block_seconds), share))

    def _hand_out(self, batch: _Batch) -> None:
        """Let the executor compute what is missing."""
        calls = [Call(part.blocks.compute, part.span, self._writer(part)) for part in batch.missing]
        batch.future = self._executor.submit(partial(work, OVERTIME * self._aim), calls)
        batch.future.add_done_callback(lambda _: self._finished.put(batch))

    def _writer(self, part: _Part) -> Callable[[Any], bytes] | None:
        shelf = part.blocks.shelf
        return shelf.to_bytes if shelf is not None and self._written else None

    def _receive(self, most: int) -> None:
        """Receive what has come, in order, until fewer batches wait than so many."""
        while True:
            for batch in self._taken_in():
                self._hand_out(batch)
            while self._waiting and not self._waiting[0].missing:
                self._pass_on(self._waiting.popleft())
            if not self._waiting:
                return
            first = self._waiting[0].future
            if len(self._waiting) < most and not first.done():
                return
            _wait_for(first)

    def _taken_in(self) -> list[_Batch]:
        """Keep what is finished, also where batches before it are not; give what lacks blocks."""
        batches = []
        with suppress(Empty):
            while True:
                batch = self._finished.get_nowait()
                if not batch.future.cancelled() and batch.future.exception() is None:
                    self._take_in(batch, batch.future.result())
                    batches += [batch] if batch.missing else []
        return batches

    def _take_in(self, batch: _Batch, worked: Worked) -> None:
        self._block_seconds = worked.seconds
        missing, batch.missing = batch.missing, []
        not_begun = repeat((0, None))
        for part, (count, value) in zip(missing, chain(worked.parts, not_begun), strict=False):
            if count:
                batch.come.append(self._kept(_Part(part.blocks, part.span[:count], value)))
            if count < len(part.span):  # the time did not suffice
                batch.missing.append(_Part(part.blocks, part.span[count:]))

    def _kept(self, part: _Part) -> _Part:
        shelf = part.blocks.shelf
        if shelf is None:
            return part
        if not self._written:
            shelf.keep(part.span, part.value)
            return part
        shelf.keep_written(part.span, part.value)
        return replace(part, is_written=True)

    def _pass_on(self, batch: _Batch) -> None:
        for part in batch.come:
            part.receive()
            for _ in part.span:
                self._on_block()


def _nobody() -> None:
    """Hear of blocks where nobody else does."""


def _wait_for(future: Future[Any]) -> None:
    """Wait for a call, not so long that what others have finished lies about; raise its error."""
    try:
        future.result(TURN)
    except TimeoutError:
        if future.done():  # the call's error
            raise


def _looked_up(tasks: Iterable[Blocks[Any]]) -> Iterator[_Part]:
    """Give every task's blocks: parts that lie on its shelf, and spans that do not."""
    for blocks in tasks:
        shelf = blocks.shelf
        stored = [(blocks.span, None)] if shelf is None else shelf.look_up(blocks.span)
        for span, value in stored:
            yield _Part(blocks, span, value)
