"""A file of answers, read by its content."""

from __future__ import annotations

from pathlib import Path

from sim.errors import StudyError
from sim.reading.sheet import Sheet
from sim.reading.text_file import text_sheet
from sim.reading.workbook import workbook_sheet
from sim.study.refusals import shown

LARGEST_FILE = 20_000_000
"""Bytes beyond which a file holds no answers of a pilot."""
WORKBOOKS = (".xlsx", ".xlsm")
"""How names of workbooks end."""


def read_sheet(path: Path, name: str | None = None) -> Sheet:
    """Read a file, by its content: a workbook or text.

    Parameters
    ----------
    path : Path
        The file.
    name : str, optional
        The sheet of a workbook; its first where none is named.

    Raises
    ------
    StudyError
        What cannot be read, with its line where it has one.
    """
    data = _content(path)
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06") or path.suffix.lower() in WORKBOOKS:
        return workbook_sheet(path.name, data, name)
    return text_sheet(path.name, data)


def _content(path: Path) -> bytes:
    name = path.name
    try:
        if path.is_dir():
            raise StudyError(f"{name}: is a folder; name a file of answers")
        if not path.exists():
            raise StudyError(f"{name}: there is no such file")
        if not path.is_file():  # a device might never end
            raise StudyError(f"{name}: is not a file; name a file of answers")
        if path.stat().st_size > LARGEST_FILE:
            raise StudyError(f"{name}: is larger than {LARGEST_FILE} bytes, the most that is read")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a name of a file"
        raise StudyError(f"{shown(name)}: cannot be read ({reason})") from None
