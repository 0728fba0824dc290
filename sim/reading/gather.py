"""From rows to answers: one of a person, an item and a time, with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.errors import Fault
from sim.reading.column_map import ColumnMap, Pair
from sim.reading.complaints import Complaints
from sim.reading.people import id_key, looks_shifted
from sim.reading.sheet import Row, folded
from sim.reading.table import Column, Table
from sim.study.refusals import nearest, shown


@dataclass(frozen=True)
class Answer:
    """One cell that holds an answer.

    Attributes
    ----------
    table : Table
    row : Row
    column : Column
        Where it stands.
    person : str
        Key of the person.
    name : str
        The id as typed.
    role : str or None
        As typed; None where the file has no column of roles.
    item : str
        Name of the item.
    time : int
        0 before, 1 after.
    """

    table: Table
    row: Row
    column: Column
    person: str
    name: str
    role: str | None
    item: str
    time: int

    @property
    def text(self) -> str:
        """What the cell holds."""
        return self.row.cells[self.column.index]

    @property
    def place(self) -> str:
        """File, line and column."""
        return self.table.place(self.row, self.column)

    def fault(self, words: str) -> Fault:
        """Complain of the cell."""
        return self.table.fault(self.row, self.column, words)


def answers_of(tables: Sequence[Table], columns: ColumnMap, complaints: Complaints) -> list[Answer]:
    """List all cells of answers.

    Parameters
    ----------
    tables : sequence of Table
        In the order of the map's files.
    columns : ColumnMap
    complaints : Complaints
        Receives rows of which person, item or time cannot be read.
    """
    return [
        answer
        for place, table in enumerate(tables)
        for answer in _of_table(table, columns, place, complaints)
    ]


def _of_table(
    table: Table, columns: ColumnMap, place: int, complaints: Complaints
) -> Iterator[Answer]:
    person = table.column(columns.id) if columns.id is not None else None
    role = table.column(columns.role) if columns.role is not None else None
    lasts = table.values(table.columns[-1])
    shifted = set(looks_shifted(table.values(person), lasts)) if person else set()
    for number, row in enumerate(table.rows):
        name = row.cells[person.index] if person else ""
        if number in shifted and person:
            complaints.add(table.fault(row, person, f"{shown(name)} looks like an answer, unlike "
                                       "the other ids; is the row shifted?"))  # fmt: skip
            continue
        key = _key(table, row, person, name, columns, complaints)
        if key is None:
            continue
        group = row.cells[role.index] if role else None
        for column, item, time in _places(table, row, columns, place, complaints):
            yield Answer(table, row, column, key, name or key, group, item, time)


def _key(
    table: Table,
    row: Row,
    person: Column | None,
    name: str,
    columns: ColumnMap,
    complaints: Complaints,
) -> str | None:
    """Key of the person of a row; None where there is none to be had."""
    key = id_key(name)
    if key and key.isprintable():
        return key
    if key and person:
        complaints.add(table.fault(row, person, f"{shown(name)} must hold no control character"))
        return None
    if columns.layout == "long" and person:
        complaints.add(table.fault(row, person, f"{shown(name)} must name a participant"))
        return None
    if columns.layout == "wide" and person:
        words = "is empty; name the person, or state in the map that each row is one (id: null)"
        complaints.add(table.fault(row, person, words))
        return None
    return f"line {row.line} of {table.file}"


def _places(
    table: Table, row: Row, columns: ColumnMap, place: int, complaints: Complaints
) -> Iterator[tuple[Column, str, int]]:
    """Give the cells of a row that hold answers: column, item, time."""
    if columns.layout == "long" and columns.answers:
        yield from _long(table, row, columns, complaints)
        return
    time: int | None = place
    if columns.layout == "rows_by_time":
        time = _time(table, row, columns, complaints)
    for item, column in columns.items.items():
        if isinstance(column, Pair):
            for side, name in enumerate((column.before, column.after)):
                yield table.named(name), item, side
        elif time is not None:
            yield table.named(column), item, time


def _long(
    table: Table, row: Row, columns: ColumnMap, complaints: Complaints
) -> Iterator[tuple[Column, str, int]]:
    spelt = columns.answers
    if spelt is None:
        return
    column = table.named(spelt.item)
    text = row.cells[column.index]
    items = {folded(str(known)): item for item, known in columns.items.items()}
    item = items.get(folded(text))
    if item is None and folded(text) in map(folded, columns.left_out):
        return
    if item is None:
        known = nearest(text[:100], list(columns.items))
        complaints.add(table.fault(row, column, f"{shown(text)} is not an item; {known}"))
        return
    if spelt.score is not None:
        time = _time(table, row, columns, complaints)
        if time is not None:
            yield table.named(spelt.score), item, time
        return
    for side, name in enumerate((spelt.before, spelt.after)):
        yield table.named(name or ""), item, side


def _time(table: Table, row: Row, columns: ColumnMap, complaints: Complaints) -> int | None:
    times = columns.time
    if times is None:
        return None
    column = table.named(times.column)
    text = row.cells[column.index]
    for side, known in enumerate((times.before, times.after)):
        if folded(text) in map(folded, known):
            return side
    right = nearest(text[:100], [*times.before, *times.after])
    complaints.add(table.fault(row, column, f"{shown(text)} is no time; {right}"))
    return None
