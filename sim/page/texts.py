"""Values and the texts that stand for them in the form; plain data by place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo

from sim.errors import StudyError
from sim.page.lines import as_lines, from_lines, is_lines
from sim.page.numbers import NUMBER, number
from sim.study.yaml_text import read_yaml

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
        yield dict  # whatever its names are made of
        return
    for part in get_args(annotation):
        yield from leaves(part)


RATIO = re.compile(r"\s*(\d+)\s*:\s*(\d+)\s*")


def as_text(name: str, value: Any) -> str:
    """Write a value on one line: a list of numbers without brackets, a ratio with a colon."""
    if is_lines(name):
        return as_lines(value, name)
    if name == "words.plurals":
        return ", ".join(f"{one}: {many}" for one, many in value.items())
    if value is None or isinstance(value, str):
        return value or ""
    if name.endswith(".ratio") and isinstance(value, Sequence) and len(value) == 2:
        return ":".join(map(str, value))
    written = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    text = written.removesuffix("...\n").strip()
    plain = isinstance(value, Sequence) and len(value) > 1 and "[" not in text[1:]
    return text[1:-1] if plain else text


def from_text(name: str, text: str, field: FieldInfo) -> Any:
    """Read what was typed into a field, as people mean it.

    Numbers are decimal, with a comma or a point, or a percentage; several are
    a list. Text stays text; what is in brackets is YAML. What cannot be read
    stays text, and is judged by the schema.
    """
    every = list(leaves(field.annotation))
    typed = text.strip()
    if NoneType in every and not typed:
        return None
    if (special := _special(name, typed)) is not None:
        return special
    if str in every:
        return _texts(typed) if Ellipsis in every and _is_list(typed) else text
    if typed.startswith(("[", "{")):
        return _yaml_or_text(typed)
    if typed in {"true", "false"} and bool in every:
        return typed == "true"
    return _numbers(typed, field.annotation)


def _special(name: str, typed: str) -> Any:
    """Read what is written in a way of its own; None where it is not."""
    if is_lines(name):
        return from_lines(name, typed)
    if name == "words.plurals":
        return _yaml_or_text("{" + typed + "}")
    if name.endswith(".ratio") and (ratio := RATIO.fullmatch(typed)):
        return [int(ratio[1]), int(ratio[2])]
    return typed if name.endswith(".assumption") else None


def _numbers(typed: str, annotation: Any) -> Any:
    """Read one number or several; what is none stays text."""
    scalar, several = _takes(annotation)
    if scalar and not several and re.fullmatch(r"[+-]?\d*,\d+%?", typed):
        typed = typed.replace(",", ".")  # a decimal comma
    parts = [part for part in re.split(r"[,;\s]+", typed) if part]
    if not parts or not all(map(NUMBER.fullmatch, parts)):
        return typed
    numbers = [number(part) for part in parts]
    if not all(map(isfinite, numbers)):
        return typed
    return numbers[0] if scalar and len(numbers) == 1 else numbers


def _takes(annotation: Any) -> tuple[bool, bool]:
    """Tell whether a field takes one number, and whether it takes a list."""
    if get_origin(annotation) is tuple:
        return False, True
    if get_origin(annotation) in {Union, UnionType, Annotated}:
        kinds = [_takes(part) for part in get_args(annotation)]
        return any(one for one, _ in kinds), any(many for _, many in kinds)
    return annotation in {int, float}, False


def _yaml_or_text(typed: str) -> Any:
    try:
        return read_yaml(typed)
    except StudyError:
        return typed


def _texts(typed: str) -> Any:
    """Read a list of names, in brackets or with commas between them."""
    if typed.startswith("["):
        return _yaml_or_text(typed)
    return [part.strip() for part in typed.split(",")]


def _is_list(typed: str) -> bool:
    return "," in typed or typed.startswith("[")
