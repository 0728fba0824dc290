"""Differences of powers that share random numbers, with their error from between blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.arrays import FloatArray
from sim.power.curve import KnownCurve
from sim.power.estimates import Z95, Estimate, as_column

Wins = NDArray[np.int16]
"""Wins per block, at most 10,000 each; a sum over blocks needs more room."""


@dataclass(frozen=True, eq=False)
class Term:
    """One of the powers of a contrast, and its weight: wins per block (B, K, Q) or a curve."""

    weight: int
    wins: Wins | None
    curve: KnownCurve | None


def weighed(terms: Sequence[Term], block_size: int, comparisons: int = 1) -> Estimate:
    """Weighted sum of powers, with its error, shape (K, Q).

    Simulated powers share random numbers with each other, and so do those of
    sampled changes; the ones are independent of the others.

    Parameters
    ----------
    terms : sequence of Term
        All of the same sizes and rules.
    block_size, comparisons : int
        As of :func:`contrast`.
    """
    parts = []
    wins = [(term.weight, term.wins) for term in terms if term.wins is not None]
    curves = [(term.weight, term.curve) for term in terms if term.curve is not None]
    if wins:
        parts.append((contrast(wins, block_size, comparisons), len(wins[0][1])))
    if curves:
        parts.append((_between_batches(curves, comparisons), len(curves[0][1].batches)))
    if len(parts) == 1:
        return parts[0][0]
    (one, _), (other, _) = parts
    mcse, value = np.hypot(one.mcse, other.mcse), one.value + other.value
    half = critical(min(blocks for _, blocks in parts), comparisons) * mcse
    return Estimate(value, mcse, value - half, value + half, one.replicates)


def _between_batches(terms: Sequence[tuple[int, KnownCurve]], comparisons: int = 1) -> Estimate:
    """Weighted sum of powers that are exact or of sampled changes, shape (K, 1)."""
    value = np.sum([weight * curve.value for weight, curve in terms], axis=0)
    each = np.sum([weight * curve.batches for weight, curve in terms], axis=0)  # (B, K)
    mcse = each.std(axis=0, ddof=1) / np.sqrt(len(each))
    half = critical(len(each), comparisons) * mcse
    sampled = np.any([curve.sampled for _, curve in terms], axis=0)
    counts = np.where(sampled, terms[0][1].draws, 0)
    return as_column(Estimate(value, mcse, value - half, value + half, counts, sampled))


def contrast(terms: Sequence[tuple[int, Wins]], block_size: int, comparisons: int = 1) -> Estimate:
    """Weighted sum of powers that share random numbers, with its error between blocks.

    Parameters
    ----------
    terms : sequence of (int, ndarray of shape (B, ...))
        Weight and wins per block; blocks of the same place share random numbers.
    block_size : int
        Replicates in a block.
    comparisons : int
        Number of contrasts of which this is one that was chosen by its size;
        the interval is widened accordingly (Bonferroni).

    Returns
    -------
    Estimate
        With a t interval. A sum of d over N replicates must come from at
        least N d of them, so that its error is never taken to be below
        sqrt(d (1 - d) / N), whatever few blocks may say. One block says
        nothing of the error between blocks: then powers count as
        independent, which is too wide where they share random numbers.
    """
    blocks = len(terms[0][1])
    replicates = blocks * block_size
    each = np.sum([weight * wins.astype(np.int64) for weight, wins in terms], axis=0)
    value = np.asarray(each.sum(axis=0) / replicates)
    if blocks > 1:
        spread = each.std(axis=0, ddof=1) / block_size / np.sqrt(blocks)
        apart = np.minimum(np.abs(value), 1)
        mcse = np.maximum(spread, np.sqrt(apart * (1 - apart) / replicates))
    else:
        mcse = _unpaired(terms, replicates)
    half = critical(blocks, comparisons) * mcse
    counts = np.full(value.shape, replicates, np.int64)
    low, high = np.asarray(value - half), np.asarray(value + half)
    return Estimate(value, np.asarray(mcse), low, high, counts)


def critical(blocks: int, comparisons: int = 1) -> float:
    """Standard errors on either side of a 95% interval, from so many blocks."""
    share = 1 - 0.025 / comparisons
    if blocks > 1:
        return float(stdtrit(blocks - 1, share))
    return Z95 if comparisons == 1 else float(stdtrit(np.inf, share))


def _unpaired(terms: Sequence[tuple[int, Wins]], replicates: int) -> FloatArray:
    """Error of a weighted sum of independent powers."""
    variance = np.zeros(terms[0][1].shape[1:])
    for weight, wins in terms:
        power = wins.sum(axis=0, dtype=np.int64) / replicates
        variance += weight**2 * power * (1 - power) / replicates
    return np.sqrt(variance)
