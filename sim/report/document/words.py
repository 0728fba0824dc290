"""Words and blanks as they are shown: cleaned, shortened, in a row, with a printer's marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LONG_NAME = 60
"""Characters of a name that are shown."""
LONG_PROSE = 4000
"""Characters of the planner's prose that are shown."""


@dataclass(frozen=True)
class Blank:
    """A place that only the planner can fill."""

    text: str


Part = str | Blank
Line = tuple[Part, ...]
"""Words and blanks in a row."""
Cell = Part | Line
"""A cell of a table; the printers set one that is only words or a blank like a row of one part."""


def parts_of(cell: Cell) -> Line:
    """Give the parts of a cell, whichever way it is written."""
    return cell if isinstance(cell, tuple) else (cell,) if cell != "" else ()


def words_of(cell: Cell) -> str:
    """Give all of a cell as words.

    Examples
    --------
    >>> words_of(("5 pairs, ", Blank("[why]")))
    '5 pairs, [why]'
    """
    return "".join(part.text if isinstance(part, Blank) else part for part in parts_of(cell))


def typeset(cell: Cell) -> Line:
    """Set straight quotation marks and apostrophes as a printer would, in text for people.

    A mark opens at the beginning and after a blank or a bracket; everywhere else it closes, or is
    an apostrophe.

    Examples
    --------
    >>> words_of(typeset("the nurses' 'total' (or 'any')"))
    'the nurses’ ‘total’ (or ‘any’)'
    >>> words_of(typeset(("the ", Blank("[role]"), "'s change")))
    'the [role]’s change'
    """
    parts: list[Part] = []
    before = " "
    for part in parts_of(cell):
        words = part.text if isinstance(part, Blank) else part
        whole = re.sub(r"(?<=[\s(\[{‘“])'", "‘", before + words).replace("'", "’")
        before = whole[-1]
        parts.append(Blank(whole[1:]) if isinstance(part, Blank) else whole[1:])
    return tuple(parts)


def line(*parts: Part) -> Line:
    """Put parts in a row, without the empty ones."""
    return tuple(part for part in parts if part != "")


def listed(names: Sequence[Cell]) -> Line:
    """Put several in a row: a, b and c."""
    parts: list[Part] = []
    for place, name in enumerate(names):
        if place:
            parts.append(" and " if place == len(names) - 1 else ", ")
        parts.extend(parts_of(name))
    return tuple(parts)


def listed_words(names: Sequence[Cell]) -> str:
    """Put several in a row, as words."""
    return words_of(listed(names))


def clean(words: str, most: int = LONG_PROSE) -> str:
    """Make words of the user fit to be shown: one line, no control characters, not too long.

    Examples
    --------
    >>> clean("a" + chr(0) + " b" + chr(10) + "c")
    'a b c'
    >>> clean("abcdef", 4)
    'abc…'
    """
    unwanted = {"Cc", "Cs", "Cn", "Co"}
    shown = "".join(
        " " if mark.isspace() else mark
        for mark in words
        if mark.isspace() or not (unicodedata.category(mark) in unwanted or _turns(mark))
    )
    shown = re.sub(" +", " ", shown).strip()
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"


def short(name: str) -> str:
    """Shorten a name of the planner's as it is shown."""
    return clean(name, LONG_NAME)


def _turns(mark: str) -> bool:
    """Tell whether a character changes the direction of what follows."""
    return "\u202a" <= mark <= "\u202e" or "\u2066" <= mark <= "\u2069"
