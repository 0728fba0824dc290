"""A document as plain text of at most 79 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from sim.report.document.model import Block, Paragraph, Picture, Section, Table
from sim.report.document.words import words_of
from sim.report.layout import WIDTH, file_part, heading, paragraph, title

NAME, FEWEST = 24, 7
"""Columns of a row's name for which there is always room: one that is longer may stand on a line
by itself; and fewest columns of the other cells."""
HEAD, NARROW = 14, 8
"""Columns from which a column's name is wrapped; and in a table that would else be too wide."""
GAP = 2
"""Blanks between columns."""
MARK = " <"
"""What follows the row that holds the answer."""


def screen_text(
    name: str, opening: Sequence[Block], sections: Iterable[Section], files: Sequence[Path]
) -> str:
    """Print a title, what opens the answer, its sections, and the files that were written."""
    parts = [title(name), *map(block_text, opening), *sections_text(sections), *file_part(files)]
    return "\n".join(line.rstrip() for line in "\n\n".join(parts).splitlines())


def sections_text(sections: Iterable[Section]) -> Iterator[str]:
    """Print sections, each under its heading; one without anything is left out."""
    for section in sections:
        if section.blocks:
            yield "\n".join([heading(section.heading), blocks_text(section.blocks)])


def blocks_text(blocks: Sequence[Block]) -> str:
    """Print paragraphs and tables below one another, a blank line around each table."""
    lines: list[str] = []
    for place, block in enumerate(blocks):
        apart = place and (isinstance(block, Table) or isinstance(blocks[place - 1], Table))
        lines += [*([""] if apart else []), block_text(block)]
    return "\n".join(lines)


def block_text(block: Block) -> str:
    """Print one paragraph, entry of a list, or table."""
    if isinstance(block, Table):
        return table_text(block)
    if isinstance(block, Picture):
        return paragraph(block.caption)
    if block.kind in {"entry", "warning"}:
        return "\n".join(wrap(block.text, WIDTH, initial_indent="- ", subsequent_indent="  "))
    return paragraph(block.text)


def table_text(table: Table) -> str:
    """Print a table; one too wide goes on below itself, with the names of its rows again."""
    if all(column < table.left for column in range(len(table.head))):
        return _entries(table)
    widths = _widths(table)
    longest = _longest_name(table, widths)
    widths[0] = _width(table, 0, HEAD, longest)
    parts = "\n\n".join(
        "\n".join(_lines(table, columns, widths, longest)) for columns in _shares(table, widths)
    )
    caption = words_of(table.caption)
    if caption and table.marked is not None:
        caption += " (< marks the answer)"
    return "\n".join([paragraph(caption), parts]) if caption else parts


def _entries(table: Table) -> str:
    """Print a table of words alone as a list: columns of prose would be too narrow to read."""
    lines = [paragraph(words_of(table.caption))] if table.caption else []
    for row in table.rows:
        first, *rest = (words_of(cell) for cell in row)
        prose = ". ".join(words[:1].upper() + words[1:] if i else words
                          for i, words in enumerate(filter(None, rest)))  # fmt: skip
        lines.append(block_text(Paragraph((f"{first}: {prose}",), "entry")))
    return "\n".join(lines)


def _widths(table: Table) -> list[int]:
    """Columns that each column of the table takes: as few as it can where it fits only then."""
    every = range(len(table.head))
    widths = [_width(table, c, HEAD) for c in every]
    narrow = [_width(table, c, NARROW) for c in every]
    return narrow if _total(table, narrow) <= WIDTH < _total(table, widths) else widths


def _width(table: Table, c: int, head: int, most: int = WIDTH) -> int:
    """Columns that one takes, its name wrapped at `head`, cells longer than `most` left out."""
    cells = [len(words_of(row[c])) for row in table.rows]
    longest = max((cell for cell in cells if cell <= most), default=0)
    words = words_of(table.head[c])
    whole = max(map(len, words.split()), default=0)  # a word is cut only where it is very long
    name = wrap(words, max(longest, head, whole if whole <= NAME else 0),
                break_long_words=head == HEAD)  # fmt: skip
    fewest = FEWEST if c >= table.left and head == HEAD else 0
    return max(longest, *map(len, name or [""]), fewest)


def _total(table: Table, widths: Sequence[int]) -> int:
    mark = 0 if table.marked is None else len(MARK)
    return sum(widths) + GAP * (len(widths) - 1) + mark


def _longest_name(table: Table, widths: Sequence[int]) -> int:
    """Longest name that stands in line with its row: as long as there is room."""
    return max(NAME, WIDTH - _total(table, [0, *widths[1:]]))


def _shares(table: Table, widths: Sequence[int]) -> Iterator[list[int]]:
    """Share the columns out to tables that fit, each with the names of the rows."""
    names = list(range(max(table.left, 1)))
    taken = start = _total(table, [widths[c] for c in names])
    chosen: list[int] = []
    for c in range(len(names), len(table.head)):
        if chosen and taken + widths[c] + GAP > WIDTH:
            yield names + chosen
            chosen, taken = [], start
        chosen.append(c)
        taken += widths[c] + GAP
    yield names + chosen


def _lines(
    table: Table, columns: Sequence[int], widths: Sequence[int], longest: int
) -> Iterator[str]:
    heads = [wrap(words_of(table.head[c]), max(widths[c], 1)) for c in columns]
    height = max(map(len, heads))
    padded = [[""] * (height - len(head)) + head for head in heads]
    for level in range(height):
        yield _row([head[level] for head in padded], columns, widths, table.left)
    for place, row in enumerate(table.rows):
        cells = [words_of(row[c]) for c in columns]
        if len(cells[0]) > longest:
            yield from wrap(cells[0], WIDTH)
            cells[0] = ""
        mark = MARK if place == table.marked else ""
        line = _row(cells, columns, widths, table.left) + mark
        if line:
            yield line


def _row(cells: Sequence[str], columns: Sequence[int], widths: Sequence[int], left: int) -> str:
    set_cells = [
        f"{cell:<{widths[c]}}" if c < left else f"{cell:>{widths[c]}}"
        for cell, c in zip(cells, columns, strict=True)
    ]
    return (" " * GAP).join(set_cells).rstrip()
