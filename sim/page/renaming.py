"""An item, a total or a rule called otherwise, wherever a study names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.page.texts import Plain, value_at, with_value
from sim.study.questionnaire import TOTAL
from sim.study.success import ITEMS, Rule, default_success, read_rule

BY_NAME = (
    "questionnaire.items", "questionnaire.totals", "analysis.graph.weights",
    "analysis.graph.transitions",
)  # fmt: skip
"""Where things stand under the names of items or totals, besides effects."""


def totals_of(data: Plain) -> dict[str, Any]:
    """Give the totals of a study by name, each with its items."""
    questionnaire = data["questionnaire"]
    items, totals = [*questionnaire["items"]], questionnaire["totals"]
    if isinstance(totals, Mapping):
        return dict(totals)
    return {TOTAL: items} if len(items) > 1 else {}


def default_rules(data: Plain) -> dict[str, str]:
    """State the rule of a study that states none."""
    return default_success([*data["questionnaire"]["items"]], totals_of(data))


def one_renamed(before: Sequence[str], after: Sequence[str]) -> tuple[str, str] | None:
    """Tell which name of a list became which, where that is all that has changed.

    >>> one_renamed(["calm", "patience"], ["calm", "patient"])
    ('patience', 'patient')
    """
    changed = [(old, new) for old, new in zip(before, after, strict=False) if old != new]
    alone = len(before) == len(after) and len(changed) == 1
    return changed[0] if alone and changed[0][1] not in before else None


def with_name(data: Plain, old: str, new: str) -> Plain:
    """Call an item or a total otherwise in the questionnaire, the rules, effects and the order.

    Parameters
    ----------
    data : dict
        The study as plain data, in which it has its old name everywhere.
    old, new : str
        The names.
    """
    rules = data["success"]
    if rules != default_rules(data):  # which follow by themselves
        rules = {name: rule_with_name(rule, data, old, new) for name, rule in rules.items()}
    roles = [f"roles.{role}.effect.items" for role in data["roles"]]
    for place in (*BY_NAME, "effect.items", *roles):
        found = value_at(data, place)
        if isinstance(found, Mapping):
            data = with_value(data, place, _renamed(found, old, new))
    sequence = value_at(data, "analysis.sequence")
    if isinstance(sequence, Sequence) and not isinstance(sequence, str):
        data = with_value(data, "analysis.sequence", _renamed(sequence, old, new))
    return {**data, "success": rules}


def with_lines(data: Plain, place: str, value: Any) -> Plain:
    """Put in what was typed; where it calls one item or total otherwise, so do the rules."""
    before = value_at(data, place)
    if place in BY_NAME[:2] and isinstance(before, Mapping) and isinstance(value, Mapping):
        renamed = one_renamed([*before], [*value])
        data = with_name(data, *renamed) if renamed else data
    return with_value(data, place, value)


def _renamed(value: Any, old: str, new: str) -> Any:
    """Put a name in the place of another: keys, members of lists, and what an item is like."""
    if isinstance(value, Mapping):
        return {
            new if key == old else key: new
            if key == "like" and inner == old
            else _renamed(inner, old, new)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [new if each == old else each for each in value]
    return f"like: {new}" if value == f"like: {old}" else value


def rule_with_name(rule: Any, data: Plain, old: str, new: str) -> Any:
    """Write a rule with another name of an item or total; as it is where it cannot be read."""
    read = rule_of(rule, data)
    if read is None or read.endpoints == ITEMS or old not in read.endpoints:
        return rule
    endpoints = tuple(new if name == old else name for name in read.endpoints)
    return str(read.model_copy(update={"endpoints": endpoints}))


def rule_of(rule: Any, data: Plain) -> Rule | None:
    """Read a rule of a study; None where it is none."""
    items, roles = [*data["questionnaire"]["items"]], [*data["roles"]]
    try:
        return Rule(**read_rule(rule, items, [*totals_of(data)], roles))
    except ValueError:
        return None
