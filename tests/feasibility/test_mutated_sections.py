"""A section with something wrong in it is refused in plain lines that name it."""

from __future__ import annotations

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.app import main
from sim.errors import StudyError
from sim.jobs.feasibility import check
from sim.study import Study
from sim.study.feasibility import Criterion, Feasibility, MainStudy

STATED: dict[str, Any] = {
    "questionnaire": {"items": {"listening": [0.1, 0.2, 0.4, 0.2, 0.1]}},
    "effect": {"shift": 0.5},
    "feasibility": {
        "sites": 3,
        "sizes": [10, 20],
        "criteria": {
            "recruited": {"measure": "recruitment", "red": 0.3, "green": 0.5},
            "speed": {"measure": "rate", "red": 1, "green": 2},
            "kept": {"measure": "retention", "red": 0.6, "green": 0.8, "icc": 0.05},
            "high": {"measure": "answers", "item": "listening", "at_least": 4,
                     "red": 0.3, "green": 0.5},
        },
        "main": {"sized_by": "fixed", "n": 30},
    },
}  # fmt: skip
WRONG = ["x", -1, 1e9, [1], {"a": 1}, True, float("nan"), "\x1b[2J", "", 7.5, "300%", [[1]]]
"""Values that few fields take."""
CLASHES: list[tuple[str, str, Any]] = [
    ("kept", "red", 0.9), ("kept", "green", 1.2), ("kept", "variation", 0.3), ("speed", "icc", 0.1),
    ("speed", "expected", 0), ("speed", "role", "participant"), ("kept", "role", "nobody"),
    ("kept", "item", "listening"), ("high", "item", "asking"), ("high", "at_least", 1),
    ("high", "expected", 0.5), ("kept", "expected", 0.05), ("high", "measure", "retention"),
    ("recruited", "expected", 0), ("recruited", "expected", 1e-9),
]  # fmt: skip
"""What the rest of the section, or of the study, contradicts: criterion, field, value."""


def mutants() -> list[dict[str, Any]]:
    """Write a hundred sections that are wrong in one place."""
    rng, every = random.Random(23), []  # noqa: S311 - no secret
    for name, field, value in CLASHES:
        every.append(_changed(("criteria", name, field), value))
    places: list[tuple[str, ...]] = [
        ("criteria", "kept", field) for field in Criterion.model_fields
    ]
    places += [("main", field) for field in MainStudy.model_fields]
    places += [(field,) for field in Feasibility.model_fields]
    while len(every) < 100:
        place = rng.choice([*places, ("nothing",), ("main", "nothing")])
        data = _changed(place, rng.choice(WRONG))
        if not _is_valid(data):
            every.append(data)
    return every


def _changed(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    data = deepcopy(STATED)
    node = data["feasibility"]
    for name in place[:-1]:
        node = node[name]
    node[place[-1]] = value
    return data


def _is_valid(data: dict[str, Any]) -> bool:
    try:
        check(Study(**data))
    except StudyError:
        return False
    return True


def test_the_section_is_fine_before() -> None:
    """The section that is mutated is not refused."""
    assert _is_valid(STATED)


def test_a_hundred_mutants_are_refused() -> None:
    """Every mutant is refused, each fault in one short plain line with its place."""
    for data in mutants():
        with pytest.raises(StudyError) as refused:
            check(Study(**data))
        lines = [str(fault) for fault in refused.value.faults]
        assert lines
        for line in lines:
            assert line.startswith("feasibility"), line
            assert line.isprintable(), line
            assert len(line) < 400, line


def test_the_command_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The command says so with status 2 in one line, and writes nothing."""
    monkeypatch.chdir(tmp_path)
    data = _changed(("criteria", "kept", "red"), 0.9)
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    status = main(["feasibility", "study.yaml"])
    out, err = capsys.readouterr()
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "feasibility.criteria.kept.red: 0.9 must be below green = 0.8" in err
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]
