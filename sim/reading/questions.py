"""What cannot be told of columns, as lines that a map, or a change of the file, answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from sim.errors import Fault
from sim.reading.business import none_of_its_business
from sim.reading.coding import Expected
from sim.reading.column_map import Pair
from sim.reading.kinds import kind_of
from sim.reading.pairing import Paired
from sim.reading.sheet import folded
from sim.reading.table import Column, Table
from sim.study.refusals import listed, nearest, shown


def rare_items(table: Table, item: Column, names: list[str]) -> list[Fault]:
    """Complain of the rows of an item that is nearly called as one of far more rows."""
    counts = Counter(map(folded, table.values(item)))
    faults = []
    for name in names:
        often = [other for other in names if counts[folded(other)] > 3 * counts[folded(name)]]
        close = get_close_matches(name, often, 1, 0.8)
        rows = [row for row in table.rows if folded(row.cells[item.index]) == folded(name)]
        words = f"{shown(name)} is rare; did you mean {shown(close[0])}?" if close else ""
        faults += [table.fault(row, item, words) for row in rows if words]
    return faults


def absent_items(names: Iterable[str], expected: Expected | None, what: str) -> list[Fault]:
    """Complain of items of the questionnaire that are not among the names that are there."""
    there = list(names)
    missing = [name for name in (expected.items if expected else ()) if name not in there]
    others = [name for name in there if expected and name not in expected.items]
    return [
        Fault(
            f"items: no {what} is called {shown(name)}"
            + (f" ({nearest(name, others)})" if others else "")
            + "; name it in the map"
        )
        for name in missing
    ]


def no_person(table: Table, where: str = "") -> Fault:
    """Ask for the column that says who answers."""
    names = listed(tuple(each.name for each in table.columns))
    return Fault(
        f"id: no column{where} says who answers; name it in the map (id: ...); columns: {names}"
    )


def no_items(table: Table, items: Mapping[str, str | Pair]) -> list[Fault]:
    """Ask for the columns of answers where none is seen."""
    if items:
        return []
    names = listed(tuple(each.name for each in table.columns))
    return [Fault(f"items: no column of {table.file} holds answers that are known; columns: {names}"
                  "; name them in the map")]  # fmt: skip


def no_pairs(
    table: Table, columns: Sequence[Column], paired: Paired, items: Mapping[str, str | Pair]
) -> list[Fault]:
    """Ask which columns are before and which after where no heading tells."""
    if items or paired.pairs:
        return unnamed_columns([table])
    names = listed(tuple(each.name for each in columns)) or "none"
    return [
        Fault(
            f"items: nothing in {table.file} tells answers before from answers after; name both "
            f"columns of each item in the map, such as items: {{listening: {{before: Q1, after: "
            f"Q2}}}}; columns of answers: {names}"
        )
    ]


def unnamed_columns(tables: Sequence[Table]) -> list[Fault]:
    """Complain of answers under no heading."""
    return [
        table.fault(None, column, "holds answers, and has no name; name it, or leave it out")
        for table in tables
        for column in table.columns
        if (not column.is_named or re.search(r" \(column \d+\)$", column.name))
        and kind_of(table.values(column)) == "answers"
    ]


def misspelt_columns(tables: Sequence[Table]) -> list[Fault]:
    """Complain of columns of one file that are in the other under nearly the same name."""
    rest = [
        [each for each in table.columns if not other.column(each.name)
         and kind_of(table.values(each)) == "answers" and none_of_its_business(each) is None]
        for table, other in (tables, tables[::-1])
    ]  # fmt: skip
    names = [each.name for each in rest[1]]
    return [
        tables[0].fault(None, each, f"is not in {tables[1].file}; there it may be "
                        f"{shown(close[0])}: write both alike")
        for each in rest[0]
        if (close := get_close_matches(each.name, names, 1, 0.8))
    ]  # fmt: skip
