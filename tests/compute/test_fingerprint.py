"""A fingerprint says whether two tasks have the same numbers, and which code computed them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, fields
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import make_analysis
from oracles.tasks import TASKS
from pydantic import BaseModel

from sim.compute.fingerprint import fingerprint
from sim.compute.streams import Purpose
from sim.jobs.blocks import engine_version


class Colour(Enum):
    """An enumeration."""

    RED = 1
    BLUE = 2


class Number(IntEnum):
    """An enumeration whose members are whole numbers."""

    ONE = 1


@dataclass(frozen=True)
class Point:
    """Cannot change."""

    x: Any
    y: Any = 0


@dataclass(frozen=True)
class Other:
    """Has the same fields."""

    x: Any
    y: Any = 0


@dataclass
class Loose:
    """Can change."""

    x: int


DIFFERENT = [
    None, True, False, 0, 1, -1, 10**40, 0.0, -0.0, 1.0, float("nan"), float("inf"),
    "", "1", "a", "a\0", "ä", Fraction(1), Fraction(1, 3), Fraction(1, 2), Colour.RED, Colour.BLUE,
    Number.ONE, (), (1,), (1, 2), (2, 1), ((1,), 2), (1, (2,)), ("ab", "c"), ("a", "bc"), ((), ()),
    {}, {"a": 1}, {"a": 2}, {"b": 1}, {1: "a"}, Point(1), Point(2), Point(0, 1), Other(1),
    np.zeros(2), np.zeros(3), np.zeros((2, 1)), np.zeros((1, 2)), np.zeros(2, np.float32),
    np.array([0.0, -0.0]), np.zeros(2, np.int64), np.array([0, 1]), np.array([True]),
    np.array(["a"]), make_analysis(), make_analysis(alpha=0.1),
]  # fmt: skip


def test_different_values_differ() -> None:
    """No two of many values that look alike have one fingerprint."""
    assert len({fingerprint(value) for value in DIFFERENT}) == len(DIFFERENT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "a"), [1, "a"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3))),
        (np.arange(3, dtype="<i4"), np.arange(3, dtype=">i4")),
        (Point(np.ones(3)), Point(np.ones(3))),
        (np.float64(0.1), 0.1),
        (np.int64(3), 3),
        (make_analysis(), make_analysis()),
    ],
)
def test_equal_values_agree(one: Any, other: Any) -> None:
    """Neither order in a dict, kind of list nor layout in memory shows."""
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, b"bytes", Loose(1), Point, lambda: 1, 1j, np.array([object()]), (1, {2})],
)
def test_what_is_not_known_is_refused(value: Any) -> None:
    """What cannot be written in full has no fingerprint, at any depth."""
    with pytest.raises(TypeError, match="no fingerprint"):
        fingerprint(value)


def with_field(value: Any, name: str, changed: Any) -> Any:
    """Copy a frozen dataclass with a field that no check has seen."""
    copied = copy(value)
    object.__setattr__(copied, name, changed)
    return copied


CHANGED: dict[type, Callable[[Any], Any]] = {
    bool: lambda own: not own,
    int: lambda own: own + 1,
    float: lambda own: float(np.nextafter(own, np.inf)) if np.isfinite(own) else 0.0,
    str: lambda own: f"{own}x",
    Fraction: lambda own: own + Fraction(1, 7),
    type(None): lambda _: 0,
    Purpose: lambda _: Purpose.FLIPS,
}
"""How a value in which there is nothing else is changed, by as little as can be."""


def variants(value: Any) -> Iterator[Any]:
    """Give copies of a value with one thing in it changed, for all things at every depth."""
    if type(value) in CHANGED:
        yield CHANGED[type(value)](value)
    elif isinstance(value, np.ndarray):
        yield value[None]
        for place in (0, -1):
            changed = value.copy()
            changed.flat[place] = next(variants(value.flat[place].item()))
            yield changed
    else:
        for rebuilt, inner in parts(value):
            yield from map(rebuilt, variants(inner))


def parts(value: Any) -> Iterator[tuple[Callable[[Any], Any], Any]]:
    """Give what a value is made of, each part with what puts another in its place."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield lambda new, k=index: (*value[:k], new, *value[k + 1 :]), item
        yield lambda new: (*value, new), None  # one more
    elif isinstance(value, dict):
        for key, item in value.items():
            yield lambda new, k=key: {**value, k: new}, item
    elif isinstance(value, BaseModel):
        for name, own in value:
            yield lambda new, k=name: value.model_copy(update={k: new}), own
    else:
        for field in fields(value):
            own = getattr(value, field.name)
            yield lambda new, k=field.name: with_field(value, k, new), own


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of values made to be wrong
@pytest.mark.parametrize("name", TASKS)
def test_any_change_changes_it(name: str) -> None:
    """Whatever is changed in a task, at any depth, by however little, it is another task."""
    task = TASKS[name]()
    found = [fingerprint(task), *map(fingerprint, variants(task))]
    assert len(found) > 70
    assert len(set(found)) == len(found)


ASK = """
import sys
sys.path.append({tests!r})
from oracles.tasks import TASKS
from sim.compute.fingerprint import fingerprint
from sim.jobs.blocks import engine_version
print(*(fingerprint(TASKS[name]()) for name in TASKS), engine_version())
"""


def test_processes_agree(tmp_path: Path) -> None:
    """Equal tasks have one fingerprint in every process, whatever its hash seed."""
    run = subprocess.run(
        [sys.executable, "-c", ASK.format(tests=str(Path(__file__).parent.parent))],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [*(fingerprint(make()) for make in TASKS.values()), engine_version()]
    assert run.stdout.split() == expected
