"""The parts of the form: which fields it shows, under which headings, in the study's nouns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pydantic import ValidationError

from sim.page.texts import Plain
from sim.study.words import Words


@dataclass(frozen=True)
class Group:
    """Settings that are chosen together, by the name of a file; its name is the command line's.

    Attributes
    ----------
    label : str
        In words, with the study's nouns put in (:func:`in_words`).
    place : str
        The section of a study that it fills; empty where it fills several.
    folder : str
        Where its files lie, in the configuration.
    """

    label: str
    place: str
    folder: str


CHOSEN: dict[str, Group] = {
    "experiment": Group("Start from", "", "experiment"),
    "effect": Group("Effect", "effect", "effect"),
    "graph": Group("Graph", "analysis.graph", "graph"),
    "control": Group("Control arm", "control", "control"),
    "clusters": Group("{sites}", "clusters", "clusters"),
    "missing": Group("Missing answers", "missing", "missing"),
    "selection": Group("Who takes part", "selection", "selection"),
    "interim": Group("Looks before the end", "interim", "interim"),
}
"""The groups that the form offers; a further role's effect is one too (:func:`group_of`)."""
ROLE_EFFECT = re.compile(r"effect@roles\.([^.]+)\.effect")
"""Name in the form, and on the command line, of the effect on a role other than the first."""


def group_of(name: str) -> Group | None:
    """Settings that are chosen together under a name of the form; None where it is one field.

    >>> group_of("effect@roles.nurse.effect").place, group_of("seed")
    ('roles.nurse.effect', None)
    """
    if role := ROLE_EFFECT.fullmatch(name):
        return Group("Effect on the {second}", f"roles.{role[1]}.effect", "effect")
    return CHOSEN.get(name)


@dataclass(frozen=True)
class Part:
    """A part of the form.

    Attributes
    ----------
    heading : str
        In words, with the study's nouns put in (:func:`in_words`).
    names : tuple of str
        Its fields: places in a study, groups, or a section's every field (``.*``).
    about : str
        Key of the group whose choice the heading of a folded part tells; empty where it is open.
    below : str
        Element below its fields that shows at once what they come to; empty where there is none.
    """

    heading: str
    names: tuple[str, ...]
    about: str = ""
    below: str = ""


START = Part("Start", ("experiment", "title"))
WORDS = Part(
    "Who, and what is done",
    (
        "words.participant",
        "words.intervention",
        "words.before",
        "words.after",
        "words.item",
        "words.unit",
        "words.plurals",
    ),
)
QUESTIONNAIRE = Part(
    "Questionnaire",
    (
        "questionnaire.points",
        "questionnaire.lowest",
        "questionnaire.labels",
        "questionnaire.items",
        "questionnaire.totals",
    ),
)
SETTINGS = (
    Part("Correlations", ("correlation.pre_post", "correlation.items", "correlation.stated_as",
                          "correlation.assumption")),
    Part("Size", ("design.solve", "design.smallest", "design.up_to", "design.n", "design.ratio")),
    Part("Test", (
        "analysis.test", "analysis.cut", "analysis.total_cut", "analysis.p_value",
        "analysis.zeros", "analysis.alpha", "analysis.alternative", "analysis.direction",
        "analysis.adjustment",
        "analysis.sequence", "graph", "analysis.flips",
    )),
    Part("Success", ("success", "primary", "target.power", "target.half_width")),
    Part("Control arm", ("control", "control.*"), "control"),
    Part("Looks", ("interim", "interim.*", "interim.futility.*"), "interim"),
    Part("Missing answers", ("missing", "missing.*"), "missing"),
    Part("{sites}", ("clusters", "words.site", "clusters.*"), "clusters"),
    Part("Who takes part, and what changes anyway",
         ("selection", "selection.*", "uncontrolled.response_shift"), "selection"),
    Part("Pilot", ("feasibility.criteria", "feasibility.sizes", "feasibility.sites",
                   "feasibility.wrong_go", "feasibility.wrong_stop"), "feasibility", "pilot"),
    Part("Simulation", ("monte_carlo.replicates", "seed")),
    Part("Reasons, for the form", ("report.reasons.*",), "report.reasons"),
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
    roles = [Part("The {first}", (
        "effect", "effect.*", "effect.responders.*", "effect.items",
        f"roles.{first}.pre", f"roles.{first}.assumption",
    ))]  # fmt: skip
    for role in others:
        effect = f"roles.{role}.effect"
        names = (
            f"effect@{effect}",
            f"{effect}.*",
            f"{effect}.responders.*",
            f"{effect}.items",
            f"roles.{role}.pre",
            f"roles.{role}.assumption",
        )
        roles.append(Part("The {second}", names))
    parts = (START, WORDS, QUESTIONNAIRE, *roles, *SETTINGS)
    return [replace(part, heading=in_words(part.heading, data)) for part in parts]


def in_words(text: str, data: Plain) -> str:
    """Put a study's nouns into a text of the form.

    Parameters
    ----------
    text : str
        With ``{first}`` and ``{second}`` for the people of the roles, and ``{units}``,
        ``{items}``, ``{site}``, ``{sites}`` and ``{treated}``.
    data : dict
        The study as plain data.
    """
    words, roles = words_of(data), [*data["roles"]]
    nouns = {
        name: getattr(words, name)
        for name in ("units", "item", "items", "site", "sites", "treated")
    }
    nouns |= {"first": words.people(roles[0]), "second": words.people(roles[-1])}
    return sentence_case(text.format_map(nouns | {"one": roles[-1]}))


def words_of(data: Plain) -> Words:
    """Read a study's nouns; for those that cannot be read the usual ones stand."""
    stated = {name: noun for name, noun in data["words"].items() if noun}
    first, *others = data["roles"]
    follows = {"unit": "pair" if others else first, "site": "site"}
    try:
        return Words.model_validate(follows | stated)
    except ValidationError:
        return Words.model_validate(follows)


def sentence_case(text: str) -> str:
    """Write a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
