"""Phrases that stand in several sentences."""

from __future__ import annotations

from collections.abc import Iterable

from sim.report.document.words import LONG_NAME, clean, listed_words
from sim.study import TOTAL, Study

CHANGES = {1: "rise", -1: "fall"}
"""A change by its sign."""


def sentence_case(words: str) -> str:
    """Begin a sentence."""
    return words[:1].upper() + words[1:]


def mid_sentence(words: str) -> str:
    """Let what would begin a sentence go on within one."""
    return words[:1].lower() + words[1:]


def best_end(side: int) -> str:
    """Name the end of the scale beyond which nobody can improve."""
    return "top" if side > 0 else "bottom"


def has_saw_teeth(study: Study) -> bool:
    """Tell whether power can fall as the size grows, because p-values or their levels are exact."""
    analysis, looks = study.analysis, study.looks
    spends_exactly = looks is not None and looks.spend == "exact"
    return spends_exactly or (analysis.test_facts.has_exact and analysis.p_value != "asymptotic")


def significance(study: Study) -> str:
    """State sidedness and level, as in a sentence on the tests."""
    sided = "two-sided" if study.analysis.alternative == "two_sided" else "one-sided"
    return f"{sided} significance level of {study.analysis.alpha:g}"


def no_effect_words(study: Study) -> str:
    """Say what holds in the null run, to begin a sentence."""
    control, intervention = study.control, study.words.intervention
    if control is not None and control.effect.kind != "none":
        return f"Where {intervention} does no more than what the controls get"
    return f"Where {intervention} does nothing"


def endpoint_words(endpoint: str, most: int = LONG_NAME) -> str:
    """Name an endpoint after a possessive or a preposition: total, or its name in quotes."""
    return "total" if endpoint == TOTAL else f"'{clean(endpoint, most)}'"


def the_endpoint(endpoint: str, most: int = LONG_NAME) -> str:
    """Name an endpoint: the total, or its name in quotes."""
    return "the total" if endpoint == TOTAL else endpoint_words(endpoint, most)


def sums_words(names: Iterable[str]) -> str:
    """List sums: the total; 'a' and 'b'."""
    return listed_words([the_endpoint(name) for name in names])


def together_words(study: Study) -> str:
    """Name items and sums together: domains and total."""
    items, sums = study.words.items, list(study.totals)
    return " and ".join([items, *map(endpoint_words, sums)][:2] if len(sums) < 2 else
                        [items, "totals"])  # fmt: skip


def estimated(study: Study, role: str, named: str) -> str:
    """Name what is estimated of a role, in an endpoint that is named as in a sentence."""
    people = study.words.people(role)
    if study.has_controls:
        return f"the difference between the arms in the {people}' {named}"
    return f"the {people}' mean change in {named}"
