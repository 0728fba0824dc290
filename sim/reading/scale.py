"""Of which scale answers are: codes and labels, and where the scale ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sim.errors import Fault
from sim.reading.coding import Coding, Expected
from sim.reading.column_map import ColumnMap
from sim.reading.gather import Answer
from sim.reading.kinds import HIGHEST_CODE, MISSING_CODES, MOSTLY, is_missing, numbered, whole
from sim.reading.labels import KNOWN_LABELS, Scale, label_key, scales_of
from sim.study.refusals import listed, shown

USUAL = ((1, 5), (0, 4), (1, 7), (0, 10))
"""Ends of a scale that are taken for its ends where both occur."""


def coding_of(
    answers: Iterable[Answer], columns: ColumnMap, expected: Expected | None
) -> Coding | Fault:
    """Tell how cells become scores.

    Parameters
    ----------
    answers : iterable of Answer
        All that the columns of the items hold.
    columns : ColumnMap
        What is stated of it; what it does not state is told from the cells.
    expected : Expected or None
        What is stated where the map says nothing.

    Returns
    -------
    Coding or Fault
        A fault is a question that the map must answer.
    """
    missing = frozenset(key for word in columns.missing for key in (word, label_key(word)))
    given: dict[str, Answer] = {}
    for answer in answers:
        given.setdefault(answer.text, answer)
    for text in [t for t in given if t in missing or label_key(t) in missing or is_missing(t)]:
        del given[text]
    stated = _stated(columns, expected)
    labels = _usual({label_key(text): text for text in given if _code(text) is None})
    numbers = {code for text in given if (code := _code(text)) is not None}
    coding: Coding | Fault
    if columns.labels:
        coding = _by_map(columns, stated, missing)
    elif expected and (words := {*map(label_key, expected.labels)}) & (labels.keys() or words):
        coding = _by_words(expected.labels, stated or (expected.points, expected.lowest), missing)
    elif labels and scales_of(set(labels)):
        coding = _by_labels(set(labels), given, stated, missing)
    elif stated is not None:
        coding = Coding(*stated, codes={}, missing=missing, labels=_numbered_labels(given, stated))
    elif labels and len(labels) * 2 > len(given):
        coding = _unknown_labels(labels, given)
    else:
        coding = _by_numbers(given, missing)
    return coding if isinstance(coding, Fault) else _without_codes(coding, numbers)


def _without_codes(coding: Coding, numbers: set[int]) -> Coding:
    """Take codes such as 99, where they are outside the scale, for no answer."""
    inside = range(coding.lowest, coding.highest + 1)
    outside = {str(code) for code in numbers & MISSING_CODES if code not in inside}
    reasons = dict(coding.reasons)
    if outside:
        reasons["missing"] = f"because {listed(tuple(sorted(outside)))} is outside the scale"
    return replace(coding, missing=coding.missing | outside, reasons=reasons)


def _usual(labels: dict[str, str]) -> dict[str, str]:
    """Leave out a few labels of no known scale, of which each cell is then complained."""
    known = {key: text for key, text in labels.items() if key in KNOWN_LABELS}
    return known if len(known) >= MOSTLY * len(labels) else labels


def contradictions(answers: Iterable[Answer], coding: Coding | Fault) -> list[Fault]:
    """Complain of numbers with words, such as "1 - Agree", that say two things.

    Either the words have another number on the scale, or with another answer,
    or the numbers run from most to least.
    """
    first: dict[tuple[int, str], Answer] = {}
    for answer in answers:
        if (pair := numbered(answer.text)) and not is_missing(answer.text):
            first.setdefault((pair[0], label_key(pair[1])), answer)
    known_codes = coding.codes if isinstance(coding, Coding) else {}
    codes, words = dict(known_codes), dict[int, str]()
    faults = []
    for (code, word), answer in sorted(first.items(), key=lambda each: each[1].row.line):
        known, other = codes.setdefault(word, code), words.setdefault(code, word)
        if known != code or other != word:
            right = f"elsewhere {shown(word)} is {known}" if known != code else (
                f"elsewhere {code} is {shown(other)}")  # fmt: skip
            faults.append(answer.fault(f"{shown(answer.text)} says two things: {right}"))
    order = [words[code] for code in sorted(words)]
    if not faults and not known_codes and (scales := scales_of(set(order))):
        places = [next(i for i, p in enumerate(scales[0]) if word in p) for word in order]
        if places != sorted(places):
            answer = first[min(words), order[0]]
            faults.append(answer.fault(f"{shown(answer.text)}: the numbers do not run from least "
                          f"to most; add to the map the code of each word, such as labels: "
                          f"{{{_proposed([point[0] for point in scales[0]])}}}"))  # fmt: skip
    return faults


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
    labels: set[str],
    given: Mapping[str, Answer],
    stated: tuple[int, int] | None,
    missing: frozenset[str],
) -> Coding | Fault:
    scales = [each for each in scales_of(labels) if stated is None or len(each) == stated[0]]
    numbers = {text: code for text in given if (code := _code(text)) is not None}
    odd = next((text for text, code in numbers.items() if code not in MISSING_CODES), None)
    if odd is not None:
        return Fault(
            f"labels: some answers are words and others numbers, such as {shown(odd)} "
            f"({given[odd].place}); add to the map the code of each word, such as labels: "
            f"{{{_proposed([point[0] for point in scales_of(labels)[0]])}}}"
        )
    if not scales or not _certain(scales, labels):
        kinds = ", or ".join(f"{len(scale)} points ({_ends(scale)})" for scale in scales[:3])
        listing = listed(tuple(sorted(labels)))
        proposal = _proposed([point[0] for point in (scales or scales_of(labels))[0]])
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


def _unknown_labels(labels: Mapping[str, str], given: Mapping[str, Answer]) -> Fault:
    texts = sorted(labels.values())[: HIGHEST_CODE + 1]
    return Fault(
        f"labels: {', '.join(map(shown, texts))}: these are of no scale that is known (the first: "
        f"{given[texts[0]].place}); add to the map the code of each: labels: "
        f"{{{', '.join(f'{text}: ?' for text in texts)}}}"
    )


def _by_numbers(given: Mapping[str, Answer], missing: frozenset[str]) -> Coding | Fault:
    """Take the scale's ends from the codes, where both ends of a usual scale occur."""
    first: dict[int, Answer] = {}
    for text, answer in given.items():
        if (code := _code(text)) is not None:
            first.setdefault(code, answer)
    inside = first.keys() - MISSING_CODES
    if not inside:
        return Fault("points: no answer is given, so that nothing tells the scale; add points")
    low, high = min(inside), max(inside)
    if (low, high) not in USUAL or not {low + 1, high - 1} <= inside:
        return Fault(
            f"points: the answers run from {low} to {high} ({first[low].place}; "
            f"{first[high].place}), which does not tell where the scale ends; add to the map "
            "(mentorsim map FILE writes one) the number of its points and the code of the lowest, "
            f"such as points: {max(5, high + (low == 0))} and lowest: {min(low, 1)}, and what of "
            "these is no answer (missing), if any"
        )
    reasons = {"points": f"because codes from {low} to {high} occur, the ends of a usual scale"}
    scale = (high - low + 1, low)
    return Coding(*scale, {}, missing, _numbered_labels(given, scale), reasons)


def _numbered_labels(given: Iterable[str], scale: tuple[int, int]) -> tuple[str, ...]:
    """Words of the points where "1 - Strongly disagree" gives them all."""
    points, low = scale
    words = dict(pair for text in sorted(given) if (pair := numbered(text)) is not None)
    labels = tuple(words.get(code, "") for code in range(low, low + points))
    return labels if all(labels) else ()
