"""Exact power where people are missing by chance, and where the exact engine does not apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from sim.arrays import FloatArray
from sim.cohorts import Population, change_pmf
from sim.cohorts.totals import change_of_total
from sim.errors import StudyError
from sim.power.exact import AUTO_CUT, ExactPower, exact_rejection
from sim.study import Analysis
from sim.study.endpoints import Endpoints


@dataclass(frozen=True, eq=False)
class Change:
    """How one endpoint of one role's people changes.

    Attributes
    ----------
    pmf : ndarray, shape (2 G + 1,)
        Probabilities of the changes -G ... G; with a cut, of falling below
        it, staying on the same side, and rising to it.
    gone : float
        Probability that a change is missing, by chance.
    """

    pmf: FloatArray
    gone: float


@dataclass(frozen=True, eq=False)
class Changes:
    """How one role's people change, as far as that is known exactly.

    Attributes
    ----------
    population : Population
        Who exists.
    endpoints : Endpoints
        What is tested of them.
    analysis : Analysis
        Test and options.
    refused : str or None
        Why their changes do not tell the power, where they do not.
    sums : bool
        Whether sums of several domains are worked out, which takes a tenth of a second.
    """

    population: Population
    endpoints: Endpoints
    analysis: Analysis
    refused: str | None
    sums: bool

    @classmethod
    def of(
        cls,
        population: Population,
        endpoints: Endpoints,
        analysis: Analysis,
        *,
        sums: bool = True,
    ) -> Changes:
        """Read a population."""
        return cls(population, endpoints, analysis, _refused(population, analysis), sums)

    def require(self) -> None:
        """Refuse in words.

        Raises
        ------
        StudyError
            Where the exact engine does not apply.
        """
        if self.refused is not None:
            raise _refusal(self.refused)

    def is_tested(self, place: int) -> bool:
        """Tell whether the endpoint at a place is tested."""
        above = place - self.endpoints.domains
        return above < 0 or self.endpoints.tested_sums(self.analysis)[above]

    def is_single(self, place: int) -> bool:
        """Tell whether the endpoint at a place is a domain, or the sum of a single one."""
        return bool(self.endpoints.members[place].sum() == 1)

    def change(self, place: int) -> Change:
        """Give the change that is tested of the endpoint at a place.

        Raises
        ------
        StudyError
            Where it is not tested, or its distribution is not known exactly.
        """
        self.require()
        if not self.is_tested(place):
            raise _refusal("that sum is not tested")
        above, cut = place - self.endpoints.domains, self.analysis.cut
        members = (place,) if above < 0 else self.endpoints.sums[above]
        if above >= 0 and cut is not None:
            cut = self.endpoints.cuts[above]
        gone = chance_missing(self.population, len(members))
        if gone is None:
            raise _refusal("sums are made up from the answers that there are")
        return Change(_change_pmf(self.population, members, cut), gone)

    def listed(self, place: int) -> Change:
        """Give the change of the endpoint at a place, where the exact engine takes it.

        Raises
        ------
        StudyError
            Where it does not.
        """
        wide = not self.sums or self.analysis.test_facts.enumerated == "ties"
        if wide and not self.is_single(place):
            raise _refusal("a sum of several domains can change in too many ways to list")
        return self.change(place)


def _change_pmf(population: Population, members: tuple[int, ...], cut: int | None) -> FloatArray:
    if len(members) == 1:
        return np.asarray(change_pmf(population, cut)[members[0]])
    pmf = change_of_total(population, members, cut)
    if pmf is None:
        raise _refusal("the domains of a sum are not correlated through one factor")
    return pmf


def _refusal(reason: str) -> StudyError:
    return StudyError(f"engine: exact cannot answer: {reason}; use engine=auto")


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


def chance_missing(population: Population, domains: int = 1) -> float | None:
    """Probability that a change of so many domains together is missing.

    None where that depends on the answers, or a sum is made up from those that there are.
    """
    missing = population.missing
    if missing is None:
        return 0.0
    if missing.depends_on != "nothing":
        return None
    if domains > 1 and missing.item_rate > 0 and missing.prorated:
        return None
    return 1 - (1 - missing.item_rate) ** (2 * domains) * (1 - missing.dropout)


def _refused(population: Population, analysis: Analysis) -> str | None:
    """Say why the exact engine does not apply to a population."""
    test, facts, clusters = analysis.test, analysis.test_facts, population.clusters
    reasons = {
        "participants are correlated within clusters": clusters is not None and clusters.levels,
        "two arms are compared": facts.arms > 1,
        f"{test} looks at sites": facts.unit == "site",
        f"{test} is not enumerated": facts.enumerated is None,
        "who takes part depends on the answers": population.recruitment is not None,
        "who drops out depends on the answers": chance_missing(population) is None,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
