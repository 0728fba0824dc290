"""A pilot's progression criteria as lines: a name, what is judged, and its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

import yaml

from sim.errors import StudyError
from sim.page.numbers import NUMBER, number, number_text
from sim.study.feasibility import Criterion
from sim.study.yaml_text import read_yaml

SHARES = ("red", "green", "expected")
"""What is a share, but of a rate."""
WORDS = ("measure", "by", "role", "item")
"""What is text, whatever it looks like."""
SPOKEN = {"sure as": "sure_as", "at least": "at_least"}
"""Names of settings as they are spoken."""
_PART = re.compile(rf"({'|'.join(SPOKEN)}|[^\s:]+)(?:\s*:\s*|\s+)(.+)")
_PERCENT = re.compile(r"(?<=\d)\s+(?=%$)")


def criterion_text(stated: Any) -> str:
    """Write a criterion on a line, as far as it is not as usual.

    Parameters
    ----------
    stated : mapping or object
        As a study states it; anything else is written as it is.

    Examples
    --------
    >>> criterion_text({"measure": "retention", "red": 0.6, "green": 0.8, "sure_as": 10})
    'retention, red 60%, green 80%, sure as 10'
    """
    if not isinstance(stated, Mapping):
        return str(stated)
    usual = {name: field.default for name, field in Criterion.model_fields.items()}
    told = {name: value for name, value in stated.items() if usual.get(name, ...) != value}
    text = ", ".join(_written(name, value, told) for name, value in told.items())
    if read_criterion(text) == told:
        return text
    flow = yaml.safe_dump(told, default_flow_style=True, width=10_000, allow_unicode=True,
                          sort_keys=False)  # fmt: skip
    return flow.strip()  # an item with a comma in its name


def _written(name: str, value: Any, told: Mapping[str, Any]) -> str:
    if name == "measure":
        return str(value)
    is_share = name in SHARES and told.get("measure") != "rate"
    if is_share and isinstance(value, int | float) and value <= 1:
        return f"{name} {100 * value:.10g}%"
    spoken = {setting: words for words, setting in SPOKEN.items()}
    return f"{spoken.get(name, name)} {number_text(value)}"


def read_criterion(text: str) -> Any:
    """Read what :func:`criterion_text` writes, with or without colons; or YAML in braces.

    Parameters
    ----------
    text : str
        What stands behind the criterion's name; what cannot be read is judged by the schema.

    Examples
    --------
    >>> read_criterion("rate, red 1, green: 1,5")
    {'measure': 'rate', 'red': 1, 'green': 1.5}
    """
    if text.startswith("{"):
        try:
            return read_yaml(text)
        except StudyError:
            return text
    stated: dict[str, Any] = {}
    for part in filter(None, map(str.strip, re.split(r",(?!\d)", text))):
        named = _PART.fullmatch(part)
        name, value = named.groups() if named else ("measure", part)
        setting = SPOKEN.get(name, name)
        stated[setting] = value if setting in WORDS else _value(value)
    return stated


def _value(text: str) -> Any:
    point = _PERCENT.sub("", text.replace(",", "."))  # a decimal comma; 60 % is 60%
    value = number(point) if NUMBER.fullmatch(point) else text
    return value if isinstance(value, str) or isfinite(value) else text
