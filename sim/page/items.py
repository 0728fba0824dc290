"""The items of a questionnaire as rows of cells: a name, how it is answered, a number a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import StudyError
from sim.page.lines import read_answers_text
from sim.page.numbers import NUMBER, number, number_text
from sim.page.renaming import with_name
from sim.page.texts import Plain, with_value

AS = {"shares": "percent", "counts": "people", "other": "otherwise"}
"""Ways to state how an item is answered, in words."""
MOST_PASTED = 60
"""Most rows that are pasted at a time."""


def kind_of(answers: Any) -> str:
    """Tell in which of the ways an item is answered.

    >>> kind_of(None), kind_of({"counts": [3, 4]}), kind_of({"median": 3, "sd": 1})
    ('shares', 'counts', 'other')
    """
    if answers is None or isinstance(answers, list | tuple):
        return "shares"
    return "counts" if isinstance(answers, Mapping) and "counts" in answers else "other"


def cells_of(answers: Any, points: int) -> list[str]:
    """Write the numbers of an item, a cell a point; all empty where it has none."""
    given = answers["counts"] if kind_of(answers) == "counts" else answers
    numbers = [] if given is None or kind_of(answers) == "other" else list(given)
    written = [*map(number_text, numbers)]
    return [*written, *[""] * (points - len(written))]


def points_of(data: Plain) -> int:
    """Points of the scale; those of a usual one where that is not a number."""
    points, labels = data["questionnaire"]["points"], data["questionnaire"]["labels"]
    if isinstance(labels, Sequence) and not isinstance(labels, str) and len(labels) > 1:
        return min(len(labels), 11)
    return points if isinstance(points, int) and 2 <= points <= 11 else 5


def with_item(data: Plain, place: str, text: str) -> Plain:
    """Change one cell of the items, or add or remove one, or put in what was pasted.

    Parameters
    ----------
    data : dict
        The study as plain data.
    place : str
        ``add``, or a number and ``remove``, ``name``, ``as``, ``other`` or the place of a point
        from 0; with ``.paste`` for what begins there and goes on over columns and rows.
    text : str
        What was typed, chosen or pasted.

    Raises
    ------
    StudyError
        Where a name is empty or taken, or there is no such item.
    """
    items = data["questionnaire"]["items"]
    if place == "add":
        return _with_items(data, {**items, _new_name(items): None})
    row, _, what = place.partition(".")
    if what.endswith(".paste"):
        return _pasted(data, int(row), what.removesuffix(".paste"), text)
    name = _named(items, row)
    if what == "remove":
        return _with_items(data, {key: value for key, value in items.items() if key != name})
    if what == "name":
        return _called(data, name, text.strip())
    return _with_items(data, {**items, name: _changed(items[name], what, text, points_of(data))})


def _with_items(data: Plain, items: Mapping[str, Any]) -> Plain:
    return with_value(data, "questionnaire.items", dict(items))


def _new_name(items: Mapping[str, Any]) -> str:
    return next(f"item {k}" for k in range(1, 1000) if f"item {k}" not in items)


def _named(items: Mapping[str, Any], row: str) -> str:
    if not row.isdecimal() or int(row) >= len(items):
        raise StudyError("questionnaire.items: there is no such item any more")
    return [*items][int(row)]


def _called(data: Plain, old: str, new: str) -> Plain:
    if new == old:
        return data
    if not new or new in data["questionnaire"]["items"]:
        why = "is named twice; names must differ" if new else "is no name"
        raise StudyError(f"questionnaire.items: {new!r} {why}")
    return with_name(data, old, new)


def _changed(answers: Any, what: str, text: str, points: int) -> Any:
    """Change how an item is answered."""
    if what == "as":
        return _as(answers, text, points)
    if what == "other":
        return read_answers_text(text)
    cells = cells_of(answers, points)
    if not what.isdecimal() or int(what) >= len(cells):
        raise StudyError("questionnaire.items: the scale has no such point any more")
    cells[int(what)] = text
    return _of_cells(cells, kind_of(answers))


def _as(answers: Any, kind: str, points: int) -> Any:
    """State an item in another way, with the numbers that it had."""
    if kind == "other":
        return {"median": (points + 1) / 2, "sd": 1.0}
    return _of_cells(cells_of(answers, points), kind)


def _of_cells(cells: Sequence[str], kind: str) -> Any:
    """Read numbers, an empty cell being none of the people; None where all are empty."""
    if not any(cell.strip() for cell in cells):
        return {"counts": [0] * len(cells)} if kind == "counts" else None
    numbers = [_number(cell.strip() or "0") for cell in cells]
    return {"counts": numbers} if kind == "counts" else numbers


def _number(text: str) -> Any:
    point = text.replace(",", ".")
    return number(point) if NUMBER.fullmatch(point) else text


def _pasted(data: Plain, first: int, column: str, text: str) -> Plain:
    """Put rows of a spreadsheet in from one cell on, with items of their own where they go on."""
    start = -1 if column == "name" else int(column) if column.isdecimal() else 0
    kind = _kind_at(data, first)
    rows = [line.split("\t") for line in text.rstrip("\r\n").splitlines()]
    for row, cells in enumerate(rows[:MOST_PASTED], first):
        while row >= len(data["questionnaire"]["items"]):
            data = with_item(data, "add", "")
        data = _row(data, row, cells, start, kind)
    return data


def _kind_at(data: Plain, row: int) -> str:
    items = [*data["questionnaire"]["items"].values()]
    kind = kind_of(items[row]) if row < len(items) else "shares"
    return "shares" if kind == "other" else kind


def _row(data: Plain, row: int, cells: Sequence[str], start: int, kind: str) -> Plain:
    """Put the cells of one row in; a name only where the paste begins in that column."""
    if start < 0:
        data = with_item(data, f"{row}.name", cells[0]) if cells[0].strip() else data
        cells = cells[1:]
    items = data["questionnaire"]["items"]
    name, points, start = [*items][row], points_of(data), max(start, 0)
    whole = cells_of(items[name], points)
    room = cells[: len(whole) - start]
    whole[start : start + len(room)] = room
    return _with_items(data, {**items, name: _of_cells(whole, kind)}) if room else data
