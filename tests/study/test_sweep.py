"""What varies is stated in full, or refused in one line."""

from pathlib import Path
from typing import Any

import pytest
from oracles.studies import small_study

from sim.compose import compose_study
from sim.errors import StudyError
from sim.jobs.sweep import points
from sim.sources import CONF
from sim.study import parse_study
from sim.study.sweep import look_up, replaced, words

DATA = {"a": {"b": 1, "c.d": {"e": 2}}, "list": ((1, 2), (3, 4)), "nothing": None}


def swept(**sweep: Any) -> Any:
    """Parse a small study with a sweep."""
    return small_study(sweep=sweep)


@pytest.mark.parametrize("path", sorted((CONF / "sweep").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_sweep_is_valid(path: Path) -> None:
    """Each shipped sweep begins with a comment, composes, and has points on the default study."""
    assert path.read_text(encoding="utf-8").startswith("# ")
    study = compose_study([f"sweep={path.stem}"])
    assert study.sweep.kind == "none" or len(points(study)) > 3


def test_a_sweep_on_the_command_line() -> None:
    """A sweep may be stated in words alone, names with blanks included."""
    factors = "correlation.pre_post: [0.3, 0.7], success.any\\ domain: [total]"
    words_ = ["sweep.kind=one_at_a_time", f"sweep.factors={{{factors}}}"]
    with pytest.raises(StudyError, match=r"any domain: .* must name at least 2"):
        compose_study(words_)
    words_[1] = words_[1].replace("[total]", "[total, strengths]")
    assert len(points(compose_study(words_))) == 5


def test_a_swept_study_is_read_back() -> None:
    """Plain data of a study with a sweep parse to the same study."""
    study = swept(kind="scenarios", scenarios={"a": {"effect": {"shift": 0.3}}})
    assert parse_study(study.model_dump(mode="json")) == study


@pytest.mark.parametrize(
    ("sweep", "line"),
    [
        ({"kind": "grid", "factors": {}}, "sweep.factors: {} must name at least 1"),
        (
            {"kind": "grid", "factors": {"monte_carlo.replicates": (100, 200)}},
            "sweep.factors: 'monte_carlo.replicates' cannot vary; monte_carlo is the same at every"
            " point",
        ),
        (
            {"kind": "scenarios", "scenarios": {"x": {"sweep": {}}}},
            "sweep.scenarios.x: 'sweep' cannot vary; sweep is the same at every point",
        ),
        ({"kind": "scenarios", "scenarios": {" ": {}}}, "sweep.scenarios: ' ' must be a name"),
        (
            {"kind": "grid", "factors": {"seed": range(101), "analysis.alpha": range(100)}},
            "sweep.factors: 10100 points must be at most 10000",
        ),
        (
            {"kind": "one_at_a_time", "factors": {"seed": range(10_001)}},
            "sweep.factors: 10001 points must be at most 10000",
        ),
        (
            {"kind": "scenarios", "scenarios": {f"s{k}": {} for k in range(10_001)}},
            "sweep.scenarios: 10001 points must be at most 10000",
        ),
        ({"kind": "grid", "at": 1, "factors": {"seed": (1, 2)}}, "sweep.at: 1 must be from 2 to"),
    ],
)
def test_what_cannot_be_stated(sweep: dict[str, Any], line: str) -> None:
    """A sweep that cannot be is refused, its field named."""
    plain = {**sweep, "factors": {n: tuple(v) for n, v in sweep.get("factors", {}).items()}}
    if sweep["kind"] == "scenarios":
        del plain["factors"]
    with pytest.raises(StudyError) as refusal:
        swept(**plain)
    assert str(refusal.value).startswith(line)


@pytest.mark.parametrize(
    ("name", "value"),
    [("a.b", 1), ("a.c.d.e", 2), ("a.c.d", {"e": 2}), ("list.1.0", 3), ("nothing", None)],
)
def test_a_field_is_found_and_replaced(name: str, value: object) -> None:
    """A dotted name finds its field, and setting it changes that field of a copy alone."""
    assert look_up(DATA, name) == value
    changed = replaced(DATA, name, "new")
    assert look_up(changed, name) == "new"
    assert replaced(changed, name, value) == DATA
    assert look_up(DATA, name) == value


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.xyz", "a.xyz: unknown field; known: b, c.d"),
        ("lists", "lists: unknown field; did you mean 'list'?"),
        ("a.b.c", "a.b.c: unknown field; what it is part of is 1"),
        ("nothing.x", "nothing.x: unknown field; what it is part of is null"),
        ("list.2", "list.2: unknown field; there are 2 items, the first being 0"),
        ("", ": unknown field; known: a, list, nothing"),
    ],
)
def test_a_field_that_is_not_there(name: str, line: str) -> None:
    """A name that is no field is refused, with what is known."""
    for refused in (lambda: look_up(DATA, name), lambda: replaced(DATA, name, 1)):
        with pytest.raises(StudyError) as refusal:
            refused()
        assert str(refusal.value) == line


def test_values_are_worded_on_one_line() -> None:
    """Values are written as YAML would, without control characters, cut where they are long."""
    assert words({"shift": (0.1, None, True)}) == ("{shift: [0.1, null, true]}")
    assert words("a\n\x1b[31mb\x00  c") == "a [31mb c"
    assert words("x" * 10_000, 10) == "x" * 9 + "…"
