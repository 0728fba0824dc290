"""Which two columns of a wide file are one item, before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from sim.errors import Fault
from sim.reading.sheet import folded
from sim.reading.table import Column, Table
from sim.reading.times import Timed, ordered, timed
from sim.study.refusals import shown

_ENUMERATED = re.compile(r"(.+?)[ _.]([12])")


@dataclass(frozen=True)
class ItemPair:
    """An item, and its columns."""

    name: str
    before: Column
    after: Column


@dataclass(frozen=True)
class Paired:
    """Pairs of columns, why they are pairs, and what cannot be told."""

    pairs: tuple[ItemPair, ...]
    reason: str
    faults: tuple[Fault, ...] = ()


def pairs_of(table: Table, columns: Sequence[Column], others: Sequence[Column] = ()) -> Paired:
    """Pair columns by the words of time in their questions or names, else by ``_1`` and ``_2``.

    Parameters
    ----------
    table : Table
        Whose columns.
    columns : sequence of Column
        Those that may hold answers.
    others : sequence of Column
        Those that may do so if a heading pairs them with one of these, so that what stands in
        them is complained of.
    """
    if _by_words(columns):
        by_words = _by_words([*columns, *others])
        paired = _paired(table, by_words, "because its headings name the times")
        pairs = (each for each in paired.pairs if {each.before, each.after} & {*columns})
        return replace(paired, pairs=tuple(pairs))
    by_number = {
        each: Timed(matched[1], matched[2])
        for each in columns
        if (matched := _ENUMERATED.fullmatch(each.name))
    }
    stems = {folded(split.stem) for split in by_number.values()}
    if not by_number or len(by_number) != 2 * len(stems) or not _pairs_are_alike(by_number):
        return Paired((), "")
    paired = _paired(table, by_number, "because its columns end in _1 and _2")
    is_told = all(each.text != each.name for each in by_number)  # the same question, twice
    return paired if is_told else replace(paired, faults=(_two_by_two(table, by_number),))


def _by_words(columns: Sequence[Column]) -> dict[Column, Timed]:
    """Split headings that name a time, in the style that pairs most of them where several can."""
    ways = {
        each: {
            (source, style): split
            for source, text in enumerate((each.text, each.name))
            for style, split in timed(text).items()
        }
        for each in columns
    }
    times: dict[tuple[int, int], dict[str, set[str]]] = {}
    for splits in ways.values():
        for style, split in splits.items():
            times.setdefault(style, {}).setdefault(folded(split.stem), set()).add(split.time)
    pairs = {style: sum(len(each) > 1 for each in stems.values()) for style, stems in times.items()}
    return {
        each: splits[min(splits, key=lambda style: (-pairs[style], style))]
        for each, splits in ways.items()
        if splits
    }


def _pairs_are_alike(splits: Mapping[Column, Timed]) -> bool:
    """Tell whether the two questions of every pair have the same words, if they have any."""
    texts: dict[str, set[str]] = {}
    for column, split in splits.items():
        text = "" if column.text == column.name else folded(column.text)
        texts.setdefault(folded(split.stem), set()).add(text)
    return all(len(each) == 1 for each in texts.values())


def _two_by_two(table: Table, splits: Mapping[Column, Timed]) -> Fault:
    names = ", ".join(column.name for column in splits)
    return Fault(
        f"{table.file}, line {table.line}: {names}: items before (_1) and after (_2), or a number "
        "of items? Name both columns of each item in the map (items: {name: {before: ..., after: "
        "...}})"
    )


def _paired(table: Table, splits: Mapping[Column, Timed], reason: str) -> Paired:
    order = ordered(split.time for split in splits.values())
    if set(order.values()) != {"before", "after"}:
        times = sorted({split.time for split in splits.values()})
        words = f"the headings name {len(times)} times; name the columns of two of them in the map"
        where = f"{table.file}, line {table.line}"
        return Paired((), "", (Fault(f"{where}: {words}"),) if len(times) > 2 else ())
    sides: dict[str, dict[str, Column]] = {}
    faults = []
    for column, split in splits.items():
        side = order.get(split.time)
        if side is None:
            continue
        known = sides.setdefault(folded(split.stem), {})
        if known.setdefault(side, column) is not column:
            words = f"is the same item and time as {shown(known[side].name)}; name each in the map"
            faults.append(table.fault(None, column, words))
    pairs = tuple(
        ItemPair(_item_name(known["before"], splits), known["before"], known["after"])
        for known in sides.values()
        if len(known) == 2
    )
    return Paired(pairs, reason, (*faults, *_misspelt(table, sides)))


def _item_name(column: Column, splits: Mapping[Column, Timed]) -> str:
    """Name an item as the planner would: its question without the time, or its column's stem."""
    is_of_text = splits[column] in timed(column.text).values() or column.text == column.name
    return splits[column].stem if is_of_text else column.text


def _misspelt(table: Table, sides: Mapping[str, Mapping[str, Column]]) -> list[Fault]:
    """Complain of a column of one time that is nearly that of the other time."""
    single = {stem: known for stem, known in sides.items() if len(known) == 1}
    after = [stem for stem, known in single.items() if "after" in known]
    faults = []
    for stem, known in single.items():
        close = get_close_matches(stem, after, 1, 0.75) if "before" in known else []
        if close:
            other = single[close[0]]["after"]
            words = f"pairs with no column after; is it {shown(other.name)}? Write both alike"
            faults.append(table.fault(None, known["before"], words))
    return faults
