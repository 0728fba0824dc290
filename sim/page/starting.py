"""From what a scenario starts, and effects that can be chosen without a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sim.errors import StudyError
from sim.page.lines import from_lines
from sim.page.renaming import default_rules
from sim.page.texts import Plain
from sim.study.feasibility import Feasibility
from sim.study.study_file import read_study_file

BLANK = "blank"
"""Name of the start with nothing but one item."""
EXAMPLES = "examples/"
"""What the names of the examples begin with."""
NEUTRAL: Plain = {"questionnaire": {"items": {"first item": {"median": 3, "sd": 1}}}}
"""The study that a blank form states."""
KINDS = {
    "mean_change": "The mean answer changes by so many points.",
    "responders": "More people reach a point.",
    "items": "Each item has an effect of its own.",
}
"""Effects that can be chosen besides the ready-made ones, and what each is."""


def stated_by(start: str, folders: Iterable[Path]) -> Plain | None:
    """Give what a start states; None where it is an experiment of the configuration's."""
    if start == BLANK:
        return NEUTRAL
    if not start.startswith(EXAMPLES):
        return None
    path = next(path for conf in folders if (path := conf / f"{start}.yaml").is_file())
    return read_study_file(path).data


def new_effect(kind: str, data: Plain) -> Plain:
    """State an effect of a kind, to be changed."""
    questionnaire = data["questionnaire"]
    if kind == "items":
        return {"items": {name: {"odds_ratio": 2.0} for name in questionnaire["items"]}}
    if kind == "mean_change":
        return {"mean_change": 0.5}
    points, lowest = questionnaire["points"], questionnaire["lowest"]
    known = isinstance(points, int) and isinstance(lowest, int)
    return {"responders": {"at_least": lowest + max(points - 2, 1) if known else 4, "rise": 0.2}}


def with_people(data: Plain, text: str) -> Plain:
    """Call those who take part otherwise: one role, or two with a comma between them.

    Raises
    ------
    StudyError
        Where there are other numbers of them, or two of one name.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) not in (1, 2) or len(set(names)) < len(names):
        raise StudyError("words.participant: name one role, or two with a comma between them")
    before: list[str] = [*data["roles"]]
    kept = [*data["roles"].values(), {}][: len(names)]
    roles: dict[str, Any] = dict(zip(names, kept, strict=True))
    words = {**data["words"], "participant": names[0]}
    if words["unit"] in {*before, "pair"}:
        words["unit"] = names[0] if len(names) == 1 else "pair"
    success = {name: _renamed(rule, before, names) for name, rule in data["success"].items()}
    return {**data, "roles": roles, "words": words, "success": success}


def _renamed(rule: Any, before: list[str], names: list[str]) -> Any:
    """Let a rule look at the roles as they are called now."""
    head, word, who = str(rule).rpartition(" for ")
    if not word or not isinstance(rule, str):
        return rule
    listed = [part.strip() for part in who.strip("[]").split(",")]
    if not set(listed) <= set(before):
        return rule
    called = [names[before.index(role)] for role in listed if before.index(role) < len(names)]
    return f"{head} for [{', '.join(called)}]" if called else head


def following(before: Plain, data: Plain) -> Plain:
    """Let the rule that nobody stated follow from the items, and the first rule size the study."""
    if data["success"] == default_rules(before) and isinstance(
        data["questionnaire"]["items"], dict
    ):
        data = {**data, "success": default_rules(data)}
    if data["primary"] == before["primary"] and before["primary"] not in data["success"]:
        data = {**data, "primary": next(iter(data["success"]), "")}
    return data


def with_site(data: Plain, text: str) -> Plain:
    """Call a site otherwise.

    Raises
    ------
    StudyError
        Where it has no name.
    """
    name = text.strip()
    if not re.fullmatch(r"[^.\[\]]{1,60}", name):
        raise StudyError("words.site: say in a word what one site is called, such as ward")
    clusters = dict.fromkeys([name], next(iter(data["clusters"].values())))
    return {**data, "clusters": clusters, "words": {**data["words"], "site": name}}


def with_criteria(data: Plain, text: str) -> Plain:
    """State a pilot's criteria; without any there is no pilot, and the first begins a usual one."""
    criteria = from_lines("feasibility.criteria", text)
    usual = Feasibility.model_construct(criteria={}).model_dump(mode="json")
    stated = {**(data["feasibility"] or usual), "criteria": criteria}
    return {**data, "feasibility": stated if criteria else None}


NAMES: dict[str, Callable[[Plain, str], Plain]] = {
    "words.participant": with_people,
    "words.site": with_site,
    "feasibility.criteria": with_criteria,
}
"""Fields on which others hang: names of people or sites, and what makes a pilot."""
