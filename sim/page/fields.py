"""The fields that the form shows, read from the schema: labels, help, bounds, choices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.errors import StudyError
from sim.page.texts import Plain, as_text, leaves, value_at
from sim.study.methods import ADJUSTMENTS, TESTS
from sim.study.parse import limits_of
from sim.study.places import field_at, fields_of


@dataclass(frozen=True)
class Group:
    """Settings that are chosen together, by the name of a file; its name is the command line's.

    Attributes
    ----------
    label : str
        In words.
    place : str
        The section of a study that it fills; empty where it fills several.
    folder : str
        Where its files lie, in the configuration.
    """

    label: str
    place: str
    folder: str


CHOSEN: dict[str, Group] = {
    "experiment": Group("Worked example", "", "experiment"),
    "effect": Group("Effect", "effect", "effect"),
    "graph": Group("Graph", "analysis.graph", "graph"),
    "control": Group("Control arm", "control", "control"),
    "clusters": Group("Hospitals", "clusters", "clusters"),
    "missing": Group("Missing answers", "missing", "missing"),
    "selection": Group("Who takes part", "selection", "selection"),
}
"""The groups that the form offers; a further role's effect is one too (:func:`group_of`)."""
ROLE_EFFECT = re.compile(r"effect@roles\.(\w+)\.effect")
"""Name in the form, and on the command line, of the effect on a role other than the first."""


def group_of(name: str) -> Group | None:
    """Settings that are chosen together under a name of the form; None where it is one field.

    >>> group_of("effect@roles.nurse.effect").label, group_of("seed")
    ('Effect on the nurses', None)
    """
    if role := ROLE_EFFECT.fullmatch(name):
        return Group(f"Effect on the {role[1]}s", f"roles.{role[1]}.effect", "effect")
    return CHOSEN.get(name)


@dataclass(frozen=True)
class Part:
    """A part of the form.

    Attributes
    ----------
    heading : str
        In words.
    names : tuple of str
        Its fields: places in a study, groups, or a section's every field (``.*``).
    about : str
        Key of the group whose choice the heading of a folded part tells; empty where it is open.
    """

    heading: str
    names: tuple[str, ...]
    about: str = ""


START = Part("Start from", ("experiment", "report.title"))
SETTINGS = (
    Part("Correlations", ("correlation.pre_post", "correlation.domains", "correlation.stated_as")),
    Part("Size", ("design.min_pairs", "design.max_pairs", "design.sizes", "design.ratio")),
    Part("Test", (
        "analysis.test", "analysis.cut", "analysis.total_cut", "analysis.p_value",
        "analysis.zeros", "analysis.alpha", "analysis.alternative", "analysis.direction",
        "analysis.adjustment",
        "analysis.sequence", "graph", "analysis.flips",
    )),
    Part("Success", ("decision.primary", "target.power")),
    Part("Control arm", ("control", "control.*"), "control"),
    Part("Missing answers", ("missing", "missing.*"), "missing"),
    Part("Hospitals", ("clusters", "clusters.*"), "clusters"),
    Part("Who takes part, and what changes anyway",
         ("selection", "selection.*", "uncontrolled.response_shift"), "selection"),
    Part("Simulation", ("monte_carlo.replicates", "seed")),
)  # fmt: skip
"""The form after its start and a part for each role; all else is in the YAML."""


def form_parts(data: Plain) -> list[Part]:
    """List the parts of a study's form.

    Parameters
    ----------
    data : dict
        The study as plain data.
    """
    first, *others = data["roles"]
    roles = [Part(f"The {first}s", ("effect", "effect.*", f"roles.{first}.pre"))]
    for role in others:
        effect = f"roles.{role}.effect"
        roles.append(Part(f"The {role}s", (f"effect@{effect}", f"{effect}.*", f"roles.{role}.pre")))
    return [START, *roles, *SETTINGS]


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
}
"""Fields that say something only where another has one of some values."""
LABELS = {
    "correlation.pre_post": "Correlation of before and after",
    "correlation.domains": "Correlation between domains",
    "correlation.stated_as": "Correlations are of",
    "design.min_pairs": "Smallest size, in pairs",
    "design.max_pairs": "Largest size, in pairs",
    "design.sizes": "Or these sizes alone",
    "design.ratio": "{first}s to {second}s",
    "analysis.alpha": "Significance level",
    "analysis.direction": "Success is a",
    "decision.primary": "Rule that sizes the study",
    "monte_carlo.replicates": "Simulated studies",
    "missing.rate": "People without answers after",
    "missing.item_rate": "Single answers missing",
    "missing.total": "Total of people with gaps",
    "control.ratio": "Mentored to controls",
    "control.beside": "One-group test shown beside",
    "clusters.site_icc": "Correlation within a site",
    "clusters.shared_icc": "Correlation of a {second}'s {first}s",
    "selection.at_least": "Total at least",
    "selection.at_most": "Total at most",
}
"""Labels that say more than the names of the fields, with the roles' names put in."""
APART = {"kind", "assumption", "prior", "selected_for_significance"}
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
        names += [f"{section}.{name}" for name in _simple(section, data)] if star else [place]
    return [name for name in names if _applies(name, data)]


def _simple(section: str, data: Plain) -> Iterator[str]:
    """Name the fields of a section that hold numbers, words or lists of them."""
    if isinstance(value_at(data, section), Mapping):
        for name, field in fields_of(section, data).items():
            if name not in APART and not any(map(_has_parts, leaves(field.annotation))):
                yield name


def _has_parts(kind: Any) -> bool:
    """Tell whether a type is a section, or keyed."""
    return kind is dict or (isinstance(kind, type) and issubclass(kind, BaseModel))


def _applies(name: str, data: Plain) -> bool:
    place, values = ONLY_WITH.get(name, ("", ()))
    if place and value_at(data, place) not in values:
        return False
    if group := group_of(name):
        parent = group.place.rpartition(".")[0]
        return not parent or value_at(data, parent) is not None
    return field_at(name, data) is not None and value_at(data, _parent(name)) is not None


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
        _label(name, list(data["roles"])),
        _help(field),
        as_text(name, value_at(data, name)),
        _choices(name, field.annotation, data),
        bool(limits_of(field.metadata)) and str not in leaves(field.annotation),
        NoneType in leaves(field.annotation),
    )


def _label(name: str, roles: list[str]) -> str:
    section, _, last = name.rpartition(".")
    parent, _, role = section.rpartition(".")
    if (parent, last) == ("roles", "pre"):
        return f"{role}s' answers before".capitalize()
    spelt = f"{section} {last}" if section in {"correlation", "target"} else last  # too short else
    words = LABELS.get(name, spelt.replace("_", " "))
    words = words.format(first=roles[0], second=roles[-1])
    return words[:1].upper() + words[1:]


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
    if name == "decision.primary":
        return tuple(map(str, data["decision"]["rules"]))
    every = list(leaves(annotation))
    if bool in every:
        return ("true", "false")
    words = [str(word) for leaf in every if get_origin(leaf) is Literal for word in get_args(leaf)]
    return ("", *words) if words and NoneType in every else tuple(words)
