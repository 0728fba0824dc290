"""The parts of a document: paragraphs, tables, pictures, sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from sim.report.document.words import Cell, Line, Part, line, words_of


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
    status: Status = "complete"

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


def cells_of(block: Block) -> Iterator[Cell]:
    """Give every text of a block: a paragraph, a caption, or also head and rows of a table."""
    if not isinstance(block, Table):
        yield block.parts if isinstance(block, Paragraph) else block.caption
        return
    yield from (block.caption, *block.head)
    yield from (cell for row in block.rows for cell in row)


def text(*parts: Part) -> Paragraph:
    """Write a plain paragraph."""
    return Paragraph(line(*parts))


def entries(
    items: Iterable[str], kind: Literal["entry", "warning"] = "entry"
) -> tuple[Paragraph, ...]:
    """Write a list, an entry an item."""
    return tuple(Paragraph((item,), kind) for item in items)


def in_runs(blocks: Iterable[Block]) -> list[tuple[bool, list[Block]]]:
    """Put entries that follow one another together, as they are one list."""
    runs = groupby(blocks, lambda block: getattr(block, "kind", "") in ("entry", "warning"))
    return [(is_list, [*run]) for is_list, run in runs]


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
