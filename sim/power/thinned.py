"""Exact power where people are missing by chance, and where the exact engine does not apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from sim.arrays import FloatArray
from sim.cohorts import Population, change_pmf
from sim.errors import StudyError
from sim.power.exact import AUTO_CUT, ExactPower, exact_rejection
from sim.study import Analysis
from sim.study.endpoints import Endpoints


@dataclass(frozen=True, eq=False)
class Enumerable:
    """What the exact engine needs of one role's population.

    Attributes
    ----------
    pmfs : dict of int to ndarray, shape (2 K - 1,)
        Distribution of the changes that are tested, by the endpoint's place:
        of the domains, and of sums of a single one where they are tested.
    gone : float
        Probability that a change is missing, by chance.
    refused : str or None
        Why the exact engine does not apply, where it does not.
    """

    pmfs: dict[int, FloatArray]
    gone: float
    refused: str | None

    @classmethod
    def of(cls, population: Population, endpoints: Endpoints, analysis: Analysis) -> Enumerable:
        """Read a population."""
        gone = chance_missing(population)
        pmfs = dict(enumerate(change_pmf(population, analysis.cut)))
        tested = endpoints.tested_sums(analysis)
        sums = zip(endpoints.sums, endpoints.cuts, tested, strict=True)
        for place, (members, cut, is_tested) in enumerate(sums, endpoints.domains):
            if is_tested and len(members) == 1:
                pmfs[place] = change_pmf(population, cut)[members[0]]
        return cls(pmfs, gone or 0.0, _refused(population, analysis))

    def require(self) -> None:
        """Refuse in words.

        Raises
        ------
        StudyError
            Where the exact engine does not apply.
        """
        if self.refused is not None:
            raise StudyError(f"engine: exact cannot answer: {self.refused}; use engine=auto")


def thinned_rejection(
    pmf: FloatArray,
    sizes: Sequence[int],
    analysis: Analysis,
    gone: float,
    work_limit: float,
    cut: float = AUTO_CUT,
) -> ExactPower:
    """Exact power where every participant's change may be missing by chance.

    Parameters
    ----------
    pmf : ndarray, shape (2 K - 1,)
        Distribution of the change.
    sizes : sequence of int
        Participants recruited.
    analysis : Analysis
        Test and options.
    gone : float
        Probability that a change is missing.
    work_limit, cut : float
        As for :func:`~sim.power.exact.exact_rejection`.

    Returns
    -------
    ExactPower
        Averaged over the binomial number of changes observed, where some are missing.
    """
    if gone == 0:
        return exact_rejection(pmf, sizes, analysis, cut, work_limit)
    most = max(sizes)
    whole = exact_rejection(pmf, range(1, most + 1), analysis, cut, work_limit)
    seen = np.arange(most + 1)
    below = np.array([bdtr(np.minimum(seen, n), n, 1 - gone) for n in sizes])
    chance = np.diff(below, axis=1, prepend=0.0)  # binomial, (K, N + 1)
    parts = (np.append(0.0, part) for part in (whole.power, whole.win, whole.error))
    return ExactPower(*(chance @ part for part in parts))


def chance_missing(population: Population) -> float | None:
    """Probability that a domain's change is missing; None where that depends on the answers."""
    if population.missing is None:
        return 0.0
    if population.missing.depends_on != "nothing":
        return None
    kept = (1 - population.missing.item_rate) ** 2
    return 1 - kept * (1 - population.missing.dropout)


def _refused(population: Population, analysis: Analysis) -> str | None:
    """Say why the exact engine does not apply to a population."""
    test, facts, clusters = analysis.test, analysis.test_facts, population.clusters
    reasons = {
        "participants are correlated within clusters": clusters is not None and clusters.levels,
        "two arms are compared": facts.arms > 1,
        f"{test} looks at sites": facts.unit == "site",
        f"{test} is fitted to one data set at a time": facts.fitted,
        f"{test} is not enumerated": facts.enumerated is None,
        "who takes part depends on the answers": population.recruitment is not None,
        "who drops out depends on the answers": chance_missing(population) is None,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
