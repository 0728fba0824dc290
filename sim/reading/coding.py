"""How cells of answers become scores, and of which questionnaire they are to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.errors import StudyError
from sim.reading.kinds import is_missing, numbered, whole
from sim.reading.labels import label_key
from sim.study.refusals import listed, nearest


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

    @classmethod
    def of(cls, given: Expected | Mapping[str, Any]) -> Expected:
        """Take a questionnaire as it is, or from plain data with such names.

        Raises
        ------
        StudyError
            Where the points are missing, or a name is another.
        """
        if isinstance(given, Expected):
            return given
        data = {**given}
        texts = {each: tuple(data.pop(each, ())) for each in ("items", "roles", "labels")}
        points, lowest = data.pop("points", len(texts["labels"])), data.pop("lowest", 1)
        for name in data:
            known = nearest(name, ["points", "lowest", *texts])
            raise StudyError(f"questionnaire.{name}: is none of its fields; {known}")
        if not points:
            raise StudyError("questionnaire.points: is missing; how many has the scale?")
        return cls(points, lowest, **texts)


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
    reasons: Mapping[str, str] = field(default_factory=dict)

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
        if pair and label_key(pair[1]) in self.codes:  # as the map has it
            return self.codes[label_key(pair[1])] - self.lowest + 1
        code = whole(text) if pair is None else pair[0]
        if code is None:
            raise ValueError(_unread(text, self.right, self.labels))
        if str(code) in self.missing:  # written 99.0
            return 0
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
