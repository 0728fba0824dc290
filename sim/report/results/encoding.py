"""An answer as bytes and back: the same dataclasses on both sides, every number as it was."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from sim.errors import StudyError

Job = Literal["plan", "calibrate", "sweep", "feasibility"]
"""The jobs that leave an answer."""
FORMAT = 9
"""Number of the format; it rises with every change of the dataclasses that an answer is made of."""
ANSWER = "answer.json.gz"
"""Name of the file that holds an answer, in the folder of a run."""
LeftOut = Mapping[str, object]
"""Names of fields, and what is left out within them."""
_T = TypeVar("_T")
_adapter: Callable[[type], TypeAdapter[Any]] = cache(TypeAdapter)
"""Builds what reads and writes a dataclass, once: that takes a twentieth of a second."""
_NOT_WHOLE = (EOFError, ValueError, LookupError, TypeError, OSError, zlib.error)


def encode(answer: object, job: Job) -> bytes:
    """Write an answer.

    Parameters
    ----------
    answer : dataclass
        Made of dataclasses, studies, arrays of :mod:`sim.arrays` and plain data.
    job : {'plan', 'calibrate', 'sweep', 'feasibility'}
        Whose it is.

    Returns
    -------
    bytes
        Compressed JSON, a line that says what it is and a line with the answer; the same
        at any time and place for the same answer.
    """
    lines = {"format": FORMAT, "job": job}, defined(plain(answer), str)  # read as the same numbers
    text = "\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
    return gzip.compress(text.encode(), 3, mtime=0)


def job_of(path: Path) -> Job:
    """Tell whose answer a file holds, without reading all of it.

    Raises
    ------
    StudyError
        A clause that says why it cannot be read.
    """
    with path.open("rb") as file:
        return _job(gzip.GzipFile(fileobj=file))


def decode(kind: type[_T], data: bytes) -> _T:
    """Read what :func:`encode` wrote.

    Parameters
    ----------
    kind : type
        Dataclass of the answer.
    data : bytes
        As written.

    Returns
    -------
    dataclass
        Equal to the answer field by field, bit for bit.

    Raises
    ------
    StudyError
        A clause that says why it cannot be read.
    """
    file = gzip.GzipFile(fileobj=io.BytesIO(data))
    _job(file)
    try:
        saved = json.loads(file.read())
    except _NOT_WHOLE:
        raise StudyError("it is not whole") from None
    try:
        answer: _T = _adapter(kind).validate_python(saved)
    except (ValidationError, LookupError) as error:
        raise StudyError(f"it is not as this version writes it ({str(error)[:80]!r})") from None
    return answer


def _job(file: gzip.GzipFile) -> Job:
    """Read the first line."""
    try:
        head = json.loads(file.readline())
        written = head["format"]
    except _NOT_WHOLE:
        raise StudyError("it is not whole") from None
    if written != FORMAT or head.get("job") not in get_args(Job):
        raise StudyError(f"it has format {written!r:.20}, this version reads format {FORMAT}")
    job: Job = head["job"]
    return job


def plain(answer: object, left_out: LeftOut | None = None) -> dict[str, Any]:
    """Hold an answer as plain data, under the names of its fields.

    Parameters
    ----------
    answer : dataclass
        As :func:`encode` takes it.
    left_out : mapping, optional
        Fields that are not wanted, those of fields within, and so on; "__all__" stands for every
        item of a list or dictionary.
    """
    exclude: Any = left_out
    data: dict[str, Any] = _adapter(type(answer)).dump_python(answer, mode="json", exclude=exclude)
    return data


def defined(value: object, instead: Callable[[float], object]) -> object:
    """Write something else for the numbers that JSON has not got, at every depth."""
    if isinstance(value, float) and not isfinite(value):
        return instead(value)
    if isinstance(value, list | tuple):
        return [defined(item, instead) for item in value]
    if isinstance(value, dict):
        return {key: defined(item, instead) for key, item in value.items()}
    return value
