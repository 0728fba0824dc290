"""YAML alone holds the values of settings; what code has of them is the same."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import sim
from sim import compose_study
from sim.study.base import Section

MARKS = {"pilot", "selected_for_significance"}
"""Marks that a section bears, or does not: absent is false."""
FACTS = {"summary"}
"""What is said of a fact in a user's file: medians, as most papers print, need no word."""
DIFFERENT = {
    ("sign_test", "p_value"), ("sign_flip", "p_value"), ("mcnemar", "p_value"),
    ("mcnemar_table", "p_value"), ("sign_test", "exact_limit"), ("mcnemar", "exact_limit"),
    ("mcnemar_table", "exact_limit"),
}  # fmt: skip
"""Alone, these are exact unless told otherwise; within a study, as `analysis.p_value` says."""


def sections(of: type[Section] = Section) -> Iterator[type[Section]]:
    """Every section of a study."""
    for section in of.__subclasses__():
        yield section
        yield from sections(section)


def test_no_setting_has_its_value_in_the_code() -> None:
    """What YAML leaves out is refused, or not asked for: nothing else stands in for it."""
    compose_study()
    valued = {
        name
        for section in sections()
        for name, field in section.model_fields.items()
        if not field.is_required()
        and field.get_default(call_default_factory=True) not in (None, ())
    }
    assert valued == MARKS | FACTS


@pytest.mark.parametrize("name", sim.__all__)
def test_functions_do_as_a_study_does(name: str) -> None:
    """What a public function takes for granted is what the default study states."""
    function: Callable[..., Any] = getattr(sim, name)
    analysis = compose_study().analysis
    for parameter in inspect.signature(function).parameters.values():
        known = hasattr(analysis, parameter.name) and parameter.default is not parameter.empty
        if known and (name, parameter.name) not in DIFFERENT:
            assert parameter.default == getattr(analysis, parameter.name), parameter.name
