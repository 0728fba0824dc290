"""A scenario: a study as plain data, where it came from, and how to repeat it without the page."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from pathlib import Path
from typing import Any, Protocol

from sim.errors import StudyError
from sim.page.editors import EDITED
from sim.page.fields import is_shown, known_field, shown_names, shown_text
from sim.page.items import with_item
from sim.page.overrides import base_words, changes, escaped
from sim.page.parts import form_parts, group_of
from sim.page.renaming import with_lines
from sim.page.rules import with_ticks
from sim.page.starting import KINDS, NAMES, following, new_effect, stated_by
from sim.page.texts import Plain, from_text, value_at, with_value
from sim.study import Study, parse_study
from sim.study.base import Assumed
from sim.study.draft import Draft
from sim.study.parse import draft_of, read_draft
from sim.study.study_file import study_file
from sim.study.yaml_text import read_yaml, write_yaml


class Compose(Protocol):
    """Composes studies from one configuration, as :class:`sim.compose.Composer` does."""

    def __call__(self, words: Sequence[str] = ()) -> Study:
        """Compose a study from words of the command line."""

    def plain(self, words: Sequence[str] = ()) -> Plain:
        """Compose one that is not validated, as plain data."""

    @property
    def folders(self) -> Sequence[Path]:
        """Folders in which the choices of the groups lie."""

    @property
    def flags(self) -> Sequence[str]:
        """Flags with which the command line composes from the same configuration."""


@dataclass(frozen=True)
class Scenario:
    """A study that may not be valid yet.

    Attributes
    ----------
    compose : callable
        Composes studies.
    chosen : dict of str to str
        Ready-made settings that it started from, by group (:func:`~sim.page.fields.group_of`).
    base, data : dict
        The study as composed from those, and as it is now.
    start : str
        What it started from where that is not the configuration: a file, an example, a blank.
    """

    compose: Compose
    chosen: dict[str, str]
    base: Plain
    data: Plain
    start: str = ""

    @classmethod
    def of(cls, compose: Compose, chosen: Mapping[str, str] | None = None) -> Scenario:
        """Start from ready-made settings, which need not go together yet.

        Raises
        ------
        StudyError
            Where they cannot be composed.
        """
        known = {group: name for group, name in (chosen or {}).items() if name}
        data = draft_of(compose.plain(base_words(known)))
        return cls(compose, known, data, data)

    def changed(self, name: str, text: str) -> Scenario:
        """Change one field of the form.

        Parameters
        ----------
        name : str
            Of a field that the form shows.
        text : str
            What was typed or chosen.

        Raises
        ------
        StudyError
            Where there is no such field, or no such choice.
        """
        if name.startswith(EDITED):
            return self._edited(name, text)
        if not is_shown(name, self.data):
            raise StudyError(f"{name}: is not a field of the form")
        if name == "experiment":
            return self._started(text)
        if group := group_of(name):
            return self._with_choice(name, group.place, text)
        if text == shown_text(name, self.data):
            return self
        if name in NAMES:
            return replace(self, data=NAMES[name](self.data, text))
        value = from_text(name, text, known_field(name, self.data))
        return replace(self, data=following(self.data, with_lines(self.data, name, value)))

    def _edited(self, name: str, text: str) -> Scenario:
        """Change a cell or a tick."""
        editor, _, place = name.partition(".")
        edit = with_item if editor == "item" else with_ticks
        return replace(self, data=following(self.data, edit(self.data, place, text)))

    def _started(self, start: str) -> Scenario:
        stated = stated_by(start, self.compose.folders)
        if stated is None:
            return Scenario.of(self.compose, {"experiment": start})
        return replace(self._stating(start, stated), chosen={"experiment": start})

    def _with_choice(self, name: str, place: str, text: str) -> Scenario:
        if name.startswith("effect") and text in KINDS:
            data = with_value(self.data, place, new_effect(text, self.data))
            others = {group: choice for group, choice in self.chosen.items() if group != name}
            return replace(self, chosen=others, data=data)
        changed = None if self.start else self._composed(name, text)
        if changed is not None:
            value = value_at(changed.data, place)
            return replace(changed, data=with_value(self.data, place, value))
        # what the worked example says of this section does not go with the choice: without it
        # (nor may the configuration have a role to which it could be given)
        of_role = place.startswith("roles.")
        alone = Scenario.of(self.compose, {"effect" if of_role else name: text})
        others = {group: choice for group, choice in self.chosen.items() if group != name}
        given = value_at(alone.data, "effect" if of_role else place)
        if self.start and isinstance(given, dict):  # its reasons speak of the shipped study
            given = _unexplained(given)
        return replace(self, chosen=others, data=with_value(self.data, place, given))

    def _composed(self, name: str, text: str) -> Scenario | None:
        try:
            return Scenario.of(self.compose, {**self.chosen, name: text})
        except StudyError:
            return None

    def rewritten(self, text: str) -> Scenario:
        """Take a whole study from YAML; it is valid, or it is refused.

        Raises
        ------
        StudyError
            A line for each fault, with its line in the text.
        """
        file = study_file(text, Path("YAML"))
        with file.locating(frozenset()):
            study = parse_study(file.data)
        return replace(self, data=study.model_dump(mode="json"))

    def loaded(self, text: str, name: str) -> Scenario:
        """Take a whole study from the text of a file, or of a run's manifest.

        Raises
        ------
        StudyError
            A line for each fault, with the file's name and line.
        """
        file = study_file(text, Path(Path(name).name or "file"))
        with file.locating(frozenset()):
            parse_study(file.data)
        return self._stating("file", file.data)

    def _stating(self, start: str, stated: Plain) -> Scenario:
        data = draft_of(stated)
        return replace(self, chosen={}, base=data, data=data, start=start)

    def within(self, most: int) -> Scenario:
        """Look for a size no further than this, unless it is the shipped study."""
        limit = self.data["design"]["search_limit"]
        if not self.start or limit <= most:
            return self
        return replace(self, data=with_value(self.data, "design.search_limit", most))

    def kept(self) -> str:
        """Write what :meth:`restored` reads."""
        return json.dumps({"start": self.start, "chosen": self.chosen, "data": self.data})

    def restored(self, text: str) -> Scenario:
        """Read what was kept.

        Raises
        ------
        StudyError
            Where it is nothing that was kept here, or not of this configuration.
        """
        kept = read_yaml(text)
        try:
            start, chosen, data = kept["start"], kept["chosen"], draft_of(kept["data"])
        except (TypeError, KeyError, AttributeError):
            raise StudyError("nothing was kept") from None
        if start:
            return replace(self, chosen=chosen, base=data, data=data, start=start)
        return replace(Scenario.of(self.compose, chosen), data=data)

    def study(self) -> Study:
        """Check it.

        Raises
        ------
        StudyError
            One line that names the field, its value and what is allowed.
        """
        return parse_study(self.data)

    def reason(self, place: str) -> str | None:
        """Reason of a section, where there is one for its values as they stand and can be read."""
        draft = self._draft
        if draft is None:
            return None
        section = draft.sites if place == "clusters" else reduce(_inside, place.split("."), draft)
        return draft.reason_of(section) if isinstance(section, Assumed) else None

    @cached_property
    def _draft(self) -> Draft | None:
        """The study with what the schema fills in; None where it cannot be read."""
        try:
            return read_draft(self.data)
        except StudyError:
            return None

    def yaml(self) -> str:
        """Write the whole study as YAML."""
        return write_yaml(self.data)

    def file_text(self) -> str:
        """Write a study's file that the command line takes as it stands."""
        return f"# mentorsim plan FILE, of this file\n{write_yaml(escaped(self.data))}"

    def words(self) -> list[str] | None:
        """Words of the command line that compose this very study; None where there are none."""
        if self.start:
            return None
        words = [*base_words(self.chosen), *changes(self.base, self.data)]
        try:
            # as text, for the order of rules and domains matters too
            same = self.compose(words).model_dump_json() == self.study().model_dump_json()
        except StudyError:
            return None
        return words if same else None

    def command(self, file: str) -> str:
        """Write the command line that gives the same results; with a file where words do not do.

        Parameters
        ----------
        file : str
            Name under which :meth:`file_text` is saved, without its ending.
        """
        words = self.words()
        if words is None:
            return f"mentorsim plan {file}.yaml"
        return shlex.join(["mentorsim", "plan", *self.compose.flags, *words])


def _unexplained(section: Plain) -> Plain:
    """Leave the reasons out of a section, and out of those in it."""
    return {name: _unexplained(value) if isinstance(value, dict) else value
            for name, value in section.items() if name != "assumption"}  # fmt: skip


def _inside(section: Any, name: str) -> Any:
    """Look into a section, or into what is listed by name; None where there is nothing."""
    return section.get(name) if isinstance(section, Mapping) else getattr(section, name, None)


def blamed(line: str, data: Plain) -> str:
    """Name the field of the form that an error's line speaks of; empty where it is none of them."""
    place = line.partition(":")[0].partition("[")[0]
    names = [name for part in form_parts(data) for name in shown_names(part, data)]
    every = {name: group.place if (group := group_of(name)) else name for name in names}
    for name, field in sorted(every.items(), key=lambda item: -len(item[1])):
        if field and (place == field or place.startswith(f"{field}.")):
            return name
    return ""
