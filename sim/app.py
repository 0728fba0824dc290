"""Checks and dispatches: the console command.

Hydra makes folders before it looks at values. So every point of a run is composed and
validated here before it reaches :func:`hydra.main`.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import hydra
from hydra._internal.hydra import Hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.main import get_args_parser  # type: ignore[attr-defined]  # not in its __all__
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from sim.beginning import Files, study_file_of
from sim.command import (
    combinations,
    composed_words,
    force,
    help_file,
    help_text,
    hydra_words,
    key_of,
    read_flags,
    verb_help,
)
from sim.complaints import JobFailed, reworded
from sim.compose import NAME, Composer, composed, composing, parsed, plain_of
from sim.endings import say, show, told
from sim.errors import NotWritten, StudyError, printable, reason_of
from sim.folders import claim_folder, remove_empty, try_folder
from sim.jobs.compile_ahead import compiling_ahead
from sim.sources import CONF, checked_file, files_only, stated
from sim.study import Study
from sim.study.refusals import shown
from sim.verbs import DEFAULT_VERB, VERBS, Verb

FEW = 20
"""Points of a sweep that are checked in silence, before any can be refused."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and give its exit status: :func:`sim.console.main` without the process around."""
    try:
        flags = read_flags(sys.argv[1:] if argv is None else argv, get_args_parser())
        if flags.help and flags.verb is None:
            show(help_text(), end="")
        else:
            _run(flags)
    except (Exception, KeyboardInterrupt) as error:
        status = told(error)
        if status is None:
            raise
        return status
    return 0


def _run(flags: Namespace) -> None:
    """Do what the flags ask, of a study or not."""
    verb = flags.verb or DEFAULT_VERB
    begins = VERBS[verb].begins
    if begins is not None:
        return _begun(flags, verb, begins)
    shows = flags.cfg or flags.info or flags.help or flags.hydra_help or flags.shell_completion
    with nullcontext() if shows or not VERBS[verb].simulates else compiling_ahead():
        return _run_studies(flags, verb)


def _run_studies(flags: Namespace, verb: str) -> None:
    """Check every point, then hand over to Hydra."""
    composer = _composer(flags)
    conf, words, config = composer.conf, composed_words(flags), None
    new_folders, mode = list[Path](), None
    if flags.help and not flags.overrides and conf == CONF:  # nothing of the user's to compose
        file = conf / "hydra/help" / help_file(verb)
        return show(verb_help(OmegaConf.load(file).template, conf))
    try:
        if flags.hydra_help:
            composer, words = Composer(CONF, NAME), []  # Hydra's help says nothing of a study
        elif not flags.shell_completion:
            words, config = composer.stated(words)
            with composing(conf, config):
                words, mode = _checked(VERBS[verb], composer, words, flags, new_folders)
        with stated(config):
            _hand_over(_task(VERBS[verb], composer), composer, [*hydra_words(flags), *words], mode)
    finally:
        remove_empty(new_folders)


def _begun(flags: Namespace, verb: str, begins: Callable[[Files], None]) -> None:
    """Run a verb that has no study yet."""
    if flags.help:
        return show(OmegaConf.load(CONF / "hydra/help" / help_file(verb)).template)
    if flags.overrides:
        raise StudyError(f"{flags.overrides[0]}: {verb} takes the name of a file alone (FILE.yaml)")
    return begins(Files(flags.file, tuple(flags.data), flags.map))


def _hand_over(
    task: Callable[[DictConfig], None], composer: Composer, words: list[str], mode: RunMode | None
) -> None:
    """Let Hydra do what the words say."""
    conf, name = str(composer.conf), composer.name
    at_conf = hydra.main(version_base="1.3", config_path=conf, config_name=name)
    argv = ["mentorsim", *words]
    try:
        # Hydra hands its exceptions on instead of printing them, and composes once less
        known = patch.object(Hydra, "get_mode", lambda *_, **__: mode)
        environment = patch.dict("os.environ", HYDRA_FULL_ERROR="1")
        with files_only(), known, patch.object(sys, "argv", argv), environment:
            at_conf(task)()
    except JobFailed as failed:
        raise cast("Exception", failed.__cause__) from None
    except BrokenPipeError:
        raise
    except OSError as error:  # Hydra makes the folders
        raise NotWritten(f"cannot write ({reason_of(error)})") from None
    except SystemExit as leave:  # Hydra leaves so after --help
        if leave.code:
            raise
    except Exception as error:  # noqa: BLE001 - all that runs outside a job is Hydra, on the user's words
        raise StudyError(reworded(error)) from None
    finally:
        HydraConfig.instance().cfg = None


def _composer(flags: Namespace) -> Composer:
    """Give what composes as the flags say, for a verb that composes further studies."""
    conf = CONF if flags.config_path is None else Path(flags.config_path).resolve()
    further = None if flags.config_dir is None else Path(flags.config_dir).resolve()
    file = None
    if flags.data:
        file = study_file_of(Files(None, tuple(flags.data), flags.map))
    elif flags.file is not None:
        file = checked_file(_study_path(flags.file))
    return Composer(conf, flags.config_name or NAME, further, file)


