"""User text as labels: one line, short, told apart; and titles broken into lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.report.charts.theme import Spec
from sim.report.results.sweep import PointReport
from sim.report.topics.sweep import unusable_words
from sim.study.sweep import words

LEGEND_LABEL, IN_TWO_COLUMNS = 42, 21
"""Most characters of a legend's label, and of labels that stand in two columns."""
AXIS_LINE = 30
"""Most characters of a line of an axis's label, of which there are two at most."""
TITLE_LINE, SUBTITLE_LINE = 48.0, 57.0
"""Widest line of a title and of what stands below it, as multiples of the height of its letters."""
NAMED = 40
"""Most characters of a name within a sentence."""

_PARTS = re.compile(r"(?:[^\s._=,]|\.(?=\d))*[\s._=,]*")
AXIS_LABEL: Spec = {"labelExpr": "split(datum.label, '\\n')", "labelLineHeight": 12}
"""For an axis whose labels have lines."""
LETTER, REGULAR = 11, 0.9
"""Height of a label's letters in pixels, and their width as a share of bold ones'."""


def plain(name: object, most: int = NAMED) -> str:
    """Write a name in one short line without control characters; never empty."""
    return words(name, most) or "–"


def quoted(name: object) -> str:
    """Write a name within a sentence."""
    return f"'{plain(name)}'"


def distinct(names: Sequence[object], most: int = LEGEND_LABEL) -> list[str]:
    """Shorten names so that each stays apart from the others.

    Parameters
    ----------
    names : sequence
        From the user.
    most : int
        Most characters.

    Returns
    -------
    list of str
        In their order; those that would be cut alike are numbered.
    """
    short = [plain(name, most) for name in names]
    if len(set(short)) == len(short):
        return short
    return [f"{place}: {plain(name, most - 5)}" for place, name in enumerate(names, 1)]


def legend(labels: Sequence[str], symbol: str) -> Spec:
    """Lay a legend out in two columns where its labels are short, else in one."""
    short = max(map(len, labels), default=0) <= IN_TWO_COLUMNS
    spare = max(map(room, ([label] for label in labels)), default=0) // 4  # for wider typefaces
    columns = {"columns": 2, "columnPadding": 12 + spare} if short else {"columns": 1}
    return {**columns, "symbolType": symbol, "symbolOpacity": 1}


def label_axis(labels: Sequence[str]) -> Spec:
    """Draw an axis of names alone, with room for them in whatever typeface."""
    return {**AXIS_LABEL, "ticks": False, "labelPadding": 4, "minExtent": room(labels)}


def right_room(pixels: int) -> Spec:
    """Keep room right of the plotting area, whatever its width, by an axis that is not seen."""
    return {"orient": "right", "labels": False, "ticks": False, "grid": False, "title": None,
            "domain": True, "domainOpacity": 0, "minExtent": pixels}  # fmt: skip


def room(labels: Sequence[str]) -> int:
    """Give the pixels that labels take, whatever common typeface draws them."""
    lines = [line for label in labels for line in label.split("\n")]
    return round(max(map(width, lines), default=0) * LETTER * REGULAR) + 5


def two_lines(names: Sequence[object], line: int = AXIS_LINE) -> list[str]:
    """Shorten names to two lines each, joined by line feeds; apart from each other."""
    short = [_broken(name, line) for name in distinct(names, 4 * line)]
    if len(set(short)) < len(short):
        numbered = (f"{place}: {plain(name, 4 * line)}" for place, name in enumerate(names, 1))
        return [_broken(name, line) for name in numbered]
    return short


def _broken(name: str, line: int) -> str:
    """Break a name once, after a space or a mark that parts words where there is one."""
    first = ""
    for part in _PARTS.findall(name):
        if len((first + part).rstrip()) > line:
            break
        first += part
    first = first or name[: line - 1]
    rest = name[len(first) :].strip()
    return f"{first.rstrip()}\n{plain(rest, line)}" if rest else first.rstrip()


def titled(title: str, subtitle: Sequence[str]) -> Spec:
    """Break a title and what stands below it into lines that fit the width."""
    below = [part for text in subtitle if text for part in broken(text, SUBTITLE_LINE)]
    return {"text": broken(title, TITLE_LINE), **({"subtitle": below} if below else {})}


_WIDTHS = {"mwM@%…—": 1.05, "W": 1.11, "ABCDEFGHJKLNOPQRSTUVXYZ#&+<=>^~±×": 0.88,
           "tfr-!()[]/": 0.5, " iljI.,:;'|": 0.4}  # fmt: skip
"""Widths of marks in a wide bold face (DejaVu Sans, Verdana), rounded up; others have 0.72."""


def width(text: str) -> float:
    """Width of a text as a multiple of its height, whatever common typeface draws it."""
    sizes = {mark: size for marks, size in _WIDTHS.items() for mark in marks}
    return sum(sizes.get(mark, 0.72 if mark < "\u1100" else 1.05) for mark in text)


def broken(text: str, widest: float) -> list[str]:
    """Break a text into lines between words, and a word only where it is wider than a line.

    Parameters
    ----------
    text : str
        In one line.
    widest : float
        Width of a line as a multiple of the height of its letters.

    Returns
    -------
    list of str
        At least one line; nothing of the text is left out.
    """
    lines = [""]
    for word in text.split():
        rest = word
        if width(f"{lines[-1]} {rest}".strip()) > widest and lines[-1]:
            lines.append("")
        while width(rest) > widest:
            fits = max(n for n in range(1, len(rest)) if width(rest[:n]) <= widest)
            lines[-1], rest = rest[:fits], rest[fits:]
            lines.append("")
        lines[-1] = f"{lines[-1]} {rest}".strip()
    return lines


def percent(share: float) -> str:
    """Write a share in percent; one that is small, but not nothing, as that."""
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def listed(parts: Iterable[str]) -> str:
    """Join with commas and a last 'and'."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def told_apart(values: Sequence[Any]) -> tuple[str, list[Any]]:
    """Where sections differ in one field alone, name that field and give its values.

    Parameters
    ----------
    values : sequence
        A factor's values: plain data.

    Returns
    -------
    field : str
        Empty where values are no sections, or differ in more.
    values : list
        Of the field; the values themselves where there is none.
    """
    if len(values) > 1 and all(isinstance(value, Mapping) for value in values):
        keys = {key for value in values for key in value}
        differ = sorted(
            key for key in keys if any(value.get(key) != values[0].get(key) for value in values)
        )
        if len(differ) == 1 and all(differ[0] in value for value in values):
            return differ[0], [value[differ[0]] for value in values]
    return "", list(values)


def unusable_points(points: Sequence[PointReport]) -> list[str]:
    """Say how many points cannot be used, and why; nothing where all can."""
    unusable = sum(bool(point.unusable) for point in points)
    if not unusable:
        return []
    return [f"Not to be used (*), {unusable} of {len(points)}: {unusable_words(points)}."]
