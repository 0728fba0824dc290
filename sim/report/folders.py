"""Folders of a run: tried out or made before it, taken away where nothing was written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sim.compute.interruption import held_back
from sim.errors import StudyError, reason_of

OF_HYDRA = "multirun.yaml"
"""What Hydra leaves in a folder of many runs; without any result it is nothing."""
MOST = 10_000
"""Names that are tried."""


def claim_folder(folder: Path, setting: str, made: list[Path]) -> Path:
    """Make a folder for one run alone: where the name is taken, one with a number after it.

    Parameters
    ----------
    folder : Path
        Its name.
    setting : str
        Named in a complaint.
    made : list of Path
        Takes the folders that are about to be made, deepest first.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    StudyError
        Naming the setting, the folder and what stands in the way.
    """
    made += [path for path in folder.parents if not path.exists()]
    name, number = folder, 1
    for _ in range(MOST):
        try:
            with held_back():
                name.parent.mkdir(parents=True, exist_ok=True)
                name.mkdir()
                made.insert(0, name)
        except OSError as error:
            refused = _refused(setting, name, error)
            if isinstance(error, FileExistsError) and os.path.lexists(name):
                number += 1
                name = folder.with_name(f"{folder.name}_{number}")
            elif not isinstance(error, FileNotFoundError):  # which another run, ending, can cause
                raise refused from None
        else:
            return name
    raise refused


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
        raise _refused(setting, folder, error) from None
    finally:
        remove_empty(missing)
    return missing


def remove_empty(folders: Sequence[Path]) -> None:
    """Remove those of the folders that exist and hold nothing."""
    for folder in folders:
        with suppress(OSError):
            if [path.name for path in folder.iterdir()] == [OF_HYDRA]:
                (folder / OF_HYDRA).unlink()
            folder.rmdir()


def _refused(setting: str, folder: Path, error: OSError) -> StudyError:
    return StudyError(f"{setting}: cannot write to {str(folder)!r} ({reason_of(error)})")
