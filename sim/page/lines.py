"""Fields of several lines, one for each name: items, totals, rules, effects by item."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from sim.errors import StudyError
from sim.page.criteria import criterion_text, read_criterion
from sim.page.numbers import NUMBER, number, number_text
from sim.study.yaml_text import read_yaml

_NUMBERS = rf"(?:{NUMBER.pattern})(?:[,;\s]+(?:{NUMBER.pattern}))*"
_NAMED = re.compile(r'("(?:[^"\\]|\\.)*"|[^\t]*?)(?:\t|:(?:\s|$))(.*)')
_UNDIVIDED = re.compile(rf"(.*?[^\s\d,;.])\s+({_NUMBERS})")
_WAY = re.compile(
    rf"(counts|median)[:\s]\s*({_NUMBERS})(?:[,\s]*(sd|iqr)[:\s]\s*({NUMBER.pattern}))?"
)


def is_lines(name: str) -> bool:
    """Tell whether a field has a line for each name.

    >>> is_lines("success"), is_lines("roles.nurse.effect.items"), is_lines("seed")
    (True, True, False)
    """
    return name in _READERS or name.endswith("effect.items")


def as_lines(entries: Mapping[str, Any] | None, place: str = "") -> str:
    r"""Write entries, each on a line of its own; nothing for None, "none" where there are none.

    >>> as_lines({"listening": [20, 50, 30], "empathy": None})
    'listening: 20, 50, 30\nempathy:'
    """
    if entries is None:
        return ""
    write = _WRITERS.get(place, _value)
    lines = (f"{_name(name)}: {write(entry)}".rstrip() for name, entry in entries.items())
    return "\n".join(lines) or "none"


def from_lines(place: str, text: str) -> dict[str, Any]:
    r"""Read what :func:`as_lines` writes, and rows of a spreadsheet: a name, then its numbers.

    Raises
    ------
    StudyError
        Where a name stands in two lines.

    Examples
    --------
    >>> from_lines("questionnaire.items", "listening\t20\t50\t30\ncalm: median 2, sd 1")
    {'listening': [20, 50, 30], 'calm': {'median': 2, 'sd': 1}}
    """
    read, entries = _READERS.get(place, _yaml), dict[str, Any]()
    for line in filter(str.strip, text.splitlines()):
        name, value = _divided(line.strip())
        if name in entries:
            raise StudyError(f"{place}: {name!r} is named twice; names must differ")
        entries[name] = read(value.strip())
    return {} if entries == {"none": read("")} else entries


def _divided(line: str) -> tuple[str, str]:
    """Divide a line at its tab or colon, or where its numbers begin."""
    matched = _NAMED.fullmatch(line) or _UNDIVIDED.fullmatch(line)
    name, value = matched.groups()[:2] if matched else (line, "")
    return (str(json.loads(name)) if name.startswith('"') else name.strip()), value


def _name(name: str) -> str:
    plain = _divided(f"{name}: x") == (name, "x") and name != "none"
    return name if plain else json.dumps(name, ensure_ascii=False)


def _value(entry: Any) -> str:
    if entry is None or isinstance(entry, str):
        return entry or ""
    written = yaml.safe_dump(entry, default_flow_style=True, width=10_000, allow_unicode=True)
    text = written.removesuffix("...\n").strip()
    return text[1:-1] if text.startswith("[") else text


def answers_text(answers: Any) -> str:
    """Write how an item is answered, as :func:`read_answers_text` reads it.

    >>> answers_text({"median": 3.0, "sd": 1.5}), answers_text({"counts": [3, 4]})
    ('median 3, sd 1.5', 'counts 3 4')
    """
    stated = answers if isinstance(answers, Mapping) else {}
    match [*stated.items()]:
        case [("counts", [*numbers])] if all(isinstance(each, int) for each in numbers):
            return f"counts {' '.join(map(str, numbers))}"
        case [("median", int() | float() as median), (("sd" | "iqr") as name, spread)]:
            return f"median {number_text(median)}, {name} {number_text(spread)}"
        case [("like", str() as other)]:
            return f"like {other}"
    if isinstance(answers, list) and all(isinstance(each, int | float) for each in answers):
        return ", ".join(map(number_text, answers))
    return _value(answers)


def read_answers_text(text: str) -> Any:
    """Read how an item is answered: shares, counts, a median and spread, like another, or not."""
    if not text:
        return None
    if matched := _WAY.fullmatch(text):
        way, values, spread, width = matched.groups()
        numbers = _numbers(values)
        if way == "counts":
            return {"counts": numbers}
        return {"median": numbers[0], **({spread: number(width)} if spread else {})}
    if re.fullmatch(_NUMBERS, text):
        return _numbers(text)
    if like := re.fullmatch(r"like[:\s]\s*(.+)", text):
        return f"like: {like[1]}"
    return _yaml(text)


def _numbers(text: str) -> list[int | float]:
    return [number(part) for part in re.split(r"[,;\s]+", text)]


def _members(text: str) -> Any:
    """Read the items of a total."""
    return _yaml(text if text.startswith("[") else f"[{re.sub(chr(9), ', ', text)}]")


def _yaml(text: str) -> Any:
    try:
        return read_yaml(text)
    except StudyError:
        return text


_WRITERS: dict[str, Callable[[Any], str]] = {
    "questionnaire.items": answers_text,
    "feasibility.criteria": criterion_text,
}
_READERS: dict[str, Callable[[str], Any]] = {
    "feasibility.criteria": read_criterion,
    "questionnaire.items": read_answers_text,
    "questionnaire.totals": _members,
    "success": str,
}
