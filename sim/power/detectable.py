"""The smallest effect that a study of a given size can detect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from sim.cohorts import Population
from sim.cohorts.marginals import cut_points, shifted
from sim.cohorts.normal import FloatArray, rectangle_table
from sim.cohorts.truth import table_change_pmf
from sim.errors import StudyError
from sim.power.exact import CUT, WORK_LIMIT, exact_rejection
from sim.power.thinned import Enumerable, chance_missing, thinned_rejection
from sim.study import Analysis, Study

LARGEST_SHIFT = 6.0
"""Largest latent shift looked at, in standard deviations."""


@dataclass(frozen=True)
class DetectableEffect:
    """Smallest effect on one domain that is detected with the target power.

    Attributes
    ----------
    role, domain : str
        Where.
    n : int
        Participants.
    shift : float or None
        Latent shift in standard deviations; None where no shift suffices.
    mean_change : float or None
        The mean change in points that it makes.
    """

    role: str
    domain: str
    n: int
    shift: float | None
    mean_change: float | None


def check_detectable(study: Study, populations: tuple[Population, ...]) -> None:
    """Refuse to look for detectable effects where the exact engine does not apply.

    Raises
    ------
    StudyError
        Says why.
    """
    if study.target.detectable_at is None:
        return
    if np.any(study.uncontrolled.response_shift):
        raise StudyError(
            "target.detectable_at: looks for the effect of mentoring alone, and "
            "uncontrolled.response_shift changes answers without it; use null, or a shift of 0"
        )
    if any(any(population.joint) for population in populations):
        raise StudyError(
            "target.detectable_at: looks for a shift, and an effect states a table of before by "
            "after; use null, or state the distribution after (effect=post) instead"
        )
    for population in populations:
        refused = Enumerable.of(population, study.analysis).refused
        if refused is not None:
            raise StudyError(
                f"target.detectable_at: is found by the exact engine, which cannot answer: "
                f"{refused}; use null"
            )


def detectable_effects(
    study: Study, populations: tuple[Population, ...]
) -> tuple[DetectableEffect, ...]:
    """Smallest detectable shift of every domain, tested on its own, where the study asks for it.

    Parameters
    ----------
    study : Study
        Asks by ``target.detectable_at``.
    populations : tuple of Population
        One per role.

    Returns
    -------
    tuple of DetectableEffect
        Empty where not asked for; exact, by the enumerating engine.
    """
    pairs = study.target.detectable_at
    if pairs is None:
        return ()
    check_detectable(study, populations)
    found: dict[bytes, tuple[float | None, float | None]] = {}
    effects = []
    for role, population in zip(study.role_names, populations, strict=True):
        n, gone = study.participants(role, pairs), chance_missing(population) or 0.0
        for d, domain in enumerate(study.scale.domains):
            rho = float(population.correlation[d, d + len(study.scale.domains)])
            pre = population.pre[d]
            key = np.append(np.round(pre, 12), [rho, n, gone]).tobytes()
            if key not in found:
                found[key] = smallest_shift(pre, rho, n, study.target.power, study.analysis, gone)
            effects.append(DetectableEffect(role, domain, n, *found[key]))
    return tuple(effects)


def smallest_shift(
    pre: FloatArray, rho: float, n: int, target: float, analysis: Analysis, gone: float = 0.0
) -> tuple[float | None, float | None]:
    """Smallest latent shift that is won with a target power, and its mean change.

    Parameters
    ----------
    pre : ndarray, shape (K,)
        Distribution before.
    rho : float
        Latent correlation before to after.
    n : int
        Participants recruited.
    target : float
        Power of winning.
    analysis : Analysis
        Test, level and options.
    gone : float
        Probability that a change is missing, by chance.

    Returns
    -------
    shift, mean_change : float or None
        None where even the largest shift is not enough.

    Raises
    ------
    StudyError
        Where the enumeration would take too long.
    """
    side = -1.0 if analysis.alternative == "less" else 1.0
    points = np.arange(1, len(pre) + 1)

    def shortfall(size: float) -> float:
        post = shifted(pre, side * size)
        table = rectangle_table(cut_points(pre), cut_points(post), rho)
        pmf = table_change_pmf(table, analysis.cut)
        if gone > 0:
            found = thinned_rejection(pmf, np.array([n]), analysis, gone, WORK_LIMIT, CUT)
        else:
            found = exact_rejection(pmf, [n], analysis)
        return float(found.win[0]) - target

    if shortfall(LARGEST_SHIFT) < 0:
        return None, None
    if shortfall(0.0) >= 0:
        return 0.0, 0.0
    shift = side * float(brentq(shortfall, 0.0, LARGEST_SHIFT, xtol=1e-6))
    return shift, float((shifted(pre, shift) - pre) @ points)