def _study_path(name: str) -> Path:
    """Find a study's file: here, or by its bare name among the shipped examples, which is told."""
    path, example = Path(name), CONF / "examples" / name
    if path.exists() or path.name != name or not example.is_file():
        return path
    say(f"{name}: is not here; this is the shipped example {example}")
    return example


def _task(verb: Verb, composer: Composer) -> Callable[[DictConfig], None]:
    def read(config: DictConfig) -> Study:
        return composer.read(plain_of(config), verb.kind, HydraConfig.get().overrides.task)

    def task(config: DictConfig) -> None:
        settings = HydraConfig.get()
        folder = Path(settings.runtime.output_dir)
        try:
            if settings.mode == RunMode.MULTIRUN:
                words = [word for word in settings.overrides.task if not word.startswith("~")]
                point = " ".join(word.lstrip("+") for word in words)
                verb.run_point(read(config), folder, printable(point))
            else:
                more = [composer] if verb.composes else []
                verb.run(read(config), folder, *more)
        except Exception as error:
            raise JobFailed from error

    return task


def _checked(
    verb: Verb, composer: Composer, words: list[str], flags: Namespace, new_folders: list[Path]
) -> tuple[list[str], RunMode | None]:
    """Check every point; give the overrides for Hydra and its mode, and note new folders."""
    name = composer.name
    words, master = composed(name, words, RunMode.MULTIRUN if flags.multirun else RunMode.RUN)
    if flags.multirun and master.hydra.mode == RunMode.RUN:
        raise StudyError("hydra.mode: RUN contradicts --multirun")
    if flags.package is not None and OmegaConf.select(master, flags.package) is None:
        raise StudyError(f"--package: there is no section {flags.package!r}")
    sweeps = flags.multirun or master.hydra.mode == RunMode.MULTIRUN
    runs = not (flags.cfg or flags.info or flags.help)
    swept = _points(words, master) if sweeps else [words]
    key = "hydra.sweep.dir" if sweeps else "hydra.run.dir"
    place = _place(key, master, new_folders if runs else None)
    pinned = f"{key}={QuotedString(place, Quote.single).with_quotes()}"
    points = [[*point, pinned] for point in swept]
    folders = set[Path]()
    with _progress(len(points)) as on_point:
        for number, point in enumerate(points):
            # a single run is composed already
            full, config = composed(name, point, RunMode.RUN) if sweeps else (point, master)
            more = [word for word in full if word not in point]
            gone = [word for word in more if word.startswith("~")]
            words = force(words, {key_of(word) for word in more if word not in gone})
            words = [*(word for word in gone if word not in words), *words]
            study, folder = _study_and_folder(
                config, composer, verb.kind, number if sweeps else None, place
            )
            if folder in folders:
                raise StudyError(f"hydra.sweep.subdir: two points would write to {str(folder)!r}")
            if runs:
                with composer.locating(point):
                    verb.check(study)
                new_folders[:0] = try_folder(folder, key)
            folders.add(folder)
            on_point(number + 1, len(points))
    return [*words, pinned], master.hydra.mode


def _progress(points: int) -> AbstractContextManager[Callable[[int, int], None]]:
    """Show how far the checks of a long sweep are."""
    if points <= FEW:
        return nullcontext(lambda _done, _total: None)
    from sim.progress_bar import progress_bar

    return progress_bar("Checking the points")


def _place(key: str, master: DictConfig, new_folders: list[Path] | None) -> str:
    """Name the run's folder: what is checked is what is used.

    A folder named by the time is to be a new one, and made at once: two runs can start in
    one second.
    """
    try:
        folder = str(OmegaConf.select(master, key))
        section, _, name = key.rpartition(".")
        raw = OmegaConf.to_container(OmegaConf.select(master, section), resolve=False)
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    _require_printable(folder, key)
    if new_folders is not None and "${now:" in str(cast("dict[str, Any]", raw)[name]):
        return str(claim_folder(Path(folder), key, new_folders))
    return folder


def _require_printable(folder: str, key: str) -> None:
    """Refuse a folder's name that a terminal would obey when it is told of the run."""
    if not folder.isprintable():
        raise StudyError(f"{key}: {shown(folder)} must hold no character that cannot be seen")


def _study_and_folder(
    config: DictConfig, composer: Composer, kind: type[Study], number: int | None, place: str
) -> tuple[Study, Path]:
    """Read one study, the given point of a sweep if it is one, and where it would write."""
    settings = HydraConfig.instance()
    try:
        if number is not None:
            with open_dict(config):
                config.hydra.job.num = config.hydra.job.id = number
        settings.set_config(config)
        study = composer.read(plain_of(config), kind, config.hydra.overrides.task)
        sweep = config.hydra.sweep
        folder = place if number is None else f"{sweep.dir}/{sweep.subdir}"
        _require_printable(folder, "hydra.run.dir" if number is None else "hydra.sweep")
        return study, Path(folder).absolute()
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    finally:
        settings.cfg = None


def _points(words: list[str], master: DictConfig) -> list[list[str]]:
    declared = master.hydra.sweeper.get("params") or {}
    return combinations(parsed([*(f"{key}={value}" for key, value in declared.items()), *words]))


if __name__ == "__main__":
    sys.exit(import_module("sim.console").main())  # as the installed command does
