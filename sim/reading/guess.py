"""A map of files whose columns nobody has named: the best guess, the reasons, the questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.errors import Fault
from sim.reading.business import no_item, none_of_its_business, person_column, reason_left
from sim.reading.coding import Expected
from sim.reading.column_map import Answers, ColumnMap, Pair, Times
from sim.reading.kinds import kind_of
from sim.reading.order import first_file
from sim.reading.pairing import pairs_of
from sim.reading.people import id_key
from sim.reading.questions import (
    absent_items,
    misspelt_columns,
    no_items,
    no_pairs,
    no_person,
    rare_items,
    unnamed_columns,
)
from sim.reading.sheet import folded
from sim.reading.table import Column, Table
from sim.reading.times import TIME_COLUMNS, split_times, time_alone
from sim.study.refusals import listed

_ITEM_COLUMNS = frozenset(("domain", "item", "question", "variable", "outcome", "statement"))
_SCORE_COLUMNS = frozenset(("score", "value", "answer", "response", "rating"))


@dataclass
class Guess:
    """What is told of files from their headings and cells.

    Attributes
    ----------
    columns : ColumnMap
        The map.
    reasons : dict of str to str
        Why, by field or ``section.entry``.
    faults : list of Fault
        What could not be told: questions that a map must answer.
    """

    columns: ColumnMap
    reasons: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def guess_columns(tables: Sequence[Table], expected: Expected | None = None) -> Guess:
    """Tell which column holds what.

    Parameters
    ----------
    tables : sequence of Table
        One, or two of different times.
    expected : Expected, optional
        The questionnaire of which the items are to be.

    Returns
    -------
    Guess
        Its map leaves the scale open.
    """
    person = person_column(tables)
    if len(tables) == 2:
        return _with_rest(_two_files(tables, person, expected), tables, person)
    table = tables[0]
    guess = _long(table, person, expected) or _wide_or_rows(table, person, expected)
    return _with_rest(guess, tables, person)


# ------------------------------------------------------------------------------- layouts


def _wide_or_rows(table: Table, person: Column | None, expected: Expected | None) -> Guess:
    """Tell a row a person from a row a person and time; where both can be, ask."""
    wide, times = _wide(table, person, expected), _times(table, person)
    recur = person is None or len(set(map(id_key, table.values(person)))) < len(table.rows)
    if times is None or (wide.columns.items and (person is None or not recur)):
        return wide
    if wide.columns.items:
        words = "tells times, and so do headings; name in the map the layout, wide or rows_by_time"
        wide.faults.append(table.fault(None, times.column, words))
        return wide
    return _rows_by_time(table, person, times, expected)


def _times(table: Table, person: Column | None) -> Times | None:
    """Find the column of times."""
    others = [each for each in table.columns if each != person]
    for column in sorted(others, key=lambda each: folded(each.name) not in TIME_COLUMNS):
        values, is_named = table.values(column), folded(column.name) in TIME_COLUMNS
        if kind_of(values) in {"dates", "text"}:
            continue
        sides = split_times(values, is_named=is_named)
        if sides:
            before, after = (
                tuple(sorted(value for value, time in sides.items() if time == side))
                for side in ("before", "after")
            )
            return Times(column=column.name, before=before, after=after)
    return None


def _long(table: Table, person: Column | None, expected: Expected | None) -> Guess | None:
    named = {folded(each.name): each for each in table.columns}
    item = next((named[name] for name in named if name in _ITEM_COLUMNS), None)
    if item is None:  # such as "domain, one of six"
        starts = [each for each in table.columns
                  if folded(each.name).partition(",")[0] in _ITEM_COLUMNS]  # fmt: skip
        item = starts[0] if starts else None
    if item is None or person is None:
        return None
    sides = {time: each for each in table.columns if (time := time_alone(each.name))}
    times = _times(table, person)
    score = next((named[name] for name in named if name in _SCORE_COLUMNS), None)
    if {"before", "after"} <= sides.keys():
        before, after = sides["before"].name, sides["after"].name
        answers = Answers(item=item.name, before=before, after=after)
        times = None
    elif times and score:
        answers = Answers(item=item.name, score=score.name)
    else:
        return None
    known = list(expected.items) if expected else []
    names = known or _one_spelling(list(filter(None, table.values(item))))
    left = {name: why for name in names if not known and (why := no_item(name))}
    items: dict[str, str | Pair] = {name: name for name in names if name not in left}
    columns = ColumnMap(
        files=(table.file,), layout="long", id=person.name, answers=answers, time=times,
        items=items, left_out=left
    )  # fmt: skip
    reasons = {"layout": f"because the column {item.name} names the item of each row"}
    return Guess(columns, reasons, [] if known else rare_items(table, item, list(items)))


def _one_spelling(names: Sequence[str]) -> list[str]:
    spelt: dict[str, str] = {}
    for name in names:
        spelt.setdefault(folded(name), name)
    return list(spelt.values())


def _rows_by_time(
    table: Table, person: Column | None, times: Times, expected: Expected | None
) -> Guess:
    taken = {folded(times.column), *([folded(person.name)] if person else [])}
    items = _item_columns([table], taken, expected)
    reasons = {"layout": f"because the column {times.column} tells before from after",
               "time": f"because it holds {listed((*times.before, *times.after))}"}  # fmt: skip
    if person is None:
        faults = [no_person(table)]
        columns = ColumnMap(files=(table.file,), layout="rows_by_time", id="?", time=times)
        return Guess(columns, reasons, faults)
    columns = ColumnMap(
        files=(table.file,), layout="rows_by_time", id=person.name, time=times, items=items
    )
    faults = absent_items(items, expected, "column") + unnamed_columns([table])
    return Guess(columns, reasons, faults or no_items(table, items))


def _two_files(tables: Sequence[Table], person: Column | None, expected: Expected | None) -> Guess:
    names = tuple(table.file for table in tables)
    first, why, doubts = first_file(tables)
    if first:
        names, tables = names[::-1], tables[::-1]
    reasons = {"files": why, "layout": "because there are two files"}
    if person is None:
        columns = ColumnMap(files=names, layout="two_files", id="?")
        return Guess(columns, reasons, [no_person(tables[0], " in both files")])
    items = _item_columns(tables, {folded(person.name)}, expected)
    columns = ColumnMap(files=names, layout="two_files", id=person.name, items=items)
    faults = doubts + absent_items(items, expected, "column of both files")
    faults += misspelt_columns(tables) + unnamed_columns(tables)
    return Guess(columns, reasons, faults or no_items(tables[0], items))


def _wide(table: Table, person: Column | None, expected: Expected | None) -> Guess:
    kinds = {each: kind_of(table.values(each)) for each in table.columns if each != person}
    columns = [each for each, kind in kinds.items() if kind in {"answers", "choices", "empty"}]
    others = [each for each, kind in kinds.items() if kind in {"numbers", "text"}]
    paired = pairs_of(table, columns, others)
    items: dict[str, str | Pair] = {
        _expected_name(pair.name, expected): Pair(before=pair.before.name, after=pair.after.name)
        for pair in paired.pairs
        if _is_expected(pair.name, expected)
        and (_is_named(pair.name, expected) or no_item(pair.name) is None)
    }
    reasons = {f"items.{name}": paired.reason for name in items}
    reasons["layout"] = "because each row holds answers before and after"
    mapped = ColumnMap(
        files=(table.file,), layout="wide", id=person.name if person else None, items=items
    )
    names = [_expected_name(pair.name, expected) for pair in paired.pairs]
    faults = absent_items(names, expected, "pair of columns") + list(paired.faults)
    return Guess(mapped, reasons, faults or no_pairs(table, columns, paired, items))


# --------------------------------------------------------------------------------- items


def _item_columns(
    tables: Sequence[Table], taken: set[str], expected: Expected | None
) -> dict[str, str | Pair]:
    """Columns that hold answers, in all tables alike."""
    kinds = {
        each.name: {kind_of(t.values(c)) for t in tables if (c := t.column(each.name))}
        for each in tables[0].columns
        if folded(each.name) not in taken
        and each.is_named
        and all(t.column(each.name) for t in tables)
        and (none_of_its_business(each) is None or _is_named(each.name, expected))
    }
    answers = [name for name, kind in kinds.items() if kind <= {"answers", "empty"}]
    words = [name for name, kind in kinds.items() if kind <= {"answers", "choices", "empty"}]
    names = [name for name in (answers or words) if folded(name) != "role"]
    columns = {each.name: each for each in tables[0].columns}
    return {
        _expected_name(columns[name].text, expected, name): name
        for name in names
        if _is_expected(columns[name].text, expected) or _is_expected(name, expected)
    }


def _is_named(name: str, expected: Expected | None) -> bool:
    return expected is not None and folded(name) in map(folded, expected.items)


def _is_expected(name: str, expected: Expected | None) -> bool:
    return expected is None or not expected.items or _is_named(name, expected)


def _expected_name(name: str, expected: Expected | None, other: str = "") -> str:
    """Spell an item's name as the questionnaire does."""
    known = {folded(item): item for item in expected.items} if expected else {}
    spelt = known.get(folded(name)) or known.get(folded(other)) or name
    return spelt if len(spelt) <= 200 else f"{spelt[:197]}..."


# ----------------------------------------------------------------------------- the others


def _with_rest(guess: Guess, tables: Sequence[Table], person: Column | None) -> Guess:
    """Add the role's column, and why the others are left out."""
    columns = guess.columns
    role = next(filter(None, (table.column("role") for table in tables)), None)
    used = {folded(name) for name in columns.named}
    if role is not None and folded(role.name) not in used:
        columns = columns.model_copy(update={"role": role.name})
        guess.reasons["role"] = "because it is called so"
        used.add(folded(role.name))
    if person is not None:
        guess.reasons["id"] = "because of its name"
    left = {
        each.name: reason_left(table, each)
        for table in tables
        for each in table.columns
        if folded(each.name) not in used
    }
    guess.columns = columns.model_copy(update={"left_out": {**columns.left_out, **left}})
    return guess
