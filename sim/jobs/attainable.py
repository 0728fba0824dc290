"""What can be significant at all: at each size, and at each look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.arrays import BoolArray, FloatArray
from sim.cohorts import role_arms
from sim.cohorts.participants import CONTROLS
from sim.inference.attainable import best_pvalues, smallest_pvalue, winnable
from sim.inference.decide import PValues
from sim.inference.look_path import path_of
from sim.inference.result import TestResult
from sim.inference.rules import DecisionRule
from sim.inference.testing_order import order_of
from sim.jobs.looks import looks_of
from sim.power.participation import sites_of_arms
from sim.report.results.answer import Attainable
from sim.study import Study


def attainable(study: Study, rules: tuple[DecisionRule, ...]) -> Attainable:
    """Smallest possible p-values per role, and the size from which each rule can be won.

    Parameters
    ----------
    study : Study
        The design.
    rules : tuple of DecisionRule
        Its rules.

    Returns
    -------
    Attainable
    """
    every = range(2, study.sizes[-1] + 1)
    smallest = _smallest(study, every)
    possible = winnable(
        list(smallest.values()),
        study.endpoint_sets,
        rules,
        study.scored_analysis,
        order_of(study),
    )
    first = {
        name: int(np.argmax(wins)) + every.start if wins.any() else None
        for name, wins in possible.items()
    }
    at = np.array(study.sizes) - every.start
    return Attainable({role: tuple(best[at].tolist()) for role, best in smallest.items()}, first)


def winnable_at_looks(study: Study) -> BoolArray:
    """Tell whether the primary rule can be met at all at each look of each size studied; (K, J)."""
    looks = looks_of(study)
    if looks is None:
        return np.ones((len(study.sizes), 1), np.bool_)
    smallest = list(_smallest(study, study.sizes_looked_at).values())
    best = best_pvalues(smallest, study.endpoint_sets, study.scored_analysis, order_of(study))
    evidence = [_all_rise(*of_role, study.analysis.side) for of_role in best]
    places = [np.arange(len(study.sizes_looked_at))] * len(best)
    return path_of(evidence, looks, places, study.analysis.side).won[..., 0].T


def _all_rise(pvalue: FloatArray, adjusted: FloatArray, side: int) -> PValues:
    """One study whose endpoints have these p-values (K, E), all in the direction of success."""
    direction = np.full((1, *pvalue.shape), side, np.int8)
    informative = np.ones(direction.shape, np.int32)
    return PValues(TestResult(pvalue[None], pvalue[None], direction, informative), adjusted[None])


def _smallest(study: Study, every: Sequence[int]) -> dict[str, FloatArray]:
    """Smallest p-value of every role at some sizes."""
    return {
        name: smallest_pvalue(units, study.scored_analysis, controls)
        for role, name in enumerate(study.role_names)
        for units, controls in [_units(study, role, every)]
    }


def _units(study: Study, role: int, every: Sequence[int]) -> tuple[list[int], list[int] | None]:
    """What carries information at each size, and how much of it is in the control arm.

    People, or sites where the test looks at those; None without a control arm.
    """
    arms = [arm.clusters for arm in role_arms(study, role) if arm.clusters is not None]
    if study.analysis.test_facts.unit == "site" and arms:
        counts = sites_of_arms(study, role, every, arms)
    else:
        counts = list(zip(*(study.arm_participants(role, pairs) for pairs in every), strict=True))
    together = list(map(sum, zip(*counts, strict=True)))
    return together, list(counts[CONTROLS]) if len(counts) > 1 else None
