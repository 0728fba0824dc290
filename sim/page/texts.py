"""Values and the texts that stand for them in the form; plain data by place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo

from sim.errors import StudyError

Plain = dict[str, Any]
"""A study as plain data."""


def value_at(data: Any, place: str) -> Any:
    """Look a value up; None where a part of its place is missing."""
    for part in place.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def with_value(data: Plain, place: str, value: Any) -> Plain:
    """Copy plain data with one value changed."""
    head, _, rest = place.partition(".")
    if not rest:
        return {**data, head: value}
    inner = data.get(head)
    return {**data, head: with_value(inner if isinstance(inner, dict) else {}, rest, value)}


def leaves(annotation: Any) -> Iterator[Any]:
    """List the types and literals that an annotation is made of."""
    origin = get_origin(annotation)
    if origin is Literal or origin is None:
        yield annotation
        return
    if origin is dict:
        yield dict
    for part in get_args(annotation):
        yield from leaves(part)


RATIO = re.compile(r"\s*(\d+)\s*:\s*(\d+)\s*")


def as_text(name: str, value: Any) -> str:
    """Write a value on one line: a list of numbers without brackets, a ratio with a colon."""
    if value is None or isinstance(value, str):
        return value or ""
    if name.endswith(".ratio") and isinstance(value, Sequence) and len(value) == 2:
        return ":".join(map(str, value))
    written = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    text = written.removesuffix("...\n").strip()
    plain = isinstance(value, Sequence) and len(value) > 1 and "[" not in text[1:]
    return text[1:-1] if plain else text


def from_text(name: str, text: str, field: FieldInfo) -> Any:
    """Read what was typed into a field: text where text is meant, else YAML.

    What cannot be read stays text, and is judged by the schema.
    """
    every = list(leaves(field.annotation))
    if NoneType in every and not text.strip():
        return None
    if str in every and not _is_list(every, text):
        return text
    if name.endswith(".ratio") and (found := RATIO.fullmatch(text)):
        return [int(found[1]), int(found[2])]
    bare = "," in text and not text.lstrip().startswith(("[", "{"))
    try:
        return read_yaml(f"[{text}]" if bare else text)
    except StudyError:
        return text


def _is_list(every: list[Any], text: str) -> bool:
    """Tell whether text is a list of texts, where the field may be one."""
    return Ellipsis in every and ("," in text or text.lstrip().startswith("["))


class _Plain(yaml.SafeLoader):
    """Plain data without aliases, by which a short text could stand for an endless one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read here")
        return super().compose_node(parent, index)


def read_yaml(text: str) -> Any:
    """Read plain data.

    Raises
    ------
    StudyError
        One line, where it is no YAML.
    """
    try:
        return yaml.load(text, _Plain)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise StudyError(f"YAML: {' '.join(str(error).split())[:200]}") from None
