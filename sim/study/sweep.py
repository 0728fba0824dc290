"""Sensitivity sweeps: which settings vary, and together with which others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from sim.errors import StudyError
from sim.study.base import Line, Section
from sim.study.refusals import nearest, shown

MOST_POINTS = 10_000
"""Most points of one sweep."""
FIXED = ("sweep", "compute", "store", "monte_carlo", "calibration")
"""Sections that are the same at every point: what runs, where, and how much of it."""

Factors = dict[str, Annotated[tuple[Any, ...], Field(min_length=2)]]


class NoSweep(Section):
    """No sweep."""

    kind: Literal["none"] = "none"
    """Which points are studied: only the study as stated."""


class _Compared(Section):
    """What every kind of sweep shares."""

    at: int | None = Field(default=None, ge=2, le=100_000)
    """Size at which points are compared (2 to 100000); null = the size that the study as
    stated needs by the rule below, or its largest where none suffices."""
    rule: Line | None = Field(default=None, min_length=1)
    """Decision rule whose power is compared (text); null = each point's primary rule."""
    improving: bool = False
    """Whether shifts and mean changes of effects are improvements (true or false): where a fall is
    the success, they are falls."""


class _Factorial(_Compared):
    number_of: ClassVar[Callable[..., Any]]
    """Number of points, from the number of each factor's values."""
    factors: Factors = Field(min_length=1)
    """Values (at least 2) by field, such as correlation.pre_post: [0.3, 0.7]; a value may be a
    whole section, which then replaces that of the study."""

    @field_validator("factors")
    @classmethod
    def _check_factors(cls, factors: Factors) -> Factors:
        for name in factors:
            _check_may_vary("sweep.factors", name)
        _check_few("sweep.factors", cls.number_of(map(len, factors.values())))
        return factors


class GridSweep(_Factorial):
    """Every combination of the factors' values."""

    kind: Literal["grid"]
    """Which points are studied: every combination of the factors' values (at most 10000)."""
    number_of = prod


class OneAtATimeSweep(_Factorial):
    """Each factor at each of its values, all others as stated."""

    kind: Literal["one_at_a_time"]
    """Which points are studied: each factor at each value, the others as stated (at most 10000)."""
    number_of = sum


class ScenarioSweep(_Compared):
    """Named scenarios, each of which changes several settings."""

    kind: Literal["scenarios"]
    """Which points are studied: scenarios that are stated one by one (at most 10000)."""
    scenarios: dict[str, dict[str, Any]] = Field(min_length=1)
    """Values by field, such as correlation.pre_post: 0.3, by the scenario's name; a value may be
    a whole section, which then replaces that of the study."""

    @field_validator("scenarios")
    @classmethod
    def _check_scenarios(cls, scenarios: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, settings in scenarios.items():
            if not name.strip():
                raise ValueError(f"sweep.scenarios: {shown(name)} must be a name")
            for field in settings:
                _check_may_vary(f"sweep.scenarios.{words(name, 40)}", field)
        _check_few("sweep.scenarios", len(scenarios))
        return scenarios


Sweep = Annotated[
    NoSweep | GridSweep | OneAtATimeSweep | ScenarioSweep, Field(discriminator="kind")
]


def _check_may_vary(place: str, name: str) -> None:
    head = name.partition(".")[0]
    if head in FIXED:
        raise ValueError(f"{place}: {shown(name)} cannot vary; {head} is the same at every point")


def turned(name: str, value: Any) -> Any:
    """Turn the direction of effects in the value of a field: rises into falls.

    Examples
    --------
    >>> turned("effect", {"shift": 0.2}), turned("correlation.pre_post", 0.3)
    ({'shift': -0.2}, 0.3)
    """
    if isinstance(value, Mapping):
        return {key: turned(f"{name}.{key}", inner) for key, inner in value.items()}
    *sections, last = name.split(".")
    if "effect" not in sections or last not in ("shift", "mean_change"):
        return value
    if isinstance(value, tuple | list):
        return tuple(turned(name, each) for each in value)
    return -value if isinstance(value, int | float) else value


def _check_few(place: str, count: int) -> None:
    if count > MOST_POINTS:
        raise ValueError(f"{place}: {count} points must be at most {MOST_POINTS}")


# ------------------------------------------------------------------------- fields by name


def look_up(data: Any, name: str) -> Any:
    """Find a field in nested plain data.

    Parameters
    ----------
    data : mapping, tuple or other plain data
        Sections by name; lists as tuples.
    name : str
        Names joined by dots, such as ``correlation.pre_post``; places in a
        list are whole numbers from 0. A key may hold dots itself.

    Returns
    -------
    The field's value.

    Raises
    ------
    StudyError
        Where there is no such field.
    """
    rest: str | None = name
    while rest is not None:
        key, rest = _step(data, rest, name)
        data = data[key]
    return data


def replaced(data: Any, name: str, value: object) -> Any:
    """Nested plain data with one field set; what is given stays as it is.

    Parameters
    ----------
    data, name
        As for :func:`look_up`.
    value : object
        What the field is to hold; a section is replaced as a whole.

    Returns
    -------
    The same kind of data, sharing what is unchanged.

    Raises
    ------
    StudyError
        Where there is no such field.
    """
    return _replaced(data, name, value, name)


def _replaced(data: Any, rest: str, value: object, name: str) -> Any:
    key, further = _step(data, rest, name)
    replacement = value if further is None else _replaced(data[key], further, value, name)
    if isinstance(data, Mapping):
        return {**data, key: replacement}
    return (*data[:key], replacement, *data[key + 1 :])


def _step(data: Any, rest: str, name: str) -> tuple[Any, str | None]:
    """Take one step: the key, and what remains of the name; None where it is the last."""
    if isinstance(data, tuple | list):
        head, dot, further = rest.partition(".")
        if head.isdecimal() and int(head) < len(data):
            return int(head), further if dot else None
        raise _unknown(name, f"there are {len(data)} items, the first being 0")
    if not isinstance(data, Mapping):
        raise _unknown(name, f"what it is part of is {shown(data)}")
    if rest in data:
        return rest, None
    heads = [key for key in data if isinstance(key, str) and rest.startswith(f"{key}.")]
    if not heads:
        raise _unknown(name, nearest(rest.partition(".")[0], [str(key) for key in data]))
    head = max(heads, key=len)
    return head, rest[len(head) + 1 :]


def _unknown(name: str, why: str) -> StudyError:
    return StudyError(f"{words(name, 80)}: unknown field; {why}")


# ------------------------------------------------------------------------ values in words


def words(value: object, most: int = 60) -> str:
    """Write plain data in one short line, as YAML does.

    Parameters
    ----------
    value : object
        Text, a number, None, or mappings and lists of those; from the user.
    most : int
        Most characters.

    Returns
    -------
    str
        Without control characters; cut, with a mark, where it is longer.
    """
    text = _words(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{_words(key)}: {_words(inner)}" for key, inner in value.items()) + "}"
        )
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_words, value)) + "]"
    if value is None or isinstance(value, bool):
        return str(shown(value))
    text = str(value)[:1000]  # far more than is ever shown
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
