"""Words of before and after, in headings, in the column of times and in names of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.reading.sheet import folded

_KIND = r"[ -]?(?:test|course|survey|training|intervention|programme|program|workshop|session)?"
_BEFORE = rf"(?:pre{_KIND}|before|baseline|prior to)"
_AFTER = rf"(?:post{_KIND}|after|follow[ -]?up|following)"
_COUNT = r"(?:t|time|wave|timepoint) ?(?P<count>\d)"
_WORD = rf"(?P<time>{_BEFORE}|{_AFTER}|{_COUNT})"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[(\[]?{_WORD}\b[^:]{{0,200}}:\s*(?P<stem>.+)",
        rf"(?P<stem>.+?)\s*[(\[]\s*{_WORD}\b[^()\[\]]{{0,60}}[)\]]",
        rf"[(\[]?{_WORD}[)\]]?\s*[-–.)\]\s]\s*(?P<stem>.+)",
        rf"(?P<stem>.+?)\s*[-–.,:\s]\s*{_WORD}",
    )
)
ONLY_ITEM = "answer"
"""Name of the item in a file whose headings are times alone."""
_SINGLE = re.compile(_WORD, re.IGNORECASE)
TIME_COLUMNS = frozenset(
    ("time", "timepoint", "time point", "event", "event name", "redcap event name", "wave",
     "occasion", "phase", "measurement", "visit", "assessment", "period", "moment", "prepost",
     "pre post", "pre/post", "when", "session", "survey", "test")
)  # fmt: skip
"""How columns are called that tell the time of a row."""


@dataclass(frozen=True)
class Timed:
    """A heading that names a time.

    Attributes
    ----------
    stem : str
        What is left of it: the item.
    time : str
        ``before``, ``after``, or the number of a time, such as ``1``.
    """

    stem: str
    time: str


def timed(heading: str) -> dict[int, Timed]:
    """Split a heading into an item and a time, by the style in which that can be done."""
    plain = " ".join(heading.replace("_", " ").split())
    if alone := _SINGLE.fullmatch(plain):
        return {len(_PATTERNS): Timed(ONLY_ITEM, _time(alone))}
    return {
        style: Timed(stem, _time(matched))
        for style, pattern in enumerate(_PATTERNS)
        if (matched := pattern.fullmatch(plain)) and (stem := matched["stem"].strip(" -–:.,"))
    }


def time_alone(heading: str) -> str | None:
    """Time that a heading is, with no item."""
    matched = _SINGLE.fullmatch(" ".join(heading.replace("_", " ").split()))
    return _time(matched) if matched else None


def _time(matched: re.Match[str]) -> str:
    if matched["count"]:
        return matched["count"]
    return "before" if re.fullmatch(_BEFORE, matched["time"], re.IGNORECASE) else "after"


def ordered(times: Iterable[str]) -> dict[str, str]:
    """Say which times are before and after: words as they are, of two numbers the lower first."""
    every = set(times)
    counts = sorted(every - {"before", "after"})
    if len(counts) == 2 and not every & {"before", "after"}:
        return {counts[0]: "before", counts[1]: "after"}
    return {time: time for time in every & {"before", "after"}}


def split_times(values: Sequence[str], *, is_named: bool) -> dict[str, str] | None:
    """Say of the values of a column which are before and which after.

    Parameters
    ----------
    values : sequence of str
        What the column holds.
    is_named : bool
        Whether the column is called as one of times: only then may its values be numbers.

    Returns
    -------
    dict of str to str, or None
        ``before`` or ``after`` by value; None where the column is none of times. Few rows may
        hold other values.
    """
    given = [value for value in values if value]
    times = {value: time for value in set(given) if (time := _of_value(value, is_named=is_named))}
    order = ordered(times.values())
    sides = {value: order[time] for value, time in times.items() if time in order}
    known = sum(value in sides for value in given)
    both = set(sides.values()) == {"before", "after"}
    return sides if both and known >= 0.8 * len(given) else None


def _of_value(value: str, *, is_named: bool) -> str | None:
    words = " ".join(re.split(r"[\s_.,;:()/-]+", folded(value)))
    if re.fullmatch(r"\d(\.0)?", value):
        return value[0] if is_named else None
    matched = re.search(rf"\b{_WORD}\b", words)
    return _time(matched) if matched else None


def time_of_file(name: str) -> str | None:
    """Time that the name of a file tells."""
    stem = re.sub(r"\.(csv|tsv|txt|xlsx|xlsm)\b", " ", name)
    words = " ".join(re.split(r"[\s_.,;:()-]+", stem))
    times = {_time(matched) for matched in re.finditer(rf"\b{_WORD}\b", words, re.IGNORECASE)}
    return times.pop() if len(times) == 1 else None
