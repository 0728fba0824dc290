"""Paragraphs, tables and lists of Markdown."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

WIDTH = 100


def text(words: str) -> str:
    """Write one paragraph, wrapped."""
    return "\n".join(wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False))


def items(lines: Iterable[str]) -> str:
    """Write a list, wrapped."""
    return "\n".join(
        "\n".join(
            wrap(
                line, WIDTH, initial_indent="- ", subsequent_indent="  ",
                break_long_words=False, break_on_hyphens=False,
            )
        )
        for line in lines
    )  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def commands(*lines: str) -> str:
    """Write the commands that a reader can type."""
    return "\n".join(["```sh", *lines, "```"])


def section(title: str, *parts: str) -> str:
    """Put parts under a heading, with blank lines between."""
    return "\n\n".join([f"## {title}", *parts])
