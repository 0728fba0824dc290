"""What one call of an executor computes: spans of blocks, each folded into one part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol, Self


class Addable(Protocol):
    """Anything that adds to its kind."""

    def __add__(self, other: Self, /) -> Self:
        """Sum of the two."""
        ...


@dataclass(frozen=True)
class Call:
    """A span of one task's blocks.

    Attributes
    ----------
    compute : callable
        Pure function of a block's index, whose results add up.
    span : range
        Which blocks, at least one.
    write : callable or None
        Turns their sum into what is sent back; None = as it is.
    """

    compute: Callable[[int], Any]
    span: range
    write: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Worked:
    """What a worker has done of its batch.

    Attributes
    ----------
    seconds : float
        How long a block took, on average.
    parts : list of (int, object)
        Of one call after the other, the number of its blocks that are done, and
        their sum. Calls that were not begun are left out, and the last one may
        lack blocks.
    """

    seconds: float
    parts: list[tuple[int, Any]]


def work(limit: float, batch: Sequence[Call]) -> Worked:
    """Compute a batch, or as much of it as the time suffices for.

    Parameters
    ----------
    limit : float
        Seconds after which no further block is begun; the first one always is.
    batch : sequence of Call
        At least one.

    Returns
    -------
    Worked

    Examples
    --------
    >>> work(60, [Call(abs, range(4)), Call(abs, range(7, 8))]).parts
    [(4, 6), (1, 7)]
    >>> work(0, [Call(abs, range(4)), Call(abs, range(7, 8))]).parts
    [(1, 0)]
    """
    start = perf_counter()
    parts: list[tuple[int, Any]] = []
    done = 0
    for call in batch:
        total, count = None, 0
        for index in call.span:
            if done and perf_counter() - start >= limit:
                break
            block = call.compute(index)
            total = block if total is None else total + block
            count, done = count + 1, done + 1
        if not count:
            break
        parts.append((count, call.write(total) if call.write else total))
    return Worked((perf_counter() - start) / done, parts)
