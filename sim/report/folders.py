"""Folders of a run: tried out before it, taken away again where nothing was written."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sim.errors import StudyError


def try_folder(folder: Path, setting: str) -> tuple[Path, ...]:
    """Make sure that a folder can be made and written to, leaving no trace.

    Returns
    -------
    tuple of Path
        The folders that do not exist yet, deepest first.

    Raises
    ------
    StudyError
        Naming the setting, the folder and what stands in the way.
    """
    missing: tuple[Path, ...] = ()
    try:
        missing = tuple(path for path in (folder, *folder.parents) if not path.exists())
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StudyError(f"{setting}: cannot write to {str(folder)!r} ({reason})") from None
    finally:
        remove_empty(missing)
    return missing


def remove_empty(folders: Sequence[Path]) -> None:
    """Remove those of the folders that exist and hold nothing."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
