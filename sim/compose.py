"""From words of the command line to a study: composes with Hydra, validates with the schema.

With :mod:`sim.app` the only file that imports Hydra.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, cast

import hydra
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.command import force, named, search_word
from sim.complaints import no_choice, reworded
from sim.errors import StudyError
from sim.study import Study, parse_study
from sim.study.checks import nearest

_HERE = Path(__file__).resolve().parent
CONF = _HERE / "conf" if (_HERE / "conf").is_dir() else _HERE.parent / "conf"
"""The configuration: inside the package in a wheel, beside it in a checkout."""
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
        own = [] if self.further is None else [search_word(self.further)]
        with composing(self.conf):
            return _plain(composed(self.name, [*named(words), *own], RunMode.RUN)[1])

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

    May be called from several threads, as often as wanted; Hydra's own state stays as it was.

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
    with _COMPOSING, warnings.catch_warnings():
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
    _check_choices(parsed(words))
    while True:
        try:
            return words, core.compose_config(
                name, words, mode, from_shell=False, with_log_configuration=False
            )
        except Exception as error:  # noqa: BLE001 - Hydra refuses odd words with ValueError, KeyError, AssertionError...
            absent = re.match(r"Could not override '([^@]+)'\.\nTo append to", str(error))
            if absent is None or absent[1].startswith("hydra"):
                raise StudyError(reworded(error)) from None
            words = _added(words, absent[1])


def parsed(words: list[str]) -> list[Override]:
    """Read overrides as Hydra does."""
    try:
        return OverridesParser.create(GlobalHydra.instance().config_loader()).parse_overrides(words)
    except Exception as error:  # noqa: BLE001 - as above
        raise StudyError(reworded(error)) from None


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
        raise StudyError(f"{key}: unknown field; {nearest(head, list(dict.fromkeys(known)))}")
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
