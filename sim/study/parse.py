"""From plain data to a frozen study, or to one clear line."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import StudyError
from sim.study.checks import nearest, shown
from sim.study.study import Study


def parse_study(data: Mapping[str, Any]) -> Study:
    """Validate plain data (as read from YAML) into a study.

    Parameters
    ----------
    data : mapping
        Sections by name, holding numbers, strings, lists and mappings.

    Returns
    -------
    Study
        Frozen, valid.

    Raises
    ------
    StudyError
        One line that names the field, its value and what is allowed.
    """
    tuples = _with_tuples(data)
    try:
        return Study.model_validate(tuples)
    except ValidationError as error:
        raise StudyError(_one_line(error, tuples)) from None


def _with_tuples(value: Any) -> Any:
    """Turn lists into tuples at every depth, so that strict frozen models take them."""
    if isinstance(value, Mapping):
        return {key: _with_tuples(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_with_tuples(item) for item in value)
    return value


def _one_line(error: ValidationError, data: Any) -> str:
    """Word the most telling error; what stands behind it is only counted."""
    found = error.errors(include_url=False)
    head = next((detail for detail in found if not _is_shape(detail)), found[0])
    fields = {_place(detail["loc"], data).split("[")[0] for detail in found}
    rest = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    return " ".join(_sentence(head, data, found).split()) + rest


def _is_shape(detail: ErrorDetails) -> bool:
    """Tell whether an error only says that a list met a scalar, as one side of a union does."""
    if detail["type"] == "tuple_type":
        return not isinstance(detail["input"], str)
    return isinstance(detail["input"], tuple) and detail["type"].endswith("_type")


def _place(loc: tuple[int | str, ...], data: Any) -> str:
    """Write a location as the user writes it, without the names of union variants."""
    text, node, tagged = "", data, False
    for part in loc:
        if isinstance(node, Mapping):
            if not tagged and part == node.get("kind"):
                tagged = True  # the variant chosen by `kind`, not a field
                continue
            text += f".{part}" if text else str(part)
            node, tagged = node.get(part), False
        elif isinstance(node, tuple) and isinstance(part, int):
            text += f"[{part}]"
            node = node[part] if part < len(node) else None
    return text


def _sentence(detail: ErrorDetails, data: Any, found: list[ErrorDetails]) -> str:
    place = _place(detail["loc"], data)
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "extra_forbidden":
        section, _, word = place.rpartition(".")
        return f"{place}: unknown field; {nearest(word, _siblings(section, data))}"
    if detail["type"] == "missing":
        return f"{place}: is missing and must be given"
    listed = any(
        other["type"] == "tuple_type" and _place(other["loc"], data) == place for other in found
    )
    return f"{place}: {shown(detail['input'])} {_right(detail, listed=listed)}"


_RIGHT = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "model_type": "must be a section with fields of its own",
    "model_attributes_type": "must be a section with fields of its own",
    "dict_type": "must be a section with fields of its own",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "has an unknown kind {tag!r}; kinds: {expected_tags}",
    "union_tag_not_found": "must name its kind",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
}


def _right(detail: ErrorDetails, *, listed: bool) -> str:
    """Say what would be right."""
    context = detail.get("ctx", {})
    text = _RIGHT.get(detail["type"], detail["msg"]).format(**context)
    if detail["type"] == "literal_error" and isinstance(detail["input"], str):
        known = re.findall(r"'([^']+)'", str(context["expected"]))
        close = nearest(detail["input"], known)
        text = f"must be one of {', '.join(known)}" + (f"; {close}" if "?" in close else "")
    return text + (", or a list" if listed and detail["type"] != "tuple_type" else "")


def _siblings(section: str, data: Any) -> list[str]:
    """List the fields that a section has, following the models and the data's own `kind`."""
    model: Any = Study
    node = data
    for part in filter(None, section.replace("[", ".[").split(".")):
        if part.startswith("["):
            node = node[int(part[1:-1])]
            model = _inner(model, node)
            continue
        node = node.get(part) if isinstance(node, Mapping) else None
        field = getattr(model, "model_fields", {}).get(part)
        model = _inner(field.annotation if field else model, node)
    return list(getattr(model, "model_fields", {}))


def _inner(annotation: Any, node: Any) -> Any:
    """Find the model in an annotation that the data's `kind` selects."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = _models(annotation)
    kind = node.get("kind") if isinstance(node, Mapping) else None
    for model in models:
        field = model.model_fields.get("kind")
        if field and kind in get_args(field.annotation):
            return model
    return models[0] if models else annotation


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
