"""The smallest effect that a study of a given size can detect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.cohorts import Population
from sim.cohorts.marginals import cut_points, shifted
from sim.cohorts.normal import rectangle_table
from sim.cohorts.roots import root_between
from sim.cohorts.truth import table_change_pmf
from sim.errors import StudyError
from sim.power.exact import AUTO_CUT, WORK_LIMIT, require_affordable
from sim.power.thinned import Changes, chance_missing, thinned_rejection
from sim.study import Analysis, Study

SHIFTS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0)
"""Latent shifts between which the smallest is looked for, in standard deviations."""
COARSE, STEP = 1e-6, 0.01
"""Cut of the enumeration while a shift is looked for, and the step of a slope."""
PRECISE, MOST_STEPS = 2e-6, 5
"""Distance from the target at which the precise power is near enough; most steps to get there."""


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


def _is_enumerated(study: Study, populations: tuple[Population, ...]) -> bool:
    """Whether every domain's smallest shift can be had exactly, and soon."""
    if np.any(study.uncontrolled.response_shift):  # not of the intervention alone
        return False
    people = (Changes.of(of, study.endpoint_sets, study.scored_analysis) for of in populations)
    if any(any(of.joint) for of in populations) or any(of.refused for of in people):
        return False
    try:
        for search in _searches(study, populations).values():
            search.require()
    except StudyError:
        return False
    return True


def detectable_effects(
    study: Study, populations: tuple[Population, ...]
) -> tuple[DetectableEffect, ...]:
    """Smallest detectable shift of every domain, tested alone, where the study asks for it.

    Parameters
    ----------
    study : Study
        Asks by ``design.solve=effect``.
    populations : tuple of Population
        One per role.

    Returns
    -------
    tuple of DetectableEffect
        Exact, by the enumerating engine; empty where not wanted, or not to be had so.
    """
    if study.detectable_at is None or not _is_enumerated(study, populations):
        return ()
    searches = _searches(study, populations)
    solved: dict[bytes, tuple[float | None, float | None]] = {}  # alike domains once
    for search in searches.values():
        if search.key not in solved:
            solved[search.key] = search.solve()
    return tuple(
        DetectableEffect(role, domain, search.n, *solved[search.key])
        for (role, domain), search in searches.items()
    )


def _searches(
    study: Study, populations: tuple[Population, ...]
) -> dict[tuple[str, str], ShiftSearch]:
    """One search for each domain of each role."""
    pairs = study.detectable_at
    return {
        (role, domain): ShiftSearch(
            population.pre[d],
            float(population.correlation[d, d + len(study.domains)]),
            study.participants(place, pairs),
            study.target.power,
            study.scored_analysis,
            chance_missing(population) or 0.0,
        )
        for place, (role, population) in enumerate(zip(study.role_names, populations, strict=True))
        for d, domain in enumerate(study.domains)
        if pairs is not None
    }


@dataclass(frozen=True, eq=False)
class ShiftSearch:
    """One domain's search for the smallest latent shift that is won with a target power.

    Attributes
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
    """

    pre: FloatArray
    rho: float
    n: int
    target: float
    analysis: Analysis
    gone: float = 0.0

    def changes(self, size: float) -> FloatArray:
        """Distribution of the changes tested, with a shift to the side that wins."""
        side = self.analysis.side
        post = shifted(self.pre, side * size)
        table = rectangle_table(cut_points(self.pre), cut_points(post), self.rho)
        return table_change_pmf(table, self.analysis.cut)

    def shortfall(self, size: float, cut: float) -> float:
        """Power of winning less the target; power is enumerated to within what is cut off."""
        pmf = self.changes(size)
        exact = thinned_rejection(pmf, [self.n], self.analysis, self.gone, WORK_LIMIT, cut)
        return float(exact.win[0]) - self.target

    def require(self) -> None:
        """Refuse, without running it, a search whose enumerations would take too long."""
        sizes = range(1, self.n + 1) if self.gone > 0 else [self.n]
        for size in SHIFTS:
            require_affordable(self.changes(size), sizes, self.analysis, AUTO_CUT, WORK_LIMIT)
            if self._roughly(size) >= self.target:  # the search will not go far beyond
                return

    def _roughly(self, size: float) -> float:
        """Power of winning by the normal approximation of the mean change."""
        pmf = self.changes(size)
        values = np.arange(len(pmf)) - len(pmf) // 2
        mean = float(pmf @ values)
        spread = float(np.sqrt(pmf @ values**2 - mean**2))
        tail = self.analysis.alpha / (2 if self.analysis.alternative == "two_sided" else 1)
        seen = self.n * (1 - self.gone)
        return float(ndtr(abs(mean) * np.sqrt(seen) / spread + ndtri(tail))) if spread else 1.0

    @property
    def key(self) -> bytes:
        """What the answer depends on within a study."""
        return np.append(np.round(self.pre, 12), [self.rho, self.n, self.gone]).tobytes()

    def solve(self) -> tuple[float | None, float | None]:
        """Find the smallest shift, signed, and its mean change; None where none is enough."""
        beyond = next((size for size in SHIFTS if self.shortfall(size, COARSE) >= 0), None)
        if beyond is None:
            return None, None
        if beyond == 0:
            return 0.0, 0.0
        below = SHIFTS[SHIFTS.index(beyond) - 1]
        size = root_between(lambda size: self.shortfall(size, COARSE), below, beyond, xtol=1e-5)
        near = [self.shortfall(size + step, COARSE) for step in (-STEP, STEP)]
        slope = (near[1] - near[0]) / (2 * STEP)
        for _ in range(MOST_STEPS):  # Newton's steps on the precise power
            missed = self.shortfall(size, AUTO_CUT)
            if abs(missed) < PRECISE or slope <= 0:
                break
            size -= missed / slope
        side = self.analysis.side
        points = np.arange(1, len(self.pre) + 1)
        return side * size, float((shifted(self.pre, side * size) - self.pre) @ points)
