"""From plain data to a draft, and what is wrong with it in clear lines."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sim.errors import Fault, StudyError, printable
from sim.study.base import Percent
from sim.study.draft import Draft
from sim.study.given import plain_data
from sim.study.places import field_at, fields_of, unknown_field
from sim.study.refusals import listed, nearest, shown


def draft_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what the schema fills in; values are checked, how they go together is not.

    Parameters
    ----------
    data : mapping
        As for :func:`sim.study.parse_study`.

    Returns
    -------
    dict
        The same as plain data, every field there.

    Raises
    ------
    StudyError
        As from :func:`sim.study.parse_study`.
    """
    return read_draft(data).model_dump(mode="json")


def read_draft(data: Mapping[str, Any]) -> Draft:
    """Read plain data as :func:`draft_of` does, into a draft."""
    given = plain_data(data)
    try:
        return Draft.model_validate(given)
    except ValidationError as error:
        raise StudyError(*faults_of(error, given)) from None


def faults_of(error: ValidationError, data: Any) -> Iterator[Fault]:
    """Word every fault, one for each field: where one is of several kinds, the most telling."""
    by_field: dict[str, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        of_fields = getattr(detail.get("ctx", {}).get("error"), "faults", None)
        if of_fields is not None:
            yield from (Fault(str(each), each.place) for each in of_fields)
            continue
        by_field.setdefault(_place(detail["loc"], data).split("[")[0], []).append(detail)
    for place, details in by_field.items():
        yield Fault(_telling(details, data), place)


def _telling(errors: list[ErrorDetails], data: Any) -> str:
    known = [detail for detail in errors if not _is_shape(detail)] or errors
    # a misspelt field before the one that it leaves missing
    head = next((detail for detail in known if detail["type"] == "extra_forbidden"), known[0])
    return printable(_sentence(head, data, errors))


def _is_shape(detail: ErrorDetails) -> bool:
    """Tell whether an error only says that a list met a scalar, as one side of a union does."""
    if detail["type"] == "tuple_type":
        return not isinstance(detail["input"], str)
    return isinstance(detail["input"], tuple) and detail["type"].endswith("_type")


def _place(loc: tuple[int | str, ...], data: Any) -> str:
    """Write a location as the user writes it, without the names of union variants."""
    text, node, tagged = "", data, False
    for part in loc:
        if part == "[key]":
            continue  # what is wrong is the name itself
        if isinstance(node, Mapping):
            if str(part).startswith("=") or (not tagged and part == node.get("kind")):
                tagged = True  # the variant that was chosen, not a field
                continue
            text += f".{part}" if text else str(part)
            node, tagged = node.get(part), False
        elif isinstance(node, tuple) and isinstance(part, int):
            text += f"[{part}]"
            node = node[part] if part < len(node) else None
    return text


def _sentence(detail: ErrorDetails, data: Any, errors: list[ErrorDetails]) -> str:
    place, value = _place(detail["loc"], data), detail["input"]
    match detail["type"]:
        case "value_error":
            words = str(detail["ctx"]["error"])
            return words if words.startswith(place.split(".")[0]) else f"{place}: {words}"
        case "extra_forbidden":
            section = place.rpartition(".")[0]
            right = unknown_field(place, list(fields_of(section, data)))
        case "hidden_character":
            right = f"{shown(detail['ctx']['text'])} {detail['msg']}"
        case "missing":
            right = "is missing and must be given"
        case "union_tag_not_found":
            place, right = f"{place}.kind", "is missing and must be given"
        case "union_tag_invalid" if detail["ctx"]["tag"].startswith("="):
            stated = detail["ctx"]["tag"].removeprefix("=")
            right = f"states {stated}, each an effect of its own; state one of them"
        case "union_tag_invalid":
            tag = detail["ctx"]["tag"]
            right = f"{tag!r} {_choices(tag, detail['ctx']['expected_tags'])}"
            place = f"{place}.kind"
        case kind if kind in _BOUNDS.values():
            right = f"{shown(value)} must be {_bounds(detail, field_at(place, data))}"
        case "model_type" | "model_attributes_type" | "dict_type":
            known = [name for name in fields_of(place, data) if name != "assumption"]
            by_name = detail["type"] == "dict_type"  # by names that are the planner's
            such = f": {listed(known)}" if known and not by_name else ""
            right = f"{shown(value)} must be a section with fields of its own{such}"
        case _:
            right = f"{shown(value)} {_right(detail)}{_or_list(detail, data, errors)}"
    return f"{place}: {right}"


def _or_list(detail: ErrorDetails, data: Any, errors: list[ErrorDetails]) -> str:
    """Add that a list would do too, where one side of a union is a list."""
    place = _place(detail["loc"], data)
    listed = (other for other in errors if other["type"] == "tuple_type" != detail["type"])
    return ", or a list" if any(_place(other["loc"], data) == place for other in listed) else ""


_RIGHT = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "literal_error": "must be one of {expected}",
    "string_pattern_mismatch": "must begin with a letter and hold letters, digits, - and _ only",
    "too_short": "must name at least {min_length}",
    "too_long": "must have at most {max_length} items",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
}
_BOUNDS = {
    "gt": "greater_than",
    "ge": "greater_than_equal",
    "lt": "less_than",
    "le": "less_than_equal",
}
_BOUND_WORDS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def _right(detail: ErrorDetails) -> str:
    """Say what would be right."""
    context = detail.get("ctx", {})
    if detail["type"] == "literal_error" and isinstance(detail["input"], str):
        return _choices(detail["input"], context["expected"])
    of_text = f"string_{detail['type']}" if isinstance(detail["input"], str) else ""
    known = _RIGHT.get(of_text) or _RIGHT.get(detail["type"], detail["msg"])
    return known.format(**context)


def _choices(word: str, expected: str) -> str:
    """List the choices, and the one that a misspelt word is nearest to."""
    known = re.findall(r"'([^']+)'", expected)
    close = nearest(word, known, 0.8)  # one_sided is no misspelt two_sided
    return f"must be one of {listed(known, word)}" + (f"; {close}" if "?" in close else "")


def _bounds(detail: ErrorDetails, field: FieldInfo | None) -> str:
    """Word the bound that was crossed together with its partner, if it has one."""
    name = next(key for key, kind in _BOUNDS.items() if kind == detail["type"])
    crossed = {name: detail["ctx"][name]}
    pairs = [] if field is None else [limits_of(field.metadata), *_nested_limits(field.annotation)]
    limits = next((pair for pair in pairs if crossed.items() <= pair.items()), crossed)
    worded = {
        key: str(int(value) if value == int(value) else value) for key, value in limits.items()
    }
    percent = " (or a percent, with its %)" if field and Percent in field.metadata else ""
    if worded.keys() == {"ge", "le"}:
        return f"from {worded['ge']} to {worded['le']}{percent}"
    return " and ".join(f"{_BOUND_WORDS[key]} {value}" for key, value in worded.items()) + percent


def limits_of(metadata: Iterable[Any]) -> dict[str, float]:
    """Read a field's bounds (gt, ge, lt, le) from its metadata."""
    bounds = [(key, getattr(item, key, None)) for item in metadata for key in _BOUNDS]
    return {key: value for key, value in bounds if value is not None}


def _nested_limits(annotation: Any) -> list[dict[str, float]]:
    """Find the bounds inside an annotation, such as a list's items."""
    inner = [
        item
        for part in getattr(annotation, "__metadata__", ())
        for item in getattr(part, "metadata", ())
    ]
    return [
        limits_of(inner),
        *(pair for part in get_args(annotation) for pair in _nested_limits(part)),
    ]
