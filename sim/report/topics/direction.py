"""Warnings of an effect against the success, and of effects that a test sees amiss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.inference.rules import decision_rules
from sim.report.document.phrases import CHANGES
from sim.report.results.answer import DesignFacts
from sim.study import Study

MOST_NAMED = 3
"""Most endpoints that a warning names."""


def direction_warnings(facts: DesignFacts) -> Iterator[str]:
    """Warn of an effect that goes against the success, and say how to state it.

    Parameters
    ----------
    facts : DesignFacts
        Of the design.

    Yields
    ------
    str
        One sentence for each role of the primary rule that it concerns.
    """
    study, side = facts.study, facts.study.analysis.side
    endpoints, change, success = study.endpoints, CHANGES[-side], CHANGES[side]
    primary = next(rule for rule in decision_rules(study) if rule.name == study.decision.primary)
    for r, role in enumerate(facts.effects):
        changes = _changes(facts, role)
        places = [e for place, e in (divmod(c, len(endpoints)) for c in primary.columns)
                  if place == r]  # fmt: skip
        against = [f"'{endpoints[e]}'" for e in places if changes[e] * side < -1e-9]
        if against:
            more = f" and {len(against) - MOST_NAMED} more" if len(against) > MOST_NAMED else ""
            yield (
                f"The stated effect on the {study.words.people(role)} is a {change} of "
                f"{', '.join(against[:MOST_NAMED])}{more}, and success is a {success}: the study "
                f"can hardly succeed. {_remedy(study)}"
            )


def _remedy(study: Study) -> str:
    side = study.analysis.side
    remedy = f"analysis.direction={CHANGES[-side]}"
    if study.analysis.alternative != "two_sided":
        remedy += f" analysis.alternative={'greater' if side < 0 else 'less'}"
    return f"Where {'higher' if side < 0 else 'lower'} is better, state {remedy}."


def _changes(facts: DesignFacts, role: str) -> FloatArray:
    """Change of every endpoint by the intervention; of shares of people where there is a cut."""
    effects, parts = facts.effects[role], facts.change_parts.get(role)
    cut = facts.study.analysis.cut
    if parts is not None:
        return parts.effect
    if cut is None:
        return effects.mean_change
    shares = (effects.rising_to - effects.falling_below)[:, cut - 2]
    return np.append(shares, effects.mean_change[-1])


def unseen_change(study: Study, name: str, role: str) -> str:
    """Say that a domain changes and its test sees nothing of it."""
    facts, people = study.analysis.test_facts, study.words.people(role)
    if facts.has_cut:
        return (
            f"'{name}' of the {people} changes, but the share at {study.analysis.cut} or above "
            f"does not, which is all that {facts.in_prose} sees."
        )
    return (
        f"How '{name}' of the {people} is distributed changes with {study.words.intervention}, "
        f"but not {facts.sees}."
    )


def apparent_change(study: Study, names: Sequence[str], role: str, side: str) -> str:
    """Say that tests of domains without effect find one all the same."""
    which = f"{len(names)} domains"
    if len(names) <= MOST_NAMED:
        which = " and ".join(f"'{name}'" for name in names)
    its = "its test is" if len(names) == 1 else "their tests are"
    return (
        f"There is no effect of {study.words.intervention} on {which} of the "
        f"{study.words.people(role)}, but among the people who answer {its} sure to find a {side} "
        "as the study grows. Such findings count as errors here; no multiplicity adjustment guards "
        "against them."
    )
