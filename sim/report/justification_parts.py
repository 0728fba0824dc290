"""What a justification is made of: words, quotations, numbers that know their field, and blanks."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, Literal

LONG_NAME = 60
"""Characters of a name that are shown."""
LONG_PROSE = 4000
"""Characters of the planner's prose that are shown."""


@dataclass(frozen=True)
class Words:
    """Fixed words of ours."""

    text: str


@dataclass(frozen=True)
class Quote:
    """Words of the run, as in the field named, made fit to be shown; names may be shortened."""

    text: str
    path: str


@dataclass(frozen=True)
class Number:
    """A number as it is shown, and the field it comes from.

    Attributes
    ----------
    text : str
        As shown.
    formula : str
        Path of the field in braces, such as ``{summary.seed}``; or sums and
        products of such, for what is not itself a field.
    form : str
        Format specification with which the value is written.
    """

    text: str
    formula: str
    form: str


@dataclass(frozen=True)
class Blank:
    """A place that only the planner can fill."""

    text: str


Part = Words | Quote | Number | Blank
Line = tuple[Part, ...]


@dataclass(frozen=True)
class Paragraph:
    """Parts in a row; how it is set: plain, the answer (highlighted), or an entry of a list."""

    parts: Line
    kind: Literal["plain", "answer", "entry"] = "plain"


@dataclass(frozen=True)
class Table:
    """A table with a head row; the first columns are words, `left` of them, the others numbers."""

    caption: Line
    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    left: int = 1


Status = Literal["complete", "missing", "not applicable"]


@dataclass(frozen=True)
class Requirement:
    """One thing that a guideline asks for, and whether it is there."""

    label: str
    text: str
    status: Status


@dataclass(frozen=True)
class Item:
    """A section of the document with what it answers to."""

    heading: str
    blocks: tuple[Paragraph | Table, ...]
    requirements: tuple[Requirement, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Guideline items that this section answers to, each once."""
        return tuple(dict.fromkeys(own.label for own in self.requirements))


@dataclass(frozen=True)
class Justification:
    """A sample size justification, before it is written in any format.

    Attributes
    ----------
    title : Quote
        The planner's title.
    items : tuple of Item
        Its sections in order, the answer first.
    references : tuple of str
        What is cited, in order of the alphabet.
    """

    title: Quote
    items: tuple[Item, ...]
    references: tuple[str, ...]

    @property
    def requirements(self) -> tuple[tuple[Requirement, str], ...]:
        """Everything asked for, with the heading under which it stands."""
        return tuple((own, item.heading) for item in self.items for own in item.requirements)


def line(*parts: Part | str) -> Line:
    """Put parts in a row; strings are words of ours."""
    return tuple(Words(part) if isinstance(part, str) else part for part in parts if part != "")


def text(*parts: Part | str) -> Paragraph:
    """Write a plain paragraph."""
    return Paragraph(line(*parts))


def listed(names: Sequence[Line]) -> Line:
    """Put several in a row: a, b and c."""
    found: list[Part] = []
    for place, own in enumerate(names):
        if place:
            found.append(Words(" and " if place == len(names) - 1 else ", "))
        found.extend(own)
    return tuple(found)


def clean(words: str, most: int = LONG_PROSE) -> str:
    """Make words of the user fit to be shown: one line, no control characters, not too long.

    Examples
    --------
    >>> clean("a" + chr(0) + " b" + chr(10) + "c")
    'a b c'
    >>> clean("abcdef", 4)
    'abc…'
    """
    unwanted = {"Cc", "Cs", "Cn", "Co"}
    shown = "".join(
        " " if mark.isspace() else mark
        for mark in words
        if mark.isspace() or not (unicodedata.category(mark) in unwanted or _turns(mark))
    )
    shown = re.sub(" +", " ", shown).strip()
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"


def _turns(mark: str) -> bool:
    """Tell whether a character changes the direction of what follows."""
    return "\u202a" <= mark <= "\u202e" or "\u2066" <= mark <= "\u2069"


def member(path: str, key: str | int) -> str:
    """Path of a member of a field.

    Examples
    --------
    >>> member("summary.effects", "mentor"), member("a", 0), member("a", "time management")
    ('summary.effects.mentor', 'a[0]', 'a["time management"]')
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    if re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII):
        return f"{path}.{key}"
    quoted = json.dumps(key).replace("{", "\\u007b").replace("}", "\\u007d")
    return f"{path}[{quoted}]"


@dataclass(frozen=True)
class Value:
    """A number with the formula of fields that gives it."""

    amount: float
    formula: str

    def __add__(self, other: Value) -> Value:
        return Value(self.amount + other.amount, f"({self.formula} + {other.formula})")

    def __sub__(self, other: Value) -> Value:
        return Value(self.amount - other.amount, f"({self.formula} - {other.formula})")

    def __mul__(self, other: Value) -> Value:
        return Value(self.amount * other.amount, f"({self.formula} * {other.formula})")

    def __truediv__(self, other: Value) -> Value:
        return Value(self.amount / other.amount, f"({self.formula} / {other.formula})")

    def up(self) -> Value:
        """Round it up."""
        return Value(ceil(self.amount), f"ceil({self.formula})")

    def share(self, part: Value, rest: Value) -> Value:
        """That part of it, rounded up, where it is split as part to rest."""
        return (self * part / (part + rest)).up()

    def shown(self, form: str = "") -> Number:
        """Write it with a format specification, or as it stands."""
        return Number(write(self.amount, form), self.formula, form)


def write(amount: float, form: str) -> str:
    """Write a number; a rounding error around nothing is 0, and has no sign.

    Examples
    --------
    >>> write(-1e-17, "+.2f"), write(0.05, "g"), write(83, ""), write(0.7, ".1%")
    ('0.00', '0.05', '83', '70.0%')
    """
    if not form:
        return str(amount)
    if abs(amount) < 1e-9:
        return format(0.0, form.removeprefix("+"))
    return format(amount, form)


ONE = Value(1, "1")


class Fields:
    """The fields of a run, by path.

    Parameters
    ----------
    roots : mapping
        What paths begin with: summary, manifest, results.
    """

    def __init__(self, roots: Mapping[str, Any]) -> None:
        self._roots = roots

    def get(self, *keys: str | int) -> Any:
        """Look a field up; None where it, or anything above it, is not there."""
        found: Any = self._roots
        for key in keys:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def value(self, *keys: str | int) -> Value | None:
        """Look a number up; None where it is not defined."""
        found = self.get(*keys)
        if isinstance(found, bool) or not isinstance(found, int | float) or not isfinite(found):
            return None
        return Value(found, "{" + self.path(*keys) + "}")

    def count(self, *keys: str | int) -> Value:
        """Count the members of a field."""
        return Value(len(self.get(*keys)), "len({" + self.path(*keys) + "})")

    def number(self, *keys: str | int, form: str = "") -> Number | Words:
        """Write a number; a dash where it is not defined."""
        found = self.value(*keys)
        return Words("–") if found is None else found.shown(form)

    def name(self, *keys: str | int) -> Quote:
        """Quote a name, shortened where it is long."""
        return Quote(clean(str(self.get(*keys)), LONG_NAME), self.path(*keys))

    def prose(self, *keys: str | int) -> Quote:
        """Quote prose."""
        return Quote(clean(str(self.get(*keys))), self.path(*keys))

    @staticmethod
    def path(*keys: str | int) -> str:
        """Path of a field."""
        found = str(keys[0])
        for key in keys[1:]:
            found = member(found, key)
        return found
