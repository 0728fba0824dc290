"""A run's folder: tried or made before, written to as a whole, taken away where it is empty."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from errno import EISDIR
from pathlib import Path

from sim.compute.interruption import held_back
from sim.errors import NotWritten, StudyError, reason_of

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


def write_whole(path: Path, data: str | bytes) -> Path:
    """Write a file next to its target, then move it there, so that it is never half there."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_bytes(data.encode() if isinstance(data, str) else data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def replace_files(
    folder: Path, what: str, write: Callable[[Path], Iterable[Path]], outdated: Iterable[Path] = ()
) -> tuple[Path, ...]:
    """Write files, all or none, in the place of outdated ones.

    Parameters
    ----------
    folder : Path
        Existing folder.
    what : str
        Names the files in a complaint.
    write : callable
        Writes them into the folder that it is given, and returns their paths within it.
    outdated : iterable of Path
        Files that are not to stay with the new ones; looked up when those are written.

    Returns
    -------
    tuple of Path
        The files, in `folder`.

    Raises
    ------
    NotWritten
        Where the machine does not take them; what was there is there still.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as stage:
            made = tuple(write(Path(stage)))
            with held_back():
                _move(Path(stage), folder, made, outdated)
    except OSError as error:
        raise NotWritten(
            f"{str(folder)!r}: the {what} could not be written ({reason_of(error)})"
        ) from None
    return tuple(folder / path for path in made)


def _move(stage: Path, folder: Path, made: Sequence[Path], outdated: Iterable[Path]) -> None:
    for path in made:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if (folder / path).is_dir():
            raise IsADirectoryError(EISDIR, f"a folder has the name of {path.name}")
    gone = list(outdated)
    for path in gone:
        path.unlink()
    for path in made:
        (stage / path).replace(folder / path)
    below = {parent for path in gone for parent in path.relative_to(folder).parents} - {Path()}
    remove_empty([folder / parent for parent in sorted(below, reverse=True)])


def _refused(setting: str, folder: Path, error: OSError) -> StudyError:
    return StudyError(f"{setting}: cannot write to {str(folder)!r} ({reason_of(error)})")
