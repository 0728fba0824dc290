"""The form of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from htmltools import HTML, Tag, TagList, tags

from sim.jobs.preview import PRIMARY, Criterion
from sim.page.editors import EDITORS, editors
from sim.page.fields import Shown, shown_field, shown_names
from sim.page.lines import is_lines
from sim.page.parts import Group, Part, form_parts, group_of, in_words
from sim.page.scenario import Scenario
from sim.page.texts import Plain, value_at
from sim.study.effects import KINDS
from sim.study.methods import ADJUSTMENTS, TESTS

Choices = Mapping[str, Mapping[str, str]]
"""Of the ready-made settings: name by folder, and what each is."""


ALONE = {"control": "parallel", "feasibility": "planned"}
"""Sections of which there is one kind, and what it is called."""
TYPED = {"feasibility.criteria": "people who stay: retention, red 60%, green 80%, expected 85%"}
"""Fields of which nobody would know what is typed there, and an example."""
AS_LINES = "The same as lines, to type or to paste"


def form(scope: str, scenario: Scenario, choices: Choices) -> TagList:
    """Write the form of a scenario with its values.

    Parameters
    ----------
    scope : str
        Letter of the scenario.
    scenario : Scenario
        Its values.
    choices : mapping
        Of the ready-made settings: name by folder, and what each is.
    """
    parts = []
    for part in form_parts(scenario.data):
        names = shown_names(part, scenario.data)
        fields = [_field(scope, name, scenario, choices) for name in names]
        if fields and part.about:
            parts.append(_folded(scope, part, scenario, fields))
        elif fields:
            parts.append(tags.fieldset(tags.legend(part.heading), *fields))
    return TagList(*parts)


def _folded(scope: str, part: Part, scenario: Scenario, fields: list[Tag]) -> Tag:
    """Fold a part away whose heading says enough while nothing is chosen there."""
    kind = _kind(scenario.data, part.about)  # a section has the name of its group
    return tags.details(
        tags.summary(part.heading, ": ", tags.span(kind, class_="kind")),
        tags.fieldset(*fields, **{"aria-label": part.heading}),
        tags.div(id=f"{scope}-{part.below}") if part.below else None,
        id=f"{scope}-part-{part.about}",
        class_="part",
        open="" if kind != "none" else None,
    )


def _kind(data: Plain, place: str) -> str:
    """Say in a word what a section states."""
    section = value_at(data, place)
    if place == "report.reasons":
        return f"{sum(map(bool, section.values()))} given" if any(section.values()) else "none"
    if not section:
        return "none"
    if place == "clusters":
        return str(next(iter(section)))
    if place == "missing":
        return _missing(section)
    stated = next((kind for kind in KINDS if kind in section), "none")
    if place == "interim":
        return str(section["boundary"]).replace("_", " ")
    return str(ALONE.get(place) or section.get("kind", stated)).replace("_", " ")


def _missing(section: Mapping[str, Any]) -> str:
    if section["rate"]:
        return str(section["kind"])
    return "single answers" if section["item_rate"] else "none"


def _field(scope: str, name: str, scenario: Scenario, choices: Choices) -> Tag:
    group = group_of(name)
    shown = _group(name, group, scenario, choices) if group else shown_field(name, scenario.data)
    place = f"{scope}-{name}"
    label = tags.label(shown.label, " ", tags.code(name), **{"for": place})
    control = _control(place, shown, scope, _unchosen(name, group, scenario))
    error = tags.p("", id=f"{place}-error", class_="error", role="alert")
    about = tags.p(shown.help, id=f"{place}-help", class_="help")
    if name in EDITORS:
        return tags.div(
            tags.div(editors(scope, scenario.data)[f"{scope}-{EDITORS[name]}"],
                     id=f"{scope}-{EDITORS[name]}"),
            error,
            tags.details(tags.summary(AS_LINES), label, control, about, id=f"{place}-lines"),
            class_="field wide",
        )  # fmt: skip
    kind = "field wide" if is_lines(name) else "field"
    return tags.div(label, control, error, about, class_=kind)


def _group(name: str, group: Group, scenario: Scenario, choices: Choices) -> Shown:
    """Show the choice of ready-made settings."""
    same = _kind(scenario.data, group.place) == _kind(scenario.base, group.place)
    chosen = scenario.chosen.get(name, "") if same else ""  # the YAML may state another since
    about = choices[group.folder].get(chosen, "")
    if not chosen:
        about = scenario.reason(group.place) or about
    label = in_words(group.label, scenario.data)
    return Shown(name, label, about, chosen, ("", *choices[group.folder]))


def _unchosen(name: str, group: Group | None, scenario: Scenario) -> str:
    """Say what it means that nothing is chosen."""
    if name == "experiment":
        return "as it was opened" if scenario.start else "the shipped study"
    if group:
        alike = group.place.startswith("roles.") and not value_at(scenario.data, group.place)
        kind = "as the first role's" if alike else _kind(scenario.data, group.place)
        return f"as it stands ({kind})"
    return "not set"


WORDED = {
    "two_sided": "two-sided",
    "greater": "greater: scores rise",
    "less": "less: scores fall",
    "size": "the size that is needed",
    "power": "the power at these sizes",
    "effect": "the smallest detectable effect",
    "precision": "the precision at these sizes",
    "rise": "rise: higher scores are better",
    "fall": "fall: lower scores are better",
    "wilcox": "dropped before ranking (wilcox)",
    "pratt": "dropped after ranking (pratt)",
    "mcar": "by chance (mcar)",
    "mar": "by the sum of all answers before (mar)",
    "mnar": "by the change itself (mnar)",
}
"""Words for choices that say less themselves."""
TagAttrs = dict[str, str | float | bool | HTML | None]
"""Attributes of an element."""


def _control(place: str, shown: Shown, scope: str, unchosen: str) -> Tag:
    known: TagAttrs = {
        "id": place,
        "data-field": shown.name,
        "data-scope": scope,
        "data-shiny-no-bind-input": "",
        "aria-describedby": f"{place}-error {place}-help",
    }
    if shown.choices:
        options = [
            tags.option(_worded(choice) if choice else unchosen, value=choice,
                        selected="" if choice == shown.text else None)
            for choice in shown.choices
        ]  # fmt: skip
        return tags.select(*options, known)
    if is_lines(shown.name):
        rows = str(min(max(shown.text.count("\n") + 2, 3), 16))
        known |= {"rows": rows, "spellcheck": "false", "placeholder": TYPED.get(shown.name)}
        return tags.textarea(shown.text, known)
    typed: TagAttrs = {
        "type": "text",
        "value": shown.text,
        "inputmode": "decimal" if shown.numeric else "text",
        "autocomplete": "off",
        "spellcheck": "false",
        "placeholder": "not set" if shown.optional else None,
    }
    return tags.input(known, typed)


def _worded(choice: str) -> str:
    """Name a choice for people; the configuration's own word is its value."""
    if choice in TESTS:
        return TESTS[choice].title
    words = ADJUSTMENTS[choice].words if choice in ADJUSTMENTS else ""
    adjusted = words.partition("adjusted by ")[2]
    return WORDED.get(choice) or adjusted or choice.replace("_", " ")


def criterion_choice(
    scope: str, criteria: Mapping[str, Sequence[Criterion]], chosen: Criterion
) -> TagList:
    """Offer the rules and endpoints whose power can be previewed.

    Parameters
    ----------
    scope : str
        Letter of the scenario.
    criteria : mapping
        Those that can be chosen, by heading.
    chosen : Criterion
        The one that is.
    """
    place = f"{scope}-criterion"
    groups = [
        tags.optgroup(
            *(
                tags.option(
                    f"{one.name} (primary)" if one.key == PRIMARY else one.name,
                    value=one.key,
                    selected="" if one == chosen else None,
                )
                for one in group
            ),
            label=heading,
        )
        for heading, group in criteria.items()
    ]
    known: TagAttrs = {
        "id": place,
        "data-field": "criterion",
        "data-scope": scope,
        "data-shiny-no-bind-input": "",
    }
    return TagList(tags.label("Power of", **{"for": place}), tags.select(*groups, known))
