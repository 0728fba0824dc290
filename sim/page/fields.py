"""The fields that the form shows, read from the schema: labels, help, bounds, choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.errors import StudyError
from sim.page.parts import Part, form_parts, group_of, in_words, sentence_case, words_of
from sim.page.texts import Plain, as_text, leaves, value_at
from sim.study.methods import ADJUSTMENTS, TESTS
from sim.study.parse import limits_of
from sim.study.places import field_at, fields_of


def _needing(setting: str) -> tuple[str, ...]:
    return tuple(name for name, own in ADJUSTMENTS.items() if own.needs == setting)


_AT_CUT = tuple(name for name, test in TESTS.items() if test.has_cut)
ONLY_WITH = {
    "analysis.cut": ("analysis.test", _AT_CUT),
    "analysis.total_cut": ("analysis.test", _AT_CUT),
    "analysis.zeros": ("analysis.test", tuple(n for n, test in TESTS.items() if test.ranks_zeros)),
    "analysis.sequence": ("analysis.adjustment", _needing("sequence")),
    "analysis.flips": ("analysis.adjustment", _needing("flips")),
    "graph": ("analysis.adjustment", _needing("graph")),
    "missing.slope": ("missing.kind", ("mar", "mnar")),
}
"""Fields that say something only where another has one of some values."""
OF_TWO_ROLES = {"design.ratio", "clusters.shared_icc"}
"""Fields that say something only where two roles take part."""
LABELS = {
    "words.participant": "Who takes part",
    "words.intervention": "What is done between",
    "words.before": "First answers are given",
    "words.after": "Later answers are given",
    "words.item": "A question is called",
    "words.unit": "Sizes are counted in",
    "words.site": "A site is called",
    "words.plurals": "Irregular plurals",
    "questionnaire.points": "Points of the scale",
    "questionnaire.lowest": "Lowest point scores",
    "questionnaire.labels": "Words of the points",
    "questionnaire.items": "{items}, a line each, and the answers before",
    "questionnaire.totals": "Totals, a line each",
    "success": "Rules of success, a line each",
    "design.solve": "What is asked",
    "target.half_width": "Half-width to reach",
    "correlation.pre_post": "Correlation of before and after",
    "correlation.items": "Correlation between {items}",
    "correlation.stated_as": "Correlations are of",
    "design.smallest": "Smallest size, in {units}",
    "design.up_to": "Largest size, in {units}",
    "design.n": "Or these sizes alone",
    "design.ratio": "{first} to {second}",
    "analysis.alpha": "Significance level",
    "analysis.direction": "Success is a",
    "primary": "Rule that sizes the study",
    "monte_carlo.replicates": "Simulated studies",
    "missing.rate": "People without answers after",
    "missing.item_rate": "Single answers missing",
    "missing.total": "Total of people with gaps",
    "control.ratio": "{treated} to controls",
    "control.beside": "One-group test shown beside",
    "clusters.icc": "Correlation within a {site}",
    "clusters.shared_icc": "Correlation of {first} who share a {one}",
    "interim.looks": "Looks, a number or shares",
    "interim.sizes": "Or looks at these sizes, in {units}",
    "interim.lag": "{units} recruited meanwhile",
    "interim.spend": "Level spent at looks",
    "interim.futility.effect": "No hope where share of effect is below",
    "interim.futility.p": "No hope where p is above",
    "interim.futility.conditional_power": "No hope where power left is below",
    "feasibility.criteria": "Criteria, a line each",
    "feasibility.sizes": "Sizes of the pilot, in {units}",
    "feasibility.sites": "{sites} of the pilot",
    "feasibility.wrong_go": "Goes on wrongly at most",
    "feasibility.wrong_stop": "Stops wrongly at most",
    "selection.at_least": "Total at least",
    "selection.at_most": "Total at most",
}
"""Labels that say more than the names of the fields, with the study's nouns put in."""
APART = {"prior", "selected_for_significance"}
"""Fields of a group that the form leaves to the YAML."""


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
    optional : bool
        Whether it may be left empty.
    """

    name: str
    label: str
    help: str
    text: str
    choices: tuple[str, ...] = ()
    numeric: bool = False
    optional: bool = False


def shown_names(part: Part, data: Plain) -> list[str]:
    """List the fields of a part that say something in this study.

    Parameters
    ----------
    part : Part
        Of :func:`form_parts`.
    data : dict
        The study as plain data.
    """
    names: list[str] = []
    for place in part.names:
        section, star, _ = place.partition(".*")
        names += _simple(section, data) if star else [place]
    return [name for name in names if _applies(name, data)]


def _simple(section: str, data: Plain) -> Iterable[str]:
    """Name the fields of a section that hold numbers, words or lists of them."""
    if section == "clusters":  # which stand under what one of them is called
        return [name for site in data[section] for name in _plain(f"{section}.{site}", data)]
    return _plain(section, data)


def _plain(section: str, data: Plain) -> Iterator[str]:
    stated = value_at(data, section)
    if isinstance(stated, Mapping):
        for name, field in fields_of(section, data).items():
            parts = list(leaves(field.annotation))
            told = get_origin(parts[0]) is Literal and get_args(parts[0]) == (stated.get(name),)
            if (
                (name in stated or name == "assumption")
                and name not in APART
                and not told
                and (name == "assumption" or not any(map(_has_parts, parts)))
            ):
                yield f"{section}.{name}"


def _has_parts(kind: Any) -> bool:
    """Tell whether a type is a section, or keyed."""
    return kind is dict or (isinstance(kind, type) and issubclass(kind, BaseModel))


def _applies(name: str, data: Plain) -> bool:
    place, values = ONLY_WITH.get(name, ("", ()))
    if _unnamed(name) in OF_TWO_ROLES and len(data["roles"]) < 2:
        return False
    if place and value_at(data, place) not in values:
        return False
    if name == "words.site" and not data.get("clusters"):
        return False
    if name.endswith("effect.items") and value_at(data, name) is None:
        return False
    if group := group_of(name):
        parent = group.place.rpartition(".")[0]
        return not parent or value_at(data, parent) is not None
    known = field_at(name, data) is not None and value_at(data, _parent(name)) is not None
    return known or name == "feasibility.criteria"  # the first begins a pilot


def _unnamed(place: str) -> str:
    """Leave what a site is called out of a place."""
    return re.sub(r"^clusters\.[^.]+\.", "clusters.", place)


def _parent(place: str) -> str:
    return place.rpartition(".")[0] or place


def is_shown(name: str, data: Plain) -> bool:
    """Tell whether the form has a field of that name."""
    return any(name in shown_names(part, data) for part in form_parts(data))


def shown_field(name: str, data: Plain) -> Shown:
    """Show one field with its value.

    Parameters
    ----------
    name : str
        One of :func:`shown_names`, but for the groups.
    data : dict
        The study as plain data.
    """
    field = known_field(name, data)
    return Shown(
        name,
        _label(name, data),
        _help(field),
        shown_text(name, data),
        _choices(name, field.annotation, data),
        bool(limits_of(field.metadata)) and str not in leaves(field.annotation),
        NoneType in leaves(field.annotation),
    )


def shown_text(name: str, data: Plain) -> str:
    """Write the value of a field; of a reason its words, where it is for what stands there."""
    if name == "words.participant":
        return ", ".join(data["roles"])
    value = value_at(data, name)
    if name.endswith(".assumption") and isinstance(value, Mapping):
        section, of = value_at(data, _parent(name)), value.get("of") or {}
        holds = all(section.get(field) == stated for field, stated in of.items())
        return str(value["why"]) if holds else ""
    return as_text(name, value)


def _label(name: str, data: Plain) -> str:
    section, _, last = name.rpartition(".")
    parent, _, role = section.rpartition(".")
    if (parent, last) == ("roles", "pre"):
        return sentence_case(f"{words_of(data).people(role)}: answers before")
    if last == "assumption":
        return "Why this is assumed"
    if last == "items" and section.endswith("effect"):
        return in_words("Effects, a line for each {item}", data)
    spelt = f"{section} {last}" if section in {"correlation", "target"} else last  # too short else
    return in_words(LABELS.get(_unnamed(name), spelt.replace("_", " ")), data)


def _help(field: FieldInfo) -> str:
    """Say what the schema says; what is null in the configuration is left empty in the form."""
    return re.sub(r"\bnull\b", "empty", " ".join((field.description or "").split()))


def known_field(name: str, data: Plain) -> FieldInfo:
    """Look a field of the schema up.

    Raises
    ------
    StudyError
        Where there is none.
    """
    field = field_at(name, data)
    if field is None:
        raise StudyError(f"{name}: is not a field of the form")
    return field


def _choices(name: str, annotation: Any, data: Plain) -> tuple[str, ...]:
    if name == "primary":
        return tuple(data["success"])
    every = list(leaves(annotation))
    if bool in every:
        return ("true", "false")
    words = [str(word) for leaf in every if get_origin(leaf) is Literal for word in get_args(leaf)]
    return ("", *words) if words and NoneType in every else tuple(words)
