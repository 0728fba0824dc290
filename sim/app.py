"""Composes, checks, dispatches: the console command and :func:`compose_study`.

The only file that imports Hydra, which makes folders before it looks at values. So every
point of a run is composed and validated here before it reaches :func:`hydra.main`.
"""

from __future__ import annotations

import re
import sys
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, cast
from unittest.mock import patch

import hydra
from hydra._internal.hydra import Hydra
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.main import get_args_parser  # type: ignore[attr-defined]  # not in its __all__
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from sim.command import (
    combinations,
    composed_words,
    force,
    help_page,
    help_text,
    hydra_words,
    key_of,
    named,
    read_flags,
    verb_help,
)
from sim.complaints import JobFailed, no_choice, reworded
from sim.errors import StudyError
from sim.report.folders import remove_empty, try_folder
from sim.study import Study, parse_study
from sim.study.checks import nearest
from sim.verbs import DEFAULT_VERB, VERBS, Verb

_HERE = Path(__file__).resolve().parent
CONF = _HERE / "conf" if (_HERE / "conf").is_dir() else _HERE.parent / "conf"
"""The configuration: inside the package in a wheel, beside it in a checkout."""

_COMPOSING = RLock()  # Hydra composes through global state


def compose_study(overrides: Sequence[str] = ()) -> Study:
    """Compose a study from the configuration, as ``mentorsim plan`` does.

    May be called from several threads, as often as wanted; Hydra's own state stays as it was.

    Parameters
    ----------
    overrides : sequence of str
        Changes to ``conf/plan.yaml``, such as ``"design.max_pairs=80"`` or, for a group,
        ``"effect=shift"``.

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
    with _hydra(CONF):
        return _study(_composed("plan", named(overrides), RunMode.RUN)[1])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the console command: ``mentorsim VERB [overrides]``.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the command's name; by default those it was called with.

    Returns
    -------
    int
        Exit status: 0; 2 for what the user can mend (one line on stderr, nothing
        written); 130 if interrupted. A bug shows its traceback.
    """
    try:
        flags = read_flags(sys.argv[1:] if argv is None else argv, get_args_parser())
        if flags.help and flags.verb is None:
            print(help_text(), end="")
        else:
            _run(flags)
    except StudyError as error:
        print(f"mentorsim: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print("; ".join(["mentorsim: interrupted", *map(str, stop.args)]), file=sys.stderr)
        return 130
    return 0


def _run(flags: Namespace) -> None:
    """Check every point, then hand over to Hydra."""
    verb = flags.verb or DEFAULT_VERB
    conf = CONF if flags.config_path is None else Path(flags.config_path).resolve()
    name, words = flags.config_name or DEFAULT_VERB, composed_words(flags)
    new_folders, mode = list[Path](), None
    if flags.help and not flags.overrides and conf == CONF:  # nothing of the user's to compose
        page = conf / "hydra/help" / help_page(verb)
        return print(verb_help(OmegaConf.load(page).template, conf))
    if not (flags.hydra_help or flags.shell_completion):
        with _hydra(conf):
            words, new_folders, mode = _checked(VERBS[verb], name, words, flags)
    at_conf = hydra.main(version_base="1.3", config_path=str(conf), config_name=name)
    argv = ["mentorsim", *hydra_words(flags), *words]
    try:
        # Hydra hands its exceptions on instead of printing them, and composes once less
        known = patch.object(Hydra, "get_mode", lambda *_, **__: mode)
        with known, patch.object(sys, "argv", argv), patch.dict("os.environ", HYDRA_FULL_ERROR="1"):
            at_conf(_task(VERBS[verb]))()
    except JobFailed as failed:
        raise cast("Exception", failed.__cause__) from None
    except SystemExit as leave:  # Hydra leaves so after --help
        if leave.code:
            raise
    except Exception as error:  # noqa: BLE001 - all that runs outside a job is Hydra, on the user's words
        raise StudyError(reworded(error)) from None
    finally:
        HydraConfig.instance().cfg = None
        remove_empty(new_folders)


def _task(verb: Verb) -> Callable[[DictConfig], None]:
    def task(config: DictConfig) -> None:
        settings = HydraConfig.get()
        folder = Path(settings.runtime.output_dir)
        try:
            if settings.mode == RunMode.MULTIRUN:
                point = " ".join(word.lstrip("+") for word in settings.overrides.task)
                verb.run_point(_study(config), folder, point)
            else:
                verb.run(_study(config), folder)
        except Exception as error:
            raise JobFailed from error

    return task


def _checked(
    verb: Verb, name: str, words: list[str], flags: Namespace
) -> tuple[list[str], list[Path], RunMode | None]:
    """Check every point; give the overrides for Hydra, the folders it will make, its mode."""
    words, master = _composed(name, words, RunMode.MULTIRUN if flags.multirun else RunMode.RUN)
    if flags.multirun and master.hydra.mode == RunMode.RUN:
        raise StudyError("hydra.mode: RUN contradicts --multirun")
    if flags.package is not None and OmegaConf.select(master, flags.package) is None:
        raise StudyError(f"--package: there is no section {flags.package!r}")
    sweeps = flags.multirun or master.hydra.mode == RunMode.MULTIRUN
    pinned = _pinned("hydra.sweep.dir" if sweeps else "hydra.run.dir", master)
    points = [[*point, pinned] for point in (_points(words, master) if sweeps else [words])]
    runs = not (flags.cfg or flags.info or flags.help)
    folders: dict[Path, tuple[Path, ...]] = {}
    for number, point in enumerate(points):
        # a single run is composed already
        composed, config = _composed(name, point, RunMode.RUN) if sweeps else (point, master)
        words = force(words, {key_of(word) for word in set(composed) - set(point)})
        study, folder = _study_and_folder(config, number if sweeps else None)
        if folder in folders:
            raise StudyError(f"hydra.sweep.subdir: two points would write to {str(folder)!r}")
        if runs:
            verb.check(study)
            folders[folder] = try_folder(folder, pinned.partition("=")[0])
    return [*words, pinned], [path for own in folders.values() for path in own], master.hydra.mode


def _pinned(key: str, master: DictConfig) -> str:
    """Fix the run's folder, which may name the time: what is checked is what is used."""
    try:
        folder = QuotedString(str(OmegaConf.select(master, key)), Quote.single)
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    return f"{key}={folder.with_quotes()}"


def _study_and_folder(config: DictConfig, number: int | None) -> tuple[Study, Path]:
    """Read one study, the given point of a sweep if it is one, and where it would write."""
    settings = HydraConfig.instance()
    try:
        if number is not None:
            with open_dict(config):
                config.hydra.job.num = config.hydra.job.id = number
        settings.set_config(config)
        study = _study(config)
        run, sweep = config.hydra.run, config.hydra.sweep
        folder = run.dir if number is None else f"{sweep.dir}/{sweep.subdir}"
        return study, Path(folder).absolute()
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    finally:
        settings.cfg = None


def _points(words: list[str], master: DictConfig) -> list[list[str]]:
    declared = master.hydra.sweeper.get("params") or {}
    return combinations(_parsed([*(f"{key}={value}" for key, value in declared.items()), *words]))


@contextmanager
def _hydra(conf: Path) -> Iterator[None]:
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


def _composed(name: str, words: list[str], mode: RunMode) -> tuple[list[str], DictConfig]:
    """Compose; a field that the YAML leaves out is added, and judged by the schema."""
    core: Any = GlobalHydra.instance().hydra
    _check_choices(_parsed(words))
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


def _parsed(words: list[str]) -> list[Override]:
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


def _study(config: DictConfig) -> Study:
    """Read a composed configuration; the only place where one is read."""
    sections = [str(key) for key in config if key != "hydra"]
    node = OmegaConf.masked_copy(config, sections)
    try:
        plain = OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    return parse_study(cast("Mapping[str, Any]", plain))


if __name__ == "__main__":
    sys.exit(main())
