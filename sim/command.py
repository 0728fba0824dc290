"""What the console command offers: verbs, flags, overrides, folders.

Knows nothing of Hydra; :mod:`sim.compose` and :mod:`sim.app` join the two.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from pathlib import Path
from textwrap import fill
from typing import Any, NoReturn

from sim import __version__
from sim.errors import StudyError
from sim.study.refusals import nearest, shown
from sim.study.study_file import file_meant, is_file
from sim.study.sweep import MOST_POINTS
from sim.verbs import DEFAULT_VERB, VERBS

NO_GROUPS = ("hydra", "examples")
"""Folders of the configuration that hold no choices of a setting."""
_HELP = """\
mentorsim: how large must a study of paired Likert outcomes be?

  mentorsim VERB [FILE.yaml] [name=value ...]

Verbs ({default} if none is given):
{verbs}

  mentorsim VERB --help        what can be set, in plain words, with examples
  mentorsim VERB --cfg job     every setting and its value
  mentorsim VERB --multirun name=value,value ...   one run for each combination
  mentorsim --version
"""


def help_text() -> str:
    """List the verbs."""
    verbs = "\n".join(f"  {name:9} {verb.purpose}" for name, verb in VERBS.items())
    return _HELP.format(default=DEFAULT_VERB, verbs=verbs)


# ---------------------------------------------------------------------------------- flags


OF_ANSWERS = ("new", "calibrate", "map")
"""Verbs that take files of answers."""


def is_answers(word: str) -> bool:
    """Tell whether a word of the command line names a file of answers."""
    return "=" not in word and word.lower().endswith((".csv", ".tsv", ".txt", ".xlsx"))


class _Parser(ArgumentParser):
    """Hydra's flags, with one line for a wrong one."""

    def error(self, message: str) -> NoReturn:
        wrong = re.match(r"unrecognized arguments: (-\S+)", message)
        known = [flag for flag in self._option_string_actions if flag.startswith("--")]
        if wrong:
            raise StudyError(f"{wrong[1]}: unknown flag; {nearest(wrong[1], known)}")
        raise StudyError(" ".join(message.removeprefix("argument ").split()))


