"""How a refusal is worded: where a value stands, the value, and what would be right."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from sim.errors import shortened

_D = TypeVar("_D")
LONGEST_LIST = 240
"""Characters beyond which a list of names is cut to the nearest."""


class FieldError(ValueError):
    """A value that does not fit the rest of the study."""

    def __init__(self, place: str, value: object, right: str) -> None:
        super().__init__(f"{place}: {shown(value)} {right}")
        self.place = place


class NotReadable(Exception):  # noqa: N818 - no mistake of anybody's
    """A check looked at a section of which it is told already that it is wrong."""


class FieldErrors(ValueError):  # noqa: N818 - several of them
    """Several values that do not fit the rest of the study."""

    def __init__(self, faults: Sequence[FieldError]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


def check_all(checks: Iterable[Callable[[_D], None]], draft: _D) -> None:
    """Run checks, and refuse all that they refuse.

    Raises
    ------
    FieldErrors
        Holds what each check refused.
    """
    faults = []
    for check in checks:
        try:
            check(draft)
        except FieldError as fault:
            faults.append(fault)
        except FieldErrors as several:
            faults.extend(several.faults)
        except NotReadable:
            continue
    if faults:
        raise FieldErrors(list({str(fault): fault for fault in faults}.values()))


def shown(value: object) -> str:
    """Write a value on one line as YAML does, without its middle where it is long."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return shortened(" ".join(repr(value).split()), 60)
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an endless number has no repr, nor has deep nesting
        return "a number of thousands of digits" if isinstance(value, int) else "what is given"
    text = text.replace("(", "[").replace(")", "]").replace(",]", "]")
    return shortened(" ".join(text.split()), 60)


def nearest(word: str, known: Sequence[str], alike: float = 0.7) -> str:
    """Say which known name a misspelt one is nearest to, or list them, the nearest if many."""
    close = get_close_matches(word[:100], known, n=1, cutoff=alike)
    return f"did you mean {shown(close[0])}?" if close else f"known: {listed(known, word)}"


def listed(names: Sequence[str], word: str = "") -> str:
    """List names, or as many as a line holds, those nearest to a word."""
    text = ", ".join(names)
    if len(text) <= LONGEST_LIST:
        return text
    near = get_close_matches(word[:100], names, n=6, cutoff=0)
    kept = [name for name in names if name in near]
    few = ", ".join(shortened(name, 30) for name in kept)
    return f"{few} and {len(names) - len(kept)} more"
