"""Looks whose level is spent exactly, given the absolute changes.

Tests of discrete answers cannot reach the levels that the normal process gives
a look, and what one look leaves is lost. Under the null each non-zero change is
as likely a rise as a fall, given all absolute changes. So a look can reject as
much as keeps P(rejected at any look so far | absolute changes) within what may
be spent by then, with the regions of earlier looks fixed: what they could not
spend is spent later. This holds the level given the absolute changes, hence on
the whole. Ranks are made anew at each look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlogy

from sim.arrays import FloatArray, IntArray
from sim.errors import StudyError
from sim.inference.result import MISSING, SIDE
from sim.sequential.boundaries import Boundaries
from sim.sequential.exact_looks import Stops, seen_by, states
from sim.sequential.exact_spending_kernels import (
    MIDRANKS,
    PRATT,
    SIGNS,
    VALUES,
    stops_given,
)
from sim.study import Analysis

MOST_CELLS = 500_000
"""Most ways in which the changes before the last look can rise, for one study: some 50 ms."""
MOST_PATHS = 300_000
"""Most ways in which the absolute changes can come about, of an enumerated design."""


def spendable(boundaries: Boundaries) -> FloatArray:
    """Give what one side may spend by each look: what the normal process spends; (J,)."""
    # what the process spends of alpha is solved to some digits
    return np.minimum(boundaries.spent, boundaries.alpha) / boundaries.sides


def cells_before_last(sizes: Sequence[int], span: int) -> float:
    """Most ways in which changes of so many absolute values can rise before the last look."""
    # most there are: the same number of each absolute change
    return 1.0 if len(sizes) < 2 else float((sizes[-2] / span + 1) ** span)


def require_few_changes(sizes: Sequence[int], span: int, analysis: Analysis) -> None:
    """Refuse rank tests of so many values that earlier looks cannot be written out.

    Parameters
    ----------
    sizes : sequence of int, length J
        Participants at the looks.
    span : int
        Largest absolute change.
    analysis : Analysis
        Test.

    Raises
    ------
    StudyError
    """
    if _scores_of(analysis) in (VALUES, SIGNS):
        return
    if cells_before_last(sizes, span) > MOST_CELLS:
        raise StudyError(
            f"interim: spend=exact of a rank test has too many outcomes with {span} absolute "
            f"changes and {sizes[-2]} participants before the last look; use test=sign_flip, "
            "or leave out interim.spend"
        )


def exact_decisions(
    changes: NDArray[np.int16], sizes: Sequence[int], analysis: Analysis, budget: ArrayLike
) -> NDArray[np.int8]:
    """Decide each look of each study by exact spending.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        Changes in order of accrual; ``MISSING`` where not observed.
    sizes : sequence of int, length J
        Participants at the looks, rising, at most N.
    analysis : Analysis
        Test and alternative; p-values play no part.
    budget : array_like, shape (J,)
        What one side may spend by each look, as from :func:`spendable`.

    Returns
    -------
    ndarray of int8, shape (R, J, E)
        1 rejected high, -1 rejected low, 0 not; of looks after the first that
        rejects they mean nothing.

    Raises
    ------
    StudyError
        As from :func:`require_few_changes`.
    """
    replicates, n, endpoints = changes.shape
    rows = changes.transpose(0, 2, 1).reshape(-1, n)  # (R E, N)
    less = SIDE[analysis.alternative] < 0
    span = max(int(np.abs(rows[rows != MISSING]).max(initial=0)), 1)
    require_few_changes(sizes, span, analysis)
    absolute, rises = _counted(rows, sizes, span, -1 if less else 1)
    paths, place = np.unique(absolute.reshape(len(rows), -1), axis=0, return_inverse=True)
    regions = _regions(
        paths.reshape(-1, *absolute.shape[1:]), analysis, budget, np.empty((0, span))
    )
    statistic = (rises * regions.taken[place]).sum(axis=-1)
    whole = (absolute * regions.taken[place]).sum(axis=-1)
    critical = regions.critical[place]
    decisions = (statistic >= critical).astype(np.int8)
    if analysis.alternative == "two_sided":
        decisions -= whole - statistic >= critical
    by_endpoint = decisions.reshape(replicates, endpoints, len(sizes)).transpose(0, 2, 1)
    return np.asarray(-by_endpoint if less else by_endpoint)


def exact_spending_stops(
    pmf: ArrayLike,
    sizes: Sequence[int],
    analysis: Analysis,
    budget: ArrayLike,
    most_paths: int = MOST_PATHS,
) -> Stops:
    """Exact power of one endpoint with exact spending, by all that the absolute changes can be.

    Parameters
    ----------
    pmf : array_like, shape (2 K - 1,)
        Probabilities of the changes -(K-1) ... K-1.
    sizes : sequence of int, length J
        Participants at the looks, rising.
    analysis : Analysis
        Test and alternative.
    budget : array_like, shape (J,)
        What one side may spend by each look.
    most_paths : int
        Most ways in which the absolute changes can come about.

    Returns
    -------
    Stops
        Without futility.

    Raises
    ------
    StudyError
        Where there are too many.
    """
    absolute, rises = _split(seen_by(pmf, analysis))
    if analysis.side < 0 and analysis.alternative != "two_sided":
        rises = 1 - rises
    span = len(rises)
    require_few_changes(sizes, span, analysis)
    counts, weights = _paths(absolute, sizes, most_paths)
    regions = _regions(counts, analysis, budget, rises[None])
    above, under = weights @ regions.high[:, 1], weights @ regions.low[:, 1]
    wins = under if analysis.alternative == "two_sided" and analysis.side < 0 else above
    return Stops(np.array(sizes), above + under, wins, np.zeros(len(sizes)))


@dataclass(frozen=True, eq=False)
class _Regions:
    """What looks reject, by path of counts: scores, critical values, probabilities of each side."""

    taken: IntArray
    critical: IntArray
    high: FloatArray
    low: FloatArray


def _regions(
    counts: IntArray, analysis: Analysis, budget: ArrayLike, rises: FloatArray
) -> _Regions:
    """Find what looks reject given the absolute changes, (P, J, G + 1), and how likely they do.

    `rises` (C, G) are further probabilities of a rise for which that is given, after the null's.
    """
    paths, looks = counts.shape[:2]
    chances = np.concatenate([np.full((1, counts.shape[2] - 1), 0.5), rises])
    regions = _Regions(
        np.zeros(counts.shape, np.int64),
        np.empty((paths, looks), np.int64),
        *np.empty((2, paths, len(chances), looks)),
    )
    stops_given(
        np.ascontiguousarray(counts), _scores_of(analysis), np.asarray(budget, float),
        analysis.alternative == "two_sided", chances,
        regions.taken, regions.critical, regions.high, regions.low,
    )  # fmt: skip
    return regions


def _counted(
    changes: NDArray[np.int16], sizes: Sequence[int], span: int, side: int
) -> tuple[IntArray, IntArray]:
    """Count changes (R, N) by absolute value up to each look, and the rises; (R, J, G + 1)."""
    absolute, rises = np.zeros((2, len(changes), len(sizes), span + 1), np.int64)
    ends = np.asarray(sizes) - 1
    for value in range(span + 1):
        onside, offside = changes == side * value, changes == -side * value
        absolute[:, :, value] = (onside | offside).cumsum(axis=1)[:, ends]
        rises[:, :, value] = onside.cumsum(axis=1)[:, ends]
    rises[:, :, 0] = 0
    return absolute, rises


def _scores_of(analysis: Analysis) -> int:
    """Give what a change counts for, as the kernels take it."""
    by = analysis.test_facts.by
    ranks = PRATT if analysis.zeros == "pratt" else MIDRANKS
    return {"signs": SIGNS, "means": VALUES}.get(by, ranks)


def _split(pmf: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Probabilities of the absolute changes 0 ... G, and of a rise given each but 0."""
    centre = len(pmf) // 2
    up, down = pmf[centre + 1 :], pmf[:centre][::-1]
    either = up + down
    span = max(int(np.flatnonzero(either).max(initial=0)) + 1, 1)
    rises = np.divide(up, either, out=np.full_like(up, 0.5), where=either > 0)
    absolute = np.append(pmf[centre], either)[: span + 1]
    return absolute / absolute.sum(), rises[:span]


