"""The parts of a document: words and blanks, paragraphs, tables, sections."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True)
class Paragraph:
    """Parts in a row.

    Attributes
    ----------
    parts : tuple of str or Blank
        What it says.
    kind : {'plain', 'answer', 'statement', 'entry', 'warning'}
        How it is set: plain, the answer (highlighted), the statement that a form takes, an entry
        of a list, or an entry of the list of warnings.
    """

    parts: Line
    kind: Literal["plain", "answer", "statement", "entry", "warning"] = "plain"

    @property
    def text(self) -> str:
        """All of it as words."""
        return words_of(self.parts)


@dataclass(frozen=True)
class Table:
    """A table with a head row; the first cell of every row names it.

    Attributes
    ----------
    caption : str or line
        What is shown; empty where the section says it.
    head : tuple of cell
        Names of the columns.
    rows : tuple of tuple of cell
        As long as the head; a first cell that is empty goes on with the one above it.
    left : int
        Columns of words, from the first; the others are of numbers.
    marked : int or None
        Row that holds the answer.
    """

    caption: Cell
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: int = 1
    marked: int | None = None


@dataclass(frozen=True)
class Picture:
    """A figure on a page of text.

    Attributes
    ----------
    name : str
        That of its file among the figures.
    caption, alt : str
        What is said below it, and to those who cannot see it.
    png : bytes
        The picture, as wide as the text.
    """

    name: str
    caption: str
    alt: str
    png: bytes


Block = Paragraph | Table | Picture
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
class Section:
    """A section of a document, with what it answers to.

    Attributes
    ----------
    heading : str
        In plain words.
    blocks : tuple of Paragraph or Table
        Paragraphs, tables and pictures, in order.
    requirements : tuple of Requirement
        What guidelines ask for that stands here, or is missing here.
    is_apart : bool
        Whether it has a page of its own, where there are pages.
    """

    heading: str
    blocks: tuple[Block, ...]
    requirements: tuple[Requirement, ...] = ()
    is_apart: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Guideline items that this section answers to, each once."""
        return tuple(dict.fromkeys(requirement.label for requirement in self.requirements))


@dataclass(frozen=True)
class Document:
    """A document, before it is printed in any format.

    Attributes
    ----------
    title : str
        The planner's title.
    sections : tuple of Section
        In order, the answer first.
    references : tuple of str
        What is cited, in order of the alphabet.
    """

    title: str
    sections: tuple[Section, ...]
    references: tuple[str, ...] = ()

    @property
    def requirements(self) -> tuple[tuple[Requirement, str], ...]:
        """Every requirement, with the heading under which it stands."""
        return tuple(
            (requirement, section.heading)
            for section in self.sections
            for requirement in section.requirements
        )


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


def cells_of(block: Block) -> Iterator[Cell]:
    """Give every text of a block: a paragraph, a caption, or also head and rows of a table."""
    if not isinstance(block, Table):
        yield block.parts if isinstance(block, Paragraph) else block.caption
        return
    yield from (block.caption, *block.head)
    yield from (cell for row in block.rows for cell in row)


def blanks_of(block: Block) -> Iterator[Blank]:
    """Find the blanks of a block, those of a table row by row."""
    yield from (part for cell in cells_of(block) for part in parts_of(cell)
                if isinstance(part, Blank))  # fmt: skip


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


def text(*parts: Part) -> Paragraph:
    """Write a plain paragraph."""
    return Paragraph(line(*parts))


def entries(items: Iterable[str]) -> tuple[Paragraph, ...]:
    """Write a list, an entry an item."""
    return tuple(Paragraph((item,), "entry") for item in items)


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


def by_columns(
    caption: Cell, *columns: tuple[Cell, Iterable[Cell]], left: int = 1, marked: int | None = None
) -> Table:
    """Make a table of columns, each a name and its cells.

    Examples
    --------
    >>> by_columns("Sizes", ("role", ["nurse"]), ("people", ["40"])).rows
    (('nurse', '40'),)
    """
    head, cells = zip(*columns, strict=True)
    return Table(caption, head, tuple(zip(*cells, strict=True)), left, marked)


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
