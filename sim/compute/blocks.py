"""Map a pure function over blocks and add what comes back; nothing more."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from typing import Any, Protocol, Self, TypeVar


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

    Returns
    -------
    The sum over all blocks.

    Raises
    ------
    ValueError
        Where there is no block.
    """
    most = max(IN_FLIGHT, PER_WORKER * getattr(executor, "workers", 1))
    waiting: deque[Future[Any]] = deque()
    total: T | None = None
    todo = iter(indices)
    while True:
        while len(waiting) < most and (index := next(todo, None)) is not None:
            waiting.append(executor.submit(block, index))
        if not waiting:
            break
        part: T = waiting.popleft().result()
        total = part if total is None else total + part
        if on_block is not None:
            on_block()
    if total is None:
        raise ValueError("there is no block to run")
    return total
