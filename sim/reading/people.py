"""Who answers: ids that are one person's, however they are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sim.reading.column_map import ColumnMap
from sim.reading.table import Table
from sim.study.refusals import shown

FEW = 5
"""Names that a note lists."""
_SUMMARIES = frozenset(("mean", "means", "average", "averages", "avg", "total", "totals", "sum",
                        "sums", "sd", "std", "std dev", "standard deviation"))  # fmt: skip
_WITH_SUMMARIES = frozenset(("n", "count", "min", "max", "median", "minimum", "maximum", "mode"))
"""What may be a person's code, except below a row of means."""


def id_key(text: str) -> str:
    """Text to compare ids by: capitals, spaces, how a letter is encoded, 1.0, 01 mean nothing."""
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    plain = " ".join(plain.split()).casefold()
    number = re.fullmatch(r"0*(\d+)(?:[.,]0{1,2})?", plain)  # not 1,000
    return number[1] if number else plain


def without_summaries(
    tables: Sequence[Table], columns: ColumnMap
) -> tuple[list[Table], tuple[str, ...]]:
    """Leave out rows of means and sums that stand below people's, and say so."""
    kept, notes = list[Table](), list[str]()
    for table in tables:
        column = table.column(columns.id or "") or table.columns[0]
        words = [id_key(each).strip(" :.=") for each in table.values(column)]
        start = next((i for i, word in enumerate(words) if word in _SUMMARIES), len(words))
        names = _SUMMARIES | _WITH_SUMMARIES
        rows = [row for i, row in enumerate(table.rows) if i < start or words[i] not in names]
        lines = [str(row.line) for row in table.rows if row not in rows]
        kept.append(replace(table, rows=tuple(rows)))
        if lines:
            notes.append(f"{table.file}: no person is on line {', '.join(lines)}, but a summary.")
    return kept, tuple(notes)


def merged_note(spellings: Iterable[tuple[str, str]]) -> str:
    """Say which ids, typed in several ways, are read as one; empty where none are.

    Parameters
    ----------
    spellings : iterable of (str, str)
        Key and text of each id.
    """
    ways: dict[str, dict[str, None]] = {}
    for key, text in spellings:
        ways.setdefault(key, {})[text] = None
    several = [list(texts) for texts in ways.values() if len(texts) > 1]
    if not several:
        return ""
    pairs = [
        " and ".join(shown(text) for text in texts) for texts in several if "@" not in texts[0]
    ]
    listing = f": {'; '.join(pairs[:FEW])}" if pairs else ""
    more = f" and {len(several) - FEW} more" if len(several) > FEW else ""
    people = "1 id is" if len(several) == 1 else f"{len(several)} ids are"
    return f"{people} typed in several ways and read as one person each{listing}{more}."


def few(names: Sequence[str]) -> str:
    """List a few names, and count the rest; an e-mail address is none to print."""
    printed = [name for name in names if "@" not in name][:FEW]
    more = len(names) - len(printed)
    listing = ", ".join(printed)
    return f"{listing} and {more} more" if more and printed else listing


def looks_shifted(ids: Sequence[str], lasts: Sequence[str]) -> list[int]:
    """Places of ids that may be answers, their rows being shifted to the left.

    A bare number is none of ids with letters; among longer numbers it may well be one, unless the
    last cell of its row is empty too.

    Parameters
    ----------
    ids, lasts : sequence of str
        Of each row the id, and the last cell.
    """
    bare = [i for i, each in enumerate(ids) if re.fullmatch(r"\d{1,2}", each)]
    most = 0.8 * len(ids)
    if len(ids) < 5 or sum(len(each) > 2 or not each.isdigit() for each in ids) < most:
        return []
    if sum(any(map(str.isalpha, each)) for each in ids) >= most:
        return bare
    return [i for i in bare if not lasts[i]] if sum(map(bool, lasts)) >= most else []
