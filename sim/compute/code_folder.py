"""The folder of the user's for compiled functions; known before numba is imported."""

from __future__ import annotations

import os
import sys
from errno import EPERM
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from stat import S_IWGRP, S_IWOTH
from tempfile import TemporaryFile

from sim.errors import reason_of

NAME = "mentorsim"


@cache
def cache_folder() -> Path | None:
    """Give the folder of compiled functions, made where need be; say it once where there is none.

    Returns
    -------
    Path or None
        A folder that belongs to the user and that nobody else can write to.
    """
    try:
        folder = user_folder()
    except RuntimeError:
        tell_unkept("where there is no home folder")
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_private(folder)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        tell_unkept(f"in {folder} ({reason_of(error)})")
        return None
    return folder


def user_folder() -> Path:
    """Name the folder for what can be had again: under NUMBA_CACHE_DIR, or the system's.

    Raises
    ------
    RuntimeError
        Where the user has no home.
    """
    stated = os.environ.get("NUMBA_CACHE_DIR")
    if stated:
        return Path(stated).absolute() / NAME
    named, usual = {
        "win32": ("LOCALAPPDATA", "AppData/Local"),
        "darwin": ("", "Library/Caches"),
    }.get(sys.platform, ("XDG_CACHE_HOME", ".cache"))
    system = Path(os.environ.get(named, ""))
    return (system if system.is_absolute() else Path.home() / usual) / NAME


def _require_private(folder: Path) -> None:
    """Refuse a folder in which somebody else could put files, for what they hold is run.

    Raises
    ------
    PermissionError
        With the reason.
    """
    if not hasattr(os, "geteuid"):
        return  # Windows: what lies in the user's profile is the user's
    link, seen = folder.lstat(), folder.stat()
    if {link.st_uid, seen.st_uid} != {os.geteuid()}:
        raise PermissionError(EPERM, "it belongs to somebody else")
    if seen.st_mode & (S_IWGRP | S_IWOTH):
        raise PermissionError(EPERM, "others can write to it")


@cache
def tell_unkept(where: str) -> None:
    """Say once that nothing is kept; for its workers, the process that started them has said so."""
    if parent_process() is None:
        print(
            f"mentorsim: compiled code cannot be kept {where}: every run compiles it anew; "
            "set NUMBA_CACHE_DIR to a folder of yours",
            file=sys.stderr,
        )
