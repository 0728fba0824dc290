"""What a store of blocks says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stored:
    """What one version of the code has stored.

    Attributes
    ----------
    code : str
        The version, from :func:`sim.compute.code_version.code_version`.
    tasks, blocks, size : int
        Number of tasks, of their blocks, and bytes of these.
    is_current : bool
        Whether it is the version that runs.
    """

    code: str
    tasks: int
    blocks: int
    size: int
    is_current: bool


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
