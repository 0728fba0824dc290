"""Exact power by enumeration: one endpoint, independent participants, no Monte Carlo error.

The changes of n participants fall on the values -(K-1) ... K-1. Given how
many there are of each absolute value, the number of rises among them is
binomial, and the conditional probability of rejection follows. Averaging over
those numbers gives the power. A test that drops zeros depends on n only
through the number m of non-zero changes, so that one table over m serves
every n.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from sim.arrays import FloatArray
from sim.errors import StudyError
from sim.inference.result import SIDE
from sim.inference.sign import sign_result
from sim.inference.signed_score_kernels import (
    JOINED,
    MIDRANKS,
    NEGLIGIBLE,
    PRATT,
    VALUES,
    conditional_rejection,
)
from sim.inference.signed_scores import fair_tables
from sim.power.exact_kernels import add_participant, t_tails
from sim.power.ways import Ways, binomial_tables, listed_ways, mixing_of, ranks_zeros
from sim.study import Analysis

WORK_LIMIT = 1e10
"""Most elementary steps of an enumeration, some twenty seconds; beyond, it is refused."""
TOGETHER = 2**18
"""Ways that are worked out together: many have their smallest changes in common."""
CUT = 1e-14
"""Probability below which a way to distribute the changes is left out (and accounted for)."""

LARGEST = 5000
"""Most participants that are enumerated: tables grow with their square."""
AUTO_CUT = 1e-8
AUTO_LIMIT = 4e9
"""Cut and limit where the exact engine is a choice: errors below 1e-5, seconds at most."""


@dataclass(frozen=True, eq=False)
class ExactPower:
    """Exact probabilities of one endpoint, per size (K).

    Attributes
    ----------
    power : ndarray, shape (K,)
        P(p <= alpha), in either direction.
    win : ndarray, shape (K,)
        P(p <= alpha with the statistic on the side that wins).
    error : ndarray, shape (K,)
        Probability left out of the enumeration: the most by which `power`
        and `win` can be too small.
    """

    power: FloatArray
    win: FloatArray
    error: FloatArray


def exact_rejection(
    pmf: ArrayLike,
    sizes: Sequence[int],
    analysis: Analysis,
    cut: float = CUT,
    work_limit: float = WORK_LIMIT,
) -> ExactPower:
    """Exact power of the analysis's test for one endpoint.

    Parameters
    ----------
    pmf : array_like, shape (2 K - 1,)
        Probabilities of the changes -(K-1) ... K-1; for McNemar's test those
        of falling below the cut, staying, and rising to it.
    sizes : sequence of int
        Numbers of participants, each at least 1.
    analysis : Analysis
        Test, level, options; its adjustment plays no part.
    cut : float
        Probability below which a way to distribute the changes is left out;
        what that adds up to is the error returned.
    work_limit : float
        Most elementary steps allowed.

    Returns
    -------
    ExactPower

    Raises
    ------
    StudyError
        Where the enumeration would take more than `work_limit` steps, or a size is beyond LARGEST.
    """
    chances = np.asarray(pmf, dtype=np.float64)
    chances = chances / chances.sum()
    ordered = _enumerable(sizes)
    if analysis.test_facts.enumerated == "sums":
        low, high, error = _by_sums(chances, ordered, analysis, work_limit)
    elif analysis.test_facts.enumerated == "signs":
        low, high, error = _by_signs(chances, ordered, analysis)
    else:
        low, high, error = _by_ties(chances, ordered, analysis, cut, work_limit)
    win = high if analysis.side > 0 else low
    return ExactPower(low + high, win, error)


def require_affordable(
    pmf: ArrayLike, sizes: Sequence[int], analysis: Analysis, cut: float, work_limit: float
) -> None:
    """Refuse an enumeration that would take too many steps, without running it.

    Parameters
    ----------
    pmf, sizes, analysis, cut, work_limit
        As for :func:`exact_rejection`.

    Raises
    ------
    StudyError
        As from :func:`exact_rejection`.
    """
    chances, ordered = np.asarray(pmf, dtype=np.float64), _enumerable(sizes)
    if analysis.test_facts.enumerated == "sums":
        _require_sums(_used(chances), int(ordered.max()), work_limit)
    elif analysis.test_facts.enumerated == "ties":
        listed_ways(chances / chances.sum(), ordered, analysis, cut, work_limit)


def _enumerable(sizes: Sequence[int]) -> NDArray[np.int64]:
    """Give sizes as an array; refuse those for which the tables would be too large."""
    ordered = np.asarray(sizes, dtype=np.int64)
    if ordered.max() > LARGEST:
        raise StudyError(
            f"engine: exact power is enumerated for at most {LARGEST} participants, not "
            f"{ordered.max()}; use engine=auto"
        )
    return ordered


Tails = tuple[FloatArray, FloatArray, FloatArray]
"""P(rejected low), P(rejected high), probability left out; each per size."""


def _by_signs(pmf: FloatArray, sizes: NDArray[np.int64], analysis: Analysis) -> Tails:
    """Sign and McNemar's tests: given m non-zero changes the number of rises is binomial."""
    centre = len(pmf) // 2
    up, down = float(pmf[centre + 1 :].sum()), float(pmf[:centre].sum())
    limit = int(sizes.max())
    rises = binomial_tables(np.array(up / max(up + down, np.finfo(float).tiny)), limit)
    m, k = np.meshgrid(np.arange(limit + 1), np.arange(limit + 1), indexing="ij")
    result = sign_result(np.minimum(k, m), np.maximum(m - k, 0), analysis)
    rejected = (result.pvalue <= analysis.alpha) & (k <= m) & (m > 0)
    # in the middle it is away from the side that wins, and rejects one-sided at an alpha
    # above one half alone
    above = result.direction > 0 if analysis.side > 0 else result.direction >= 0
    low = (rises * (rejected & ~above)).sum(axis=1)
    high = (rises * (rejected & above)).sum(axis=1)
    mixing = mixing_of(float(pmf[centre]), sizes)
    return mixing @ low, mixing @ high, np.zeros(len(sizes))