def _paths(absolute: FloatArray, sizes: Sequence[int], most: int) -> tuple[IntArray, FloatArray]:
    """Numbers of absolute changes up to each look, (P, J, G + 1), and their probabilities (P,)."""
    steps = np.diff(sizes, prepend=0)
    values = len(absolute) - 1
    if prod(comb(int(step) + values, values) for step in steps) > most:
        raise StudyError(
            f"engine: looks at {sizes[-1]} participants have too many outcomes to enumerate; "
            "use engine=monte_carlo"
        )
    parts = [_increments(absolute, int(step)) for step in steps]
    places = np.array(list(product(*(range(len(counts)) for counts, _ in parts))))
    increments = [counts[places[:, j]] for j, (counts, _) in enumerate(parts)]
    weights = np.prod([chance[places[:, j]] for j, (_, chance) in enumerate(parts)], axis=0)
    return np.cumsum(np.stack(increments, axis=1), axis=1), weights


def _increments(absolute: FloatArray, step: int) -> tuple[IntArray, FloatArray]:
    """Ways in which some participants' absolute changes can be, with multinomial probabilities."""
    changed = states(len(absolute) - 1, step).counts if step else np.zeros((1, len(absolute) - 1))
    counts = np.column_stack([step - changed.sum(axis=1), changed]).astype(np.int64)
    logs = gammaln(step + 1) - gammaln(counts + 1).sum(axis=1) + xlogy(counts, absolute).sum(axis=1)
    kept = np.isfinite(logs)
    return counts[kept], np.exp(logs[kept])
