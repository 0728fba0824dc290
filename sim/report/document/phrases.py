"""Phrases that stand in several sentences."""

from __future__ import annotations

from sim.study import TOTAL, Study
from sim.study.control import ParallelControl
from sim.study.methods import TESTS

CHANGES = {1: "rise", -1: "fall"}
"""A change by its sign."""


def best_end(side: int) -> str:
    """Name the end of the scale beyond which nobody can improve."""
    return "top" if side > 0 else "bottom"


def has_saw_teeth(test: str, p_value: str) -> bool:
    """Tell whether power can fall as the size grows, because the p-value is exact."""
    return TESTS[test].has_exact and p_value != "asymptotic"


def no_effect_words(study: Study) -> str:
    """Say what holds in the null run, to begin a sentence."""
    control, intervention = study.control, study.words.intervention
    if isinstance(control, ParallelControl) and control.effect.kind != "none":
        return f"Where {intervention} does no more than what the controls get"
    return f"Where {intervention} does nothing"


def estimated(study: Study, role: str, endpoint: str = TOTAL) -> str:
    """Name what is estimated of one endpoint of a role."""
    named = endpoint if endpoint == TOTAL else f"'{endpoint}'"
    people = study.words.people(role)
    if study.has_controls:
        return f"the difference between the arms in the {people}' {named}"
    return f"the {people}' mean change in {named}"
