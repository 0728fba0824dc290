"""Which data sets can have given the published numbers? All of them, counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.errors import StudyError
from sim.inference.signed_rank import signed_rank
from sim.pilot.candidates import CANDIDATES, Candidate, IntArray
from sim.pilot.printed import PrintedNumber
from sim.pilot.table_kernels import tables_with_margins

MOST_TABLES = 2_000_000
"""Most data sets that are listed; beyond, they are sampled."""
MOST_LOOKED_AT = 1.5e8
"""Most data sets on the whole scale for which the listing is tried: 10 pairs on 5 points."""


@dataclass(frozen=True)
class Printed:
    """One published comparison.

    Attributes
    ----------
    name : str
        Outcome.
    n : int
        Pairs of answers.
    points : int
        Points K of the scale.
    pre, post : tuple of (str, PrintedNumber)
        Summaries before and after: name in :data:`SUMMARIES`, as printed.
    p : PrintedNumber
        P-value.
    """

    name: str
    n: int
    points: int
    pre: tuple[tuple[str, PrintedNumber], ...]
    post: tuple[tuple[str, PrintedNumber], ...]
    p: PrintedNumber


@dataclass(frozen=True)
class Pattern:
    """One pattern of changes that fits a published comparison, with its exact signed-rank p.

    It is everybody's change, sorted; told are the data sets with it, and their share of all.
    """

    changes: tuple[int, ...]
    data_sets: int
    share: float
    exact_p: float


@dataclass(frozen=True, eq=False)
class DataSets:
    """Data sets that fit one published comparison under one test.

    Attributes
    ----------
    test : str
        Candidate's name.
    counts : ndarray of int8, shape (V, K * K)
        Numbers of pairs by (before, after), before the slow one; each row a
        multiset of pairs.
    changes : ndarray of int8, shape (P, n)
        Patterns of changes that occur, sorted.
    of_pattern : ndarray of int, shape (V,)
        Each data set's pattern.
    """

    test: str
    counts: NDArray[np.int8]
    changes: NDArray[np.int8]
    of_pattern: IntArray

    @property
    def exact_p(self) -> FloatArray:
        """Exact signed-rank p of each pattern, (P,)."""
        if not len(self.changes):
            return np.empty(0)
        return np.asarray(signed_rank(self.changes.astype(np.int64), p_value="exact").pvalue)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of changes, each with how many data sets have it."""
        number = np.bincount(self.of_pattern, minlength=len(self.changes))
        share = (number / max(len(self.counts), 1)).tolist()
        changes = map(tuple, self.changes.tolist())
        columns = changes, number.tolist(), share, self.exact_p.tolist()
        return tuple(Pattern(*row) for row in zip(*columns, strict=True))


def _quantile(share: float, method: str) -> Callable[[IntArray], FloatArray]:
    def statistic(scores: IntArray) -> FloatArray:
        return np.asarray(np.quantile(scores, share, axis=-1, method=method))  # type: ignore[call-overload]

    return statistic


SUMMARIES: dict[str, tuple[Callable[[IntArray], FloatArray], ...]] = {
    "median": (lambda scores: np.asarray(np.median(scores, axis=-1)),),
    "mean": (lambda scores: np.asarray(scores.mean(axis=-1)),),
    # packages define quartiles differently: type 7 (R, Python), 6 (SPSS), 2 (SAS, Stata)
    "q1": tuple(_quantile(0.25, m) for m in ("linear", "weibull", "averaged_inverted_cdf")),
    "q3": tuple(_quantile(0.75, m) for m in ("linear", "weibull", "averaged_inverted_cdf")),
}
"""What can be printed of scores (V, n); a number fits where one of the definitions gives it."""


class TooManyError(Exception):
    """There are more data sets than can be listed."""


def consistent(outcome: Printed, test: str) -> DataSets:
    """List every data set that prints as the published comparison does under a test.

    Parameters
    ----------
    outcome : Printed
        What was published.
    test : str
        Name in :data:`~sim.pilot.candidates.CANDIDATES`.

    Returns
    -------
    DataSets
        Empty where nothing fits.

    Raises
    ------
    TooManyError
        Where there are too many to list.
    """
    n, points = outcome.n, outcome.points
    if comb(n + points**2 - 1, n) > MOST_LOOKED_AT:
        raise TooManyError
    patterns = compositions(n, 2 * points - 1)
    pre, post = (fitting_margins(n, points, given) for given in (outcome.pre, outcome.post))
    candidate = CANDIDATES[test]
    fits = outcome.p.matches(_pvalues(candidate, patterns, pre, post))
    if candidate.paired:
        wanted, pairs = fits, np.ones((len(pre), len(post)), np.bool_)
    else:
        wanted, pairs = np.ones(len(patterns), np.bool_), fits
    counts, ranks = _tables(pre, post, pairs, wanted, n)
    occurring, place = np.unique(ranks, return_inverse=True)
    changes = as_scores(patterns[occurring], 1 - points).astype(np.int8)
    return DataSets(test, counts, changes, place)


