"""Rules of success as ticks: how many of which items and totals must be won, and of whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from sim.errors import StudyError
from sim.page.renaming import rule_of, totals_of
from sim.page.texts import Plain
from sim.study.success import ITEMS, Rule

HOW = {"all": "all of", "any": "any of", "at_least": "at least so many of", "total": "the total of"}
"""Ways in which a rule looks at what is ticked, in words."""
_NOTHING = re.compile(r"(all|any|at least \d+) of \[\]")


@dataclass(frozen=True)
class Ticks:
    """One rule as ticks.

    Attributes
    ----------
    how : str
        One of :data:`HOW`.
    names : tuple of str
        What is ticked: items and totals, or the items of a total.
    roles : tuple of str
        Whose.
    k : int
        For at_least: how many must be won.
    total : str
        Name of the total where `how` is total.
    """

    how: str
    names: tuple[str, ...]
    roles: tuple[str, ...]
    k: int = 1
    total: str = ""


def ticks_of(rule: Any, data: Plain) -> Ticks | None:
    """Read a rule as ticks; None where it cannot be read.

    Parameters
    ----------
    rule : object
        As a study states it.
    data : dict
        The study as plain data.
    """
    items, totals, first = [*data["questionnaire"]["items"]], totals_of(data), _first(data)
    if nothing := _NOTHING.fullmatch(str(rule)):
        return Ticks("at_least" if nothing[1].startswith("at") else nothing[1], (), (first,))
    read = rule_of(rule, data)
    if read is None:
        return None
    names = tuple(items if read.endpoints == ITEMS else read.endpoints)
    if read.kind == "one" and names[0] in totals:
        return Ticks("total", tuple(totals[names[0]]), read.roles, total=names[0])
    return Ticks("all" if read.kind == "one" else read.kind, names, read.roles, read.k or 1)


def with_ticks(data: Plain, place: str, text: str) -> Plain:
    """Change one thing of one rule, or add or remove one.

    Parameters
    ----------
    data : dict
        The study as plain data.
    place : str
        ``add``, or a number and ``remove``, ``name``, ``how``, ``k``, ``of.NUMBER`` or
        ``role.NUMBER``.
    text : str
        What was typed, chosen or ticked (true or false).

    Raises
    ------
    StudyError
        Where a name is empty or taken, or there is no such rule.
    """
    rules = dict(data["success"])
    if place == "add":
        name = next(f"rule {k}" for k in range(1, 1000) if f"rule {k}" not in rules)
        return {**data, "success": {**rules, name: f"any of {ITEMS}"}}
    number, _, what = place.partition(".")
    name = _at([*rules], number)
    if what == "remove":
        return {**data, "success": {key: rule for key, rule in rules.items() if key != name}}
    if what == "name":
        return _called(data, name, text.strip())
    ticks = ticks_of(rules[name], data)
    return data if ticks is None else _written(data, name, _ticked(ticks, what, text, data))


def _at(names: list[str], number: str) -> str:
    if not number.isdecimal() or int(number) >= len(names):
        raise StudyError("success: there is no such rule any more")
    return names[int(number)]


def _called(data: Plain, old: str, new: str) -> Plain:
    """Call a rule otherwise, and size the study by it where it did."""
    rules = data["success"]
    if not new or (new != old and new in rules):
        raise StudyError(f"success: {new!r} {'names another rule' if new else 'is no name'}")
    primary = new if data["primary"] == old else data["primary"]
    return {
        **data,
        "success": {new if key == old else key: rule for key, rule in rules.items()},
        "primary": primary,
    }


def _ticked(ticks: Ticks, what: str, text: str, data: Plain) -> Ticks:
    items, totals = [*data["questionnaire"]["items"]], [*totals_of(data)]
    part, _, number = what.partition(".")
    if part == "how" and text in HOW:
        summed = tuple(name for name in items if name in ticks.names) or tuple(items)
        return replace(ticks, how=text, names=summed if text == "total" else ticks.names, total="")
    if part == "k" and text.strip().isdecimal():
        return replace(ticks, k=int(text))
    if part == "of":
        offered = items if ticks.how == "total" else [*items, *totals]
        return replace(ticks, names=_with(ticks.names, offered, number, text == "true"))
    if part == "role":
        roles = _with(ticks.roles, [*data["roles"]], number, text == "true")
        return replace(ticks, roles=roles or ticks.roles)
    return ticks


def _with(chosen: tuple[str, ...], offered: list[str], number: str, there: bool) -> tuple[str, ...]:  # noqa: FBT001 - what is ticked
    """Tick one of those that are offered, or take its tick away; in the order of the offer."""
    name = _at(offered, number)
    return tuple(each for each in offered if (there if each == name else each in chosen))


def _written(data: Plain, name: str, ticks: Ticks) -> Plain:
    """Write ticks as the rule of a study, and as a total where they are one."""
    head = ticks.names
    if ticks.how == "total" and ticks.names:
        total, totals = _total(data, name, ticks)
        data = {**data, "questionnaire": {**data["questionnaire"], "totals": totals}}
        head = (total,)
    return {**data, "success": {**data["success"], name: _line(data, ticks, head)}}


def _total(data: Plain, name: str, ticks: Ticks) -> tuple[str, Any]:
    """Name the total of what is ticked, with the totals among which it is."""
    totals = totals_of(data)
    for total, members in totals.items():
        if set(members) == set(ticks.names) and not ticks.total:
            return total, data["questionnaire"]["totals"]
    total = ticks.total or name
    if total in data["questionnaire"]["items"] or (total in totals and not ticks.total):
        total = f"total of {name}"
    return total, {**totals, total: list(ticks.names)}


def _line(data: Plain, ticks: Ticks, names: tuple[str, ...]) -> str:
    items, count = [*data["questionnaire"]["items"]], len(names) * len(ticks.roles)
    one = ticks.how in {"all", "total"} and count == 1
    kind = "one" if one else "all" if ticks.how == "total" else ticks.how
    every = len(names) > 1 and list(names) == items
    rule = {
        "kind": kind,
        "endpoints": ITEMS if every else names,
        "roles": ticks.roles,
        "k": min(max(ticks.k, 1), max(count, 1)) if kind == "at_least" else None,
        "by_default": ticks.roles == (_first(data),),
    }
    return str(Rule.model_validate(rule))


def _first(data: Plain) -> str:
    return str(next(iter(data["roles"])))
