"""Probability of what was published, given a domain's parameters."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from sim.arrays import FloatArray
from sim.pilot.candidates import CANDIDATES, IntArray
from sim.pilot.forensics import (
    SUMMARIES,
    DataSets,
    Printed,
    as_scores,
    compositions,
)
from sim.pilot.parameters import change_pmfs
from sim.pilot.printed import SIGNIFICANT, SLACK

MOST_TERMS = 4e9
"""Most products of data sets and draws that are summed; beyond, probabilities are simulated."""
SIMULATED = 64
"""Data sets simulated for each draw where a probability cannot be summed."""
SIMULATED_DIVISOR = 512
"""As many where something is divided by that probability, since 1 over an estimate is biased."""
NOISE = 1e-15
"""Cell probabilities below this are lost in the rounding of the normal distribution's."""
CHUNK = 2**24
"""Numbers held at a time."""


def data_set_probability(counts: NDArray[np.int8], tables: FloatArray) -> FloatArray:
    """Probability that n pairs form one of the listed data sets.

    Parameters
    ----------
    counts : ndarray, shape (V, K * K)
        Data sets, as numbers of pairs by cell.
    tables : ndarray, shape (N, K, K)
        Cell probabilities of N draws.

    Returns
    -------
    ndarray, shape (N,)
        Sum over the data sets of their multinomial probabilities.
    """
    return _multinomial_sum(counts.astype(np.float64), tables.reshape(len(tables), -1))


def _multinomial_sum(counts: FloatArray, cells: FloatArray) -> FloatArray:
    """Sum of multinomial probabilities of counts (V, C) at cell probabilities (N, C); (N,)."""
    total = np.zeros(len(cells))
    if not len(counts):
        return total
    ways = gammaln(counts.sum(axis=1) + 1) - gammaln(counts + 1).sum(axis=1)  # (V,)
    logs = np.log(np.maximum(cells, 1e-300))
    step = max(1, CHUNK // len(counts))
    for start in range(0, len(cells), step):
        part = slice(start, start + step)
        total[part] = np.exp(ways[:, None] + counts @ logs[part].T).sum(axis=0)
    return total


def log_data_probability(counts: IntArray, tables: FloatArray) -> FloatArray:
    """Logarithm of the probability that n pairs form one data set.

    Parameters
    ----------
    counts : ndarray of int, shape (K, K)
        Numbers of pairs by cell.
    tables : ndarray, shape (N, K, K)
        Cell probabilities of N draws; what rounding leaves of those below 1e-15 is noise, and
        they count as that.

    Returns
    -------
    ndarray, shape (N,)
    """
    ways = gammaln(counts.sum() + 1) - gammaln(counts + 1).sum()
    seen = counts > 0
    return np.asarray(ways + np.log(np.maximum(tables[:, seen], NOISE)) @ counts[seen])


def significance_probability(
    test: str, n: int, tables: FloatArray, rng: np.random.Generator, simulated: int = SIMULATED
) -> FloatArray:
    """Probability that n pairs are significant at .05 (two-sided) under a candidate test.

    Parameters
    ----------
    test : str
        Candidate.
    n : int
        Pairs.
    tables : ndarray, shape (N, K, K)
        Cell probabilities.
    rng : numpy.random.Generator
        For what cannot be summed: then the share of simulated data sets, an
        unbiased estimate.
    simulated : int
        How many data sets are simulated then, for each draw.

    Returns
    -------
    ndarray, shape (N,)
    """
    points = tables.shape[1]
    candidate = CANDIDATES[test]
    patterns = comb(n + 2 * points - 2, n)
    if not candidate.paired or patterns * len(tables) > MOST_TERMS:
        return simulated_share(
            tables,
            n,
            lambda pre, post: candidate.of(pre, post) <= SIGNIFICANT + SLACK,
            rng,
            simulated,
        )
    listed = compositions(n, 2 * points - 1)
    pvalues = candidate.pvalue(as_scores(listed, 1 - points))
    significant = listed[pvalues <= SIGNIFICANT + SLACK]
    return _multinomial_sum(significant.astype(np.float64), change_pmfs(tables))


def as_divisor(probability: FloatArray) -> FloatArray:
    """Make a probability of significance fit to divide by: no hit counts as half a hit.

    Sums are above 0 wherever anything can be significant, so this concerns simulated shares.
    """
    return np.where(probability == 0, 0.5 / SIMULATED_DIVISOR, np.maximum(probability, 1e-12))


def given_significant(
    outcome: Printed, likelihood: FloatArray, significant: FloatArray
) -> FloatArray:
    """Likelihood of a comparison given that it was significant; as it is where it was not."""
    if outcome.p.low > SIGNIFICANT:
        return likelihood
    return np.minimum(likelihood / as_divisor(significant), 1.0)


def prints_so(outcome: Printed, test: str, pre: IntArray, post: IntArray) -> NDArray[np.bool_]:
    """Tell which data sets (V, n) print as the published comparison does."""
    fits = outcome.p.matches(CANDIDATES[test].of(pre, post))
    for scores, figures in ((pre, outcome.pre), (post, outcome.post)):
        for name, number in figures:
            fits &= np.any([number.matches(rule(scores)) for rule in SUMMARIES[name]], axis=0)
    return fits


def outcome_probability(
    outcome: Printed,
    test: str,
    data_sets: DataSets | None,
    tables: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Likelihood of a published comparison, (N,): summed over its data sets, else simulated."""
    if data_sets is not None and len(data_sets.counts) * len(tables) <= MOST_TERMS:
        return data_set_probability(data_sets.counts, tables)
    return simulated_share(
        tables, outcome.n, lambda pre, post: prints_so(outcome, test, pre, post), rng
    )


def simulated_share(
    tables: FloatArray,
    n: int,
    happens: Callable[[IntArray, IntArray], NDArray[np.bool_]],
    rng: np.random.Generator,
    simulated: int = SIMULATED,
) -> FloatArray:
    """Share of simulated data sets in which something happens, for each draw, (N,).

    An unbiased estimate of its probability, which is what a likelihood needs
    to be for the weights to be right (Andrieu & Roberts 2009).
    """
    points = tables.shape[1]
    cells = np.cumsum(tables.reshape(len(tables), -1), axis=1)  # (N, K K)
    cells /= cells[:, -1:]
    share = np.zeros(len(tables))
    step = max(1, CHUNK // (n * simulated))
    for start in range(0, len(tables), step):
        batch = cells[start : start + step]
        uniform = rng.random((len(batch), simulated * n))
        shifted = (batch + np.arange(len(batch))[:, None]).ravel()
        cell = np.searchsorted(shifted, uniform + np.arange(len(batch))[:, None], side="right")
        cell = np.minimum(cell - np.arange(len(batch))[:, None] * points**2, points**2 - 1)
        cell = cell.reshape(-1, n)
        hits = happens(cell // points + 1, cell % points + 1)
        share[start : start + step] = hits.reshape(len(batch), simulated).mean(axis=1)
    return share
