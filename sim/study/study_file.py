"""A study in a file of the planner's: what stands in it, and at which lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from sim.errors import Fault, StudyError
from sim.study.refusals import shown
from sim.study.yaml_text import MOST_CHARACTERS, Loader, read_yaml

ENDINGS = (".yaml", ".yml", ".json")
"""How the name of such a file ends."""


@dataclass(frozen=True)
class StudyFile:
    """A study's file.

    Attributes
    ----------
    path : Path
        The file.
    data : dict
        Its sections, as plain data.
    lines : dict of str to int
        The line of every field, from 1, by its place.
    """

    path: Path
    data: dict[str, Any] = field(compare=False)
    lines: dict[str, int] = field(compare=False)

    def located(self, error: StudyError, changed: frozenset[str] = frozenset()) -> StudyError:
        """Say of every fault at which line of the file it stands.

        Parameters
        ----------
        error : StudyError
            What is wrong with the study that the file states.
        changed : frozenset of str
            Places that words of the command line set, which stand in no file.
        """
        return StudyError(*(self._located(fault, changed) for fault in error.faults))

    @contextmanager
    def locating(self, changed: frozenset[str]) -> Iterator[None]:
        """Locate what is refused within."""
        try:
            yield
        except StudyError as error:
            raise self.located(error, changed) from None

    def _located(self, fault: Fault, changed: frozenset[str]) -> Fault:
        place = self._place(fault)
        if any(place == word or place.startswith(f"{word}.") for word in changed):
            return fault
        while place and place not in self.lines:
            place = place.rpartition(".")[0]
        at = f", line {self.lines[place]}" if place else ""
        return Fault(fault.words, fault.place, f"{self.path.name}{at}")

    def _place(self, fault: Fault) -> str:
        """Give a fault's place as its words have it, where they are more exact."""
        named = fault.words.partition(": ")[0].partition("[")[0]
        return named if named in self.lines else fault.place


def is_file(word: str) -> bool:
    """Tell whether a word of the command line names a study's file."""
    return "=" not in word and word.lower().endswith(ENDINGS)


def read_study_file(path: Path) -> StudyFile:
    """Read a study's file.

    Parameters
    ----------
    path : Path
        YAML, or JSON, which is YAML too; a run's manifest states the run's study.

    Raises
    ------
    StudyError
        One line, where it cannot be read or holds no sections.
    """
    return study_file(_text(path), path)


def study_file(text: str, path: Path) -> StudyFile:
    """Read the text of a study's file, as :func:`read_study_file` does."""
    data = read_yaml(text, path.name)
    if not isinstance(data, dict):
        raise StudyError(f"{path.name}: holds no study; write sections with fields of their own")
    inner = "config" if {"config", "config_sha256"} <= data.keys() else ""
    node = yaml.compose(text, Loader=Loader)
    lines = {
        place.removeprefix(f"{inner}.") if inner else place: line for place, line in _lines(node)
    }
    for name in data:
        if not isinstance(name, str):
            at = f", line {lines[str(name)]}" if str(name) in lines else ""
            raise StudyError(f"{path.name}{at}: the name {shown(name)} must be text")
    return StudyFile(path, _with_data_near(data[inner] if inner else data, path.parent), lines)


def _with_data_near(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Name a pilot's data as it is named from here, where it lies near the study's file."""
    pilot = data.get("pilot")
    if not isinstance(pilot, dict):
        return data
    near = {key: _near(pilot[key], folder) for key in ("data", "map") if key in pilot}
    return {**data, "pilot": {**pilot, **near}}


def _near(name: Any, folder: Path) -> Any:
    """Name a file, or each of several, as from here; whatever else is given stays as it is."""
    if isinstance(name, list):
        return [_near(each, folder) for each in name]
    try:
        is_near = isinstance(name, str) and (folder / name).is_file()
    except (OSError, ValueError):  # such as a name that is too long
        return name
    return str(folder / name) if is_near else name


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(4 * MOST_CHARACTERS + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StudyError(f"{path.name}: is not UTF-8 text; save it as UTF-8") from None
    except FileNotFoundError:
        raise StudyError(f"{path}: there is no such file{file_meant(path)}") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise StudyError(f"{path}: cannot be read ({reason})") from None


def file_meant(path: Path) -> str:
    """Name the file that is there under the same name with another ending, or a name like it."""
    others = [path.with_name(f"{path.stem}{ending}") for ending in ENDINGS]
    known = [other.name for other in others if other.is_file()]
    if not known:
        there = [each.name for ending in ENDINGS for each in path.parent.glob(f"*{ending}")]
        known = get_close_matches(path.name, sorted(there), 1, 0.8)
    return f"; did you mean {known[0]}?" if known else ""


def _lines(node: yaml.Node | None, place: str = "") -> Iterator[tuple[str, int]]:
    """List the line of every field by its place."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        inner = f"{place}.{key.value}".removeprefix(".")
        yield inner, key.start_mark.line + 1
        yield from _lines(value, inner)
