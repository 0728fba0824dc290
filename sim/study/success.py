"""When the study counts as a success, in one line a rule: "all of [listening, empathy]"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import yaml
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from sim.study.base import Section
from sim.study.refusals import nearest, shown

ITEMS = "items"
"""Word that stands for every item, whatever it is called."""
_RULE = re.compile(r"(?:(all|any|at least (\d+)) of )?(.+)", re.DOTALL)
_FOR = re.compile(r"(.+) for (\[.*\]|[^\[\]]+)", re.DOTALL)


class Rule(Section):
    """One rule: wins on adjusted p-values that make the study a success."""

    kind: Literal["one", "any", "all", "at_least"]
    """one = the single endpoint; any, all, or at_least k of the endpoints."""
    endpoints: Literal["items"] | tuple[str, ...]
    """Endpoints the rule looks at: items, or a list of names."""
    roles: tuple[str, ...] = Field(min_length=1)
    """Names of the roles whose endpoints count."""
    k: int | None = Field(default=None, ge=1)
    """For at_least: how many endpoints must be won."""
    by_default: bool = False
    """Whether the roles were left to the default, the first."""

    @model_serializer(mode="wrap")
    def _as_written(self, _handler: SerializerFunctionWrapHandler) -> str:
        return str(self)

    def __str__(self) -> str:
        """Write the rule as a study file states it."""
        names = self.endpoints if isinstance(self.endpoints, str) else _list(self.endpoints)
        kind = f"at least {self.k}" if self.kind == "at_least" else self.kind
        head = self.endpoints[0] if self.kind == "one" else f"{kind} of {names}"
        if self.by_default:
            return head
        return f"{head} for {self.roles[0] if len(self.roles) == 1 else _list(self.roles)}"


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _quoted(name: str) -> str:
    """Write a name for a list, in quotes where it would be read as something else."""
    try:
        plain = _read_list(f"[{name}]") == [name]
    except yaml.YAMLError:
        plain = False
    return name if plain else json.dumps(name, ensure_ascii=False)


def _read_list(text: str) -> Any:
    """Read a list as YAML writes it, of texts alone: "no" is a name."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # makes texts and lists only


def read_rule(
    text: object, items: Sequence[str], totals: Sequence[str], roles: Sequence[str]
) -> dict[str, Any]:
    """Read a rule that is stated in one line.

    Parameters
    ----------
    text : str
        A name, or ``all of``, ``any of`` or ``at least K of`` a list or the
        word ``items``; with ``for`` a role, or a list of them.
    items, totals, roles : sequence of str
        Names that are known.

    Returns
    -------
    dict
        Fields of a :class:`Rule`.

    Raises
    ------
    ValueError
        Says what is wrong and what would be right.

    Examples
    --------
    >>> read = read_rule("at least 2 of [a, b]", ["a", "b", "c"], ["sum"], ["nurse"])
    >>> read["kind"], read["k"], read["endpoints"], read["roles"]
    ('at_least', 2, ('a', 'b'), ('nurse',))
    """
    endpoints = (*items, *totals)
    if not isinstance(text, str):
        raise ValueError(f"{shown(text)} {NO_RULE}")  # noqa: TRY004  # pydantic words these
    text = re.sub(r"\s*\n\s*", " ", text.strip())
    head, who = text, None
    if text not in endpoints and (split := _FOR.fullmatch(text)):
        head, who = split.groups()
    matched = _RULE.fullmatch(head)
    if matched is None:
        raise ValueError(f"{shown(text)} {NO_RULE}")
    kind, k, names = matched.groups()
    if kind and head in endpoints:
        kind, k, names = None, None, head  # an item whose name begins so
    read = {
        "kind": "one" if kind is None else "at_least" if k else kind,
        **({"k": int(k)} if k else {}),
        "endpoints": _endpoints(names, endpoints, single=kind is None),
        "roles": (roles[0],) if who is None else _names(who, roles, "role"),
        "by_default": who is None,
    }
    named = items if read["endpoints"] == ITEMS else read["endpoints"]
    count = len(read["roles"]) * len(named)
    if kind is None and count != 1:
        raise ValueError(
            f"{shown(text)} looks at {count} endpoints; write all of, any of, or at least K of"
        )
    if kind is None:
        read["endpoints"] = tuple(named)
    if k and not 1 <= int(k) <= count:
        raise ValueError(f"{shown(text)}: at least {k} must be at most {count}, what is named")
    return read


NO_RULE = (
    "is no rule; write the name of an item or total, or all of, any of or at least K of a list "
    "such as [first, second] or of items"
)


def _endpoints(names: str, known: Sequence[str], *, single: bool) -> Any:
    if names == ITEMS and ITEMS not in known:
        return ITEMS
    if single and names not in known and names.startswith("["):
        raise ValueError(f"{shown(names)} needs all of, any of, or at least K of before it")
    return _names(names, known, "item or total")


def _names(text: str, known: Sequence[str], what: str) -> tuple[str, ...]:
    """Read one name, or a list of them in square brackets."""
    if text in known:
        return (text,)
    names = [text]
    if text.startswith("["):
        try:
            names = _read_list(text)
        except yaml.YAMLError:
            raise ValueError(f"{shown(text)} is no list; write [first, second]") from None
    for name in names:
        if name not in known:
            raise ValueError(f"{shown(name)} is no {what}; {nearest(name, known)}")
    if not names or len(set(names)) < len(names):
        raise ValueError(f"{shown(text)} must name each once")
    return tuple(names)


def default_success(items: Sequence[str], sums: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """State the rule of a study that states none: its first total, its only item, or any item."""
    if len(items) == 1 or sums:
        first = items[0] if len(items) == 1 else next(iter(sums))
        return {first: first}
    return {f"any {ITEMS[:-1]}": f"any of {ITEMS}"}
