"""From words of the command line to a study: composes with Hydra, validates with the schema.

With :mod:`sim.sources` and :mod:`sim.app` the only files that import Hydra.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any, cast

import hydra
from hydra._internal.config_loader_impl import get_overrides_dirname
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.command import force, key_of, named, search_word
from sim.complaints import no_choice, reworded, unreadable
from sim.errors import StudyError
from sim.hydra_settings import check_hydra, hydra_settings
from sim.sources import CONF, FILE, check_size, check_word, checked_file, files_only, stated
from sim.study import Study, parse_study
from sim.study.changed import without_stale_reasons
from sim.study.places import unknown_field
from sim.study.study_file import StudyFile
from sim.switching import switched

NAME = "plan"
"""The configuration's main file."""

_CHOICE = re.compile(r"(\w+)=(\w+)")
_COMPOSING = RLock()  # Hydra composes through global state


@dataclass(frozen=True)
class Composer:
    """Composes studies from one configuration, as often as wanted and from several threads.

    Attributes
    ----------
    conf : Path
        Folder of the configuration.
    name : str
        Its main file, without the ending.
    further : Path or None
        Folder with more choices for the groups.
    """

    conf: Path = CONF
    name: str = NAME
    further: Path | None = None
    file: StudyFile | None = None
    """A study's own file, which then stands in the main file's place."""

    def __post_init__(self) -> None:
        """Let the file, where there is one, be the main one."""
        if self.file is not None:
            object.__setattr__(self, "name", FILE)

    def __call__(self, words: Sequence[str] = (), kind: type[Study] = Study) -> Study:
        """Compose and validate a study.

        Raises
        ------
        StudyError
            One line that names what is wrong and what would be right.
        """
        return self.read(self.plain(words), kind, words)

    def read(self, data: Mapping[str, Any], kind: type[Study], words: Sequence[str]) -> Study:
        """Validate a study that was composed from words; of a file's, faults name its lines."""
        with self.locating(words):
            return parse_study(without_stale_reasons(self.file and self.file.data, data), kind)

    def locating(self, words: Sequence[str]) -> AbstractContextManager[None]:
        """Say of faults at which line of the study's file they stand, if not in these words."""
        changed = frozenset(key_of(word).lstrip("+~") for word in words)
        return nullcontext() if self.file is None else self.file.locating(changed)

    def stated(self, words: Sequence[str]) -> tuple[list[str], dict[str, Any] | None]:
        """Take the choices of groups out of the words: beneath a file no group is chosen yet.

        Gives the other words, and what the file states, the choices in the place of what it says.
        """
        if self.file is None:
            return list(words), None
        chosen = {word: _CHOICE.fullmatch(word) for word in words}
        groups = {folder.name for folder in self.conf.iterdir() if folder.is_dir()} - {"compute"}
        choices = {m[1]: m[2] for m in chosen.values() if m is not None and m[1] in groups}
        if "experiment" in choices:
            raise StudyError("experiment: changes the shipped study; leave it out with a file")
        others = [word for word in words if (m := chosen[word]) is None or m[1] not in choices]
        data = {name: value for name, value in self.file.data.items() if name not in choices}
        chosen_groups = [{group: choice} for group, choice in choices.items()]
        return others, {"defaults": ["study", "_self_", *chosen_groups], **data}

    def plain(self, words: Sequence[str] = ()) -> dict[str, Any]:
        """Compose a study that is not validated, as plain data.

        Raises
        ------
        StudyError
            Where the words cannot be composed.
        """
        search = [] if self.further is None else [search_word(self.further)]
        others, config = self.stated(named(words))
        with composing(self.conf, config):
            return plain_of(composed(self.name, [*others, *search], RunMode.RUN)[1])

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders in which choices of the groups lie."""
        return (self.conf,) if self.further is None else (self.conf, self.further)

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags with which the command line composes from the same configuration."""
        path = () if self.conf == CONF else (f"--config-path={self.conf}",)
        name = () if self.name == NAME else (f"--config-name={self.name}",)
        return (*path, *name, *(() if self.further is None else (f"--config-dir={self.further}",)))


def compose_study(
    overrides: Sequence[str] = (), kind: type[Study] = Study, file: Path | None = None
) -> Study:
    """Compose a study from the configuration, as ``mentorsim plan`` does.

    May be called from several threads, as often as wanted; Hydra's state stays as it was.

    Parameters
    ----------
    overrides : sequence of str
        Changes to ``conf/plan.yaml``, such as ``"design.up_to=80"`` or, for a group,
        ``"effect=shift"``.
    kind : type, optional
        ``Study``, or ``sim.study.PilotStudy`` where only the pilot is to be read.
    file : Path, optional
        A study's file, or the manifest of a run, in the place of ``conf/plan.yaml``.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        One line that names what is wrong and what would be right.

    Examples
    --------
    >>> study = compose_study(["design.up_to=40", "effect=shift", "effect.shift=0.4"])
    >>> study.sizes[-1], study.effect.kind
    (40, 'shift')
    """
    return Composer(file=None if file is None else checked_file(file))(overrides, kind)


