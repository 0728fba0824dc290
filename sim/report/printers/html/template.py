"""What the page is made of: the template, words and blocks in it, data and scripts."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from sim.report.document.model import Table, in_runs
from sim.report.document.words import Blank, Cell, typeset, words_of

DIGITS = 5
"""Significant digits of numbers that are only drawn."""
SHORT = 24
"""Most characters of a cell that is never broken into lines."""
NARROW, NAME, BETWEEN = 44, 14, 1.4
"""Letters of a row that a phone has room for; of a name before it may be broken; of the room
between two columns."""
MANY = 6
"""Columns beyond which a table is set smaller on paper."""


@cache
def template() -> Any:
    """The page, with what its loops ask of the parts of a document."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    environment.filters.update(
        typeset=typeset,
        plainly=_plainly,
        in_runs=in_runs,
        number_columns=_number_columns,
        layout=_layout,
    )
    environment.tests["blank"] = lambda part: isinstance(part, Blank)
    environment.tests["table"] = lambda block: isinstance(block, Table)
    return environment.from_string(resource("report.html.j2"))


def _plainly(cell: Cell) -> str:
    """Write a cell where there is room for words alone."""
    return words_of(typeset(cell))


def _number_columns(table: Table) -> set[int]:
    """Find the columns whose cells are set to the right and never wrap."""
    return {
        column
        for column in range(table.left, len(table.head))
        if max((len(words_of(row[column])) for row in table.rows), default=0) <= SHORT
    }


def _layout(table: Table) -> str:
    """Name how a table is set: of prose or of numbers, as it is on a phone or a row a heading."""
    numbers, columns = _number_columns(table), len(table.head)
    if not numbers or len(numbers) + table.left < columns:
        return "prose stacked"
    kind = "many" if columns > MANY else "even" if columns in (3, 5) else "few"
    letters = sum(_letters(table, column, column in numbers) for column in range(columns))
    return kind if letters <= NARROW else f"{kind} stacked"


def _letters(table: Table, column: int, is_number: bool) -> float:  # noqa: FBT001
    """Letters that a column takes, with the room to the next: words may be parted."""
    cells = [words_of(row[column]) for row in table.rows]
    words = words_of(table.head[column]).split() + ([] if is_number else " ".join(cells).split())
    whole = max(map(len, cells), default=0)
    return BETWEEN + max([whole if is_number else min(whole, NAME), *map(len, words)])


def as_script(data: object) -> str:
    """Write data so that it can stand in a script element, whatever the text in it.

    Parameters
    ----------
    data : object
        Plain data.

    Returns
    -------
    str
        JSON without ``<``, numbers to :data:`DIGITS` significant digits.
    """
    text = json.dumps(_short(data), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _short(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    return value


def resource(name: str) -> str:
    """Read a file of the page."""
    return (files("sim.report.printers.html") / name).read_text(encoding="utf-8")
