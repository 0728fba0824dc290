"""Synthetic cohorts: scores of participants in order of accrual.

Drawing is what a simulation spends its time on, so it is compiled: random
bits by xoshiro256++, normals by the ziggurat, then the latent vector and its
cuts for a tile of replicates at a time, which the compiler vectorises. Where
the domains are independent a participant's pair of scores is drawn straight
from its table of before by after, without any normal.

References
----------
Blackman D, Vigna S (2021). Scrambled linear pseudorandom number generators.
ACM Transactions on Mathematical Software 47, 36.
Marsaglia G, Tsang WW (2000). The ziggurat method for generating random
variables. Journal of Statistical Software 5(8).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from sim.cohorts.population import Population

FloatArray = NDArray[np.float64]
LAYERS = 256
TAIL = 3.6541528853610088
"""Where the ziggurat's tail begins: the solution of the equal-area recursion for 256 layers."""
TILE = 128
"""Replicates drawn together; part of what fixes the numbers."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Answers of one role's participants.

    Attributes
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Replicate, participant in order of accrual, domain, time (0 = pre,
        1 = post). Scores run from 1; 0 means missing.
    site, arm : int
        Constant until they are needed: everybody is at one site, in one arm.
    """

    scores: NDArray[np.int8]
    site: int = 0
    arm: int = 0


def draw_cohort(
    population: Population, n: int, replicates: int, rng: np.random.Generator
) -> Cohort:
    """Draw participants of a population.

    Participants are drawn one after the other, each for all replicates, so
    that a longer accrual from the same generator begins with the shorter one.

    Parameters
    ----------
    population : Population
        Who exists.
    n : int
        Number of participants N.
    replicates : int
        Number of independent cohorts R.
    rng : numpy.random.Generator
        Source of the 256 random bits that start the compiled stream.

    Returns
    -------
    Cohort
        ``scores`` of shape (R, N, D, 2), a transposed view of (N, D, 2, R).
    """
    state = rng.integers(0, 2**64, size=4, dtype=np.uint64)
    scores = np.empty((n, len(population.tables), 2, replicates), dtype=np.int8)
    if population.independent_domains:
        _fill_from_tables(state, _cumulated_cells(population), population.points, scores)
    else:
        _fill_from_normals(
            state,
            *_ziggurat(),
            population.loading,
            population.pre_cuts,
            population.post_cuts,
            np.array(population.joint),
            scores,
        )
    return Cohort(scores.transpose(3, 0, 1, 2))  # (R, N, D, 2)


def _cumulated_cells(population: Population) -> NDArray[np.uint64]:
    """Upper ends of every cell of the tables on the scale of 2^53 equally likely values."""
    cells = population.tables.reshape(len(population.tables), -1)  # (D, K K)
    ends = np.cumsum(cells, axis=1) / cells.sum(axis=1, keepdims=True)
    ends[:, -1] = 1.0
    return np.rint(ends * 2.0**53).astype(np.uint64)


@lru_cache(maxsize=1)
def _ziggurat() -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Heights, widths per unit and acceptance limits of the layers, on 53 signed random bits."""
    area = TAIL * exp(-(TAIL**2) / 2) + sqrt(np.pi / 2) * float(erfc(TAIL / sqrt(2)))
    edges = np.zeros(LAYERS + 1)
    edges[0] = area / exp(-(TAIL**2) / 2)
    edges[1] = TAIL
    for layer in range(2, LAYERS):
        inner = edges[layer - 1]
        edges[layer] = sqrt(-2 * log(area / inner + exp(-(inner**2) / 2)))
    heights = np.exp(-(edges**2) / 2)
    limits = np.floor(edges[1:] / edges[:-1] * 2.0**52).astype(np.int64)
    return heights, edges[:-1] * 2.0**-52, limits


@numba.njit(cache=True)
def _next_uniform(state):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Uniform number inside (0, 1): one step of xoshiro256++, 53 bits."""
    mixed = state[0] + state[3]
    bits = ((mixed << np.uint64(23)) | (mixed >> np.uint64(41))) + state[0]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << np.uint64(45)) | (state[3] >> np.uint64(19))
    return (np.float64(bits >> np.uint64(11)) + 0.5) * 2.0**-53