def _by_ties(
    pmf: FloatArray, sizes: NDArray[np.int64], analysis: Analysis, cut: float, work_limit: float
) -> Tails:
    """Rank and sign-flip tests: enumerate the numbers of changes by absolute value."""
    ways, mixing, needed = listed_ways(pmf, sizes, analysis, cut, work_limit)
    pratt = ranks_zeros(analysis)
    conditional = _Conditional(pmf, int(sizes.max()), analysis)
    low, high, kept = np.zeros((3, len(sizes)))
    # ranks depend on the number of zeros, and so on n, where zeros are ranked
    for batch in _batches(ways, needed, 1 if pratt else TOGETHER):
        at = np.flatnonzero(mixing[:, batch[0].m] > cut) if pratt else slice(None)
        zeros = sizes[at] - batch[0].m if pratt else np.zeros(1, np.int64)
        tails = conditional.tails(np.concatenate([listed.counts for listed in batch]), zeros)
        ends = np.cumsum([len(listed.weights) for listed in batch])
        for (m, _, weights), part in zip(batch, np.split(tails, ends[:-1], axis=1), strict=True):
            both = weights @ part  # (sizes or 1, 2)
            low[at] += mixing[at, m] * both[:, 0]
            high[at] += mixing[at, m] * both[:, 1]
            kept[at] += mixing[at, m] * weights.sum()
    return low, high, np.maximum(1 - kept, 0) + 2 * exp(NEGLIGIBLE)


class _Listed(NamedTuple):
    """Ways (V, G) in which m changes fall on their absolute values, and their weights (V,)."""

    m: int
    counts: NDArray[np.int64]
    weights: FloatArray


def _batches(ways: Ways, needed: NDArray[np.int64], most: int) -> Iterator[list[_Listed]]:
    """List the ways for each number of changes, together until they are so many."""
    batch: list[_Listed] = []
    for m in map(int, needed):
        batch.append(_Listed(m, *ways.of(m)))
        if sum(len(listed.weights) for listed in batch) >= most:
            yield batch
            batch = []
    if batch:
        yield batch


