"""A pilot in numbers: how large, judged by what, and how many people each criterion looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.feasibility.colours import Colours, TrafficLight, colour_probabilities, mixed
from sim.feasibility.counts import recruits_pmf, thinned
from sim.study.feasibility import Measure

KEPT = 16
"""Criteria by site whose numbers are kept: they take a second, and a page asks again."""


@dataclass(frozen=True)
class Judged:
    """One criterion of a pilot.

    Attributes
    ----------
    measure : str
        What is judged.
    light : TrafficLight
        How.
    expected : float
        What is expected to be true.
    sure_as : float or None
        People, or months of a site, as whose observation that is as sure; None = it is known.
    role : int
        Place of the role whose people it looks at.
    item : int
        Place of the item of which answers are judged.
    cut : int
        Score, from 1, that they reach.
    """

    measure: Measure
    light: TrafficLight
    expected: float
    sure_as: float | None = None
    role: int = 0
    item: int = 0
    cut: int = 0


@dataclass(frozen=True, eq=False)
class Pilot:
    """A pilot of some sizes, with its criteria.

    Attributes
    ----------
    sizes : tuple of int
        Units, K of them: as `counts` says.
    criteria : tuple of Judged
        What it is judged by.
    people : tuple of tuple of ndarray of int, shape (M + 1,)
        Of every role the people of each arm where 0 to M units are recruited.
    retained : tuple of float
        Share of every role's people who are expected to be retained.
    answering : float
        Share of those retained who answer any one item after.
    sites : int
        Sites that take turns.
    """

    sizes: tuple[int, ...]
    criteria: tuple[Judged, ...]
    people: tuple[tuple[NDArray[np.int64], ...], ...]
    retained: tuple[float, ...]
    answering: float
    sites: int

    def of(self, measure: Measure, role: int = 0) -> Judged | None:
        """Give the criterion of a measure, where there is one."""
        return next((c for c in self.criteria if (c.measure, c.role) == (measure, role)), None)

    def in_all(self, role: int) -> NDArray[np.int64]:
        """People of a role's arms together, where 0 to M units are recruited; (M + 1,)."""
        return np.asarray(np.sum(self.people[role], axis=0, dtype=np.int64))

    @property
    def most_units(self) -> int:
        """Most units that any size may recruit, but for what is negligible."""
        return len(self.people[0][0]) - 1

    @cached_property
    def months(self) -> FloatArray:
        """Months of all sites together in which a pilot of each size recruits; (K,).

        It goes on for as long as so many are recruited in at the expected rate.
        """
        rate = self.of("rate")
        return np.array(self.sizes) / (rate.expected if rate else 1.0)

    def units_pmf(self, k: int) -> FloatArray:
        """Probabilities of how many units are recruited in a pilot of the k-th size."""
        share = self.of("recruitment")
        pmf = self.reached_pmf(k)
        if share is None:
            return pmf
        return thinned(pmf, share.expected, share.light.icc, self.sites)

    def reached_pmf(self, k: int) -> FloatArray:
        """Probabilities of how many units are approached; recruited, where that is not judged."""
        rate, share = self.of("rate"), self.of("recruitment")
        if rate is None:
            fixed: FloatArray = np.zeros(self.sizes[k] + 1)
            fixed[-1] = 1.0
            return fixed
        mean = self.sizes[k] / (share.expected if share else 1.0)
        return recruits_pmf(mean, rate.light.variation, self.sites)

    def looked_at(self, criterion: Judged) -> tuple[NDArray[np.float64], FloatArray]:
        """List the amounts that a criterion may be judged by, and how likely each is.

        Returns
        -------
        amounts : ndarray, shape (M,)
            Numbers of people; months of all sites for a rate.
        weights : ndarray, shape (K, M)
            Their probabilities at each size.
        """
        if criterion.measure == "rate":
            return self.months, np.eye(len(self.sizes))
        rows = [self._judged_by(criterion, k) for k in range(len(self.sizes))]
        weights = np.zeros((len(rows), max(map(len, rows))))
        for row, pmf in zip(weights, rows, strict=True):
            row[: len(pmf)] = pmf
        possible = np.flatnonzero(weights.max(axis=0) > 0)
        return possible.astype(np.float64), weights[:, possible]

    def _judged_by(self, criterion: Judged, k: int) -> FloatArray:
        """Probabilities of how many people a criterion looks at."""
        if criterion.measure == "recruitment":
            return self.reached_pmf(k)
        role = criterion.role
        units = self.units_pmf(k)
        recruited = np.bincount(self.in_all(role)[: len(units)], units).astype(np.float64)
        if criterion.measure == "retention":
            return recruited
        kept = self.of("retention", role)
        icc = kept.light.icc if kept else 0.0
        retained = thinned(recruited, self.retained[role], icc, self.sites)
        return thinned(retained, self.answering) if criterion.measure == "answers" else retained


def most_units(sizes: tuple[int, ...], criteria: tuple[Judged, ...], sites: int) -> int:
    """Bound how many units any pilot of these sizes can be expected to recruit."""
    known = {criterion.measure: criterion for criterion in criteria}
    rate, share = known.get("rate"), known.get("recruitment")
    if rate is None:
        return sizes[-1]
    mean = sizes[-1] / (share.expected if share else 1.0)
    return len(recruits_pmf(mean, rate.light.variation, sites)) - 1


def criterion_colours(pilot: Pilot, criterion: Judged, truths: FloatArray) -> Colours:
    """Probabilities of a criterion's colours at every size, for any truth; (T, K).

    All else is as expected: how many are recruited and retained is random.
    """
    amounts, weights = pilot.looked_at(criterion)
    each = _by_site if criterion.light.icc else colour_probabilities
    return mixed(each(criterion.light, tuple(amounts.tolist()), tuple(truths.tolist())), weights)


@lru_cache(KEPT)
def _by_site(light: TrafficLight, amounts: tuple[float, ...], truths: tuple[float, ...]) -> Colours:
    """Probabilities of the colours with an intraclass correlation, which take a second."""
    return colour_probabilities(light, amounts, truths)
