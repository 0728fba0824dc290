"""Whether another process would find the same numbers: its code, and what that stands on."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sim.compute.code_version import library_versions
from sim.errors import StudyError


@cache
def code_here() -> dict[str, str]:
    """Name the state of this process's code: a hash of its sources, and versions.

    Read once in a process's life, for what it has imported does not change later.

    Returns
    -------
    dict
        ``mentorsim`` (the hash), ``python`` and each of
        :data:`~sim.compute.code_version.LIBRARIES`.
    """
    package = Path(__file__).resolve().parent.parent
    digest = sha256()
    for path in sorted(package.rglob("*.py")):
        for part in (path.relative_to(package).as_posix().encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    python = ".".join(platform.python_version_tuple()[:2])
    return {"mentorsim": digest.hexdigest(), "python": python, **library_versions()}


def difference(here: dict[str, str], there: dict[str, str]) -> str | None:
    """Say in what the code of a worker differs from that of the driver; None where it does not."""
    if here["mentorsim"] != there.get("mentorsim"):
        return (
            "has other source files of mentorsim than this command; install the same there and"
            " restart it"
        )
    other = next((name for name in here if here[name] != there.get(name)), None)
    if other is None:
        return None
    return (
        f"has {other} {there.get(other)}, this command {here[other]}; install the same there and"
        " restart it"
    )


def run_as_there(code: dict[str, str], call: Callable[[], Any]) -> Any:
    """Make a call where the code is the same as where it comes from.

    Raises
    ------
    StudyError
        Where it is not, such as on a worker that joined later.
    """
    if said := difference(code, code_here()):
        raise StudyError(f"compute: worker on {platform.node()} {said}")
    return call()
