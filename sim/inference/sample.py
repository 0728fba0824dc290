"""What a test is given: the answers of one arm, and the contrast after minus before of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import lcm

import numpy as np
from numpy.typing import NDArray

from sim.inference.result import MISSING
from sim.inference.step_kernels import subtract
from sim.study import Analysis
from sim.study.endpoints import Endpoints

MOST_DOMAINS = 7
"""Most domains whose prorated sums are whole numbers of a unit that 16 bits can count."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One arm, or the one group there is, in many replicates.

    People stand in order of accrual: the first n are an arm of n.

    Attributes
    ----------
    changes : ndarray of int16, shape (R, N, E)
        After minus before, in whole numbers of `units`; ``MISSING`` where not observed.
    scores : ndarray of int8, shape (R, N, D, 2)
        The answers before and after, from 1; 0 where missing.
    sites : ndarray of int64, shape (N,)
        Site of each participant, from 0.
    endpoints : Endpoints
        Which sums of domains follow the domains.
    units : ndarray, shape (E,)
        Points that one whole number of each endpoint's change stands for.
    """

    changes: NDArray[np.int16]
    scores: NDArray[np.int8]
    sites: NDArray[np.int64]
    endpoints: Endpoints
    units: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        scores: NDArray[np.int8],
        endpoints: Endpoints,
        sites: NDArray[np.int64] | None = None,
        *,
        prorated: bool = False,
    ) -> Sample:
        """Form the changes of every endpoint.

        Parameters
        ----------
        scores : ndarray of int8, shape (R, N, D, 2)
            Scores from 1; 0 means missing.
        endpoints : Endpoints
            What is tested.
        sites : ndarray of int, shape (N,), optional
            Site of each participant; everybody is at one where there is none.
        prorated : bool
            Whether a sum is made up from the answers where some are missing;
            else it is missing where any answer is (complete cases).
        """
        changes, units = endpoint_changes(scores, endpoints), np.ones(len(endpoints))
        if prorated:
            for place, domains in enumerate(endpoints.sums, endpoints.domains):
                changes[..., place] = prorated_changes(scores[:, :, domains])
                units[place] = 1 / unit(len(domains))
        everywhere = np.zeros(scores.shape[1], np.int64) if sites is None else sites
        return cls(changes, scores, everywhere, endpoints, units)

    @cached_property
    def before(self) -> NDArray[np.int16]:
        """Answers before by endpoint, (R, N, E); they count only where a change is observed."""
        return self._answers(0)

    @cached_property
    def after(self) -> NDArray[np.int16]:
        """Answers after, as :attr:`before`."""
        return self._answers(1)

    def _answers(self, time: int) -> NDArray[np.int16]:
        scores = self.scores[..., time].astype(np.int16)  # (R, N, D)
        sums = [
            scores[..., domains].sum(axis=2, keepdims=True, dtype=np.int16)
            for domains in self.endpoints.sums
        ]
        return np.concatenate([scores, *sums], axis=2)

    def as_tested(self, analysis: Analysis) -> Sample:
        """Put the changes in the form that the study's test reads; itself where they are.

        Where the analysis states a cut, a score at or above it is a success,
        and changes are -1, 0 or 1; of a sum, its value at or above the sum's
        cut. A sum without a cut is missing from everybody: its test
        has p = 1 and counts as having no information. Of sums that are counted
        in parts of a point, a rank test is given their places in order, signs
        kept: its kernels would count every number up to the largest.
        """
        if analysis.cut is not None:
            return replace(self, changes=self._successes(analysis.cut))
        if analysis.test_facts.by == "ranks" and (self.units != 1).any():
            return replace(self, changes=self._placed())
        return self

    def _successes(self, cut: int) -> NDArray[np.int16]:
        seen, domains = self.scores > 0, self.endpoints.domains
        changes = endpoint_changes(seen.astype(np.int8) + (self.scores >= cut), self.endpoints)
        changes[..., domains:] = MISSING
        sums = zip(self.endpoints.sums, self.endpoints.cuts, strict=True)
        for place, (members, sum_cut) in enumerate(sums, domains):
            if sum_cut is None:
                continue
            summed = self.scores[:, :, members].sum(axis=2, dtype=np.int16)  # (R, N, 2)
            step = (summed[..., 1] >= sum_cut).astype(np.int16) - (summed[..., 0] >= sum_cut)
            whole = seen[:, :, members].all(axis=(2, 3))
            changes[..., place] = np.where(whole, step, MISSING)
        return changes

    def _placed(self) -> NDArray[np.int16]:
        placed = self.changes.copy(order="K")
        for place in np.flatnonzero(self.units != 1):
            changes = self.changes[..., place].astype(np.int64)
            seen = changes != MISSING
            absolute = np.where(seen, np.abs(changes), 0)
            values = np.unique(np.append(absolute, 0))  # zero keeps place 0
            order = np.searchsorted(values, absolute) * np.sign(changes)
            placed[..., place] = np.where(seen, order, MISSING)
        return placed


Samples = Sequence[Sample]
"""The one group, or treated people and controls."""
Sizes = Sequence[NDArray[np.int64]]
"""Participants of each sample at each of the K sizes: never falling, at most N."""


def endpoint_changes(scores: NDArray[np.int8], endpoints: Endpoints) -> NDArray[np.int16]:
    """Changes after minus before, per domain and in sums of domains.

    Parameters
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Scores from 1; 0 means missing.
    endpoints : Endpoints
        The sums.

    Returns
    -------
    ndarray of int16, shape (R, N, E)
        A view of (N, E, R). ``MISSING`` where a score is missing; a sum is
        missing where any of its domains is (complete cases).
    """
    by_participant = np.ascontiguousarray(scores.transpose(1, 2, 3, 0))  # (N, D, 2, R)
    n, _, _, replicates = by_participant.shape
    starts = np.cumsum([0, *map(len, endpoints.sums)])
    members = np.array([d for domains in endpoints.sums for d in domains], np.int64)
    changes = np.empty((n, len(endpoints), replicates), dtype=np.int16)
    subtract(by_participant, starts, members, changes)
    return changes.transpose(2, 0, 1)  # (R, N, E)


def unit(domains: int) -> int:
    """Whole number by which prorated sums are multiplied to be whole: lcm(1 ... D)."""
    return lcm(*range(1, domains + 1))


def prorated_changes(scores: NDArray[np.int8]) -> NDArray[np.int16]:
    """Changes of prorated sums, times :func:`unit`.

    A sum is D times the mean of the domains answered, where these are at
    least half of them; else it is missing.

    Parameters
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Scores from 1 of the domains that are summed; 0 means missing.

    Returns
    -------
    ndarray of int16, shape (R, N)
        ``MISSING`` where a sum is.
    """
    domains = scores.shape[2]
    whole = unit(domains)
    answered = (scores > 0).sum(axis=2)  # (R, N, 2)
    total = scores.sum(axis=2, dtype=np.int64) * domains * whole // np.maximum(answered, 1)
    known = (2 * answered >= domains).all(axis=-1)
    return np.where(known, total[..., 1] - total[..., 0], MISSING).astype(np.int16)
