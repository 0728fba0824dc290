"""Power of one endpoint from sampled absolute changes, their signs summed out.

Where a scale is wide, as that of a total, there are too many ways in which the
changes fall on their absolute values to list them. They are drawn instead, a
person at a time in order of accrual. Given them the signs are independent, so
that the probability of rejection follows without Monte Carlo error; it varies
far less from draw to draw than a rejection does. And nearly all of how it varies
is told by how many people change, and how far, of which the mean is known.
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
from sim.power.control_variates import Controls, DrawSums
from sim.power.estimates import Z95, Estimate
from sim.power.exact import LARGEST
from sim.power.pattern_kernels import MIDRANKS, PRATT, SUMMED, VALUES, fill_rejection
from sim.power.ways import ranks_zeros
from sim.study import Analysis

STEPS = 2e6
"""Elementary steps of the sums over signs at one size: where they are long, of fewer draws."""
FEWEST = 100
"""Draws that are worked out at every size, however long their sums."""
TILE = 500
"""Draws that are held at a time."""
PRECISE = 3e-4
"""Error of the power below which no more is drawn for a size."""
ROUNDING = 1e-15
"""Power below which it is none: what a regression leaves where every draw has none."""
BATCHES = 20
"""Batches of draws, over which a tile's are spread evenly: they tell the error of differences."""


@dataclass(frozen=True, eq=False)
class SampledPower:
    """Probabilities of one endpoint, per size (K), with the error from between the draws.

    Attributes
    ----------
    power : Estimate, shape (K,)
        P(p <= alpha), in either direction.
    win : Estimate, shape (K,)
        P(p <= alpha with the statistic on the side that wins).
    batches : ndarray, shape (B, K)
        The latter by each batch of the draws: of one seed they share their random numbers.
    """

    power: Estimate
    win: Estimate
    batches: FloatArray


def sampled_rejection(
    pmf: ArrayLike,
    sizes: Sequence[int],
    analysis: Analysis,
    draws: int,
    *,
    seed: int = 0,
    gone: float = 0.0,
    precise: float = PRECISE,
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
        Most sequences of absolute changes that are drawn, 2 or more; fewer where the
        error is small. Where sums are long fewer are worked out, and correct what
        normal critical values and a series give of all.
    seed : int
        Fixes the draws: the same for every distribution, and for the people of two sizes.
    gone : float
        Probability that a participant's change is missing, whatever it is.
    precise : float
        Error of the power below which no more is drawn for a size.

    Returns
    -------
    SampledPower

    Raises
    ------
    StudyError
        Where a size is beyond `LARGEST`: a tile of so many people would not fit into memory.
    """
    _require_few(max(sizes))
    absolute, rise = _by_absolute_value(np.asarray(pmf, dtype=np.float64))
    ordered, place = np.unique(np.asarray(sizes, dtype=np.int64), return_inverse=True)
    most = _worked_out(ordered, analysis, draws, 1 - (1 - absolute[0]) * (1 - gone))
    controls = Controls.of(absolute * (1 - gone), rise, analysis)
    sums = DrawSums.none(len(ordered), min(BATCHES, draws))
    left = np.arange(len(ordered))
    for tile, start in enumerate(range(0, draws, TILE)):
        of = ordered[left], most[left] - start
        people = _tile(seed, tile, absolute, gone, int(of[0].max()), draws - start)
        near, whole = (_both(tails, analysis) for tails in _tails(people, *of, analysis, rise))
        known = controls.of_draws(people, of[0]) * (draws >= FEWEST)  # else they fit chance
        sums.add(left, known, near, whole, of[1])
        value, mcse, batches = sums.estimated()
        left = left[mcse[left].max(axis=1) >= precise]
        if not left.size:
            break
    drawn = sums.draws()[place]
    power, win = (_estimate(value[place, of], mcse[place, of], drawn) for of in range(2))
    return SampledPower(power, win, batches[place].T)


def _both(tails: FloatArray, analysis: Analysis) -> FloatArray:
    """Power, and win, given the absolute changes from both tails (K, R, 2); (K, 2, R)."""
    win = tails[..., 1 if analysis.side > 0 else 0]
    return np.stack([tails.sum(axis=2), win], axis=1)


def _estimate(value: FloatArray, mcse: FloatArray, draws: NDArray[np.int64]) -> Estimate:
    none = np.abs(value) < ROUNDING
    value, mcse = np.where(none, 0.0, value), np.where(none, 0.0, mcse)
    low, high = np.clip([value - Z95 * mcse, value + Z95 * mcse], 0, 1)
    return Estimate(np.clip(value, 0, 1), mcse, low, high, draws, np.ones(len(value), np.bool_))


def _tile(
    seed: int, tile: int, absolute: FloatArray, gone: float, people: int, most: int
) -> NDArray[np.int16]:
    """Draw a tile's absolute changes, at most so many sequences of them."""
    drawn = _absolute_changes(generator(seed, Purpose.PATTERNS, tile), absolute, gone, people)
    return np.ascontiguousarray(drawn[:, :most])  # else what takes it is compiled again


def _require_few(people: int) -> None:
    if people > LARGEST:
        raise StudyError(
            f"engine: absolute changes are sampled of at most {LARGEST} participants, not "
            f"{people}; use engine=monte_carlo"
        )


def _by_absolute_value(pmf: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Probabilities of the absolute changes 0 ... G, and of a rise given each but 0."""
    chances = pmf / pmf.sum()
    middle = len(chances) // 2
    up, down = chances[middle + 1 :], chances[:middle][::-1]
    rise = np.divide(up, up + down, out=np.full_like(up, 0.5), where=up + down > 0)
    return np.concatenate([[chances[middle]], up + down]), rise


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
