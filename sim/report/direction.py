"""Which change is the success, and a warning where the effect is the other one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.cohorts import TrueEffects
from sim.inference.rules import decision_rules
from sim.power.change_parts import ChangeParts
from sim.power.estimates import FloatArray
from sim.study import Analysis, Study
from sim.study.sections import success_side

CHANGES = {1: "rise", -1: "fall"}
"""A change by its sign."""
MOST_NAMED = 3
"""Most endpoints that a warning names."""


def side_of(analysis: Mapping[str, Any]) -> int:
    """Sign of the change that is the success, from a saved analysis."""
    return success_side(analysis["alternative"], analysis.get("direction"))


def best_end(side: int) -> str:
    """Name the end of the scale beyond which nobody can improve."""
    return "top" if side > 0 else "bottom"


def level_words(analysis: Analysis) -> str:
    """State sidedness and level, and which change is the success where that needs saying."""
    level = f"level {analysis.alpha:g}"
    if analysis.alternative != "two_sided":
        return f"one-sided (scores {CHANGES[analysis.side]}) {level}"
    return f"two-sided {level}" + (", success being a fall" if analysis.side < 0 else "")


def direction_warnings(
    study: Study,
    effects: Mapping[str, TrueEffects],
    change_parts: Mapping[str, ChangeParts],
) -> Iterator[str]:
    """Warn of an effect that goes against the success, and say how to state it.

    Parameters
    ----------
    study : Study
        The study.
    effects : mapping of str to TrueEffects
        By role.
    change_parts : mapping of str to ChangeParts
        By role, where mentoring's part is not the whole change.

    Yields
    ------
    str
        One sentence for each role of the primary rule that it concerns.
    """
    endpoints, side = study.endpoints, study.analysis.side
    primary = next(rule for rule in decision_rules(study) if rule.name == study.decision.primary)
    change, success = CHANGES[-side], CHANGES[side]
    remedy = f"analysis.direction={change}"
    if study.analysis.alternative != "two_sided":
        remedy += f" analysis.alternative={'greater' if side < 0 else 'less'}"
    better = "higher" if side < 0 else "lower"
    for r, (role, of_role) in enumerate(effects.items()):
        changes = _changes(study.analysis, of_role, change_parts.get(role))
        places = [e for place, e in (divmod(c, len(endpoints)) for c in primary.columns)
                  if place == r]  # fmt: skip
        against = [f"'{endpoints[e]}'" for e in places if changes[e] * side < -1e-9]
        if against:
            more = f" and {len(against) - MOST_NAMED} more" if len(against) > MOST_NAMED else ""
            yield (
                f"The stated effect on the {role}s is a {change} of "
                f"{', '.join(against[:MOST_NAMED])}{more}, and success is a {success}: the study "
                f"can hardly succeed. Where {better} is better, state {remedy}."
            )


def _changes(analysis: Analysis, effects: TrueEffects, change: ChangeParts | None) -> FloatArray:
    """Change of every endpoint that is mentoring's; of shares of people where there is a cut."""
    if change is not None:
        return change.effect
    if analysis.cut is None:
        return effects.mean_change
    shares = (effects.rising_to - effects.falling_below)[:, analysis.cut - 2]
    return np.append(shares, effects.mean_change[-1])
