"""What of a study can be read where some of its sections cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ValidationError

from sim.study.draft import Draft
from sim.study.refusals import NotReadable

_NAMED_BY = {"questionnaire", "roles"}
"""Sections by whose names rules go."""


class Readable(Draft):
    """A study some of whose sections cannot be read: to look at one of those says so."""

    def __getattr__(self, name: str) -> Any:
        """Refuse a section that is left out."""
        if name in Draft.model_fields:
            raise NotReadable(name)
        raise AttributeError(name)

    @classmethod
    def of(cls, given: Mapping[str, Any], faulty: set[str]) -> Self | None:
        """Read all but the faulty sections; None where it is not known which they are."""
        if not faulty or not faulty <= Draft.model_fields.keys():
            return None
        left_out = faulty | ({"success", "primary"} if faulty & {*_NAMED_BY, "success"} else set())
        some = {"questionnaire": {"items": ("unknown",)}} if "questionnaire" in faulty else {}
        rest = {name: value for name, value in given.items() if name not in left_out}
        try:
            whole = cls.model_validate({**rest, **some})
        except ValidationError:
            return None
        for name in left_out:
            whole.__dict__.pop(name, None)
        return whole
