"""Where Hydra takes settings from: files and words, none of which can run code or read the machine.

Hydra would import the plugins that it comes across, search packages (which imports them), build
whatever ``_target_`` names and read the environment. Here it sees files alone, and what stands in
those of the user's is looked at before it is composed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any

from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.core_plugins.importlib_resources_config_source import (
    ImportlibResourcesConfigSource,
)
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import OmegaConf
from omegaconf.errors import GrammarParseError
from omegaconf.grammar.gen.OmegaConfGrammarParser import OmegaConfGrammarParser as Grammar
from omegaconf.grammar_parser import parse

from sim.errors import StudyError
from sim.study.refusals import shown
from sim.study.study_file import StudyFile, read_study_file
from sim.study.yaml_text import MOST_CHARACTERS, MOST_LEVELS, read_yaml

FILE = "a_file_of_the_users"
"""Name of the configuration that a file of the user's states."""
_STATED: list[dict[str, Any]] = []
_HERE = Path(__file__).resolve().parent
CONF = _HERE / "conf" if (_HERE / "conf").is_dir() else _HERE.parent / "conf"
"""The configuration: inside the package in a wheel, next to it in a checkout."""
MOST_WORD = 20_000
"""Most characters of a word of the command line."""
_HYDRAS = "pkg://hydra.conf"
_FOLDERS = ("hydra.run", "hydra.sweep")
"""Where folders are named, which may hold the time and the job's name."""
_READ = {"oc.select", "oc.dict.keys", "oc.dict.values"}
"""What a setting may call: these read other settings, and nothing else."""
_JOB = {"job.num", "job.id", "job.name"}
"""What a setting may take of Hydra's, such as the number of the point in a sweep."""


# ---------------------------------------------------------------------------------- files

_read = lru_cache(maxsize=256)(read_yaml)  # composing a sweep reads the same files at every point


class _Files(FileConfigSource):
    """Reads the YAML files of a folder."""

    def load_config(self, config_path: str) -> ConfigResult:
        name = self._normalize_file_name(config_path)
        if name == f"{FILE}.yaml" and _STATED:
            return _result(self, _STATED[-1], name, "")
        path = Path(self.path, name).resolve()
        text = _text(path, name)
        data = _read(text, name)
        if CONF not in path.parents:
            check_settings(data, name)
        return _result(self, data, name, text)

    def is_config(self, config_path: str) -> bool:
        stated = bool(_STATED) and self._normalize_file_name(config_path) == f"{FILE}.yaml"
        return stated or super().is_config(config_path)


@contextmanager
def stated(config: dict[str, Any] | None) -> Iterator[None]:
    """Let the configuration named `FILE` be a study that a file of the user's states."""
    if config is None:
        yield
        return
    _STATED.append(config)
    try:
        yield
    finally:
        _STATED.remove(config)


class _Packaged(ImportlibResourcesConfigSource):
    """Reads what Hydra brings along; to search another package would be to import it."""

    def __init__(self, provider: str, path: str) -> None:
        if path != _HYDRAS:
            right = "must be a folder (file://FOLDER); packages are not searched"
            raise StudyError(f"hydra.searchpath: {shown(path)} {right}")
        super().__init__(provider, path)

    def load_config(self, config_path: str) -> ConfigResult:
        name = self._normalize_file_name(config_path)
        file = files("hydra.conf").joinpath(name)
        if not file.is_file():
            raise ConfigLoadError(f"Config not found: {name}")
        text = file.read_text(encoding="utf-8")
        return _result(self, _read(text, name), name, text)


