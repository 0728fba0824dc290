"""From words of the command line to a study: composes with Hydra, validates with the schema.

With :mod:`sim.sources` and :mod:`sim.app` the only files that import Hydra.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

from sim.command import force, named, search_word
from sim.complaints import no_choice, reworded, unreadable
from sim.errors import StudyError
from sim.sources import CONF, check_size, check_word, files_only
from sim.study import Study, parse_study
from sim.study.places import unknown_field
from sim.study.refusals import shown

NAME = "plan"
"""The configuration's main file."""

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

    def __call__(self, words: Sequence[str] = (), kind: type[Study] = Study) -> Study:
        """Compose and validate a study.

        Raises
        ------
        StudyError
            One line that names what is wrong and what would be right.
        """
        return parse_study(self.plain(words), kind)

    def plain(self, words: Sequence[str] = ()) -> dict[str, Any]:
        """Compose a study that is not validated, as plain data.

        Raises
        ------
        StudyError
            Where the words cannot be composed.
        """
        search = [] if self.further is None else [search_word(self.further)]
        with composing(self.conf):
            return _plain(composed(self.name, [*named(words), *search], RunMode.RUN)[1])

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


def compose_study(overrides: Sequence[str] = (), kind: type[Study] = Study) -> Study:
    """Compose a study from the configuration, as ``mentorsim plan`` does.

    May be called from several threads, as often as wanted; Hydra's state stays as it was.

    Parameters
    ----------
    overrides : sequence of str
        Changes to ``conf/plan.yaml``, such as ``"design.max_pairs=80"`` or, for a group,
        ``"effect=shift"``.
    kind : type, optional
        ``Study``, or ``sim.study.PilotStudy`` where only the pilot is to be read.

    Returns
    -------
    Study
        Frozen, valid.

    Raises
    ------
    StudyError
        One line that names what is wrong and what would be right.

    Examples
    --------
    >>> study = compose_study(["design.max_pairs=40", "effect=shift", "effect.shift=0.4"])
    >>> study.sizes[-1], study.effect.kind
    (40, 'shift')
    """
    return Composer()(overrides, kind)


@contextmanager
def composing(conf: Path) -> Iterator[None]:
    """Let Hydra compose from a folder, and leave its global state as it was."""
    with _COMPOSING, files_only(), warnings.catch_warnings():
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
            _check_hydra(config, words)
            return words, config


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
    return isinstance(word.value(), dict) or not repo.group_exists(word.key_or_group)


_FREE = (
    "run.dir",
    "sweep.dir",
    "sweep.subdir",
    "mode",
    "sweeper.params",
    "searchpath",
    "help",
    "overrides",
    "runtime",
    *(f"job.{fact}" for fact in ("name", "num", "id", "override_dirname", "config_name")),
)
"""What may differ in Hydra's settings: folders, what is swept, help, and facts of the job."""


def _check_hydra(config: DictConfig, words: list[str]) -> None:
    """Refuse settings of Hydra's other than those shipped: they can name code that it runs."""
    noted: Any = OmegaConf.to_container(config.hydra.overrides, resolve=False)
    if sorted([*noted["hydra"], *noted["task"]]) != sorted(words):
        raise StudyError("hydra.overrides: is what Hydra notes of the command line; leave it out")
    for place, value in _settings(config).items():
        if value != _shipped().get(place):
            right = "cannot be set; of Hydra's settings only the folders of runs and sweeps can"
            raise StudyError(f"hydra.{place}: {shown(value)} {right}")


@cache
def _shipped() -> dict[str, Any]:
    """Hydra's settings as they are shipped."""
    with composing(CONF):
        core: Any = GlobalHydra.instance().hydra
        return _settings(core.compose_config(NAME, [], RunMode.RUN))


def _settings(config: DictConfig) -> dict[str, Any]:
    """List Hydra's settings by place, without those that may differ."""
    settings: dict[str, Any] = {}

    def walk(node: Any, place: str) -> None:
        if place in _FREE:
            return
        if not isinstance(node, dict) or not node:
            settings[place] = node
            return
        for key, value in node.items():
            walk(value, f"{place}.{key}".removeprefix("."))

    walk(OmegaConf.to_container(config.hydra, resolve=False), "")
    return settings


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
        options = loader.get_group_options(word.key_or_group)
        value = word.value()
        if not word.key_or_group:
            raise StudyError(f"{word.input_line}: names no field")
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


def study_of(config: DictConfig, kind: type[Study]) -> Study:
    """Read a composed configuration into a study of a kind."""
    return parse_study(_plain(config), kind)


def _plain(config: DictConfig) -> dict[str, Any]:
    """Read a composed configuration; the only place where one is read."""
    sections = [str(key) for key in config if key != "hydra"]
    node = OmegaConf.masked_copy(config, sections)
    try:
        plain = OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    return cast("dict[str, Any]", plain)
