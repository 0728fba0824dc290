"""One task's place in a store: finished blocks are looked up, new ones kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from sim.compute.fingerprint import fingerprint
from sim.compute.store import BlockStore

T = TypeVar("T")

AT_ONCE = 64
"""Blocks that are looked up at once; bounds memory whatever their number."""


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """Where the blocks of one task are kept; what is damaged there is computed again.

    Attributes
    ----------
    store : BlockStore
        What holds them.
    key : str
        Fingerprint of all that determines their numbers.
    to_bytes : callable
        Writes a block.
    from_bytes : callable
        Reads one; raises ValueError for what is damaged.
    """

    store: BlockStore
    key: str
    to_bytes: Callable[[T], bytes]
    from_bytes: Callable[[bytes], T]

    @classmethod
    def of(
        cls,
        store: BlockStore | None,
        task: object,
        to_bytes: Callable[[T], bytes],
        from_bytes: Callable[[bytes], T],
    ) -> Shelf[T] | None:
        """Shelf of a task; None where nothing is kept."""
        if store is None:
            return None
        return cls(store, fingerprint(task), to_bytes, from_bytes)

    def look_up(self, indices: Iterable[int]) -> Iterator[tuple[int, T | None]]:
        """Give every index with its block, or with None where it is missing or damaged."""
        rest = iter(indices)
        while some := list(islice(rest, AT_ONCE)):
            stored = self.store.get(self.key, some)
            for index in some:
                yield index, self._read(stored.get(index))

    def keep(self, index: int, part: T) -> None:
        """Store a block."""
        self.store.put(self.key, index, self.to_bytes(part))

    def _read(self, data: bytes | None) -> T | None:
        try:
            return None if data is None else self.from_bytes(data)
        except ValueError:
            return None
