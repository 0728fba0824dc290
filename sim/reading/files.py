"""A file of answers, read by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.errors import StudyError
from sim.reading.frames import frame_sheet
from sim.reading.sheet import Sheet
from sim.reading.text_file import text_sheet
from sim.reading.workbook import workbook_sheets
from sim.study.refusals import shown

LARGEST_FILE = 20_000_000
"""Bytes beyond which a file holds no answers of a pilot."""
WORKBOOKS = (".xlsx", ".xlsm")
"""How names of workbooks end."""


def read_sheets(source: Any, name: str | None = None, number: int = 1) -> list[Sheet]:
    """Read a file, by its content: a workbook or text; or take a data frame for one.

    Parameters
    ----------
    source : path or pandas.DataFrame
        The file.
    name : str, optional
        The sheet of a workbook; where none is named its first, or two that are called as times.

    number : int
        Of a data frame among several, for it has no name.

    Raises
    ------
    StudyError
        What cannot be read, with its line where it has one.
    """
    if hasattr(source, "columns"):
        return [frame_sheet(f"frame {number}", source)]
    path = Path(source)
    data = _content(path)
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06") or path.suffix.lower() in WORKBOOKS:
        return workbook_sheets(path.name, data, name)
    return [text_sheet(path.name, data)]


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