def _text(path: Path, name: str) -> str:
    """Read a file as saved by any editor, that of Windows included."""
    try:
        with path.open("rb") as file:
            data = file.read(4 * MOST_CHARACTERS + 1)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StudyError(f"{name}: is not UTF-8 text; save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise StudyError(f"{name}: cannot be read ({reason})") from None


def _result(source: ConfigSource, data: Any, name: str, text: str) -> ConfigResult:
    if data is not None and not isinstance(data, dict):
        raise StudyError(f"{name}: must be sections with fields of their own")
    return ConfigResult(
        provider=source.provider,
        path=f"{source.scheme()}://{source.path}",
        config=OmegaConf.create(data or {}),
        header=ConfigSource._get_header_dict(text[:512]),
    )


@contextmanager
def files_only() -> Iterator[None]:
    """Let Hydra see the sources above and no plugins; its state is as it was afterwards."""
    kinds: tuple[type, ...] = (Plugins, SourcesRegistry)
    known: dict[type, Any] = Singleton._instances
    before = {kind: known[kind] for kind in kinds if kind in known}
    known.update(zip(kinds, _without_plugins(), strict=True))
    try:
        yield
    finally:
        for kind in kinds:
            known.pop(kind, None)
        known.update(before)


@cache
def _without_plugins() -> tuple[Plugins, SourcesRegistry]:
    """Build what Hydra keeps of plugins and sources, without a look at what else is installed."""
    known: dict[type, Any] = Singleton._instances
    registry = object.__new__(SourcesRegistry)
    registry.types = {}
    plugins = object.__new__(Plugins)
    before, imported = known.get(SourcesRegistry), sys.modules.get("hydra_plugins")
    known[SourcesRegistry] = registry
    sys.modules["hydra_plugins"] = None  # type: ignore[assignment]  # so that it cannot be imported
    try:
        plugins.__init__()  # type: ignore[misc]  # a singleton's class gives the one there is
    finally:
        del sys.modules["hydra_plugins"], known[SourcesRegistry]
        if imported is not None:
            sys.modules["hydra_plugins"] = imported
        if before is not None:
            known[SourcesRegistry] = before
    registry.types |= {"file": _Files, "pkg": _Packaged}
    return plugins, registry


# ------------------------------------------------------------------- what stands in them


def check_size(word: str) -> None:
    """Refuse an override that would take long to read: too long, or too deep."""
    depth = list(accumulate((char in "[{(") - (char in ")}]") for char in word))
    if len(word) > MOST_WORD:
        raise StudyError(f"{word}: more than {MOST_WORD} characters; write it in a file")
    if max(depth, default=0) > MOST_LEVELS:
        raise StudyError(f"{word}: more than {MOST_LEVELS} brackets within brackets")


def check_word(word: Override) -> None:
    """Refuse an override that names code, or what reads the machine."""
    place = word.key_or_group
    check_settings({place: None} if word.is_sweep_override() else {place: word.value()}, "")


def check_settings(data: Any, name: str, place: str = "") -> None:
    """Refuse plain data that names code, or what reads the machine.

    Parameters
    ----------
    data : mapping, list or scalar
        What a file of the user's says.
    name : str
        The file; empty for words of the command line.
    place : str
        Where in the file.

    Raises
    ------
    StudyError
        One line that says where.
    """
    if isinstance(data, Mapping):
        for key, value in data.items():
            inner = f"{place}.{key}".removeprefix(".")
            if not isinstance(key, str):
                right = "must be text; in YAML, write it in quotes"
                raise StudyError(f"{_at(name, place)}: the name {shown(key)} {right}")
            if "_target_" in key:
                raise StudyError(f"{_at(name, inner)}: names code to run; settings are data alone")
            check_settings(value, name, inner)
    elif isinstance(data, list | tuple):
        for value in data:
            check_settings(value, name, place)
    elif isinstance(data, str) and "${" in data:
        _check_references(data, name, place)


def checked_file(path: Path) -> StudyFile:
    """Read a study's file; what names code, or reads the machine, is refused.

    Raises
    ------
    StudyError
        One line.
    """
    file = read_study_file(path)
    with file.locating(frozenset()):
        check_settings(file.data, "")
    return file


def _at(name: str, place: str) -> str:
    return ": ".join(filter(None, (name, place)))


def _check_references(text: str, name: str, place: str) -> None:
    """Refuse ``${name:...}`` but for those that read other settings."""
    try:
        tree = parse(text)
    except GrammarParseError:
        return  # to be refused where it is resolved
    folder = any(place == setting or place.startswith(f"{setting}.") for setting in _FOLDERS)
    for called, given in _calls(tree):
        fine = called in _READ or (called == "hydra" and (folder or given in _JOB))
        if not fine and not (folder and called == "now"):
            raise StudyError(
                f"{_at(name, place)}: ${{{called}:{given}}} reads the machine; write the value"
            )


def _calls(tree: Any) -> Iterator[tuple[str, str]]:
    """List the resolvers that a text calls, in it and within one another, with their arguments."""
    if isinstance(tree, Grammar.InterpolationResolverContext):
        call: Any = tree  # generated code, without types
        given = call.sequence()
        yield call.resolverName().getText(), "" if given is None else given.getText()
    for part in getattr(tree, "children", None) or ():
        yield from _calls(part)
