"""What the power of a rule tends to as people are added, and which rules no size can meet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from sim.inference.families import Family
from sim.inference.rules import DecisionRule
from sim.power.estimands import Arms, Estimands, estimands_of
from sim.power.estimates import FloatArray
from sim.power.task import BlockTask
from sim.study import Analysis


@dataclass(frozen=True)
class PowerLimit:
    """Bounds of what the power of a rule tends to.

    Attributes
    ----------
    low, high : float
        From 0 to 1; equal where the limit is known.
    endpoints : int
        Endpoints of the rule whose tests may be sure to succeed in the end.
    """

    low: float
    high: float
    endpoints: int


def power_limits(task: BlockTask) -> tuple[PowerLimit, ...]:
    """Bound what the power of every rule tends to as the study grows.

    Parameters
    ----------
    task : BlockTask
        Who is studied, and how.

    Returns
    -------
    tuple of PowerLimit
        One per rule. Where what a test converges to is not known, from 0 to 1.
    """
    low, high = [], []
    for r, both in enumerate(zip_longest(task.populations, task.controls)):
        arms: Arms = tuple(own for own in both if own is not None)
        ratio = (task.sizes[r][-1], task.control_sizes[r][-1]) if task.controls else (1, 1)
        clustered = any(own.clusters is not None and own.clusters.levels for own in arms)
        role = _Role.of(estimands_of(arms, task.analysis, ratio), task.analysis, bool(clustered))
        least, most = role.adjusted(task.analysis, task.family)
        low.append(least)
        high.append(most)
    bounds = np.concatenate(low), np.concatenate(high)
    return tuple(_of_rule(rule, *bounds) for rule in task.rules)


@dataclass(frozen=True, eq=False)
class _Role:
    """Bounds of the limits of one role's tests, unadjusted; each field has shape (2, D + 1).

    Of being significant on the stated side, and of being so on either side.
    """

    win: FloatArray
    rejection: FloatArray

    @classmethod
    def of(cls, own: Estimands, analysis: Analysis, clustered: bool) -> _Role:  # noqa: FBT001
        side = analysis.side
        sides = 2 if analysis.alternative == "two_sided" else 1
        level = analysis.alpha / sides
        known = ~np.isnan(own.value)
        ahead, behind = side * own.value > 0, side * own.value < 0
        neither = known & ~ahead & ~behind
        win = np.array([ahead, ~behind], np.float64)  # nothing known: from 0 to 1
        rejection = np.array([ahead | (behind & (sides == 2)), ~behind | (sides == 2)], np.float64)
        # where neither side is favoured no more than half of all studies end on the stated one
        if level < 0.5:
            win[1, neither | own.null] = 0.5
        by_chance = neither & own.null & (not clustered)
        win[:, by_chance], rejection[:, by_chance] = level, analysis.alpha
        for bounds in (win, rejection):
            bounds[:, ~own.informative] = 0.0
        return cls(win, rejection)

    def adjusted(self, analysis: Analysis, family: Family | None) -> tuple[FloatArray, FloatArray]:
        """Bounds of the limits of wins after the multiplicity adjustment, each (D + 1,)."""
        low, high = self.win.copy()
        if family is None:
            if analysis.adjustment != "none" and len(low) > 2:
                # an adjusted p-value is no smaller; it tends to 0 where the p-value does
                low[:-1] = np.where(low[:-1] == 1, 1.0, 0.0)
            return low, high
        if family.graph is None:
            return self._in_sequence(family)
        sure, possible = self.rejection
        by_chance = float(possible[possible < 1].sum())
        reached = np.array(family.graph.reached(sure == 1))
        maybe = np.array(family.graph.reached(possible == 1))
        high = np.where(maybe, high, np.minimum(high, by_chance))
        high[~np.array(family.graph.reached())] = 0.0
        return np.where(reached & (low == 1), 1.0, 0.0), high

    def _in_sequence(self, family: Family) -> tuple[FloatArray, FloatArray]:
        low, high = np.zeros_like(self.win)
        missed, least = 0.0, 1.0
        for e in family.order:
            low[e] = max(self.win[0, e] - missed, 0.0)
            high[e] = min(self.win[1, e], least)
            missed += 1 - self.rejection[0, e]
            least = min(least, self.rejection[1, e])
        return low, high


def _of_rule(rule: DecisionRule, low: FloatArray, high: FloatArray) -> PowerLimit:
    """Bound the limit of a rule by those of its endpoints, however they are correlated."""
    least, most = low[list(rule.columns)], high[list(rule.columns)]
    sure, possible = int((least == 1).sum()), int((most == 1).sum())
    missing, lacking = rule.needed - sure, rule.needed - possible
    at_most = 1.0 if lacking <= 0 else min(1.0, float(most[most < 1].sum()) / lacking)
    at_least = 1.0 if missing <= 0 else 0.0
    if missing == 1:
        at_least = float(least[least < 1].max(initial=0.0))
    return PowerLimit(min(at_least, at_most), at_most, possible)


def impossible_rule(rule: DecisionRule, limit: PowerLimit, target: float) -> str | None:
    """Say why no size can meet a rule with the target's power; None where one may.

    Parameters
    ----------
    rule : DecisionRule
        The rule.
    limit : PowerLimit
        What its power tends to.
    target : float
        Power to reach and keep.

    Returns
    -------
    str or None
    """
    if limit.high >= target:
        return None
    if rule.needed == len(rule.columns) == 1:
        return "as the study grows its test does not tend to significance on the side of success"
    return (
        f"it needs {rule.needed} of its {len(rule.columns)} endpoints, and as the study grows only "
        f"{limit.endpoints} tend to significance on the side of success"
    )