@numba.njit(cache=True)
def _settle(state, layer, value, heights):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Settle a draw outside its layer's rectangle: the normal, or NaN where it is refused."""
    if layer == 0:  # the tail, by Marsaglia's exponential method
        while True:
            along = -log(_next_uniform(state)) / TAIL
            if -2 * log(_next_uniform(state)) > along * along:
                return TAIL + along if value >= 0 else -(TAIL + along)
    height = heights[layer] + _next_uniform(state) * (heights[layer + 1] - heights[layer])
    return value if height < exp(-value * value / 2) else np.nan


@numba.njit(cache=True)
def _fill_normals(state, heights, widths, limits, normals):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill a row with standard normals; the state is kept in registers but for the rare refusal."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for r in range(normals.size):
        while True:
            mixed = s0 + s3
            bits = ((mixed << np.uint64(23)) | (mixed >> np.uint64(41))) + s0
            shifted = s1 << np.uint64(17)
            s2 ^= s0
            s3 ^= s1
            s1 ^= s2
            s0 ^= s3
            s2 ^= shifted
            s3 = (s3 << np.uint64(45)) | (s3 >> np.uint64(19))
            layer = np.int64(bits & np.uint64(255))
            signed = np.int64(bits >> np.uint64(11)) - (1 << 52)
            value = signed * widths[layer]
            if abs(signed) >= limits[layer]:
                state[0], state[1], state[2], state[3] = s0, s1, s2, s3
                value = _settle(state, layer, value, heights)
                s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
                if np.isnan(value):
                    continue
            normals[r] = value
            break
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3


@numba.njit(cache=True)
def _fill_from_normals(  # type: ignore[no-untyped-def]  # pragma: no cover
    state, heights, widths, limits, loading, pre_cuts, post_cuts, joint, scores
):
    participants, domains, _, replicates = scores.shape
    cuts = pre_cuts.shape[1]
    normals = np.empty((2 * domains, TILE))
    latent = np.empty(TILE)
    score = np.empty(TILE, np.int64)
    for i in range(participants):
        for low in range(0, replicates, TILE):
            width = min(TILE, replicates - low)
            for j in range(2 * domains):
                _fill_normals(state, heights, widths, limits, normals[j, :width])
            for row in range(2 * domains):
                latent[:width] = 0.0
                for j in range(row + 1):
                    weight = loading[row, j]
                    if weight != 0.0:
                        for r in range(width):
                            latent[r] += weight * normals[j, r]
                d = row % domains
                time = row // domains
                if time == 1 and joint[d]:  # the cuts depend on the score before
                    for r in range(width):
                        pre = scores[i, d, 0, low + r] - 1
                        count = 1
                        for c in range(cuts):
                            count += latent[r] > post_cuts[d, pre, c]
                        score[r] = count
                else:
                    score[:width] = 1
                    for c in range(cuts):
                        cut = post_cuts[d, 0, c] if time == 1 else pre_cuts[d, c]
                        for r in range(width):
                            score[r] += np.int64(latent[r] > cut)
                for r in range(width):
                    scores[i, d, time, low + r] = score[r]


@numba.njit(cache=True)
def _fill_from_tables(state, ends, points, scores):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Inversion of the cumulated table, started from a guide table (Chen & Asau 1974)."""
    participants, domains, _, replicates = scores.shape
    guide = np.zeros((domains, 256), np.int64)
    for d in range(domains):
        cell = 0
        for g in range(256):
            while ends[d, cell] <= np.uint64(g) << np.uint64(45):
                cell += 1
            guide[d, g] = cell
    for i in range(participants):
        for d in range(domains):
            for r in range(replicates):
                value = np.uint64(_next_uniform(state) * 2.0**53)
                cell = guide[d, np.int64(value >> np.uint64(45))]
                while ends[d, cell] <= value:
                    cell += 1
                scores[i, d, 0, r] = cell // points + 1
                scores[i, d, 1, r] = cell % points + 1
