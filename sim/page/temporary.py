"""The server's temporary files in one folder; what a killed server left goes at the next start."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR
from typing import IO

from sim.errors import StudyError

PREFIX = "mentorsim-page-"
LOCK = "lock"
"""A file in each folder, locked as long as its server lives; a number of a process can return."""


@contextmanager
def temporary_files() -> Iterator[Path]:
    """Keep this process's temporary files in one folder while a server runs.

    Folders of servers that have been killed are removed first: this user's,
    and only where nobody holds the lock any more.

    Yields
    ------
    Path
        The folder.

    Raises
    ------
    StudyError
        Where none can be made.
    """
    before = tempfile.tempdir
    try:
        for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            _clear_left(left)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StudyError(
            f"serve: no temporary folder can be made ({reason}); set TMPDIR to a folder of yours"
        ) from None
    with (folder / "starting").open("wb") as held:
        _take(held)
        (folder / "starting").replace(folder / LOCK)  # by its name only once it is locked
        tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before
            _clear(folder)
    _remove(folder)


def _clear_left(folder: Path) -> None:
    """Remove a folder of this user's whose server is gone."""
    with suppress(OSError):
        seen = folder.lstat()
        if not S_ISDIR(seen.st_mode) or (hasattr(os, "geteuid") and seen.st_uid != os.geteuid()):
            return
        with (folder / LOCK).open("r+b") as held:
            if not _take(held):
                return
            _clear(folder)
        _remove(folder)


def _take(file: IO[bytes]) -> bool:
    """Lock a file until this process closes it, or ends in any way; tell whether it is ours."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _clear(folder: Path) -> None:
    """Remove all but the lock, as far as can be."""
    for path in folder.iterdir():
        if path.name == LOCK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a cleared folder; where something is left, its lock tells the next server so."""
    with suppress(OSError):
        if [path.name for path in folder.iterdir()] == [LOCK]:
            (folder / LOCK).unlink()
            folder.rmdir()
