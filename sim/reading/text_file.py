"""A text file of any common dialect, to rows of cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from sim.errors import Fault, StudyError
from sim.reading.complaints import Complaints
from sim.reading.sheet import MOST_COLUMNS, MOST_ROWS, Row, Sheet, one_line
from sim.study.refusals import shown

LONGEST_LINE = 100_000
"""Characters beyond which a line is no row of answers."""
DELIMITERS = ("\t", ";", "|", ",")
"""Those that text and numbers hold less often first, so that of several that fit they are taken."""
LOOKED_AT = 60
"""Rows from which the delimiter is told."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old workbooks begin, and those with a password."""
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BREAK = re.compile(r"\r\n|\n|\r")


def text_sheet(name: str, data: bytes) -> Sheet:
    """Read a text file: its encoding and its delimiter are told from its content.

    Parameters
    ----------
    name : str
        The file's name.
    data : bytes
        Its content: UTF-8, UTF-16 or Windows-1252; cells between commas, semicolons, tabs or
        bars; perhaps with a first line ``sep=;``.

    Raises
    ------
    StudyError
        Every line that cannot be split into cells.
    """
    text, notes = _decoded(name, data)
    _check_lines(name, text)
    first = _BREAK.split(text, 1)[0]
    skipped, given = 0, _SEP.fullmatch(first)
    if given:
        skipped, text = 1, text[len(first) :].lstrip("\r").removeprefix("\n")
    delimiter = given[1] if given else _delimiter(text)
    rows = tuple(_rows(name, text, delimiter, skipped))
    if not rows:
        raise StudyError(f"{name}: is empty; its first line must name the columns")
    return Sheet(name, rows, notes)


def _decoded(name: str, data: bytes) -> tuple[str, tuple[str, ...]]:
    if data.startswith(OLE):
        raise StudyError(f"{name}: is a workbook of an old kind or with a password; save it as CSV")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(name, data, "utf-16"), ()
    if data.count(0) > len(data) // 4:
        little = data[1::2].count(0) >= data[::2].count(0)
        return _strictly(name, data, "utf-16-le" if little else "utf-16-be"), ()
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        if re.search(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", data):
            # some of it is UTF-8, so that any other reading would spoil those letters
            raise StudyError(_foreign(name, data, error)) from None
    return _strictly(name, data, "cp1252"), (f"{name} is read as Windows-1252, not being UTF-8.",)


def _strictly(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise StudyError(_foreign(name, data, error)) from None


def _foreign(name: str, data: bytes, error: UnicodeDecodeError) -> str:
    line = len(re.findall(rb"\r\n|\n|\r", data[: error.start])) + 1
    byte = f"0x{data[error.start]:02X}" if error.start < len(data) else "at its end"
    return f"{name}, line {line}: holds the byte {byte}, which is no text; save the file as UTF-8"


def _check_lines(name: str, text: str) -> None:
    complaints = Complaints()
    for number, line in enumerate(_BREAK.split(text), start=1):
        if len(line) > LONGEST_LINE:
            complaints.add(
                f"{name}, line {number}: has {len(line)} characters, {shown(line)}; at most "
                f"{LONGEST_LINE} are read"
            )
        if "\0" in line:
            complaints.add(f"{name}, line {number}: holds a NUL byte; save it as plain text")
    complaints.refuse()


def _delimiter(text: str) -> str:
    """Find what splits most rows into equally many cells, and more than one."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    widths: list[int] = []
    with suppress(csv.Error):  # such as a cell of endless text; what is left tells enough
        widths.extend(len(row) for row in islice(reader, LOOKED_AT) if any(map(str.strip, row)))
    ((width, count),) = Counter(widths).most_common(1) or [(1, 0)]
    return (count / len(widths), width) if width > 1 else (0.0, max(widths, default=0))


def _rows(name: str, text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    """Split into rows, which may hold line breaks within quotes."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    count = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise StudyError(_unquoted(name, text, line, skipped, delimiter)) from None
        if cells is None:
            return
        row = Row(line + skipped, tuple(map(one_line, cells)))
        if any(row.cells):
            count += 1
            _check_size(name, count, len(row.cells))
            yield row


def _check_size(name: str, rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise StudyError(f"{name}: has more than {MOST_ROWS} rows, the most that is read")
    if columns > MOST_COLUMNS:
        raise StudyError(f"{name}: has more than {MOST_COLUMNS} columns, the most that is read")


def _unquoted(name: str, text: str, line: int, skipped: int, delimiter: str) -> Fault:
    """Say of the row that begins on a line where a quote does not close."""
    written = _BREAK.split(text)[line - 1]
    column, rest = _broken(written, delimiter)
    return Fault(
        f"{name}, line {line + skipped}, column {column + 1}: {shown(rest)} opens a quote that "
        "does not close at the end of its cell; close it, and double a quote within"
    )


def _broken(text: str, delimiter: str) -> tuple[int, str]:
    """Find the first cell that is not well quoted: its number, and the text from it on."""
    mark = re.escape(delimiter)
    inside = rf'"[^"]*(?:""[^"]*)*"|[^" {mark}][^{mark}]*'
    cell = re.compile(rf" *(?:{inside})?(?={mark}|$)")
    column, start = 0, 0
    while (matched := cell.match(text, start)) and matched.end() < len(text):
        column, start = column + 1, matched.end() + 1
    return column, text[start:]
