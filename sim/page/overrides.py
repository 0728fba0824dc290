"""Words of the command line that compose a scenario again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sim.page.parts import CHOSEN
from sim.page.texts import Plain


def escaped(value: Any) -> Any:
    """Keep ``${`` in texts from being read as a reference to another setting."""
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [escaped(item) for item in value]
    if isinstance(value, str):
        return re.sub(r"(\\*)\$\{", lambda m: m[1] * 2 + r"\${", value)
    return value


def base_words(chosen: Mapping[str, str]) -> list[str]:
    """Word the choice of ready-made settings."""
    return [f"{word}={literal(name)}" for word, name in chosen.items()]


def changes(base: Plain, data: Plain, place: str = "") -> Iterator[str]:
    """Word what differs, as overrides."""
    if set(base) != set(data) and not all(map(_is_name, [*base, *data])):
        yield from (f"~{place}", f"+{place}={literal(data)}")
        return
    for key in [key for key in base if key not in data and base[key] is not None]:
        yield f"~{place}.{key}".replace("~.", "~")
    for key, value in data.items():
        inner = f"{place}.{key}".removeprefix(".")
        before = base.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            yield from _nested(before, value, inner)
        elif isinstance(value, dict) and before is None and inner in CHOSEN:
            yield from changes({}, value, inner)  # to Hydra the name alone is that of a choice
        elif value != before or type(value) is not type(before):
            yield f"{'' if key in base else '++'}{inner}={literal(value)}"


def _nested(before: Plain, value: Plain, place: str) -> Iterator[str]:
    if before != value and not all(map(_is_name, value)):
        # items that say nothing are a list: no name of the command line can be any text
        names = place == "questionnaire.items" and not any(value.values())
        yield from (f"~{place}", f"+{place}={literal([*value] if names else value)}")
    else:
        yield from changes(before, value, place)


def _is_name(key: Any) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(key)) is not None


def literal(value: Any) -> str:
    """Write a value as Hydra's command line reads it."""
    match value:
        case None | bool():
            return "null" if value is None else str(value).lower()
        case dict():
            return "{" + ",".join(f"{key}:{literal(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(literal, value)) + "]"
        case str():
            return value if _is_name(value) and value.lower() not in READ else _quoted(value)
        case _:
            return repr(value)


READ = {"null", "true", "false", "nan", "inf"}
"""Words that are read as something else than text."""


def _quoted(text: str) -> str:
    inner = re.sub(r"(\\*)'", lambda m: m[1] * 2 + r"\'", escaped(text))
    inner = re.sub(r"(\\+)$", lambda m: m[1] * 2, inner)
    return f"'{inner}'"
