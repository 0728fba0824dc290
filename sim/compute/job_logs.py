"""What the jobs of a queue printed: the folder it goes to, its last lines, what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.errors import StudyError, reason_of

TAIL = 4000
"""Characters at the end of a file that are read."""
QUOTED = 150
"""Most characters of it that are quoted."""
PLAIN = re.compile(r"[\w./+@:=,~-]+")
"""Paths that every queueing system takes in a directive as they are."""
NO_FILE = (
    "it left no output: see that the nodes reach compute.logs, and that the queue lets jobs run"
)
CAUSES = (
    (r"No module named '?(distributed|dask)\b", "its Python lacks Dask; install mentorsim[dask]"
     " there, or name another in compute.python"),
    (r"No module named '?sim\b", "its Python lacks this program; install the same mentorsim"
     " there, or name another in compute.python"),
    (r"No module named", "its Python lacks a package; install mentorsim[dask] there, or name"
     " another in compute.python"),
    (r"module: (command )?not found|Unable to locate a modulefile|Lmod has detected",
     "a line of compute.prologue failed; mend it"),
    (r"(?i)not a valid (network )?interface|interface.*not found",
     "the node has no such network; mend compute.interface"),
    (r"(?i)timed out|TimeoutError|connection refused|unreachable|no route to host",
     "it did not reach this machine; name a network that both are on in compute.interface"),
    (r"(?i)due to time limit", "its time was over before it began; raise compute.walltime"),
    (r"(?i)oom|out of memory|memory limit", "it had too little memory; raise compute.memory"),
    (r"(?i)no space left|quota", "a disk is full"),
    (r"(?i)no such file or directory|not found", "the node has no such Python or command; name"
     " one that is there in compute.python, or load it in compute.prologue"),
)  # fmt: skip
"""What a line means for whoever stated the jobs; the first that fits."""


def folder_for(logs: str) -> Path:
    """Name the folder in full, for a job may begin elsewhere.

    Raises
    ------
    StudyError
        Where queueing systems would not take it as it is.
    """
    folder = Path(logs).expanduser().absolute()
    if not PLAIN.fullmatch(str(folder)):
        raise StudyError(
            f"compute.logs: {str(folder)!r} has characters that queueing systems do not take; name"
            " a folder of plain letters and no blanks"
        )
    return folder


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make a folder, and take away what was made for it and is empty at the end.

    Raises
    ------
    StudyError
        Where it cannot be made.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        if error.filename is None or not folder.is_relative_to(error.filename):
            raise
        raise StudyError(
            f"compute.logs: {str(folder)!r} cannot be made ({reason_of(error)})"
        ) from None
    finally:
        for place in new:  # from within outwards
            with suppress(OSError):
                place.rmdir()


def last_words(folder: Path, job: str) -> str:
    """Say what a job printed last, and what that means.

    Parameters
    ----------
    folder : Path
        Where its files are, named by the job's number however the queue names them.
    job : str
        Its number.
    """
    files = [file for file in sorted(folder.glob("*")) if _is_of(job, file.name)]
    lines = [line for file in files for line in _last_lines(file)]
    if not lines:
        return NO_FILE
    telling = next((line for line in reversed(lines) if _meaning(line)), lines[-1])
    meant = _meaning(telling) or "what went wrong is in that file"
    return f"{files[0].name} ends: {telling[-QUOTED:]!r}; {meant}"


def _is_of(job: str, name: str) -> bool:
    return re.search(rf"(?<!\d){re.escape(job)}(?!\d)", name) is not None


def _last_lines(file: Path) -> list[str]:
    with suppress(OSError):
        text = file.read_bytes()[-TAIL:].decode("utf-8", "replace")
        return [line.strip() for line in text.splitlines() if line.strip()]
    return []


def _meaning(line: str) -> str | None:
    return next((meant for pattern, meant in CAUSES if re.search(pattern, line)), None)
