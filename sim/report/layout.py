"""Headings, paragraphs and lists of plain text, 79 columns wide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from sim.errors import printable

WIDTH = 79


def title(text: str, mark: str = "=") -> str:
    """Write a title, underlined twice."""
    lines = wrap(text, WIDTH)
    return "\n".join([*lines, mark * max(map(len, lines))])


def heading(text: str) -> str:
    """Write a heading, underlined."""
    return title(text, "-")


def paragraph(text: str, indent: str = "") -> str:
    """Wrap a paragraph."""
    return "\n".join(wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent))


def file_part(files: Sequence[Path]) -> Iterator[str]:
    """Name the files written in one folder, and count those in folders within."""
    if not files:
        return
    folder = min((path.parent for path in files), key=lambda path: len(path.parts))
    names = [path.name for path in files if path.parent == folder]
    within = Counter(path.relative_to(folder).parts[0] for path in files if path.parent != folder)
    names += [f"{name}/ ({number} files)" for name, number in within.items()]
    named = printable(", ".join(names))
    yield f"Files in {printable(str(folder))}:\n{paragraph(named, '  ')}"
