"""A scenario: a study as plain data, where it came from, and how to repeat it without the page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any, Protocol

import yaml

from sim.errors import StudyError
from sim.page.fields import is_shown, known_field, shown_names
from sim.page.overrides import base_words, changes, escaped
from sim.page.parts import form_parts, group_of
from sim.page.texts import Plain, from_text, value_at, with_value
from sim.study import Study, parse_study
from sim.study.base import Assumed
from sim.study.parse import draft_of, read_draft
from sim.study.yaml_text import read_yaml


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


HYDRA = {
    "defaults": [
        {"override hydra/job_logging": "none"},
        {"override hydra/hydra_logging": "none"},
        "_self_",
    ],
    "hydra": {
        "job": {"name": "plan", "chdir": False},
        "output_subdir": None,
        "run": {"dir": "outputs/plan/${now:%Y-%m-%d_%H-%M-%S}"},
    },
}
"""What a configuration says besides the study, so that it can be run as it stands."""


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
    """

    compose: Compose
    chosen: dict[str, str]
    base: Plain
    data: Plain

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
        if not is_shown(name, self.data):
            raise StudyError(f"{name}: is not a field of the form")
        if name == "experiment":
            return Scenario.of(self.compose, {"experiment": text})
        if group := group_of(name):
            return self._with_choice(name, group.place, text)
        value = from_text(name, text, known_field(name, self.data))
        return replace(self, data=with_value(self.data, name, value))

    def _with_choice(self, name: str, place: str, text: str) -> Scenario:
        try:
            changed = Scenario.of(self.compose, {**self.chosen, name: text})
        except StudyError:
            # what the worked example says of this section does not go with the choice: without it
            # (nor may the configuration have a role to which it could be given)
            of_role = place.startswith("roles.")
            alone = Scenario.of(self.compose, {"effect" if of_role else name: text})
            others = {group: choice for group, choice in self.chosen.items() if group != name}
            given = value_at(alone.data, "effect" if of_role else place)
            data = with_value(self.data, place, given)
            return replace(self, chosen=others, data=data)
        return replace(changed, data=with_value(self.data, place, value_at(changed.data, place)))

    def rewritten(self, text: str) -> Scenario:
        """Take a whole study from YAML; it is valid, or it is refused.

        Raises
        ------
        StudyError
            One line that names what is wrong.
        """
        data = read_yaml(text)  # which bounds its size
        if not isinstance(data, dict):
            raise StudyError("YAML: must be sections with fields of their own")
        for key, value in HYDRA.items():
            if data.get(key, value) != value:
                raise StudyError(f"{key}: is not read here; leave it out, and state every field")
        plain = {key: value for key, value in data.items() if key not in HYDRA}
        return replace(self, data=parse_study(plain).model_dump(mode="json"))

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
        try:
            draft = read_draft(self.data)
        except StudyError:
            return None
        section = draft.sites if place == "clusters" else reduce(_inside, place.split("."), draft)
        return draft.reason_of(section) if isinstance(section, Assumed) else None

    def yaml(self) -> str:
        """Write the whole study as YAML."""
        return _as_yaml(self.data)

    def configuration(self) -> str:
        """Write a file that the command line takes as it stands."""
        head = "# mentorsim plan --config-path=FOLDER --config-name=NAME, of this file\n"
        return head + yaml.safe_dump(HYDRA, sort_keys=False) + _as_yaml(escaped(self.data))

    def words(self) -> list[str] | None:
        """Words of the command line that compose this very study; None where there are none."""
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
            Name under which :meth:`configuration` is saved, without its ending.
        """
        words = self.words()
        if words is None:
            return f'mentorsim plan --config-path="$PWD" --config-name={file}'
        return shlex.join(["mentorsim", "plan", *self.compose.flags, *words])


def _inside(section: Any, name: str) -> Any:
    """Look into a section, or into what is listed by name; None where there is nothing."""
    return section.get(name) if isinstance(section, Mapping) else getattr(section, name, None)


def _as_yaml(data: Plain) -> str:
    return yaml.dump(
        data, Dumper=_Whole, sort_keys=False, default_flow_style=None, width=100, allow_unicode=True
    )


class _Whole(yaml.SafeDumper):
    """Plain data, what stands in two places written out twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def blamed(line: str, data: Plain) -> str:
    """Name the field of the form that an error's line speaks of; empty where it is none of them."""
    place = line.partition(":")[0].partition("[")[0]
    names = [name for part in form_parts(data) for name in shown_names(part, data)]
    every = {name: group.place if (group := group_of(name)) else name for name in names}
    for name, field in sorted(every.items(), key=lambda item: -len(item[1])):
        if field and (place == field or place.startswith(f"{field}.")):
            return name
    return ""


def differing(first: Scenario, second: Scenario) -> list[tuple[str, Any, Any]]:
    """List the places at which two scenarios differ, with both values."""
    places: list[tuple[str, Any, Any]] = []

    def walk(one: Any, other: Any, place: str) -> None:
        if isinstance(one, dict) and isinstance(other, dict):
            for key in dict.fromkeys([*one, *other]):
                walk(one.get(key), other.get(key), f"{place}.{key}".removeprefix("."))
        elif one != other:
            places.append((place, value_at(first.data, place), value_at(second.data, place)))

    walk(first.data, second.data, "")
    return places
