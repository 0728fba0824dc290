"""Exact two-sided levels and powers by writing out every sample of paired changes."""

from functools import cache

import numpy as np
from scipy import stats
from scipy.special import gammaln, ndtr, xlogy

from oracles.paired import REFERENCES, is_exact, midranks, null_sums
from sim.study import Analysis


@cache
def count_vectors(n: int, values: int) -> np.ndarray:
    """List all ways in which n people fall on a number of values; shape (ways, values)."""
    if values == 1:
        return np.array([[n]])
    parts = []
    for first in range(n + 1):
        rest = count_vectors(n - first, values - 1)
        parts.append(np.column_stack([np.full(len(rest), first), rest]))
    return np.concatenate(parts)


def weights(counts: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Multinomial probability of each count vector."""
    n = counts[0].sum()
    log = gammaln(n + 1) - gammaln(counts + 1).sum(axis=1)
    return np.exp(log + xlogy(counts, probabilities).sum(axis=1))


def changes_of(counts: np.ndarray) -> np.ndarray:
    """Write count vectors of the changes -k..k out as samples; shape (ways, n)."""
    values = np.arange(counts.shape[1]) - counts.shape[1] // 2
    n = counts[0].sum()
    flat = np.repeat(np.tile(values, len(counts)), counts.ravel())
    return flat.reshape(len(counts), n)


def rejection(pvalues: np.ndarray, counts: np.ndarray, probabilities: np.ndarray) -> float:
    """Probability that p <= .05."""
    return float(weights(counts, probabilities) @ (pvalues <= 0.05))


def reference_pvalues(counts: np.ndarray, analysis: Analysis) -> np.ndarray:
    """Independent p-value of every count vector; each distinct case is computed once."""
    if analysis.test in ("signed_rank", "sign_flip"):
        return _signed_scores_all(counts, analysis)
    changes = changes_of(counts)
    if analysis.test == "paired_t":
        return _paired_t_all(changes)
    keys = np.column_stack([(changes > 0).sum(axis=1), (changes < 0).sum(axis=1)])
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    reference = REFERENCES[analysis.test]
    return np.array([reference(changes[row], analysis) for row in first])[which]


def _paired_t_all(changes: np.ndarray) -> np.ndarray:
    """Test all samples with any spread at once; constant ones have p = 0, or 1 where zero."""
    varied = np.ptp(changes, axis=1) > 0
    found = np.where(changes.any(axis=1), 0.0, 1.0)
    found[varied] = stats.ttest_1samp(changes[varied].astype(float), 0, axis=1).pvalue
    return found


def _signed_scores_all(counts: np.ndarray, analysis: Analysis) -> np.ndarray:
    """One null distribution for each set of absolute changes, whatever their signs."""
    middle = counts.shape[1] // 2
    up, down = counts[:, middle + 1 :], counts[:, :middle][:, ::-1]
    magnitudes = np.column_stack([counts[:, middle], up + down])
    kinds, which = np.unique(magnitudes, axis=0, return_inverse=True)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which))
    found = np.empty(len(counts))
    for magnitude, own in zip(kinds, np.split(order, ends[:-1]), strict=True):
        found[own] = _given_magnitudes(magnitude, up[own], analysis)
    return found


def _given_magnitudes(magnitude: np.ndarray, up: np.ndarray, analysis: Analysis) -> np.ndarray:
    changes = np.repeat(np.arange(len(magnitude)), magnitude)
    if not changes.any():
        return np.ones(len(up))
    rank = analysis.test == "signed_rank"
    ranks = midranks(changes, analysis.zeros) if rank else changes.astype(float)
    sizes = range(1, len(magnitude))
    by_size = np.array([ranks[changes == size].max(initial=0) for size in sizes])
    seen = up @ by_size
    if is_exact(np.count_nonzero(changes), analysis):
        sums = np.sort(null_sums(ranks[changes > 0]))
        lower = np.searchsorted(sums, seen + 1e-9, side="right") / len(sums)
        upper = 1 - np.searchsorted(sums, seen - 1e-9, side="left") / len(sums)
        return np.minimum(1, 2 * np.minimum(lower, upper))
    away = np.abs(seen - ranks.sum() / 2) - (0.5 if analysis.continuity else 0)
    moved = np.where(seen == ranks.sum() / 2, 0, away)
    return 2 * ndtr(-moved / np.sqrt((ranks**2).sum() / 4))
