"""The fields of a run, looked up by path: what the numbers of a justification come from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite, isnan, nan
from typing import Any

from sim.report.justification_parts import LONG_NAME, Number, Quote, Words, clean


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
    """A number, NaN where it is not defined, with the formula of fields that gives it."""

    amount: float
    formula: str

    def __add__(self, other: Value) -> Value:
        return Value(self.amount + other.amount, f"({self.formula} + {other.formula})")

    def __sub__(self, other: Value) -> Value:
        return Value(self.amount - other.amount, f"({self.formula} - {other.formula})")

    def __mul__(self, other: Value) -> Value:
        return Value(self.amount * other.amount, f"({self.formula} * {other.formula})")

    def __truediv__(self, other: Value) -> Value:
        ratio = self.amount / other.amount if other.amount else nan
        return Value(ratio, f"({self.formula} / {other.formula})")

    def up(self) -> Value:
        """Round it up."""
        return Value(ceil(self.amount), f"ceil({self.formula})")

    def share(self, part: Value, rest: Value) -> Value:
        """That part of it, rounded up, where it is split as part to rest."""
        return (self * part / (part + rest)).up()

    def shown(self, form: str = "") -> Number | Words:
        """Write it with a format specification, or as it stands; a dash if it is not defined."""
        if isnan(self.amount):
            return Words("–")
        return Number(write(self.amount, form), self.formula, form)


def write(amount: float, form: str) -> str:
    """Write a number; a rounding error around nothing is 0, and has no sign.

    Examples
    --------
    >>> write(-1e-17, "+.2f"), write(0.05, "g"), write(83, ""), write(0.7, ".1%"), write(0, ",d")
    ('0.00', '0.05', '83', '70.0%', '0')
    """
    if not form:
        return str(amount)
    if abs(amount) < 1e-9:
        nothing = 0 if isinstance(amount, int) else 0.0
        return format(nothing, form.removeprefix("+"))
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
        field: Any = self._roots
        for key in keys:
            try:
                field = field[key]
            except (KeyError, IndexError, TypeError):
                return None
        return field

    def value(self, *keys: str | int) -> Value:
        """Look a number up; NaN where it is not there."""
        amount = self.get(*keys)
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not isfinite(amount):
            amount = nan
        return Value(amount, "{" + self.path(*keys) + "}")

    def needed(self, *keys: str | int) -> Value:
        """Look a number up that every plan has; a KeyError where it is not there."""
        value = self.value(*keys)
        if isnan(value.amount):
            raise KeyError(self.path(*keys))
        return value

    def count(self, *keys: str | int) -> Value:
        """Count the members of a field."""
        return Value(len(self.get(*keys)), "len({" + self.path(*keys) + "})")

    def number(self, *keys: str | int, form: str = "") -> Number | Words:
        """Write a number; a dash where it is not defined."""
        return self.value(*keys).shown(form)

    def name(self, *keys: str | int) -> Quote:
        """Quote a name, shortened where it is long."""
        return Quote(clean(str(self.get(*keys)), LONG_NAME), self.path(*keys))

    def prose(self, *keys: str | int) -> Quote:
        """Quote prose."""
        return Quote(clean(str(self.get(*keys))), self.path(*keys))

    @staticmethod
    def path(*keys: str | int) -> str:
        """Path of a field."""
        path = str(keys[0])
        for key in keys[1:]:
            path = member(path, key)
        return path