@contextmanager
def composing(conf: Path, config: dict[str, Any] | None = None) -> Iterator[None]:
    """Let Hydra compose from a folder, and from what a file states; its state stays as it was."""
    with _COMPOSING, files_only(), stated(config), warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # such as a search path that does not exist
        hub, settings = GlobalHydra.instance(), HydraConfig.instance()
        running, running_config = hub.hydra, settings.cfg
        hub.clear()
        try:
            with hydra.initialize_config_dir(str(conf), job_name="mentorsim", version_base="1.3"):
                yield
        finally:
            GlobalHydra.instance().hydra = running
            settings.cfg = running_config


def composed(name: str, words: list[str], mode: RunMode) -> tuple[list[str], DictConfig]:
    """Compose; a field that the YAML leaves out is added, and judged by the schema."""
    core: Any = GlobalHydra.instance().hydra
    read = parsed(words)
    for word in read:
        check_word(word)
    _check_choices(read)
    while True:
        try:
            config = _composed(core, name, words, mode)
        except StudyError:
            raise
        except Exception as error:  # noqa: BLE001 - Hydra refuses odd words with ValueError, KeyError, AssertionError...
            absent = re.match(r"Could not override '([^@]+)'\.\nTo append to", str(error))
            if absent is None or absent[1].startswith("hydra"):
                raise StudyError(reworded(error)) from None
            words = _added(words, absent[1])
        else:
            gone = switched(config, read)
            if not gone:
                check_hydra(config, words, _shipped())
                return words, config
            words = [*gone, *words]
            read = parsed(words)


def _composed(core: Any, name: str, words: list[str], mode: RunMode) -> DictConfig:
    """Compose as Hydra does: files first, then values, so that files are composed only once."""
    loader = core.config_loader
    read, repo = loader._parse_overrides_and_create_caching_repo(name, words)
    values = [word for word in read if _is_value(word, repo)]
    chosen = tuple(word.input_line for word in read if word not in values)
    kept: dict[Any, DictConfig] = core.__dict__.setdefault("composed_files", {})
    if (name, chosen, mode) not in kept:
        kept[name, chosen, mode] = core.compose_config(name, [*chosen], mode, from_shell=False)
    config = deepcopy(kept[name, chosen, mode])
    loader._apply_overrides_to_config(values, config)
    task = [word for word in read if not word.is_hydra_override()]
    config.hydra.overrides.task = [word.input_line for word in task]
    named = config.hydra.job.config.override_dirname
    config.hydra.job.override_dirname = get_overrides_dirname(
        task, [*named.exclude_keys], named.item_sep, named.kv_sep
    )
    return config


def _is_value(word: Override, repo: Any) -> bool:
    """Tell whether a word sets a value of the study, after all files are composed."""
    if word.is_hydra_override() or word.is_sweep_override() or word.package is not None:
        return False
    key = word.key_or_group
    return isinstance(word.value(), dict) or "." in key or not repo.group_exists(key)


@cache
def _shipped() -> dict[str, Any]:
    """Hydra's settings as they are shipped."""
    with composing(CONF):
        core: Any = GlobalHydra.instance().hydra
        return hydra_settings(core.compose_config(NAME, [], RunMode.RUN))


def parsed(words: list[str]) -> list[Override]:
    """Read overrides as Hydra does."""
    reader = OverridesParser.create(GlobalHydra.instance().config_loader())
    return [_parsed(reader, word) for word in words]


def _parsed(reader: OverridesParser, word: str) -> Override:
    check_size(word)
    try:
        return reader.parse_overrides([word])[0]
    except Exception as error:  # noqa: BLE001 - as above
        why = reworded(error) if hasattr(error, "override") else unreadable(word, error)
        raise StudyError(why) from None


def _check_choices(words: list[Override]) -> None:
    """Refuse what is not a choice of its group."""
    if any(word.key_or_group == "hydra.searchpath" for word in words):
        return  # there may be more choices than are known here: Hydra will look
    loader = GlobalHydra.instance().config_loader()
    for word in words:
        value = word.value()
        if not word.key_or_group:
            raise StudyError(f"{word.input_line}: names no field")
        if "." in word.key_or_group:  # a field: no group has such a name, and to look takes time
            continue
        options = loader.get_group_options(word.key_or_group)
        if not options or word.is_sweep_override() or word.is_delete() or isinstance(value, dict):
            continue
        for choice in value if isinstance(value, list) else [value]:
            if choice not in options:
                raise StudyError(no_choice(word.get_key_element(), choice, options))


def _added(words: list[str], key: str) -> list[str]:
    groups = set(GlobalHydra.instance().config_loader().list_groups("")) - {"hydra"}
    known, head = [*Study.model_fields, *sorted(groups)], key.partition(".")[0]
    forced = force(words, {key})
    if head not in known or forced == words:
        raise StudyError(f"{key}: {unknown_field(key, list(dict.fromkeys(known)), head)}")
    return forced


def plain_of(config: DictConfig) -> dict[str, Any]:
    """Read a composed configuration; the only place where one is read."""
    sections = [str(key) for key in config if key != "hydra"]
    node = OmegaConf.masked_copy(config, sections)
    try:
        plain = OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    return cast("dict[str, Any]", plain)
