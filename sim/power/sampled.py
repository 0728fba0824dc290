"""Power of one endpoint from sampled absolute changes, their signs summed out.

Where a scale is wide, as that of a total, there are too many ways in which the
changes fall on their absolute values to list them. They are drawn instead, a
person at a time in order of accrual. Given them the signs are independent, so
that the probability of rejection follows without Monte Carlo error; it varies
far less from draw to draw than a rejection does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtri, stdtrit

from sim.arrays import FloatArray
from sim.compute.streams import Purpose, generator
from sim.errors import StudyError
from sim.inference.result import SIDE
from sim.power.estimates import Z95, Estimate
from sim.power.exact import LARGEST
from sim.power.pattern_kernels import MIDRANKS, PRATT, SUMMED, VALUES, fill_rejection
from sim.power.ways import ranks_zeros
from sim.study import Analysis

STEPS = 5e6
"""Elementary steps of the sums over signs at one size: where they are long, of fewer draws."""
FEWEST = 200
"""Draws that are worked out at every size, however long their sums."""
TILE = 500
"""Draws that are held at a time."""


@dataclass(frozen=True, eq=False)
class SampledPower:
    """Probabilities of one endpoint, per size (K), with the error from between the draws.

    Attributes
    ----------
    power : Estimate, shape (K,)
        P(p <= alpha), in either direction.
    win : Estimate, shape (K,)
        P(p <= alpha with the statistic on the side that wins).
    """

    power: Estimate
    win: Estimate


def sampled_rejection(
    pmf: ArrayLike,
    sizes: Sequence[int],
    analysis: Analysis,
    draws: int,
    *,
    seed: int = 0,
    gone: float = 0.0,
) -> SampledPower:
    """Power of a rank, sign-flip or t test for one endpoint, from sampled absolute changes.

    Parameters
    ----------
    pmf : array_like, shape (2 G + 1,)
        Probabilities of the changes -G ... G.
    sizes : sequence of int
        Numbers of participants, 1 to `LARGEST`, in any order.
    analysis : Analysis
        Test, level, options; its adjustment plays no part.
    draws : int
        Sequences of absolute changes that are drawn, 2 or more. Of sizes whose
        sums are long fewer are worked out, and correct what normal critical
        values and a series give of all.
    seed : int
        Fixes the draws: the same for every distribution, and for the people
        that two sizes have in common.
    gone : float
        Probability that a participant's change is missing, whatever it is.

    Returns
    -------
    SampledPower

    Raises
    ------
    StudyError
        Where a size is beyond `LARGEST`: a tile of so many people would not fit into memory.
    """
    if max(sizes) > LARGEST:
        raise StudyError(
            f"engine: absolute changes are sampled of at most {LARGEST} participants, not "
            f"{max(sizes)}; use engine=monte_carlo"
        )
    chances = np.asarray(pmf, dtype=np.float64)
    chances = chances / chances.sum()
    middle = len(chances) // 2
    up, down = chances[middle + 1 :], chances[:middle][::-1]
    absolute = np.concatenate([[chances[middle]], up + down])
    rise = np.divide(up, up + down, out=np.full_like(up, 0.5), where=up + down > 0)
    ordered, place = np.unique(np.asarray(sizes, dtype=np.int64), return_inverse=True)
    most = _worked_out(ordered, analysis, draws, 1 - (1 - absolute[0]) * (1 - gone))
    sums = np.zeros((2, 6, len(ordered)))
    for tile, start in enumerate(range(0, draws, TILE)):
        rng = generator(seed, Purpose.PATTERNS, tile)
        people = _absolute_changes(rng, absolute, gone, int(ordered.max()))[:, : draws - start]
        near, tails = _tails(people, ordered, most - start, analysis, rise)
        sums += _sums(near, tails, most - start, 1 if analysis.side > 0 else 0)
    power, win = (_estimate(of[:, place], draws, most[place]) for of in sums)
    return SampledPower(power, win)


def _sums(near: FloatArray, tails: FloatArray, most: NDArray[np.int64], high: int) -> FloatArray:
    """Sums over the draws from which power, and win, are estimated, (2, 6, K)."""
    worked_out = np.arange(near.shape[1]) < most[:, None]  # (K, R)
    parts = []
    for rough, whole in (
        (near.sum(axis=2), tails.sum(axis=2)),
        (near[..., high], tails[..., high]),
    ):
        moved, there = np.where(worked_out, whole - rough, 0.0), np.where(worked_out, rough, 0.0)
        summands = rough, rough**2, moved, moved**2, moved * there, there
        parts.append([part.sum(axis=1) for part in summands])
    return np.array(parts)


def _estimate(sums: FloatArray, draws: int, most: NDArray[np.int64]) -> Estimate:
    """Estimate what is near from all draws, and by how much it is off from those worked out."""
    rough, rough_squares, moved, moved_squares, products, there = sums
    value = rough / draws + moved / most
    spread = (rough_squares - rough**2 / draws) / (draws - 1) / draws
    spread += (moved_squares - moved**2 / most) / (most - 1) / most
    spread += 2 * (products - moved * there / most) / (most - 1) / draws
    mcse = np.sqrt(np.maximum(spread, 0.0))
    low, high = np.clip([value - Z95 * mcse, value + Z95 * mcse], 0, 1)
    counts = np.full(len(value), draws)
    return Estimate(np.clip(value, 0, 1), mcse, low, high, counts, np.ones(len(value), np.bool_))


def _worked_out(
    sizes: NDArray[np.int64], analysis: Analysis, draws: int, zero: float
) -> NDArray[np.int64]:
    """Count the draws that are worked out at each size, (K,)."""
    exact = {"exact": np.inf, "auto": analysis.exact_limit}.get(analysis.p_value, 0)
    limit = max(SUMMED, exact)  # most changes whose sums are long
    steps = bdtr(np.minimum(limit, sizes), sizes, 1 - zero) * np.minimum(limit, sizes) ** 3.0
    return np.minimum(np.maximum(FEWEST, STEPS // np.maximum(steps, 1)), draws).astype(np.int64)


def _absolute_changes(
    rng: np.random.Generator, absolute: FloatArray, gone: float, people: int
) -> NDArray[np.int16]:
    """Draw a tile of absolute changes (N, TILE), a person at a time; -1 where they are missing."""
    ends = np.cumsum(absolute) * (1 - gone)
    if gone == 0:
        ends[-1] = 1.0  # whatever the rounding: nothing is missing
    place = np.searchsorted(ends, rng.random((people, TILE)), side="right")
    return np.where(place == len(absolute), -1, place).astype(np.int16)


def _tails(
    people: NDArray[np.int16],
    sizes: NDArray[np.int64],
    most: NDArray[np.int64],
    analysis: Analysis,
    rise: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Both tails, P(rejected low or high), of every draw at every size, (K, R, 2); near and whole.

    Those near come from normal critical values and a series; of size k the first
    `most[k]` are worked out.
    """
    side, facts = SIDE[analysis.alternative], analysis.test_facts
    level = analysis.alpha / 2 if side == 0 else analysis.alpha
    ranks = PRATT if ranks_zeros(analysis) else MIDRANKS
    limit = {"auto": analysis.exact_limit, "asymptotic": -1}.get(analysis.p_value, len(people))
    critical = np.empty(0)
    if facts.enumerated == "sums":
        critical = np.concatenate([[np.inf, np.inf], -stdtrit(np.arange(1.0, len(people)), level)])
    near, tails = np.zeros((2, len(sizes), people.shape[1], 2))
    fill_rejection(
        people, sizes, most, VALUES if facts.by == "means" else ranks, limit,
        analysis.continuity, side, analysis.alpha, float(-ndtri(level)), critical, rise,
        near, tails,
    )  # fmt: skip
    return near, tails
