"""Hydra's complaints, each in one plain line.

Told by their words and attributes, so that only :mod:`sim.sources`, :mod:`sim.compose`
and :mod:`sim.app` import Hydra.
"""

import re
from collections.abc import Sequence

from sim.errors import StudyError
from sim.study.refusals import listed, nearest, shown

_PLAIN = {
    r"Ambiguous value for argument '(.+)'": (
        "{}: several values need --multirun; a list is written [a,b]"
    ),
    r"Sweep parameters '(.+)' requires": "{}: a sweep needs --multirun",
    r"Could not append to config. An item is already at '(.+)'": "+{}: is set already; leave out +",
    r"Could not delete from config. '(.+)' does not": "~{}: there is no such field",
    r"Could not delete from config. The value of '(.+)' is (.+) and not (.+)\.": (
        "~{0}={2}: cannot be deleted, for its value is {1}"
    ),
    r"force-add of config groups is not supported: '\+\+(.+)'": "++{}: is a group; leave out ++",
    r"Multiple values for (.+)\. To override": "+{}: is chosen already; leave out +",
    r"Could not override '(hydra.+)'": "{}: Hydra has no such setting",
    r"Could not override '(.+@.+)'\.\nDid you mean to override (?:one of )?(.+)\?": (
        "{}: is not a choice this study has; known: {}"
    ),
    r"Override (.+) looks like a config group override, but config group '(.+)' does": (
        "{}: there is no group {!r}"
    ),
    r"Sweeping over Hydra's configuration is not supported : '(.+)'": (
        "{}: Hydra's own settings cannot be swept"
    ),
    r"Cannot find primary config '(.+?)'": "--config-name: there is no config {!r}",
    r"Missing mandatory value: (.+)": "{}: is missing (???) and must be given",
}

_NO_MERGE = (
    "a list cannot take the place of names with values in an override, nor they that of a list; "
    "write them in a study's file"
)


def reworded(error: Exception) -> str:
    """Say in one plain line what Hydra or OmegaConf complains of."""
    text = str(error)
    if isinstance(error, StudyError):
        return text
    if options := getattr(error, "options", None):
        group, _, choice = str(getattr(error, "missing_cfg_file", "")).rpartition("/")
        return no_choice(group, choice, options)
    if override := getattr(error, "override", None):
        return unreadable(override, error.__cause__)
    cause = error if hasattr(error, "full_key") else error.__cause__
    place = getattr(cause, "full_key", None)
    for pattern, words in _PLAIN.items():
        if matched := re.match(pattern, text):
            # of a field deep within, Hydra's words give the last name alone
            named = [place] if place and "missing (???)" in words else matched.groups()
            return words.format(*named)
    if place:
        line = _first_line(cause)
        return f"{place}: {_NO_MERGE if line.startswith('Cannot merge') else line}"
    text = re.split(r"\nSee https|\nConfig search path", text)[0] or type(error).__name__
    return f"Hydra cannot use this: {_joined(text)}"


def unreadable(override: str, cause: BaseException | None) -> str:
    """Say that a word of the command line cannot be read, and what would be."""
    quoted = _quoted(override)
    if quoted is not None:
        return f"{override}: text with characters such as ü or & needs double quotes: '{quoted}'"
    why = _first_line(cause) if cause else "expected name=value; a list is [a,b]"
    return f"{override}: cannot be read ({why})"


def _quoted(override: str) -> str | None:
    """Write a text, or a list of texts, as Hydra reads it; None where that would not help."""
    name, _, value = override.partition("=")
    if not value.isprintable() or not name:
        return None
    if re.fullmatch(r"[\w \[\],.+\-/%*@?|$:=]*", value, re.ASCII) or re.search(r"[\"'{}]", value):
        return None
    if not value.startswith("["):
        return f'{name}="{value}"'
    texts = [text.strip() for text in value.strip("[]").split(",")]
    return f"{name}=[" + ",".join(f'"{text}"' for text in texts) + "]"


def no_choice(group: str, choice: object, options: Sequence[str]) -> str:
    """Say that a group has no such choice, and which it has."""
    is_null = "none" in options and "?" in nearest(str(choice), ["null", "None"])
    hint = nearest("none" if is_null else str(choice), list(options))
    known = listed(options, str(choice))
    close = f"; {hint}" if "?" in hint else ""
    return f"{group}: {shown(choice)} must be one of {known}{close}{_ELSEWHERE.get(group, '')}"


_ELSEWHERE = {"sweep": "; state a sweep of your own as sweep: {...} in the study's file"}
"""Where else than in a choice of the group its settings may stand."""


def _first_line(error: BaseException | None) -> str:
    return _joined((str(error).splitlines() or ["no reason given"])[0])


def _joined(text: str) -> str:
    return " ".join(text.split())[:300]


class JobFailed(BaseException):
    """Carries a job's exception past Hydra, which would print it otherwise."""
