"""An answer as bytes and back: the same dataclasses on both sides, every number as it was."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from sim.errors import StudyError

Job = Literal["plan", "calibrate", "sweep"]
"""The jobs that leave an answer."""
FORMAT = 3
"""Number of the format; it rises with every change of the dataclasses that an answer is made of."""
ANSWER = "answer.json.gz"
"""Name of the file that holds an answer, in the folder of a run."""
_T = TypeVar("_T")
_NOT_WHOLE = (EOFError, ValueError, LookupError, TypeError, OSError, zlib.error)


def encode(answer: object, job: Job) -> bytes:
    """Write an answer.

    Parameters
    ----------
    answer : dataclass
        Made of dataclasses, studies, arrays of :mod:`sim.arrays` and plain data.
    job : {'plan', 'calibrate', 'sweep'}
        Whose it is.

    Returns
    -------
    bytes
        Compressed JSON, a line that says what it is and a line with the answer; the same
        at any time and place for the same answer.
    """
    data = TypeAdapter(type(answer)).dump_python(answer, mode="json")
    lines = {"format": FORMAT, "job": job}, _as_json(data)
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
        return TypeAdapter(kind).validate_python(saved)
    except (ValidationError, LookupError) as error:
        raise StudyError(f"it is not as this version writes it ({str(error)[:80]!r})") from None


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


def _as_json(value: Any) -> Any:
    """Write numbers that JSON has not got as text, which is read as the same numbers."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, list):
        return list(map(_as_json, value))
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    return value
