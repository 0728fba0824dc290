"""What a justification is made of: words, quotations, numbers that know their field, and blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LONG_NAME = 60
"""Characters of a name that are shown."""
LONG_PROSE = 4000
"""Characters of the planner's prose that are shown."""


@dataclass(frozen=True)
class Words:
    """Fixed words of ours."""

    text: str


@dataclass(frozen=True)
class Quote:
    """Words of the run, as in the field named, made fit to be shown; names may be shortened."""

    text: str
    path: str


@dataclass(frozen=True)
class Number:
    """A number as it is shown, and the field it comes from.

    Attributes
    ----------
    text : str
        As shown.
    formula : str
        Path of the field in braces, such as ``{summary.seed}``; or sums and
        products of such, for what is not itself a field.
    form : str
        Format specification with which the value is written.
    """

    text: str
    formula: str
    form: str


@dataclass(frozen=True)
class Blank:
    """A place that only the planner can fill."""

    text: str


Part = Words | Quote | Number | Blank
Line = tuple[Part, ...]


@dataclass(frozen=True)
class Paragraph:
    """Parts in a row; how it is set: plain, the answer (highlighted), or an entry of a list."""

    parts: Line
    kind: Literal["plain", "answer", "entry"] = "plain"


@dataclass(frozen=True)
class Table:
    """A table with a head row; the first columns are words, `left` of them, the others numbers."""

    caption: Line
    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    left: int = 1


Status = Literal["complete", "missing", "not applicable"]


@dataclass(frozen=True)
class Requirement:
    """One thing that a guideline asks for, and whether it is there."""

    label: str
    text: str
    status: Status

    def __str__(self) -> str:
        return f"{self.text} ({self.label})"


@dataclass(frozen=True)
class Item:
    """A section of the document with what it answers to."""

    heading: str
    blocks: tuple[Paragraph | Table, ...]
    requirements: tuple[Requirement, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Guideline items that this section answers to, each once."""
        return tuple(dict.fromkeys(requirement.label for requirement in self.requirements))


@dataclass(frozen=True)
class Justification:
    """A sample size justification, before it is written in any format.

    Attributes
    ----------
    title : Quote
        The planner's title.
    items : tuple of Item
        Its sections in order, the answer first.
    references : tuple of str
        What is cited, in order of the alphabet.
    """

    title: Quote
    items: tuple[Item, ...]
    references: tuple[str, ...]

    @property
    def requirements(self) -> tuple[tuple[Requirement, str], ...]:
        """Every requirement, with the heading under which it stands."""
        return tuple(
            (requirement, item.heading) for item in self.items for requirement in item.requirements
        )


def line(*parts: Part | str) -> Line:
    """Put parts in a row; strings are words of ours."""
    return tuple(Words(part) if isinstance(part, str) else part for part in parts if part != "")


def text(*parts: Part | str) -> Paragraph:
    """Write a plain paragraph."""
    return Paragraph(line(*parts))


def listed(names: Sequence[Line]) -> Line:
    """Put several in a row: a, b and c."""
    parts: list[Part] = []
    for place, name in enumerate(names):
        if place:
            parts.append(Words(" and " if place == len(names) - 1 else ", "))
        parts.extend(name)
    return tuple(parts)


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


def _turns(mark: str) -> bool:
    """Tell whether a character changes the direction of what follows."""
    return "\u202a" <= mark <= "\u202e" or "\u2066" <= mark <= "\u2069"
