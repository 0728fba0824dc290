"""How wide the columns of a table are on a Word page."""

from __future__ import annotations

from docx.shared import Cm, Pt

from sim.report.document.model import Table
from sim.report.document.words import words_of

PAGE = Cm(16.6)
"""Width of the text."""
WIDE = 6
"""Columns from which a table is set smaller."""
LETTER, MARGINS = Pt(0.64), Cm(0.35)
"""Width of a letter of height 1, bold and in a wide font; and of a cell's margins."""
LONG_WORD, SHORT_NAME, LONG_CELL = 20, 13, 60
"""Most letters of a word, of a column's name and of a cell that widen a column."""


def letter_size(columns: int) -> float:
    """Height of the letters of a table."""
    return 9.0 if columns < WIDE else 8.5 if columns < 2 * WIDE else 7.0


def column_widths(table: Table) -> list[int]:
    """Share the page out: its longest word to each column, the rest by what its cells wish."""
    columns = range(len(table.head))
    letter = LETTER * letter_size(len(columns))
    needed = [MARGINS + letter * _longest_word(table, c) for c in columns]
    wished = [max(MARGINS + letter * _longest(table, c), least)
              for c, least in zip(columns, needed, strict=True)]  # fmt: skip
    if sum(needed) >= PAGE:
        return [int(PAGE / sum(needed) * least) for least in needed]
    more = sum(wished) - sum(needed)
    share = min((PAGE - sum(needed)) / more, 1) if more else 0
    return [int(least + share * (wish - least))
            for least, wish in zip(needed, wished, strict=True)]  # fmt: skip


def _longest_word(table: Table, c: int) -> int:
    """Letters of a column's longest word; a very long one may break."""
    cells = [words_of(row[c]) for row in (table.head, *table.rows)]
    return min(1 + max(len(word) for cell in cells for word in cell.split() or [""]), LONG_WORD)


def _longest(table: Table, c: int) -> int:
    """Letters of a column's longest cell, within a limit; a name of many words may break."""
    head = min(len(words_of(table.head[c])), SHORT_NAME)
    return min(max(head, *(len(words_of(row[c])) for row in table.rows)), LONG_CELL)
