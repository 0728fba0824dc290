"""What the power of a rule tends to as people are added, and which rules no size can meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import FloatArray
from sim.inference.rules import DecisionRule
from sim.inference.testing_order import TestingOrder
from sim.power.estimands import Estimands, estimands_of_several
from sim.power.site_limit import site_bounds
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
    by_sites : bool
        Whether it is bounded because as many sites as there are stay as few.
    """

    low: float
    high: float
    endpoints: int
    by_sites: bool = False


def power_limits(task: BlockTask) -> tuple[PowerLimit, ...]:
    """Bound what the power of every rule tends to; as :func:`limits_of_several`, of one task."""
    return limits_of_several([task])[0]


def limits_of_several(tasks: Sequence[BlockTask]) -> list[tuple[PowerLimit, ...]]:
    """Bound what the power of every rule tends to as the study grows.

    Parameters
    ----------
    tasks : sequence of BlockTask
        Who is studied, and how: tasks that differ in who exists alone.

    Returns
    -------
    list of tuple of PowerLimit
        Of each task, one per rule. Where what a test converges to is not known, from 0 to 1.
    """
    found = []
    for role, arms in enumerate(tasks[0].roles):
        people = [tuple(arm.population for arm in task.roles[role]) for task in tasks]
        ratio = tuple(arm.sizes[-1] for arm in arms)
        of = tasks[0].endpoints, tasks[0].analysis, ratio
        found.append(estimands_of_several(people, *of).each())
    return [_limits(*of) for of in zip(tasks, zip(*found, strict=True), strict=True)]


def _limits(task: BlockTask, found: Sequence[Estimands]) -> tuple[PowerLimit, ...]:
    """Bound them by what the tests of each role estimate."""
    low: list[float] = []
    high: list[float] = []
    fixed = False
    for role, estimands in zip(task.roles, found, strict=True):
        arms = tuple(arm.population for arm in role)
        clustered = any(arm.clusters is not None and arm.clusters.levels for arm in arms)
        bounds = _Role.of(estimands, task.analysis, clustered=bool(clustered))
        at_most = site_bounds(arms, task.endpoints, task.analysis) if clustered else None
        if at_most is not None:
            fixed, bounds.win[1] = True, np.minimum(bounds.win[1], at_most)
            bounds.win[0] = np.minimum(bounds.win[0], bounds.win[1])
        least, most = bounds.adjusted(task.endpoints.domains, task.analysis, task.order)
        low += least.tolist()
        high += most.tolist()
    return tuple(replace(_of_rule(rule, low, high), by_sites=fixed) for rule in task.rules)


@dataclass(frozen=True, eq=False)
class _Role:
    """Bounds of the limits of one role's tests, unadjusted; each field has shape (2, E).

    Of being significant on the side that wins, and of being so on either side.
    """

    win: FloatArray
    rejection: FloatArray

    @classmethod
    def of(cls, estimands: Estimands, analysis: Analysis, *, clustered: bool) -> _Role:
        side = analysis.side
        sides = 2 if analysis.alternative == "two_sided" else 1
        level = analysis.alpha / sides
        known = ~np.isnan(estimands.value)
        ahead, behind = side * estimands.value > 0, side * estimands.value < 0
        neither = known & ~ahead & ~behind
        win = np.array([ahead, ~behind], np.float64)  # nothing known: from 0 to 1
        rejection = np.array([ahead | (behind & (sides == 2)), ~behind | (sides == 2)], np.float64)
        # where neither side is favoured no more than half of all studies end on the one that wins
        if level < 0.5:
            win[1, neither | estimands.null] = 0.5
        by_chance = neither & estimands.null & (not clustered)
        win[:, by_chance], rejection[:, by_chance] = level, analysis.alpha
        for bounds in (win, rejection):
            bounds[:, ~estimands.informative] = 0.0
        return cls(win, rejection)

    def adjusted(
        self, domains: int, analysis: Analysis, order: TestingOrder | None
    ) -> tuple[FloatArray, FloatArray]:
        """Bounds of the limits of wins after the multiplicity adjustment, each (E,)."""
        low, high = self.win.copy()
        if order is None:
            if analysis.adjustment_facts.adjusts and domains > 1:
                # an adjusted p-value is no smaller; it tends to 0 where the p-value does
                low[:domains] = np.where(low[:domains] == 1, 1.0, 0.0)
            return low, high
        if order.graph is None:
            return self._in_sequence(order)
        sure, possible = self.rejection
        by_chance = float(possible[possible < 1].sum())
        reached = np.array(order.graph.reached(sure == 1))
        maybe = np.array(order.graph.reached(possible == 1))
        high = np.where(maybe, high, np.minimum(high, by_chance))
        high[~np.array(order.graph.reached())] = 0.0
        return np.where(reached & (low == 1), 1.0, 0.0), high

    def _in_sequence(self, order: TestingOrder) -> tuple[FloatArray, FloatArray]:
        low, high = np.zeros_like(self.win)
        missed, least = 0.0, 1.0
        for e in order.order:
            low[e] = max(self.win[0, e] - missed, 0.0)
            high[e] = min(self.win[1, e], least)
            missed += 1 - self.rejection[0, e]
            least = min(least, self.rejection[1, e])
        return low, high


def _of_rule(rule: DecisionRule, low: Sequence[float], high: Sequence[float]) -> PowerLimit:
    """Bound the limit of a rule by those of its endpoints, however they are correlated."""
    least, most = ([of[column] for column in rule.columns] for of in (low, high))
    sure, possible = least.count(1), most.count(1)
    missing, lacking = rule.needed - sure, rule.needed - possible
    at_most = 1.0 if lacking <= 0 else min(1.0, sum(part for part in most if part < 1) / lacking)
    at_least = 1.0 if missing <= 0 else 0.0
    if missing == 1:
        at_least = max((part for part in least if part < 1), default=0.0)
    return PowerLimit(min(at_least, at_most), at_most, possible)


def impossible_rules(task: BlockTask, target: float) -> tuple[str | None, ...]:
    """Say of each rule of a task why no size can meet it, or None, as :func:`impossible_rule`."""
    limits = zip(task.rules, power_limits(task), strict=True)
    return tuple(impossible_rule(rule, limit, target) for rule, limit in limits)


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
    if limit.by_sites:
        return f"more people at as many clusters take its power to no more than {limit.high:.2f}"
    if rule.needed == len(rule.columns) == 1:
        return "as the study grows its test does not tend to significance on the side of success"
    return (
        f"it needs {rule.needed} of its {len(rule.columns)} endpoints, and as the study grows only "
        f"{limit.endpoints} tend to significance on the side of success"
    )
