"""The fields that the form shows, read from the schema: labels, help, bounds, choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import yaml

from sim.errors import StudyError
from sim.study.parse import field_at, limits_of

Plain = dict[str, Any]
"""A study as plain data."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Start from": ("experiment", "report.title"),
    "Effect of mentoring": (
        "effect", "effect.value", "roles.mentor.pre", "correlation.pre_post",
        "correlation.domains",
    ),
    "Size": ("design.min_pairs", "design.max_pairs", "design.sizes", "design.ratio"),
    "Test": (
        "analysis.test", "analysis.p_value", "analysis.alpha", "analysis.alternative",
        "analysis.adjustment",
    ),
    "Success": ("decision.primary", "target.power"),
    "Simulation": ("monte_carlo.replicates", "seed"),
}  # fmt: skip
"""The form, part by part; all else is in the YAML."""
CHOSEN = ("experiment", "effect")
"""Not fields but ready-made sets of them, chosen by name."""
VALUES = ("shift", "odds_ratio", "post", "median")
"""Kinds of effect whose one value the form shows; it is the field of the same name."""


@dataclass(frozen=True)
class Shown:
    """A field as the form shows it.

    Attributes
    ----------
    name : str
        Its name in the form.
    label, help : str
        In words; the help says meaning, unit and bounds, as the schema does.
    text : str
        The value.
    choices : tuple of str
        What can be chosen; empty where it is typed.
    numeric : bool
        Whether it is a number, for the keyboard of a telephone.
    """

    name: str
    label: str
    help: str
    text: str
    choices: tuple[str, ...] = ()
    numeric: bool = False


def place_of(name: str, data: Plain) -> str | None:
    """Where a field of the form stands in a study; None where it does not apply."""
    if name != "effect.value":
        return name
    kind = data["effect"]["kind"]
    return f"effect.{kind}" if kind in VALUES else None


def shown_field(name: str, data: Plain) -> Shown | None:
    """Show one field with its value; None where it does not apply.

    Parameters
    ----------
    name : str
        One of :data:`GROUPS`, but for :data:`CHOSEN`.
    data : dict
        The study as plain data.
    """
    place = place_of(name, data)
    field = None if place is None else field_at(place, data)
    if place is None or field is None:
        return None
    section, _, own = place.rpartition(".")
    said = section in {"correlation", "target", "decision"} and section  # too short without
    label = " ".join([*([said] if said else []), own.replace("_", " ")]).capitalize()
    if name == "roles.mentor.pre":
        label = "Mentors' answers before"
    choices = _choices(place, field.annotation, data)
    about = " ".join((field.description or "").split())
    text = as_text(value_at(data, place))
    return Shown(name, label, about, text, choices, bool(limits_of(field.metadata)))


def _choices(place: str, annotation: Any, data: Plain) -> tuple[str, ...]:
    if place == "decision.primary":
        return tuple(map(str, data["decision"]["rules"]))
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    return ()


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


def as_text(value: Any) -> str:
    """Write a value as YAML does, on one line."""
    if isinstance(value, str):
        return value
    written = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    return written.removesuffix("...\n").strip()


def from_text(name: str, text: str) -> Any:
    """Read what was typed into a field: text where text is meant, else YAML."""
    if name in {"report.title", "decision.primary"}:
        return text
    try:
        return read_yaml(text)
    except StudyError:
        return text


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
