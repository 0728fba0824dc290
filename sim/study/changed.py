"""What a section states, as plain data, and the same with changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from sim.study.base import Section
from sim.study.effect_kinds import StatedEffect


def stated(value: Any) -> Any:
    """Give what was stated of a section, as plain data, without what follows from it."""
    return value.model_dump(exclude_unset=True) if isinstance(value, Section) else value


def changed(section: Section, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a section states, with changes.

    Parameters
    ----------
    section : Section
        As it is.
    changes : mapping of str to object
        Values by field. A mapping changes the fields of a section, or the entries that are there
        by those names; new names, another way of stating the section, and all that is no mapping
        take the place of the whole.

    Returns
    -------
    dict
        What is not stated is not there.
    """
    data: dict[str, Any] = stated(section)
    for name, value in changes.items():
        data[name] = _changed(getattr(section, name, None), value)
    return data


def without_stale_reasons(before: Any, after: Any) -> Any:
    """Take reasons out that were given for other values than stand beside them now.

    Parameters
    ----------
    before, after : object
        Plain data of a study or of a part of it, as it was stated and as it was changed.

    Returns
    -------
    object
        What stands after; a reason that says itself which values it explains stays.
    """
    if type(after) is not dict or not isinstance(before, Mapping):
        return after
    kept = {name: without_stale_reasons(before.get(name), value) for name, value in after.items()}
    reason = after.get("assumption")
    is_bound = isinstance(reason, Mapping) and reason.get("of") is not None
    if reason == before.get("assumption") and not is_bound and _values(before) != _values(after):
        kept.pop("assumption", None)
    return kept


def _values(section: Mapping[str, Any]) -> dict[str, Any]:
    """What a reason in a section speaks of: all but what has a reason or an origin by itself."""
    apart = {"assumption", "effect", "prior"}
    return {name: value for name, value in section.items() if name not in apart}


def _changed(old: Any, new: Any) -> Any:
    if not isinstance(new, Mapping) or isinstance(new, StatedEffect):
        return new
    if isinstance(old, Section) and not _is_another(old, new):
        kept = stated(old)
        return changed(old, new) if isinstance(kept, dict) else new
    if isinstance(old, dict) and new.keys() <= old.keys():
        return {name: _changed(value, new[name]) if name in new else stated(value)
                for name, value in old.items()}  # fmt: skip
    return new


def _is_another(section: Section, values: Mapping[str, Any]) -> bool:
    """Tell whether values state a section in another way, or one of another kind."""
    ways = {*section.WAYS} & values.keys()
    if ways:
        return not ways & section.model_fields_set
    kind = type(section).model_fields.get("kind")
    kinds = () if kind is None else get_args(kind.annotation)
    return len(kinds) == 1 and values.get("kind", *kinds) != kinds[0]
