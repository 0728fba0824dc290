"""Which column holds what: the map of a file of answers, as a YAML file states it."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from sim.errors import Fault, StudyError
from sim.reading.labels import label_key
from sim.reading.sheet import folded
from sim.study.base import Line, Section, Several
from sim.study.given import plain_data
from sim.study.questionnaire import MOST_POINTS, Name
from sim.study.refusals import nearest, shown
from sim.study.yaml_text import read_yaml, write_yaml


def _as_text(value: object) -> object:
    """Take a number for the text that stands in a cell."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[Line, BeforeValidator(_as_text)]
"""A column's name, or what a cell holds."""
Texts = Annotated[tuple[Text, ...], Several]
Layout = Literal["wide", "long", "rows_by_time", "two_files"]


class Times(Section):
    """The column that tells the time of a row."""

    column: Text
    """Its name."""
    before: Texts = Field(min_length=1)
    """What it holds before (texts)."""
    after: Texts = Field(min_length=1)
    """What it holds after (texts)."""


class Pair(Section):
    """The two columns of an item in the wide layout."""

    before: Text
    """Column of the answers before."""
    after: Text
    """Column of the answers after."""


class Answers(Section):
    """The columns of the long layout, a row of which is one item of one person."""

    item: Text
    """Column that names the item."""
    before: Text | None = None
    """Column of the answers before."""
    after: Text | None = None
    """Column of the answers after."""
    score: Text | None = None
    """Column of the answers, where `time` tells before from after."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.score is None) == (self.before is None or self.after is None):
            raise ValueError("needs before and after, or score (with time)")
        return self


class ColumnMap(Section):
    """Which column of a file of answers holds what, and how its cells are read."""

    files: Texts = ()
    """Names of the files; of two, before and after (texts)."""
    layout: Layout
    """How answers before and after stand: wide, long, rows_by_time or two_files."""
    id: Text | None = None
    """Column that says who answers; null = each row is a person."""
    role: Text | None = None
    """Column of the roles; null = one role."""
    time: Times | None = None
    """The column that tells the time, where rows do; null = none."""
    answers: Answers | None = None
    """Columns of the long layout; null = another layout."""
    items: dict[Name, Text | Pair] = Field(default={})
    """The items by name: their column, or two (before, after); in the long layout, what the
    column of items holds."""
    points: int | None = Field(default=None, ge=2, le=MOST_POINTS)
    """Number of points of the scale; null = to be filled in."""
    lowest: int | None = Field(default=None, ge=-MOST_POINTS, le=MOST_POINTS)
    """Code of the lowest point; null = to be filled in."""
    labels: dict[Text, int] = Field(default={})
    """Words of the scale with their codes."""
    reversed: Texts = ()
    """Items on which the highest code is the least (names)."""
    missing: Texts = ()
    """What stands for no answer, besides empty cells and such words as NA."""
    left_out: dict[Text, Line] = Field(default={})
    """Columns that are not read, in the long layout items too, each with the reason."""
    sheet: Line | None = None
    """Sheet of a workbook; null = the first."""

    @property
    def named(self) -> list[str]:
        """Names of all columns that are read."""
        names = [self.id, self.role, self.time.column if self.time else None]
        if self.answers:
            each = self.answers
            names += [each.item, each.before, each.after, each.score]
            return [name for name in names if name]
        for column in self.items.values():
            names += [column.before, column.after] if isinstance(column, Pair) else [column]
        return [name for name in names if name]

    @model_validator(mode="after")
    def _check_unique(self) -> Self:
        """Refuse a column, a time or a word that is named as two things."""
        times = [*self.time.before, *self.time.after] if self.time else []
        for what, names in (
            ("column", list(map(folded, self.named))),
            ("time", list(map(folded, times))),
            ("label", list(map(label_key, self.labels))),
        ):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"the {what} {twice!r} is named twice")
        return self

    @model_validator(mode="after")
    def _check_layout(self) -> Self:
        paired = [name for name, column in self.items.items() if isinstance(column, Pair)]
        single = [name for name in self.items if name not in paired]
        if self.layout == "wide" and single:
            raise ValueError(f"items.{single[0]}: needs before and after in the wide layout")
        if self.layout != "wide" and paired:
            raise ValueError(f"items.{paired[0]}: is one column, except in the wide layout")
        if self.layout == "long" and self.answers is None:
            raise ValueError("answers: must name the columns of the long layout")
        by_score = self.answers is not None and self.answers.score is not None
        if self.time is None and (self.layout == "rows_by_time" or by_score):
            raise ValueError("time: must name the column that tells before from after")
        if self.id is None and self.layout != "wide":
            raise ValueError("id: must name the column that says who answers")
        low = min(self.labels.values(), default=0) if self.lowest is None else self.lowest
        high = low + self.points - 1 if self.points else max(self.labels.values(), default=low)
        for word, code in self.labels.items():
            if not low <= code <= high:
                raise ValueError(
                    f"labels.{word}: {code} is no code of a scale from {low} to {high}"
                )
        unknown = [name for name in self.reversed if name not in self.items]
        if unknown and self.items:
            raise ValueError(f"reversed: {unknown[0]!r} is no item; "
                             f"{nearest(unknown[0], list(self.items))}")  # fmt: skip
        return self

    @classmethod
    def from_yaml(cls, text: str, name: str = "map") -> ColumnMap:
        """Read a map.

        Parameters
        ----------
        text : str
            The YAML file's content.
        name : str
            What errors call it.

        Raises
        ------
        StudyError
            A line for everything that is wrong.
        """
        data = read_yaml(text, name)
        if not isinstance(data, Mapping):
            raise StudyError(f"{name}: holds no map; mentorsim map FILE writes one")
        return cls.of(data, name)

    @classmethod
    def of(cls, given: Any, name: str = "map") -> ColumnMap:
        """Take a map as it is, from plain data, or from its file.

        Raises
        ------
        StudyError
            A line for everything that is wrong.
        """
        if isinstance(given, ColumnMap | str | PathLike):
            return given if isinstance(given, ColumnMap) else cls.from_file(Path(given))
        try:
            return cls.model_validate(plain_data(given))
        except ValidationError as error:
            details = error.errors(include_url=False)
            raise StudyError(*(_worded(detail, name) for detail in details)) from None

    @classmethod
    def from_file(cls, path: Path) -> ColumnMap:
        """Read a map from its file, as :meth:`from_yaml` does."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise StudyError(f"{path.name}: cannot be read ({reason})") from None
        return cls.from_yaml(text, path.name)

    def to_yaml(self, reasons: Mapping[str, str] | None = None) -> str:
        """Write the map as a file, with the reason of each guess after it.

        Parameters
        ----------
        reasons : mapping of str to str, optional
            By field, or ``items.name``.
        """
        known, lines = reasons or {}, list[str]()
        for name, value in self.model_dump().items():
            if value in (None, (), {}) and name not in {*_ALWAYS, *known}:
                continue
            lines += _written(name, value, known)
        return "\n".join(lines) + "\n"