def _pvalues(candidate: Candidate, patterns: IntArray, pre: IntArray, post: IntArray) -> FloatArray:
    """P-values by pattern of changes (P,), or by margins (A, B) where pairing is ignored."""
    if candidate.paired:
        return candidate.pvalue(as_scores(patterns, 1 - (patterns.shape[1] + 1) // 2))
    before, after = as_scores(pre, 1), as_scores(post, 1)
    pairs = np.repeat(before, len(after), axis=0), np.tile(after, (len(before), 1))
    if not len(pairs[0]):
        return np.empty((len(pre), len(post)))
    return candidate.pvalue(*pairs).reshape(len(pre), len(post))


def _tables(
    pre: IntArray, post: IntArray, pairs: NDArray[np.bool_], wanted: NDArray[np.bool_], n: int
) -> tuple[NDArray[np.int8], IntArray]:
    """Tables (V, K K) and the ranks of their patterns (V,)."""
    points = pre.shape[1]
    skip = _skipped(n, 2 * points - 1)
    none = np.empty((0, 0), np.int8), np.empty(0, np.int64)
    count = tables_with_margins(pre, post, pairs, skip, wanted, MOST_TABLES, *none)
    if count > MOST_TABLES:
        raise TooManyError
    counts, ranks = np.empty((count, points**2), np.int8), np.empty(count, np.int64)
    if count:
        tables_with_margins(pre, post, pairs, skip, wanted, MOST_TABLES, counts, ranks)
    return counts, ranks


def compositions(total: int, parts: int) -> IntArray:
    """All ways to share a total among parts, in lexicographic order; (ways, parts)."""
    ways, last = comb(total + parts - 1, total), total + parts - 1
    places = chain.from_iterable(combinations(range(last), parts - 1))  # bars between stars
    bars = np.fromiter(places, np.int64, ways * (parts - 1)).reshape(ways, parts - 1)
    return np.diff(bars, axis=1, prepend=-1, append=last) - 1


def _skipped(total: int, parts: int) -> IntArray:
    """How many compositions come before a count at a place, given what is left for it."""
    skip = np.zeros((parts, total + 1, total + 1), np.int64)
    for place in range(parts - 1):
        after = parts - place - 1
        for left in range(total + 1):
            ways = [comb(left - value + after - 1, after - 1) for value in range(left)]
            skip[place, left, 1 : left + 1] = np.cumsum(ways)
    return skip


def fitting_margins(n: int, points: int, given: tuple[tuple[str, PrintedNumber], ...]) -> IntArray:
    """Ways (V, K) in which n scores fall on the points, with the summaries that were printed."""
    margins = compositions(n, points)
    scores = as_scores(margins, 1)
    fits = np.ones(len(margins), np.bool_)
    for name, number in given:
        fits &= np.any([number.matches(rule(scores)) for rule in SUMMARIES[name]], axis=0)
    return margins[fits]


def as_scores(counts: IntArray, lowest: int) -> IntArray:
    """Turn numbers by value (V, G) into sorted values (V, n), the first value being `lowest`."""
    if not len(counts):
        return np.empty((0, 0), np.int64)
    values = np.tile(np.arange(lowest, lowest + counts.shape[1]), len(counts))
    return np.repeat(values, counts.ravel()).reshape(len(counts), -1)


def nearest_pvalues(outcome: Printed, test: str, number: int = 4) -> FloatArray:
    """Attainable p-values nearest to the published one, given the published summaries.

    Parameters
    ----------
    outcome : Printed
        What was published.
    test : str
        Candidate.
    number : int
        How many.

    Returns
    -------
    ndarray
        Rising; empty where the summaries themselves cannot occur.
    """
    n, points = outcome.n, outcome.points
    candidate = CANDIDATES[test]
    pre, post = (fitting_margins(n, points, given) for given in (outcome.pre, outcome.post))
    patterns = compositions(n, 2 * points - 1)
    pvalues = _pvalues(candidate, patterns, pre, post)
    if candidate.paired:
        every = np.ones(len(patterns), np.bool_)
        with suppress(TooManyError):  # then those of any summaries must do
            _, ranks = _tables(pre, post, np.ones((len(pre), len(post)), np.bool_), every, n)
            pvalues = pvalues[np.unique(ranks)]
    attained = np.unique(np.round(pvalues, 6))
    centre = (outcome.p.low + outcome.p.high) / 2
    return np.sort(attained[np.argsort(np.abs(attained - centre))[:number]])


def require_some(outcome: Printed, data_sets: list[DataSets], place: str) -> None:
    """Refuse published numbers that no data set can have under any candidate test.

    Parameters
    ----------
    outcome : Printed
        What was published.
    data_sets : list of DataSets
        What fits, by test.
    place : str
        The config field to name.

    Raises
    ------
    StudyError
        Says that the numbers cannot occur, and lists the nearest attainable p-values.
    """
    if any(len(one.counts) for one in data_sets):
        return
    figures = "; ".join(
        f"{when} " + ", ".join(f"{name} {number.text}" for name, number in summaries)
        for when, summaries in (("before", outcome.pre), ("after", outcome.post))
        if summaries
    )
    nearest = {one.test: nearest_pvalues(outcome, one.test) for one in data_sets}
    if all(not len(values) for values in nearest.values()):
        raise StudyError(
            f"{place}: the published numbers of {outcome.name!r} cannot occur: no {outcome.n} "
            f"answers on 1 to {outcome.points} have {figures}"
        )
    listed = "; ".join(
        f"{test} {', '.join(f'{p:.3g}' for p in values)}" for test, values in nearest.items()
    )
    raise StudyError(
        f"{place}: the published numbers of {outcome.name!r} cannot occur: no {outcome.n} pairs "
        f"with {figures} give p = {outcome.p.text}; nearest attainable: {listed}"
    )
