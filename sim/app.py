"""Checks and dispatches: the console command.

Hydra makes folders before it looks at values. So every point of a run is composed and
validated here before it reaches :func:`hydra.main`.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast
from unittest.mock import patch

import hydra
from hydra._internal.hydra import Hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.types import Quote, QuotedString
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
    read_flags,
    verb_help,
)
from sim.complaints import JobFailed, reworded
from sim.compose import CONF, NAME, Composer, composed, composing, parsed, study_of
from sim.errors import StudyError
from sim.report.folders import remove_empty, try_folder
from sim.study import Study
from sim.verbs import DEFAULT_VERB, VERBS, Verb


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
    composer = _composer(flags)
    conf, name, words = composer.conf, composer.name, composed_words(flags)
    new_folders, mode = list[Path](), None
    if flags.help and not flags.overrides and conf == CONF:  # nothing of the user's to compose
        page = conf / "hydra/help" / help_page(verb)
        return print(verb_help(OmegaConf.load(page).template, conf))
    if not (flags.hydra_help or flags.shell_completion):
        with composing(conf):
            words, new_folders, mode = _checked(VERBS[verb], name, words, flags)
    at_conf = hydra.main(version_base="1.3", config_path=str(conf), config_name=name)
    argv = ["mentorsim", *hydra_words(flags), *words]
    try:
        # Hydra hands its exceptions on instead of printing them, and composes once less
        known = patch.object(Hydra, "get_mode", lambda *_, **__: mode)
        with known, patch.object(sys, "argv", argv), patch.dict("os.environ", HYDRA_FULL_ERROR="1"):
            at_conf(_task(VERBS[verb], composer))()
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


def _composer(flags: Namespace) -> Composer:
    """Give what composes as the flags say, for a verb that composes studies of its own."""
    conf = CONF if flags.config_path is None else Path(flags.config_path).resolve()
    further = None if flags.config_dir is None else Path(flags.config_dir).resolve()
    return Composer(conf, flags.config_name or NAME, further)


def _task(verb: Verb, composer: Composer) -> Callable[[DictConfig], None]:
    def task(config: DictConfig) -> None:
        settings = HydraConfig.get()
        folder = Path(settings.runtime.output_dir)
        try:
            if settings.mode == RunMode.MULTIRUN:
                point = " ".join(word.lstrip("+") for word in settings.overrides.task)
                verb.run_point(study_of(config, verb.kind), folder, point)
            else:
                more = [composer] if verb.composes else []
                verb.run(study_of(config, verb.kind), folder, *more)
        except Exception as error:
            raise JobFailed from error

    return task


def _checked(
    verb: Verb, name: str, words: list[str], flags: Namespace
) -> tuple[list[str], list[Path], RunMode | None]:
    """Check every point; give the overrides for Hydra, the folders it will make, its mode."""
    words, master = composed(name, words, RunMode.MULTIRUN if flags.multirun else RunMode.RUN)
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
        full, config = composed(name, point, RunMode.RUN) if sweeps else (point, master)
        words = force(words, {key_of(word) for word in set(full) - set(point)})
        study, folder = _study_and_folder(config, verb.kind, number if sweeps else None)
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


def _study_and_folder(
    config: DictConfig, kind: type[Study], number: int | None
) -> tuple[Study, Path]:
    """Read one study, the given point of a sweep if it is one, and where it would write."""
    settings = HydraConfig.instance()
    try:
        if number is not None:
            with open_dict(config):
                config.hydra.job.num = config.hydra.job.id = number
        settings.set_config(config)
        study = study_of(config, kind)
        run, sweep = config.hydra.run, config.hydra.sweep
        folder = run.dir if number is None else f"{sweep.dir}/{sweep.subdir}"
        return study, Path(folder).absolute()
    except OmegaConfBaseException as error:
        raise StudyError(reworded(error)) from None
    finally:
        settings.cfg = None


def _points(words: list[str], master: DictConfig) -> list[list[str]]:
    declared = master.hydra.sweeper.get("params") or {}
    return combinations(parsed([*(f"{key}={value}" for key, value in declared.items()), *words]))


if __name__ == "__main__":
    sys.exit(main())
