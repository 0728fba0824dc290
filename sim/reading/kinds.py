"""What a cell, and a column of cells, looks like: answer, missing, date, address, text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from sim.reading.labels import KNOWN_LABELS, label_key
from sim.reading.sheet import folded

MISSING_WORDS = frozenset(
    map(
        label_key,
        ("", "na", "n/a", "#n/a", "nan", "null", "#null!", "none given", ".", "..", "-", "--", "–",
         "—", "?", "missing", "no answer", "no response", "skipped", "not answered",
         "prefer not to say", "prefer not to answer", "rather not say", "not applicable",
         "does not apply", "don't know", "dont know", "do not know"),
    )
)  # fmt: skip
"""Words, and marks, that stand for no answer whatever the scale."""
MISSING_CODES = frozenset({-999, -99, -9, 99, 999})
"""Numbers that stand for no answer where they are outside the scale."""
HIGHEST_CODE = 10
"""Largest code of a scale of at most eleven points from 0."""
_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:[.,]0*)?")
_NUMBERED = (
    re.compile(r"(\d{1,2})\s*[-–—=:.)]+\s*([^\W\d].*)"),
    re.compile(r"([^\W\d].*?)\s*(?:[(\[]\s*(\d{1,2})\s*[)\]]|[-–—=:]\s*(\d{1,2}))"),
)
"""Code and words: "1 - Never", "Never (1)"."""
_SPACED = re.compile(r"[(\[]?(\d{1,2})[)\]]?\s+(\D+)")
"""The same without a sign between, which words of a known scale alone may follow: no "3 days"."""
_KINDS = {
    "dates": re.compile(
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b.*|\d{1,2}:\d{2}(:\d{2})?.*"
    ),
    "addresses": re.compile(r"(\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:]+:[0-9a-f]*", re.IGNORECASE),
    "e-mail": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
}
MOSTLY = 0.7
"""Share of a column's cells that make it of a kind, so that errors in it are seen as errors."""


def whole(text: str) -> int | None:
    """Read a whole number, which may be written 3.0 or 3,0; None where it is none."""
    matched = _WHOLE.fullmatch(text)
    return int(matched[1]) if matched else None


def numbered(text: str) -> tuple[int, str] | None:
    """Read "1 - Strongly disagree", "Strongly agree (5)" or "5 Agree" as code and words."""
    before = _NUMBERED[0].fullmatch(text) or _SPACED.fullmatch(text)
    if before and (before.re is not _SPACED or label_key(before[2]) in KNOWN_LABELS):
        return int(before[1]), before[2].strip()
    after = _NUMBERED[1].fullmatch(text)
    return (int(after[2] or after[3]), after[1].strip()) if after else None


def is_missing(text: str) -> bool:
    """Tell whether a cell holds no answer, whatever the scale."""
    pair = numbered(text)
    return not text or label_key(pair[1] if pair else text) in MISSING_WORDS


def is_answer(text: str) -> bool:
    """Tell whether a cell could hold an answer: a code, a known label, or both."""
    number = whole(text)
    if number is not None:
        return abs(number) <= HIGHEST_CODE or number in MISSING_CODES
    return label_key(text) in KNOWN_LABELS or numbered(text) is not None


def kind_of(values: Sequence[str]) -> str:
    """Say what most cells of a column are.

    Parameters
    ----------
    values : sequence of str
        The cells.

    Returns
    -------
    str
        ``answers``, ``dates``, ``addresses``, ``e-mail``, ``choices`` (few different texts),
        ``text``, ``numbers`` or ``empty``.
    """
    given = [value for value in values if not is_missing(value)]
    if not given:
        return "empty"
    enough = MOSTLY * len(given)
    if sum(map(is_answer, given)) >= enough:
        return "answers"
    for kind, pattern in _KINDS.items():
        if sum(bool(pattern.fullmatch(value)) for value in given) >= enough:
            return kind
    if sum(bool(re.fullmatch(r"[-+]?[\d.,]+", value)) for value in given) >= enough:
        return "numbers"
    different = Counter(map(folded, given))
    few = len(different) <= HIGHEST_CODE + 1 and (len(different) < len(given))
    return "choices" if few else "text"


def strangers(values: Sequence[str], kind: str) -> list[int]:
    """Places of the few cells that are not of their column's kind, where a row may be shifted."""
    pattern = _KINDS.get(kind)
    if pattern is None:
        return []
    odd = [i for i, value in enumerate(values) if value and not pattern.fullmatch(value)]
    return odd if len(odd) <= max(1, len(values) // 10) else []
