"""What the tests estimate, in words, where that is not the effect."""

from __future__ import annotations

from collections.abc import Sequence

from sim.power.estimands import Estimands
from sim.study import Analysis

LISTED = 3
"""Most domains that are named."""


def unseen_change(analysis: Analysis, name: str, role: str) -> str:
    """Say that a domain changes and its test sees nothing of it."""
    facts = analysis.test_facts
    if facts.has_cut:
        return (
            f"'{name}' of the {role}s changes, but the share at {analysis.cut} or above does not, "
            f"which is all that {facts.in_prose} sees."
        )
    return f"Mentoring changes how '{name}' of the {role}s is distributed, but not {facts.sees}."


def apparent_change(names: Sequence[str], role: str, side: str) -> str:
    """Say that tests of domains without effect find one all the same."""
    which = f"{len(names)} domains"
    if len(names) <= LISTED:
        which = " and ".join(f"'{name}'" for name in names)
    its = "its test is" if len(names) == 1 else "their tests are"
    return (
        f"Mentoring has no effect on {which} of the {role}s, but among the people who answer "
        f"{its} sure to find a {side} as the study grows. Such findings count as errors here; no "
        "multiplicity adjustment guards against them."
    )


def level_words(estimands: Estimands) -> str:
    """Say what the power of endpoints without effect is."""
    if (abs(estimands.value) > 0).any():
        return "Among the people who answer tests find a change all the same."
    return "Their power is the level of the tests."
