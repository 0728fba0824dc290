"""One task's place in a store: finished blocks are looked up, new ones kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from sim.compute.store import BlockStore, row_number

T = TypeVar("T")

AT_ONCE = 64
"""Parts that are looked up at once; bounds memory whatever their number."""


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """Where parts of one task are kept; what is damaged there is computed again.

    A part is a block, or the sum of several that follow each other.

    Attributes
    ----------
    store : BlockStore or None
        What holds them; None where nothing is kept.
    key : str
        Fingerprint of all that determines their numbers.
    to_bytes : callable
        Writes a part.
    from_bytes : callable
        Reads one, given its number of blocks; raises ValueError for what is damaged.
    """

    store: BlockStore | None
    key: str
    to_bytes: Callable[[T], bytes]
    from_bytes: Callable[[int, bytes], T]

    def look_up(
        self, wanted: range, longest: int | None = None
    ) -> Iterator[tuple[range, T | None]]:
        """Give the wanted blocks in order: parts, and with None what is missing or damaged.

        Parameters
        ----------
        wanted : range
            Which blocks.
        longest : int, optional
            Parts of more blocks than that count as missing.
        """
        rows = () if self.store is None else self.store.rows(self.key)
        stored = [span for span in rows if longest is None or len(span) <= longest]
        reached = wanted.start
        for span, part in self._read_all(_apart(stored, wanted)):
            if span.start > reached:
                yield range(reached, span.start), None
            yield span, part
            reached = span.stop
        if reached < wanted.stop:
            yield range(reached, wanted.stop), None

    def keep(self, span: range, part: T) -> None:
        """Store the sum of some blocks."""
        if self.store is not None:
            self.keep_written(span, self.to_bytes(part))

    def keep_written(self, span: range, data: bytes) -> None:
        """Store the sum of some blocks as it was written."""
        if self.store is not None:
            self.store.put(self.key, row_number(span), data)

    def _read_all(self, spans: Iterator[range]) -> Iterator[tuple[range, T]]:
        """Read those of the parts that are whole."""
        while self.store is not None and (some := list(islice(spans, AT_ONCE))):
            stored = self.store.get(self.key, [row_number(span) for span in some])
            for span in some:
                part = self._read(span, stored.get(row_number(span)))
                if part is not None:
                    yield span, part

    def _read(self, span: range, data: bytes | None) -> T | None:
        try:
            return None if data is None else self.from_bytes(len(span), data)
        except ValueError:
            return None


def _apart(spans: Iterable[range], wanted: range) -> Iterator[range]:
    """Choose spans within the wanted blocks that have none in common; of any start the longest."""
    reached = wanted.start
    for span in sorted(spans, key=lambda span: (span.start, -span.stop)):
        if span.start >= reached and span.stop <= wanted.stop:
            yield span
            reached = span.stop