_ALWAYS = ("id", "points", "lowest")
"""Fields that stand in the file though nothing is known of them: lines to fill in."""


def _written(name: str, value: Any, reasons: Mapping[str, str]) -> list[str]:
    """Lines of one field, entries of a section a line each."""
    if not isinstance(value, dict) or not value:
        return [_line(name, value, reasons.get(name))]
    lines = [_commented(f"{name}:", reasons.get(name))]
    return lines + [
        "  " + _line(key, entry, reasons.get(f"{name}.{key}"))
        for key, entry in value.items()
        if entry is not None
    ]


def _line(name: str, value: Any, reason: str | None) -> str:
    return _commented(f"{_inline(name)}: {_inline(value)}", reason)


def _inline(value: Any) -> str:
    """Write a value as YAML on one line."""
    text = write_yaml([value]).rstrip("\n")
    return text[2:] if text.startswith("- ") else text[1:-1]


def _commented(text: str, reason: str | None) -> str:
    return f"{text} # {' '.join(reason.split())}" if reason else text


def _worded(detail: ErrorDetails, name: str) -> Fault:
    place = ".".join(str(part) for part in detail["loc"] if part not in {"Pair", "[key]"})
    match detail["type"]:
        case "extra_forbidden" if "." not in place:
            words = f"is no field of a map; {nearest(place, list(ColumnMap.model_fields))}"
        case "missing":
            words = "is missing and must be given"
        case "value_error":
            words = str(detail["ctx"]["error"])
        case _:
            words = f"{shown(detail['input'])}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
    return Fault(f"{name}: {place}: {words}" if place else f"{name}: {words}", place)
