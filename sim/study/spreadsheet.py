"""Text that the user chose, made harmless for whoever opens a table in a spreadsheet."""

from functools import lru_cache

FORMULA = ("=", "+", "-", "@")
"""Beginnings by which a spreadsheet takes text for a formula."""
BLANKS = dict.fromkeys([*range(ord(" ")), 0x7F], " ")


@lru_cache(maxsize=1024)
def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Line breaks and other control characters, which not every reader of CSV
    takes, become blanks.
    """
    plain = text.translate(BLANKS)
    return f"'{plain}" if plain.lstrip().startswith(FORMULA) else plain
