"""Rows of a delimited text file, each cell with its line and column."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sim.errors import StudyError
from sim.study.refusals import shown

LARGEST_FILE = 20_000_000
"""Bytes beyond which a file is no pilot's."""
LONGEST_LINE = 100_000
"""Characters beyond which a line is no row of answers."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How files begin that some spreadsheets save as "Unicode text"."""


@dataclass(frozen=True)
class Row:
    """One line of a file.

    Attributes
    ----------
    file : str
        Name of the file, without its folder.
    line : int
        Number of the line, from 1, blank lines counted.
    columns : tuple of str
        Names in the header, as they stand there.
    cells : tuple of str
        One for each column, without spaces around it.
    """

    file: str
    line: int
    columns: tuple[str, ...]
    cells: tuple[str, ...]

    def wrong(self, column: int, right: str) -> StudyError:
        """Error that shows the value in a column, by its number, and says what would be right."""
        return self.complaint(column, f"{shown(self.cells[column])} {right}")

    def complaint(self, column: int | str, words: str) -> StudyError:
        """Error that names the line and a column, by its number or name, before the words."""
        if isinstance(column, int) and column < len(self.columns):
            column = self.columns[column] or column
        name = shown(column) if isinstance(column, str) else str(column + 1)
        return StudyError(f"{self.file}, line {self.line}, column {name}: {words}")


def folded(text: str) -> str:
    """Text to compare names by: small, with single spaces, an underscore being one."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("_", " ").casefold().split())


def read_rows(path: Path) -> tuple[Row, Iterator[Row]]:
    """Read the header of a file, and the rows below it as they are wanted.

    The delimiter is the one of comma and semicolon that stands in the header
    more often. Blank lines, and rows of empty cells, are skipped.

    Parameters
    ----------
    path : Path
        A text file, UTF-8 with or without a byte order mark, with line ends
        of any kind.

    Returns
    -------
    header : Row
    rows : iterator of Row
        At least one, each with as many cells as the header.

    Raises
    ------
    StudyError
        Where the file cannot be read, is not text or not rectangular; what is
        wrong below the header is raised when it is reached, so that the header
        can be checked first.
    """
    (number, text), *below = _lines(path)
    blank = Row(path.name, number, (), ())
    delimiter = _delimiter(blank, text)
    columns = _cells(blank, text, delimiter)
    header = Row(path.name, number, columns, columns)
    _check_characters(header)
    return header, _rows(header, below, delimiter)


def _rows(header: Row, lines: list[tuple[int, str]], delimiter: str) -> Iterator[Row]:
    some = False
    for number, text in lines:
        blank = Row(header.file, number, header.columns, ())
        row = replace(blank, cells=_cells(blank, text, delimiter))
        if any(row.cells):
            _check_characters(row)
            _check_width(row)
            some = True
            yield row
    if not some:
        raise StudyError(f"{header.file}, line {header.line}: no answers stand below it")


def _lines(path: Path) -> list[tuple[int, str]]:
    """Lines that are not blank, with their numbers; a byte that is not UTF-8 is a surrogate."""
    name = path.name
    data = _content(path, name)
    if data.startswith(UTF_16):
        raise StudyError(f"{name}, line 1: is UTF-16 text; save it as CSV in UTF-8")
    text = data.decode("utf-8-sig", errors="surrogateescape")
    # not splitlines(), which also splits where no editor starts a line
    lines = list(enumerate(re.split(r"\r\n|\n|\r", text), start=1))
    for number, line in lines:
        if len(line) > LONGEST_LINE:
            raise StudyError(
                f"{name}, line {number}: has {len(line)} characters, {shown(line)}; at most "
                f"{LONGEST_LINE} are read"
            )
    written = [(number, line) for number, line in lines if line.strip()]
    if not written:
        raise StudyError(f"{name}: is empty; its first line must name the columns")
    return written


def _content(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise StudyError(f"{name}: is a folder; name a CSV file")
        if not path.exists():
            raise StudyError(f"{name}: there is no such file")
        if not path.is_file():  # a device might never end
            raise StudyError(f"{name}: is not a file; name a CSV file")
        if path.stat().st_size > LARGEST_FILE:
            raise StudyError(f"{name}: is larger than {LARGEST_FILE} bytes, the most that is read")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a name of a file"
        raise StudyError(f"{shown(path.name)}: cannot be read ({reason})") from None


def _delimiter(header: Row, text: str) -> str:
    outside = re.sub(r'"[^"]*"', "", text)
    commas, semicolons = outside.count(","), outside.count(";")
    if "\t" in outside and not commas + semicolons:
        raise header.complaint(0, "ends at a tab; separate the columns by commas or semicolons")
    return ";" if semicolons and semicolons >= commas else ","


def _cells(row: Row, text: str, delimiter: str) -> tuple[str, ...]:
    """Split a line; a quoted cell must end on it."""
    reader = csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        return tuple(cell.strip() for cell in next(reader))
    except csv.Error:
        column, rest = _broken(text, delimiter)
        raise row.complaint(
            column,
            f"{shown(rest)} opens a quote that does not close at the end of its cell; close it on "
            "the same line, and double a quote within",
        ) from None


def _broken(text: str, delimiter: str) -> tuple[int, str]:
    """Find the first cell that is not well quoted: its number, and the text from it on."""
    inside = rf'"[^"]*(?:""[^"]*)*"|[^" {delimiter}][^{delimiter}]*'
    cell = re.compile(rf" *(?:{inside})?(?={delimiter}|$)")
    column, start = 0, 0
    while (matched := cell.match(text, start)) and matched.end() < len(text):
        column, start = column + 1, matched.end() + 1
    return column, text[start:]


def _check_characters(row: Row) -> None:
    for column, cell in enumerate(row.cells):
        foreign = next((char for char in cell if "\udc80" <= char <= "\udcff"), None)
        if foreign:
            byte = f"0x{ord(foreign) - 0xDC00:02X}"
            raise row.wrong(column, f"holds the byte {byte}, which is not UTF-8; save it as UTF-8")
        if "\0" in cell:
            raise row.wrong(column, "holds a NUL byte; save the file as plain text")


def _check_width(row: Row) -> None:
    count, right = len(row.cells), len(row.columns)
    if count < right:
        raise row.complaint(count, f"is missing; the line has {count} cells, the header {right}")
    if count > right:
        raise row.wrong(
            right,
            f"is one too many; the line has {count} cells, the header {right} (a cell that "
            "holds the delimiter must be quoted)",
        )
