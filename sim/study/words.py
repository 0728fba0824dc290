"""The nouns of a study: what its people, units, sites and intervention are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.study.base import Line, Section

Noun = Annotated[Line, Field(min_length=1, max_length=60)]


class Words(Section):
    """What things are called in every output."""

    participant: Noun = "participant"
    """Who takes part, in the singular; the name of the role where none is stated."""
    intervention: Noun = "the intervention"
    """What is done between the two times."""
    treated: Noun = "treated"
    """What somebody is who gets it, as in "treated and controls"."""
    unit: Line = Field(default="", max_length=60)
    """In what sizes are counted; empty = the participant, or pair where there are two roles."""
    site: Line = Field(default="", max_length=60)
    """Where people come from; empty = as `clusters` calls it, or site."""
    item: Noun = "item"
    """What a question is called."""
    before: Noun = "before"
    """When answers are first given, as in "answers before" or "answers at baseline"."""
    after: Noun = "after"
    """When they are given again, as in "answers after" or "answers at six weeks"."""
    plurals: dict[str, Noun] = Field(default={})
    """Plurals that are irregular, such as child: children; `participants: children` in `words` is
    short for that of the participant."""

    @model_validator(mode="before")
    @classmethod
    def _participants(cls, given: Any) -> Any:
        """Read the plural of the participant where it is given by itself."""
        if not isinstance(given, Mapping) or "participants" not in given:
            return given
        words = {name: value for name, value in given.items() if name != "participants"}
        plurals, one = words.get("plurals") or {}, words.get("participant", "participant")
        if not isinstance(plurals, Mapping):
            return words
        return {**words, "plurals": {**plurals, one: given["participants"]}}

    @field_validator("after")
    @classmethod
    def _two_times(cls, after: str, info: ValidationInfo) -> str:
        if after == info.data.get("before"):
            raise ValueError("must differ from before")
        return after

    def plural(self, noun: str) -> str:
        """Write a noun in the plural.

        Examples
        --------
        >>> words = Words(plurals={"child": "children"})
        >>> [words.plural(noun) for noun in ("nurse", "study", "clinic visit", "child", "boss")]
        ['nurses', 'studies', 'clinic visits', 'children', 'bosses']
        >>> words.plural("midwife")
        'midwives'
        """
        if noun in self.plurals:
            return self.plurals[noun]
        if noun.endswith("wife"):
            return f"{noun[:-2]}ves"
        if re.search(r"[^aeiou]y$", noun):
            return f"{noun[:-1]}ies"
        return f"{noun}es" if re.search(r"(s|x|z|ch|sh)$", noun) else f"{noun}s"

    @property
    def units(self) -> str:
        """In what sizes are counted, in the plural."""
        return self.plural(self.unit)

    @property
    def sites(self) -> str:
        """Where people come from, in the plural."""
        return self.plural(self.site)

    @property
    def items(self) -> str:
        """What questions are called, in the plural."""
        return self.plural(self.item)

    @property
    def an_item(self) -> str:
        """What a question is called, with its article.

        Examples
        --------
        >>> Words().an_item, Words(item="domain").an_item
        ('an item', 'a domain')
        """
        return f"{'an' if self.item[0].lower() in 'aeiou' else 'a'} {self.item}"

    @property
    def both_times(self) -> str:
        """When answers are given: "before and after", "at baseline and at six weeks"."""
        return f"{self.before} and {self.after}"

    @property
    def around(self) -> str:
        """When answers are given, with what is done in between.

        Examples
        --------
        >>> Words(intervention="the course").around
        'before and after the course'
        >>> Words(intervention="the course", before="at baseline", after="in May").around
        'at baseline and in May, with the course between'
        """
        if (self.before, self.after) == ("before", "after"):
            return f"{self.both_times} {self.intervention}"
        return f"{self.both_times}, with {self.intervention} between"

    @property
    def from_to(self) -> str:
        """From when to when a change is.

        Examples
        --------
        >>> Words().from_to, Words(before="at baseline", after="at six weeks").from_to
        ('from before to after', 'from baseline to six weeks')
        """
        first, last = (re.sub(r"^(at|on|in) ", "", when) for when in (self.before, self.after))
        return f"from {first} to {last}"

    def people(self, role: str) -> str:
        """Name the people of a role."""
        return self.plural(role)

    def count(self, size: int) -> str:
        """Write a size in units, such as "12 nurses"."""
        return self.counted(self.unit, size)

    def counted(self, noun: str, number: int) -> str:
        """Write a number of what a noun names.

        Examples
        --------
        >>> Words().counted("nurse", 1), Words().counted("nurse", 1200)
        ('1 nurse', '1,200 nurses')
        """
        return f"{number:,} {noun if number == 1 else self.plural(noun)}"
