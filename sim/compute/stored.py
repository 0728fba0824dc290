"""What a store of blocks says of itself, and a store that keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self


@dataclass(frozen=True)
class Stored:
    """What one version of the code has stored.

    Attributes
    ----------
    code : str
        The version, from :func:`sim.compute.code_version.code_version`.
    tasks, blocks, size : int
        Number of tasks, of their blocks, and bytes of these.
    own : bool
        Whether it is the version that runs.
    """

    code: str
    tasks: int
    blocks: int
    size: int
    own: bool


@dataclass(frozen=True)
class BlocksAnswer:
    """What a store holds.

    Attributes
    ----------
    file : Path
        The store.
    cleared : int or None
        Number of blocks taken out; None where none were to be.
    stored : tuple of Stored
        What is there now, by version of the code.
    """

    file: Path
    cleared: int | None
    stored: tuple[Stored, ...]


class NoStore:
    """Keeps nothing and finds nothing."""

    keeps = False
    trouble: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def close(self) -> None:
        """Do nothing."""

    def get(self, _key: str, _blocks: Sequence[int]) -> dict[int, bytes]:
        """Find nothing."""
        return {}

    def put(self, _key: str, _block: int, _data: bytes) -> None:
        """Do nothing."""

    def summary(self) -> tuple[Stored, ...]:
        """Count nothing."""
        return ()

    def clear(self, _which: Literal["others"] | None = None) -> int:
        """Take nothing out."""
        return 0
