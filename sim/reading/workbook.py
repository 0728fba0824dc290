"""A sheet of a workbook, to rows of text; what a workbook may hide is looked for first."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.errors import StudyError, printable, shortened
from sim.reading.error_cells import Errors, column_number, error_cells
from sim.reading.sheet import MOST_COLUMNS, MOST_ROWS, Row, Sheet, cell_text
from sim.reading.text_file import OLE
from sim.reading.times import ordered, time_of_file
from sim.study.refusals import nearest

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MOST_BYTES = 200_000_000
"""Bytes beyond which an unpacked workbook is a bomb."""
MOST_CELLS = 5_000_000
CHUNK = 1 << 20
_CELL = re.compile(rb'\br="([A-Z]{1,3})?(\d{1,9})"')


def workbook_sheets(file: str, data: bytes, name: str | None) -> list[Sheet]:
    """Read a sheet, or two: values alone, formulas as last computed; nothing is fetched.

    Parameters
    ----------
    file : str
        The file's name.
    data : bytes
        Its content.
    name : str or None
        The sheet; None = the first, or two whose names tell before from after.

    Raises
    ------
    StudyError
        One line, where it is no such workbook, is damaged, or holds more than is read.
    """
    if data.startswith(OLE):
        raise StudyError(
            f"{file}: is a workbook of an old kind (.xls) or with a password; save it as .xlsx "
            "without one, or as CSV"
        )
    _check_archive(file, data)
    book = _book(file, data)
    timed = [each for each in book.sheet_names if time_of_file(each)]
    sides = ordered(time for each in timed if (time := time_of_file(each)))
    if name is None and len(timed) == 2 and set(sides.values()) == {"before", "after"}:
        return [_sheet(f"{file}: {each}", data, book, each) for each in timed]
    return [_sheet(file, data, book, name)]


def _sheet(file: str, data: bytes, book: CalamineWorkbook, name: str | None) -> Sheet:
    """Read one sheet, and name the others."""
    names = book.sheet_names
    if name is not None and name not in names:
        raise StudyError(f"{file}: has no sheet {name!r}; {nearest(name, names)}")
    if not names:
        raise StudyError(f"{file}: holds no sheet")
    errors = error_cells(data, name or names[0])
    rows = tuple(_rows(file, book, name or names[0], errors))
    if not rows:
        raise StudyError(f"{file}: is empty; its first row must name the columns")
    others = [each for each in names[1:] if name is None]
    note = f"{file}: sheet {names[0]} is read, and not {', '.join(others)}."
    return Sheet(file, rows, (note,) if others else ())


def _check_archive(file: str, data: bytes) -> None:
    """Unpack all parts piece by piece, so that none is larger than it says or hides a far cell."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise StudyError(f"{file}: unpacks to more than {MOST_BYTES} bytes; not read")
            for part in parts:
                _check_part(file, archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise StudyError(f"{file}: is damaged, or no workbook ({_why(error)})") from None
    except RuntimeError:  # zipfile's word for a password
        raise StudyError(f"{file}: has a password; save it without one") from None


def _check_part(file: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    is_sheet = "/worksheets/" in f"/{part.filename}"
    rows, columns, tail = 0, 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                raise StudyError(f"{file}: holds a document type, which no workbook needs")
            for letters, number in _CELL.findall(tail + chunk) if is_sheet else ():
                rows = max(rows, int(number))
                columns = max(columns, column_number(letters))
            tail = chunk[-32:]
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise StudyError(
            f"{file}: a sheet reaches to row {rows} and column {columns}; at most {MOST_ROWS} rows "
            f"and {MOST_COLUMNS} columns are read"
        )


def _book(file: str, data: bytes) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise StudyError(f"{file}: has a password; save it without one") from None
    except (CalamineError, OSError, ValueError) as error:
        raise StudyError(f"{file}: is damaged, or no workbook ({_why(error)})") from None


def _rows(file: str, book: CalamineWorkbook, name: str, errors: Errors) -> Iterator[Row]:
    from python_calamine import CalamineError

    try:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise StudyError(f"{file}: is damaged, or no workbook ({_why(error)})") from None
    for line, values in enumerate(cells, start=1):
        texts = map(cell_text, values)
        row = Row(line, tuple(errors.get((line - 1, i), text) for i, text in enumerate(texts)))
        if any(row.cells):
            yield row


def _why(error: Exception) -> str:
    return shortened(printable(str(error)), 100) or type(error).__name__