def read_flags(argv: Sequence[str], hydra_flags: ArgumentParser) -> Namespace:
    """Read the command line; ``verb`` is None where none is named.

    Raises
    ------
    StudyError
        For an unknown flag or verb, or flags that do not go together.
    """
    parser = _Parser(
        prog="mentorsim",
        parents=[hydra_flags],
        add_help=False,
        allow_abbrev=False,
        conflict_handler="resolve",
    )
    parser.add_argument("--version", action="version", version=f"mentorsim {__version__}")
    parser.add_argument("--from-data", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--map", metavar="FILE")
    # intermixed, so that flags may stand before, between and after the overrides
    flags = parser.parse_intermixed_args(argv)
    # the study's file, and settings, may stand behind the files of data
    words = [word for word in flags.from_data if is_file(word) or "=" in word]
    flags.data = [word for word in flags.from_data if word not in words]
    flags.data += [word for word in flags.overrides if is_answers(word)]
    flags.overrides = [word for word in [*flags.overrides, *words] if word not in flags.data]
    flags.file = _take_file(flags.overrides)
    flags.verb = _take_verb(flags.overrides)
    _check_words(flags.overrides)
    _check_flags(flags)
    return flags


def _take_file(words: list[str]) -> str | None:
    """Take the name of a study's file out of the words."""
    files = [word for word in words if is_file(word)]
    if len(files) > 1:
        again = "is named twice" if files[1] == files[0] else f"{files[0]} is named already"
        raise StudyError(f"{files[1]}: one study at a time; {again}")
    words[:] = [word for word in words if word not in files]
    return files[0] if files else None


def _take_verb(words: list[str]) -> str | None:
    if not words or "=" in words[0] or words[0].startswith("~"):
        return None
    verb = words.pop(0)
    if verb not in VERBS:
        raise StudyError(f"{verb}: unknown verb; {nearest(verb, list(VERBS))}")
    return verb


def _check_words(words: list[str]) -> None:
    """Refuse a word that sets nothing but names a file that is there, but for its ending."""
    for word in words:
        if "=" not in word and (Path(word) / "manifest.json").is_file():
            again = Path(word) / "manifest.json"
            raise StudyError(f"{word}: is a run's folder; {again} repeats the run")
        meant = "" if set("=~/") & set(word) else file_meant(Path(word))
        if meant:
            raise StudyError(f"{word}: is no setting (name=value){meant}")


def _check_flags(flags: Namespace) -> None:
    """Refuse what Hydra would answer with a traceback."""
    modes = ("cfg", "info", "multirun", "run", "shell_completion")
    given = [f"--{mode.replace('_', '-')}" for mode in modes if getattr(flags, mode)]
    if len(given) > 1:
        raise StudyError(f"{' and '.join(given)}: give one of them")
    if flags.experimental_rerun is not None:
        raise StudyError("--experimental-rerun: not offered (it would run code from a pickle)")
    if flags.data and flags.verb not in OF_ANSWERS:
        verb = f"mentorsim new study.yaml --from-data {' '.join(flags.data)}"
        raise StudyError(f"{flags.data[0]}: holds answers, and no study; {verb} makes one of them")
    if flags.map is not None and not (flags.data and flags.verb in {"new", "calibrate"}):
        raise StudyError("--map: goes with answers (mentorsim calibrate FILE --map map.yaml)")
    if flags.data and flags.verb == "calibrate" and flags.file:
        raise StudyError(f"{flags.file}: give the study, whose pilot.data names answers, or those")
    if (flags.resolve or flags.package is not None) and not flags.cfg:
        raise StudyError("--resolve and --package: go with --cfg")
    shell = r"(install|uninstall|query)=(bash|zsh|fish)"
    if flags.shell_completion and not re.fullmatch(shell, " ".join(flags.overrides)):
        raise StudyError(
            "--shell-completion: needs install=, uninstall= or query=bash, zsh or fish"
        )
    for name in ("config_path", "config_dir"):
        folder = getattr(flags, name)
        if folder is not None and not Path(folder).is_dir():
            raise StudyError(f"--{name.replace('_', '-')}: {shown(folder)} is not a folder")


def hydra_words(flags: Namespace) -> list[str]:
    """Write the flags as Hydra is to read them; the others are dealt with by then."""
    plain = ("help", "hydra_help", "resolve", "run", "multirun", "shell_completion")
    words = [f"--{name.replace('_', '-')}" for name in plain if getattr(flags, name)]
    valued = {name: getattr(flags, name) for name in ("cfg", "package", "info")}
    return words + [f"--{name}={value}" for name, value in valued.items() if value is not None]


# ------------------------------------------------------------------------------ overrides


def help_file(verb: str) -> str:
    """Name the file of a verb's help."""
    return "mentorsim.yaml" if verb == DEFAULT_VERB else f"{verb}.yaml"


def named(words: Sequence[str]) -> list[str]:
    """Let experiment=null name the experiment of that name; to YAML it would be nothing."""
    return ["experiment='null'" if word == "experiment=null" else word for word in words]


def composed_words(flags: Namespace) -> list[str]:
    """List the overrides with what the flags and the verb say, as composing takes it."""
    words = named(flags.overrides)
    if flags.verb not in (None, DEFAULT_VERB) and not any(
        key_of(word) == "hydra.job.name" for word in words
    ):
        # the first names the folder of the run
        words += [f"hydra.job.name={flags.verb}", f"hydra/help={flags.verb}"]
    if flags.config_dir is None:
        return words
    if any(word.lstrip("+").startswith("hydra.searchpath=") for word in words):
        raise StudyError("--config-dir: cannot be combined with hydra.searchpath")
    return [*words, search_word(Path(flags.config_dir).resolve())]


def search_word(folder: Path) -> str:
    """Override by which a folder's choices are found too."""
    return f'hydra.searchpath=["file://{folder}"]'


def combinations(words: Iterable[Any]) -> list[list[str]]:
    """Write out every combination of a sweep; of a name given twice, the last counts.

    Parameters
    ----------
    words : iterable of Hydra's Override
        The overrides, sweeps among them.
    """
    choices: dict[str, list[str]] = {}
    for word in words:
        key = word.get_key_element()
        if not word.is_sweep_override():
            choices[key] = [word.input_line]
            continue
        choices[key] = [f"{key}={value}" for value in _swept(word)]
        if not choices[key]:
            raise StudyError(f"{word.input_line}: the sweep is empty")
    count = prod(map(len, choices.values()))
    if count > MOST_POINTS:
        raise StudyError(f"--multirun: {count} points must be at most {MOST_POINTS}")
    return [list(point) for point in product(*choices.values())]


def _swept(word: Any) -> Iterable[str]:
    """List the values of one word of a sweep, once it is known that they have an end."""
    if word.is_interval_sweep():
        raise StudyError(f"{word.input_line}: an interval has no points to run; use range()")
    if word.is_range_sweep():
        span = word.value()
        try:
            few = (span.stop - span.start) // span.step <= MOST_POINTS
        except ArithmeticError:  # a step of 0, numbers beyond all bounds
            few = False
        if not few:
            raise StudyError(f"{word.input_line}: must have at most {MOST_POINTS} points")
    values: Iterable[str] = word.sweep_string_iterator()
    return values


def force(words: list[str], keys: set[str]) -> list[str]:
    """Write name=value as ++name=value, which Hydra adds where it is not there."""
    return [f"++{word}" if key_of(f"++{word}") in keys else word for word in words]


def key_of(word: str) -> str:
    """Give the name of a ++name=value."""
    return word.removeprefix("++").partition("=")[0]


# ----------------------------------------------------------------------------------- help


def verb_help(template: str, conf: Path) -> str:
    """Help of a verb with the choices of every group filled in."""
    groups = sorted(path for path in conf.iterdir() if path.is_dir() and path.name not in NO_GROUPS)
    lines = []
    for group in groups:
        choices = ", ".join(sorted(path.stem for path in group.glob("*.yaml")))
        lines.append(fill(f"{group.name}: {choices}", 80, subsequent_indent="  ") + "\n")
    return template.replace("$APP_CONFIG_GROUPS", "".join(lines))
