"""One endpoint's answers before and after, as a distribution: what a test estimates.

As people are added, a test looks ever more sharply at one number of their
distribution, its estimand, which its file gives: above 0 the test is sure to
find a rise, below 0 a fall, and at 0 neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class AnswerDistribution:
    """Answers of the people in whom they are observed; every field has shape (B, M).

    Attributes
    ----------
    before, after : ndarray of int64
        M pairs of answers; or 0 and 1, where all that counts is a cut.
    weight : ndarray of float64
        How many have each pair, per person of the study; a row for each of B
        distributions, or samples of one.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    weight: FloatArray

    @classmethod
    def of_tables(cls, tables: FloatArray, cut: int | None = None) -> AnswerDistribution:
        """Probabilities (B, K, K) of before by after, as they are or of success at a cut."""
        weight = np.asarray(tables, np.float64).reshape(len(tables), -1)
        pairs = 1 + np.indices(tables.shape[1:]).reshape(2, 1, -1)
        before, after = np.broadcast_to(pairs, (2, *weight.shape))
        return cls(before, after, weight).at(cut)

    def at(self, cut: int | None) -> AnswerDistribution:
        """Replace answers by whether they are at a cut or above; themselves without a cut."""
        if cut is None:
            return self
        before, after = (answers >= cut for answers in (self.before, self.after))
        return AnswerDistribution(before.astype(np.int64), after.astype(np.int64), self.weight)

    def pooled(self, samples: int) -> AnswerDistribution:
        """So many samples at a time as one."""
        shape = len(self.weight) // samples, -1
        before, after = self.before.reshape(shape), self.after.reshape(shape)
        return AnswerDistribution(before, after, self.weight.reshape(shape))

    def mean(self, values: NDArray[np.int64] | FloatArray) -> FloatArray:
        """Mean of something that each pair of answers has, (B, M); NaN where nobody answers."""
        whole = self.weight.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.weight * values).sum(axis=1) / whole)

    def mean_change(self) -> FloatArray:
        """Mean change; (B,)."""
        return self.mean(self.after - self.before)

    def changes(self, reach: int) -> FloatArray:
        """Probabilities of the changes -reach ... reach; (B, 2 reach + 1)."""
        width = 2 * reach + 1
        rows = np.arange(len(self.weight))[:, None] * width
        place = (rows + reach + self.after - self.before).ravel()
        number = np.bincount(place, self.weight.ravel(), len(self.weight) * width)
        weight = number.reshape(-1, width)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    @property
    def reach(self) -> int:
        """Largest absolute change."""
        return int(np.abs(self.after - self.before).max())


Arms = Sequence[AnswerDistribution]
"""What the people of each arm answer, each as many per person of the study as it has."""
