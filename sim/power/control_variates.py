"""What is known of absolute changes takes most of the chance out of powers given them.

Given the absolute changes of a study the power hardly depends on more than the sums of two
things over its people: what moves the statistic, and what moves its variance. The means of
these sums, of their squares and of their product are known, so that a draw's power is compared
with what a regression on them makes of it: they are control variates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.power.ways import ranks_zeros
from sim.study import Analysis

CONTROLS = 5
"""Two sums, their squares and their product."""
TARGETS = 4
"""Power and win, as they nearly are, and by how much either is off."""
TINY = 1e-9
"""Share of the largest variance below which one is none."""


@dataclass(frozen=True, eq=False)
class Controls:
    """Two sums over people that tell the power given their absolute changes.

    Attributes
    ----------
    parts : ndarray, shape (2, G + 2)
        What a person adds to either, by absolute change (last, where it is missing): 0 on average.
    moments : ndarray, shape (2, 2)
        Mean squares of the two, and their mean product.
    """

    parts: FloatArray
    moments: FloatArray

    @classmethod
    def of(cls, absolute: FloatArray, rise: FloatArray, analysis: Analysis) -> Controls:
        """Project a test's statistic, and its variance, on single people.

        Parameters
        ----------
        absolute : ndarray, shape (G + 1,)
            Probabilities of the absolute changes 0 ... G; what is missing of 1 is no change seen.
        rise : ndarray, shape (G,)
            Chance that each but 0 is a rise.
        analysis : Analysis
            The test.

        References
        ----------
        Hájek J (1968). Annals of Mathematical Statistics 39, 325-346.
        """
        value, chance = np.arange(len(absolute) + 1.0), np.append(absolute, 1 - absolute.sum())
        value[-1] = 0.0
        balance = np.concatenate([[0.0], 2 * rise - 1, [0.0]])
        if analysis.test_facts.by == "means":
            raw = np.array([value**2, value * balance])
        else:
            ranked = np.concatenate([[ranks_zeros(analysis) * absolute[0]], absolute[1:], [0.0]])
            score, moved = np.cumsum(ranked) - ranked / 2, ranked * balance
            of_larger = moved.sum() - np.cumsum(moved) + moved / 2  # whose ranks rise by one
            raw = np.array([value > 0, score * balance + of_larger * (value > 0)])
        parts = raw - (raw @ chance)[:, None]
        spread = np.sqrt(parts**2 @ chance)[:, None]
        parts = np.divide(parts, spread, out=np.zeros_like(parts), where=spread > TINY)
        return cls(parts, (parts * chance) @ parts.T)

    def of_draws(self, people: NDArray[np.int16], sizes: NDArray[np.int64]) -> FloatArray:
        """Control variates, 0 on average, of every draw (N, R) at every size, (K, 5, R)."""
        sums = np.cumsum(self.parts[:, people], axis=1)[:, sizes - 1] / np.sqrt(sizes)[:, None]
        (x, y), ((a, c), (_, b)) = sums, self.moments
        return np.stack([x, y, x * x - a, y * y - b, x * y - c], axis=1)


@dataclass(frozen=True, eq=False)
class DrawSums:
    """Sums over the draws of each size (K), from which power is estimated.

    Of every draw there is a column of Q numbers: 1, its controls, and the targets: power and win
    as they nearly are, and by how much either is off, where that is worked out.

    Attributes
    ----------
    products : ndarray, shape (2, K, Q, Q)
        Of the products of its numbers, over all draws and over those worked out.
    batches : ndarray, shape (2, K, Q, B)
        Of its numbers, over either, by batch.
    """

    products: FloatArray
    batches: FloatArray

    @classmethod
    def none(cls, sizes: int, batches: int) -> DrawSums:
        """Nothing is drawn yet."""
        shape = 2, sizes, 1 + CONTROLS + TARGETS
        return cls(np.zeros((*shape, shape[-1])), np.zeros((*shape, batches)))

    def add(
        self,
        at: NDArray[np.intp],
        controls: FloatArray,
        near: FloatArray,
        whole: FloatArray,
        most: NDArray[np.int64],
    ) -> None:
        """Add draws of the sizes at some places, near and whole (K, 2, R).

        Of each size the first so many, `most` (K,), are worked out.
        """
        ones = np.ones((len(at), 1, near.shape[-1]))
        column = np.concatenate([ones, controls, near, whole - near], axis=1)  # (K, Q, R)
        worked_out = (np.arange(near.shape[-1]) < most[:, None])[:, None]
        batches = self.batches.shape[-1]
        for part, counted in enumerate((column, column * worked_out)):
            self.products[part, at] += counted @ column.transpose(0, 2, 1)
            for b in range(batches):
                self.batches[part, at, :, b] += counted[..., b::batches].sum(axis=2)

    def draws(self) -> NDArray[np.int64]:
        """Count the draws of each size, (K,)."""
        return self.products[0, :, 0, 0].astype(np.int64)

    def estimated(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Power and win, their errors, each (K, 2), and win by batch (K, B)."""
        every, known = map(_Adjusted.of, self.products)
        near, off = every.weights[:, :2], known.weights[:, 2:]
        value = (near @ every.means + off @ known.means)[..., 0]
        spread = every.covariance(near, near) * every.error
        spread += known.covariance(off, off) * known.error
        spread += known.covariance(near, off) * 2 * every.error
        of_near, of_off = self.batches
        batches = near[:, 1:] @ of_near / of_near[:, :1] + off[:, 1:] @ of_off / of_off[:, :1]
        return value, np.sqrt(np.maximum(spread, 0.0)), batches[:, 0]


@dataclass(frozen=True, eq=False)
class _Adjusted:
    """Means of the targets, less what their controls' means, which should be 0, make of them.

    Attributes
    ----------
    number : ndarray, shape (K, 1)
        How many draws there are.
    means : ndarray, shape (K, Q, 1)
        Means of their numbers.
    about : ndarray, shape (K, Q, Q)
        Covariances of these, given the controls.
    weights : ndarray, shape (K, 4, Q)
        By which the numbers are summed to what is adjusted of each target.
    error : ndarray, shape (K, 1)
        Variance of the mean of such a sum over that of a draw's.
    """

    number: FloatArray
    means: FloatArray
    about: FloatArray
    weights: FloatArray
    error: FloatArray

    @classmethod
    def of(cls, products: FloatArray) -> _Adjusted:
        """Regress on the controls."""
        rows, controls = products.shape[1], slice(1, -TARGETS)
        number, means = products[:, :1, 0], products[:, :, :1] / products[:, :1, :1]
        about = products - number[..., None] * (means @ means.transpose(0, 2, 1))
        inverse = np.linalg.pinv(about[:, controls, controls], rcond=TINY, hermitian=True)
        weights = np.tile(np.eye(rows)[-TARGETS:], (len(products), 1, 1))
        weights[..., controls] = -about[:, -TARGETS:, controls] @ inverse
        away = means[:, controls]
        error = 1 / number + (away.transpose(0, 2, 1) @ inverse @ away)[..., 0]
        freedom = np.maximum(number - (rows - TARGETS), 1)
        return cls(number, means, about / freedom[..., None], weights, error)

    def covariance(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Covariance of what has either weights, from draw to draw, (K, 2)."""
        return np.asarray(((first @ self.about) * second).sum(axis=2))
