"""Who answers: ids that are one person's, however they are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sim.study.refusals import shown

FEW = 5
"""Names that a note lists."""


def id_key(text: str) -> str:
    """Text to compare ids by: capitals, spaces, ways to encode a letter and 1.0 mean nothing."""
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    plain = " ".join(plain.split()).casefold()
    return re.sub(r"(\d+)[.,]0+", r"\1", plain) if re.fullmatch(r"\d+[.,]0+", plain) else plain


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


def looks_shifted(ids: Sequence[str]) -> list[int]:
    """Places of bare numbers among ids that nearly all hold letters: an answer, perhaps."""
    bare = [i for i, each in enumerate(ids) if re.fullmatch(r"\d{1,2}", each)]
    lettered = sum(any(char.isalpha() for char in each) for each in ids)
    return bare if len(ids) >= 5 and lettered >= 0.8 * len(ids) else []
