"""What is not stated is neutral; the shipped study and the functions take the same for granted."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import sim
from sim import compose_study
from sim.study import Study, parse_study
from sim.study.base import Section

SHIPPED = {
    "title", "questionnaire", "roles", "effect", "correlation.assumption", "words.intervention",
    "words.treated", "words.unit", "words.item", "design.search_limit", "design.ratio", "success",
    "analysis.adjustment", "pilot", "feasibility",
}  # fmt: skip
"""What the shipped study states of its subject, or unlike the neutral one."""
DIFFERENT = {
    ("sign_test", "p_value"), ("sign_flip", "p_value"), ("mcnemar", "p_value"),
    ("mcnemar_table", "p_value"), ("sign_test", "exact_limit"), ("mcnemar", "exact_limit"),
    ("mcnemar_table", "exact_limit"),
}  # fmt: skip
"""Alone, these are exact unless told otherwise; within a study, as `analysis.p_value` says."""


def neutral() -> Study:
    """Parse a study that states its questions alone."""
    answers = {"listening": [0.1, 0.2, 0.4, 0.2, 0.1], "empathy": "like: listening"}
    return parse_study({"questionnaire": {"items": answers}})


def values_of(study: Study) -> dict[str, Any]:
    """List what a study holds, field by field where a section of fixed fields is concerned."""
    whole = {"questionnaire", "effect", "pilot", "feasibility"}
    found: dict[str, Any] = {}
    for section, value in study:
        fields = {} if section in whole else dict(value) if isinstance(value, Section) else {}
        found |= {f"{section}.{name}": inner for name, inner in fields.items()}
        found |= {} if fields else {section: value}
    return found


def test_a_study_of_questions_alone_is_nobody_in_particular() -> None:
    """It does nothing to participants, whose total is looked at, and is read back as it is."""
    study = neutral()
    assert parse_study(study.model_dump(mode="json")) == study
    assert "mentor" not in str(study.model_dump()).lower()
    assert (study.role_names, study.words.units) == (("participant",), "participants")
    assert {name: str(rule) for name, rule in study.success.items()} == {"total": "total"}
    assert (study.effect.kind, study.missing.any, study.sites, study.control, study.pilot) == (
        "none", False, None, None, None,
    )  # fmt: skip


def test_the_shipped_study_has_the_defaults() -> None:
    """What YAML repeats of the defaults, so that it can be read there, is the same."""
    shipped, plain = values_of(compose_study()), values_of(neutral())
    stated = {name for name in shipped | plain if shipped.get(name) != plain.get(name)}
    assert {name.removesuffix(".kind") for name in stated} == SHIPPED


@pytest.mark.parametrize("name", sim.__all__)
def test_functions_do_as_a_study_does(name: str) -> None:
    """What a public function takes for granted is what the default study states."""
    function: Callable[..., Any] = getattr(sim, name)
    analysis = compose_study().analysis
    for parameter in inspect.signature(function).parameters.values():
        known = hasattr(analysis, parameter.name) and parameter.default is not parameter.empty
        if known and (name, parameter.name) not in DIFFERENT:
            assert parameter.default == getattr(analysis, parameter.name), parameter.name
