"""A store that ends no run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from sim.compute.store import BlockStore
from sim.compute.stored import Stored
from sim.errors import StudyError

T = TypeVar("T")


class RunStore(BlockStore):
    """Blocks as in :class:`BlockStore`; where the opened file fails, the run goes on without.

    Attributes
    ----------
    trouble : str or None
        One line that says what has failed first; since then nothing is kept, and where it
        was looking up, nothing is looked up.
    """

    def __init__(self, path: Path, code: str) -> None:
        super().__init__(path, code)
        self.trouble: str | None = None
        self._readable = True

    def rows(self, key: str) -> list[range]:
        """List rows of one task; none where that fails, or looking up has failed before."""
        return self._looked_up(partial(super().rows, key)) or []

    def get(self, key: str, blocks: Sequence[int]) -> dict[int, bytes]:
        """Look rows of one task up; none where that fails, or has failed before."""
        return self._looked_up(partial(super().get, key, blocks)) or {}

    def put(self, key: str, block: int, data: bytes) -> None:
        """Store a block, unless the store has failed before."""
        if self.trouble is None:
            self._tried(partial(super().put, key, block, data))

    def summary(self) -> tuple[Stored, ...]:
        """Count what is stored; nothing where that fails, or has failed before."""
        try:
            return super().summary() if self.trouble is None else ()
        except StudyError as error:  # all of this run is kept
            self.trouble = str(error)
            return ()

    def _looked_up(self, act: Callable[[], T]) -> T | None:
        rows = self._tried(act) if self._readable else None
        self._readable = rows is not None
        return rows

    def _tried(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except StudyError as error:
            self.trouble = self.trouble or f"{error}; this run went on without keeping more of it"
            return None
