"""From what cells hold to scores: codes and labels, and where the scale ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.errors import Fault
from sim.reading.column_map import ColumnMap
from sim.reading.kinds import HIGHEST_CODE, MISSING_CODES, is_missing, numbered, whole
from sim.reading.labels import Scale, label_key, scales_of
from sim.study.refusals import listed, shown

USUAL = ((1, 5), (0, 4), (1, 7), (0, 10))
"""Ends of a scale that are taken for its ends where both occur."""


@dataclass(frozen=True)
class Expected:
    """The questionnaire that answers are expected to be of.

    Attributes
    ----------
    points, lowest : int
        Of the scale.
    items : tuple of str
        Names of the items, all of which are to be there; empty where any are read.
    roles : tuple of str
        Names of the roles that may take part; empty where any may.
    labels : tuple of str
        Words of the points, lowest first; empty where there are none.
    """

    points: int
    lowest: int = 1
    items: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coding:
    """How cells become scores.

    Attributes
    ----------
    points, lowest : int
        Of the scale, as codes have it.
    codes : mapping of str to int
        Labels that are read, as :func:`label_key` writes them, with their codes.
    missing : frozenset of str
        What stands for no answer besides the usual words, in the same way.
    labels : tuple of str
        Words of the points, lowest first; empty where not all are known.
    reasons : mapping of str to str
        Why, by field of the map.
    """

    points: int
    lowest: int
    codes: Mapping[str, int]
    missing: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    reasons: Mapping[str, str] | None = None

    def score(self, text: str) -> int:
        """Score of a cell, from 1; 0 where no answer is given.

        Raises
        ------
        ValueError
            Says what would be right.
        """
        key = label_key(text)
        if key in self.missing or text in self.missing:
            return 0
        if key in self.codes:
            return self.codes[key] - self.lowest + 1
        if is_missing(text):
            return 0
        pair = numbered(text)
        code = whole(text) if pair is None else pair[0]
        if code is None:
            raise ValueError(_unread(text, self.right, self.labels))
        if not self.lowest <= code <= self.highest:
            side = "below" if code < self.lowest else "above"
            end = self.lowest if code < self.lowest else self.highest
            raise ValueError(f"is {side} {end}; it {self.right}")
        return code - self.lowest + 1

    @property
    def highest(self) -> int:
        """Code of the highest point."""
        return self.lowest + self.points - 1

    @property
    def right(self) -> str:
        """What a cell may hold."""
        words = f" or one of {listed(self.labels)}," if self.labels else ""
        return (
            f"must be a whole number from {self.lowest} to {self.highest},{words} or empty where "
            "the answer is missing"
        )


def _unread(text: str, right: str, labels: tuple[str, ...]) -> str:
    if not text.isascii() and any(char.isdigit() for char in text):
        return f"is not written in the digits 0 to 9; it {right}"
    kind = "is not an answer that is known" if labels else "is not a number"
    return f"{kind}; it {right}" if not text[:1].isdigit() or labels else right


def coding_of(
    texts: Iterable[str], columns: ColumnMap, expected: Expected | None
) -> Coding | Fault:
    """Tell how cells become scores.

    Parameters
    ----------
    texts : iterable of str
        All that the columns of the items hold, each text once or more often.
    columns : ColumnMap
        What is stated of it; what it does not state is told from the texts.
    expected : Expected or None
        What is stated where the map says nothing.

    Returns
    -------
    Coding or Fault
        A fault is a question that the map must answer.
    """
    missing = frozenset(key for word in columns.missing for key in (word, label_key(word)))
    given = {t for t in texts if t not in missing and label_key(t) not in missing
             and not is_missing(t)}  # fmt: skip
    stated = _stated(columns, expected)
    labels = {label_key(text): text for text in given if whole(text) is None
              and numbered(text) is None}  # fmt: skip
    if columns.labels:
        return _by_map(columns, stated, missing)
    if expected and expected.labels and any(label_key(x) in labels for x in expected.labels):
        return _by_words(expected.labels, stated or (expected.points, expected.lowest), missing)
    if labels and len(scales_of(set(labels))) > 0:
        return _by_labels(set(labels), given, stated, missing)
    numbers = {code for text in given if (code := _code(text)) is not None}
    if stated is not None:
        return Coding(*stated, codes={}, missing=missing | _codes_for_missing(numbers, stated),
                      labels=_numbered_labels(given, stated))  # fmt: skip
    if labels and len(labels) * 2 > len(given):
        return _unknown_labels(labels)
    return _by_numbers(given, numbers, missing)


def _stated(columns: ColumnMap, expected: Expected | None) -> tuple[int, int] | None:
    """Points and lowest code where they are stated."""
    points = columns.points or (expected.points if expected else None)
    if points is None:
        return None
    lowest = columns.lowest
    return points, (expected.lowest if expected else 1) if lowest is None else lowest


def _code(text: str) -> int | None:
    pair = numbered(text)
    return whole(text) if pair is None else pair[0]


def _by_map(columns: ColumnMap, stated: tuple[int, int] | None, missing: frozenset[str]) -> Coding:
    codes = columns.labels.values()
    low = min(codes) if columns.lowest is None else columns.lowest
    points = stated[0] if stated else max(codes) - low + 1
    words = {code: text for text, code in columns.labels.items()}
    labels = tuple(words.get(code, "") for code in range(low, low + points))
    known = {label_key(text): code for text, code in columns.labels.items()}
    return Coding(points, low, known, missing, labels if all(labels) else ())


def _by_words(words: tuple[str, ...], scale: tuple[int, int], missing: frozenset[str]) -> Coding:
    points, low = scale
    known = {label_key(text): low + i for i, text in enumerate(words)}
    return Coding(points, low, known, missing, words)


def _by_labels(
    labels: set[str], given: set[str], stated: tuple[int, int] | None, missing: frozenset[str]
) -> Coding | Fault:
    scales = [each for each in scales_of(labels) if stated is None or len(each) == stated[0]]
    if any(_code(text) is not None for text in given):
        return Fault(
            "labels: some answers are words and others numbers; add to the map the code of each "
            f"word, such as labels: {{{_proposed(sorted(labels))}}}"
        )
    if not scales or not _certain(scales, labels):
        kinds = ", or ".join(f"{len(scale)} points ({_ends(scale)})" for scale in scales[:3])
        listing = listed(tuple(sorted(labels)))
        words = scales[0] if scales else ()
        proposal = _proposed([point[0] for point in words] or sorted(labels))
        return Fault(
            f"labels: {listing}: these do not say which scale they are of"
            + (f" ({kinds})" if kinds else "")
            + f"; add to the map, if so: labels: {{{proposal}}}"
        )
    scale, low = scales[0], stated[1] if stated else 1
    names = tuple(point[0].capitalize() for point in scale)
    codes = {way: low + i for i, point in enumerate(scale) for way in point}
    reasons = {"points": f"because the labels are those from {names[0]} to {names[-1]}"}
    return Coding(len(scale), low, codes, missing, names, reasons)


def _certain(scales: list[Scale], labels: set[str]) -> bool:
    """Tell whether the shortest scale is the one: the next has two labels more that never occur.

    One label more, such as a middle that nobody chose, may well not occur among few people.
    """
    first, others = scales[0], scales[1:]
    if any(len(other) == len(first) for other in others):
        return False
    used = sum(bool(labels & set(point)) for point in first)
    known = {way for point in first for way in point}
    extra = [sum(not known & set(point) for point in other) for other in others]
    return not others or (used >= len(first) - 1 and min(extra) >= 2)


def _ends(scale: Scale) -> str:
    return f"{scale[0][0]} to {scale[-1][0]}"


def _proposed(labels: list[str]) -> str:
    return ", ".join(f"{text}: {code}" for code, text in enumerate(labels, start=1))


def _unknown_labels(labels: Mapping[str, str]) -> Fault:
    texts = sorted(labels.values())[: HIGHEST_CODE + 1]
    return Fault(
        f"labels: {', '.join(map(shown, texts))}: these are of no scale that is known; add to the "
        f"map the code of each, such as labels: {{{_proposed(texts)}}}"
    )


def _codes_for_missing(numbers: set[int], stated: tuple[int, int]) -> frozenset[str]:
    points, low = stated
    outside = {code for code in numbers & MISSING_CODES if not low <= code < low + points}
    return frozenset(map(str, outside))


def _by_numbers(given: set[str], numbers: set[int], missing: frozenset[str]) -> Coding | Fault:
    """Take the scale's ends from the codes, where both ends of a usual scale occur."""
    inside = {code for code in numbers if code not in MISSING_CODES}
    codes = frozenset(map(str, numbers - inside))
    if not inside:
        return Fault("points: no answer is given, so that nothing tells the scale; add points")
    low, high = min(inside), max(inside)
    if (low, high) not in USUAL or not {low + 1, high - 1} <= inside:
        return Fault(
            f"points: the answers run from {low} to {high}, which does not tell where the scale "
            "ends; add to the map (mentorsim map FILE writes one) the number of its points and "
            "the code of the lowest, such as "
            f"points: {max(5, high + (low == 0))} and lowest: {min(low, 1)}"
        )
    reasons = {"points": f"because codes from {low} to {high} occur, the ends of a usual scale"}
    if codes:
        reasons["missing"] = f"because {listed(tuple(sorted(codes)))} is outside the scale"
    scale = (high - low + 1, low)
    return Coding(*scale, {}, missing | codes, _numbered_labels(given, scale), reasons)


def _numbered_labels(given: set[str], scale: tuple[int, int]) -> tuple[str, ...]:
    """Words of the points where "1 - Strongly disagree" gives them all."""
    points, low = scale
    words = dict(pair for text in sorted(given) if (pair := numbered(text)) is not None)
    labels = tuple(words.get(code, "") for code in range(low, low + points))
    return labels if all(labels) else ()
