"""Which of two files is the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from sim.errors import Fault
from sim.reading.kinds import kind_of
from sim.reading.table import Table
from sim.reading.times import ordered, time_of_file

_DATES = tuple(
    re.compile(rf"(?P<{a}>\d+)[-/.](?P<{b}>\d+)[-/.](?P<{c}>\d+)")
    for a, b, c in ("ymd", "dmy", "mdy")
)
"""Orders in which a date is written; of several that fit, all must tell the same."""


def first_file(tables: Sequence[Table]) -> tuple[int, str, list[Fault]]:
    """Tell which of two files is the one before, why, and what speaks against it."""
    right = "name them in their order in the map (files: [before.csv, after.csv])"
    try:
        by_name = _first_by_names([table.file for table in tables])
    except ValueError as error:
        return 0, "", [Fault(f"files: the names of both tell {error}; {right}")]
    inside = _first_by_cells(tables)
    if by_name is not None:
        is_odd = inside is not None and inside != by_name
        doubt = Fault(f"files: their names and their dates or times tell different orders; {right}")
        return by_name, "because their names tell before from after", [doubt] if is_odd else []
    if inside is not None:
        return inside, "because the dates or times in them tell before from after", []
    return 0, "because they are given in this order, before and then after", []


def _first_by_cells(tables: Sequence[Table]) -> int | None:
    """Tell it from columns of dates, and from those that hold one time each."""
    told = set[int | None]()
    for each in tables[0].columns:
        values = [table.values(column) for table in tables if (column := table.column(each.name))]
        if len(values) == 2 and all(kind_of(column) == "dates" for column in values):
            told.add(_earlier(values))
        elif len(values) == 2 and all(len(set(column)) == 1 for column in values):
            with suppress(ValueError):  # both hold the same
                told.add(_first_by_names([column[0] for column in values]))
    told.discard(None)
    return told.pop() if len(told) == 1 else None


def _first_by_names(names: Sequence[str]) -> int | None:
    """Tell which of two names is the one before, from either; None where neither tells.

    Raises
    ------
    ValueError
        Where both name the same time.
    """
    times = [time_of_file(name) for name in names]
    order = ordered(time for time in times if time)
    sides = [order.get(time or "") for time in times]
    if sides[0] == sides[1] and sides[0]:
        raise ValueError(sides[0])
    known = {"before": 0, "after": 1}
    return next((known[side] ^ i for i, side in enumerate(sides) if side), None)


def _earlier(dates: Sequence[Sequence[str]]) -> int | None:
    """Tell which of two columns of dates is wholly the earlier; None where that cannot be told."""
    told = set()
    for pattern in _DATES:
        days = [[_day(pattern, text) for text in column if text] for column in dates]
        if all(days) and all(all(column) for column in days):
            first, second = ([day or "" for day in column] for column in days)
            told.add(0 if max(first) < min(second) else 1 if max(second) < min(first) else None)
    return told.pop() if len(told) == 1 else None


def _day(pattern: re.Pattern[str], text: str) -> str | None:
    """Write a day so that days sort by time; None where it is none in this order."""
    matched = pattern.match(text)
    if matched is None or not 1 <= int(matched["m"]) <= 12 or not 1 <= int(matched["d"]) <= 31:
        return None
    return f"{matched['y']:0>4}{matched['m']:0>2}{matched['d']:0>2}"