class _Conditional:
    """Probability of rejection given the numbers of changes by absolute value."""

    def __init__(self, pmf: FloatArray, limit: int, analysis: Analysis) -> None:
        centre = len(pmf) // 2
        up, down = pmf[centre + 1 :], pmf[:centre][::-1]
        rise = np.divide(up, up + down, out=np.full_like(up, 0.5), where=up + down > 0)
        self._chances = np.array([rise, 1 - rise])  # (2, G)
        self._pmfs = binomial_tables(self._chances, limit)
        self._cdfs = np.minimum(np.cumsum(self._pmfs, axis=-1), 1.0)
        for table in (self._pmfs, self._cdfs):
            table.flags.writeable = False  # as the fair ones: what takes both is compiled once
        self._fair = fair_tables(limit)
        self._side = SIDE[analysis.alternative]
        self._analysis = analysis
        exact = {"auto": analysis.exact_limit, "asymptotic": -1}.get(analysis.p_value, limit)
        self._exact_limit = exact

    def tails(self, counts: NDArray[np.int64], zeros: NDArray[np.int64]) -> FloatArray:
        """P(rejected low), P(rejected high) by number of zeros and way; (Z, V, 2)."""
        analysis = self._analysis
        result = np.empty((len(zeros), len(counts), 2))
        tail = analysis.alpha / 2 if self._side == 0 else analysis.alpha
        ranks = PRATT if analysis.zeros == "pratt" else MIDRANKS
        scores = VALUES if analysis.test_facts.by == "means" else ranks
        numbers = np.empty((counts.shape[1] + 1, len(zeros), len(counts)), np.int64)
        order = _alike_together(counts[:, :JOINED])
        numbers[0], numbers[1:] = zeros[:, None], counts[order].T[:, None]
        conditional_rejection(
            numbers.reshape(len(numbers), -1), scores,
            self._exact_limit, analysis.continuity, self._side, analysis.alpha,
            float(-ndtri(tail)), *self._fair, self._chances, self._pmfs, self._cdfs,
            result.reshape(-1, 2),
        )  # fmt: skip
        given = np.empty_like(result)
        given[:, order] = result
        return given


def _alike_together(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order of rows in which equal ones stand together."""
    return np.argsort(counts @ (LARGEST + 1) ** np.arange(counts.shape[1]))


def _used(pmf: FloatArray) -> FloatArray:
    """Leave out the outermost changes that never occur, on both sides alike."""
    points = len(pmf) // 2
    used = int(np.abs(np.flatnonzero(pmf > 0) - points).max(initial=0))
    return pmf[points - used : points + used + 1]


def _require_sums(chances: FloatArray, limit: int, work_limit: float) -> None:
    """Refuse a t test's enumeration that would take too many steps."""
    points = len(chances) // 2
    cells = (2 * points * limit + 1) * (points**2 * limit + 1)
    if cells * limit * len(chances) / 6 > work_limit:
        raise StudyError(
            f"engine: the exact t test at n = {limit} takes more than {work_limit:.0e} steps; "
            "use engine=monte_carlo or smaller sizes"
        )


def _by_sums(
    pmf: FloatArray, sizes: NDArray[np.int64], analysis: Analysis, work_limit: float
) -> Tails:
    """Paired t: the joint distribution of the sum and the sum of squares, one person at a time."""
    chances, limit = _used(pmf), int(sizes.max())
    points = len(chances) // 2
    _require_sums(chances, limit, work_limit)
    side = SIDE[analysis.alternative]
    tail = analysis.alpha / 2 if side == 0 else analysis.alpha
    critical = np.append(np.inf, -stdtrit(np.arange(1, limit), tail))  # by n - 1
    old = np.zeros((2 * points * limit + 1, points**2 * limit + 1))
    new = np.zeros_like(old)
    old[points * limit, 0] = 1.0
    low, high, error = np.zeros((3, len(sizes)))
    for n in range(1, limit + 1):
        add_participant(old, new, n - 1, points, chances)
        old, new = new, old
        for k in np.flatnonzero(sizes == n):
            low[k], high[k] = t_tails(old, n, n * points, critical[n - 1], side)
            error[k] = max(1 - float(old.sum()), 0.0)
    return low, high, error
