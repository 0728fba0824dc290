"""Rows under named columns: which rows of a file are headings, and what they say."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from sim.errors import Fault, StudyError
from sim.reading.complaints import Complaints
from sim.reading.kinds import is_answer, is_missing
from sim.reading.sheet import Row, Sheet, folded
from sim.study.refusals import shown

_IMPORT = re.compile(r"""\{\s*["']ImportId["']""")
_FILLERS = {"", "response", "open-ended response"}
"""What SurveyMonkey writes under a question of one column."""


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes
    ----------
    index : int
        Its place, from 0.
    name : str
        What it is called; with its number where that is another's name too, or nothing.
    text : str
        The question, where the file gives it; else the name.
    is_named : bool
        Whether its heading is one.
    """

    index: int
    name: str
    text: str
    is_named: bool = True


@dataclass(frozen=True)
class Table:
    """A file's rows of answers, and its columns.

    Attributes
    ----------
    file : str
        The file's name.
    line : int
        Line of the first heading.
    columns : tuple of Column
    rows : tuple of Row
        As many cells each as there are columns.
    notes : tuple of str
    faults : tuple of Fault
        Of rows that have more or fewer cells, which are not among `rows`.
    """

    file: str
    line: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    def column(self, name: str) -> Column | None:
        """Give a column by its name, without regard to capitals, spaces and underscores."""
        wanted = folded(name)
        return next((each for each in self.columns if folded(each.name) == wanted), None)

    def named(self, name: str) -> Column:
        """Give a column that is there."""
        column = self.column(name)
        if column is None:
            raise KeyError(name)
        return column

    def values(self, column: Column) -> list[str]:
        """List what a column holds."""
        return [row.cells[column.index] for row in self.rows]

    def fault(self, row: Row | None, column: Column | str, words: str) -> Fault:
        """Name the line and the column, before the words; without a row, the heading's line."""
        return Fault(f"{self.place(row, column)}: {words}")

    def place(self, row: Row | None, column: Column | str) -> str:
        """Name the file, the line and the column."""
        name = column if isinstance(column, str) else column.name
        return f"{self.file}, line {self.line if row is None else row.line}, column {shown(name)}"


def table_of(sheet: Sheet) -> Table:
    """Tell headings from answers.

    Parameters
    ----------
    sheet : Sheet
        The file's rows.

    Raises
    ------
    StudyError
        A file without answers; one most of whose rows have not as many cells as there are columns.
    """
    notes, rows = list(sheet.notes), sheet.rows
    titles = _titles(rows)
    if titles:
        notes.append(f"{sheet.file}: {_lines(rows[:titles])} skipped, being no row of a table.")
        rows = rows[titles:]
    rows = _trimmed(rows)
    count, columns = _headings(rows)
    head, below = rows[0], rows[count:]
    if count > 1:
        notes.append(f"{sheet.file}: {_lines(rows[:count])} read as headings.")
    if not below:
        raise StudyError(f"{sheet.file}, line {head.line}: no answers stand below it")
    table = Table(sheet.file, head.line, columns, below, tuple(notes))
    return _without_blank(_without_previews(_without_torn(table)))


def _lines(rows: tuple[Row, ...]) -> str:
    numbers = [str(row.line) for row in rows]
    return f"line {numbers[0]} is" if len(numbers) == 1 else f"lines {', '.join(numbers)} are"


def _titles(rows: tuple[Row, ...]) -> int:
    """Count rows of one cell above the table, such as its title."""
    widths = [sum(map(bool, row.cells)) for row in rows]
    wide = max(widths) > 2
    return next((i for i, width in enumerate(widths) if width > 1), 0) if wide else 0


def _trimmed(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Leave out cells beyond the last that holds anything in the headings or the most rows."""
    given = Counter(i for row in rows for i, cell in enumerate(row.cells) if cell)
    heads = {i for row in rows[:3] for i, cell in enumerate(row.cells) if cell}
    columns = range(len(rows[0].cells))  # a cell beyond is one too many
    width = max((i + 1 for i in columns if i in heads or 2 * given[i] > len(rows)), default=1)
    return tuple(replace(row, cells=_cut(row.cells, width)) for row in rows)


def _cut(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells[:width] if not any(cells[width:]) else cells


def _headings(rows: tuple[Row, ...]) -> tuple[int, tuple[Column, ...]]:
    """Count the rows of headings, and give the columns that they name."""
    width = len(rows[0].cells)
    first, *below = [_padded(row.cells, width) for row in rows]
    for place, cells in enumerate(below[:2]):
        if sum(bool(_IMPORT.match(cell)) for cell in cells) > width / 2:  # Qualtrics
            return place + 2, _columns(first, below[0] if place else first)
    if below and _is_second(first, below):
        texts = _joined(first, below[0])
        return 2, _columns(texts, texts)
    return 1, _columns(first, first)


def _padded(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*cells, *("" for _ in range(width - len(cells))))


def _is_second(first: tuple[str, ...], below: list[tuple[str, ...]]) -> bool:
    """Tell whether the second row names what stands under headings that span several columns."""
    second, rest = below[0], below[1:]
    if all(folded(cell) in _FILLERS for cell in second):
        return True
    gaps = [i for i, cell in enumerate(first) if not cell and second[i]]
    named = [i for i, cell in enumerate(second) if cell and folded(cell) not in _FILLERS]
    return bool(gaps) and all(_is_heading(second[i], [row[i:] for row in rest]) for i in named)


def _is_heading(cell: str, below: list[tuple[str, ...]]) -> bool:
    recurs = any(row[:1] == (cell,) for row in below)
    return not (recurs or is_answer(cell) or is_missing(cell) or re.match(r"[-+\d]", cell))


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Put the heading that spans a column before the column's."""
    names, group = list[str](), ""
    for above, cell in zip(first, second, strict=True):
        group = above or group
        plain = folded(cell) in _FILLERS
        names.append(group if plain else f"{group}: {cell}" if group else cell)
    return tuple(names)


def _columns(names: tuple[str, ...], texts: tuple[str, ...]) -> tuple[Column, ...]:
    names, texts = (tuple(map(_shown, each)) for each in (names, texts))
    times = Counter(map(folded, names))
    return tuple(_column(i, *each, times) for i, each in enumerate(zip(names, texts, strict=True)))


def _shown(heading: str) -> str:
    """Leave out what is not seen of a heading, such as a space without width."""
    return "".join(char for char in heading if char.isprintable())


def _column(index: int, name: str, text: str, times: Counter[str]) -> Column:
    if not name:
        return Column(index, f"column {index + 1}", text, is_named=False)
    if times[folded(name)] > 1:
        return Column(index, f"{name} (column {index + 1})", text or name)
    return Column(index, name, text or name)


def _without_torn(table: Table) -> Table:
    """Leave out, and complain of, rows that have not as many cells as there are columns."""
    complaints, width = Complaints(), len(table.columns)
    for row in table.rows:
        count = len(row.cells)
        if count < width:
            words = f"is missing; the line has {count} cells, the header {width}"
            complaints.add(table.fault(row, table.columns[count], words))
        if count > width:
            words = (
                f"{shown(row.cells[width])} is one too many; the line has {count} cells, the "
                f"header {width} (a cell that holds the delimiter must be quoted)"
            )
            complaints.add(f"{table.file}, line {row.line}, column {width + 1}: {words}")
    if 2 * len(complaints.faults) >= len(table.rows):
        complaints.refuse()
    whole = tuple(row for row in table.rows if len(row.cells) == width)
    return replace(table, rows=whole, faults=tuple(complaints.faults))


def _without_blank(table: Table) -> Table:
    """Leave out columns without heading that hold nothing, or number the rows."""
    numbers = [[str(i + start) for i in range(len(table.rows))] for start in (0, 1)]
    kept = [
        each
        for each in table.columns
        if each.is_named or (any(values := table.values(each)) and values not in numbers)
    ]
    return replace(table, columns=tuple(kept))


def _without_previews(table: Table) -> Table:
    """Leave out the rows by which Qualtrics' author tried the survey."""
    status = table.column("status")
    if status is None:
        return table
    tried = [row for row in table.rows if folded(row.cells[status.index]) == "survey preview"]
    if not tried or len(tried) == len(table.rows):
        return table
    note = f"{table.file}: {_lines(tuple(tried))} skipped, being previews of the survey."
    rows = tuple(row for row in table.rows if row not in tried)
    return replace(table, rows=rows, notes=(*table.notes, note))
