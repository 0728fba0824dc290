"""A file as rows of text: what a text file and a workbook are read into."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass

MOST_ROWS, MOST_COLUMNS = 100_000, 2_000
"""Rows and columns beyond which a file holds no answers of a pilot."""


@dataclass(frozen=True)
class Row:
    """One row of a file.

    Attributes
    ----------
    line : int
        Number of the line it begins on, from 1, blank lines counted.
    cells : tuple of str
        Each on one line, without spaces around it.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The rows of a file that are not blank.

    Attributes
    ----------
    file : str
        Its name, without the folder.
    rows : tuple of Row
        At least one.
    notes : tuple of str
        What a reader should know of how it was read.
    """

    file: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def one_line(text: str) -> str:
    """Text without line breaks, and with single spaces."""
    return " ".join(text.split())


def folded(text: str) -> str:
    """Text to compare names by: small, with single spaces, an underscore being one."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("_", " ").casefold().split())


def cell_text(value: object) -> str:
    """Write a cell as text, a whole number without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return one_line(str(value))
