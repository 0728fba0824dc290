"""Compiled drawing; it stands in one file because numba's cache asks for it.

Random bits come from xoshiro256++ and normals from the ziggurat. The latent
vector and its cuts are worked out for a tile of replicates at a time, which
the compiler vectorises.

References
----------
Blackman D, Vigna S (2021). Scrambled linear pseudorandom number generators.
ACM Transactions on Mathematical Software 47, 36.
Marsaglia G, Tsang WW (2000). The ziggurat method for generating random
variables. Journal of Statistical Software 5(8).
Chen HC, Asau Y (1974). On generating random variates from an empirical
distribution. AIIE Transactions 6, 163-166.
"""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

from math import exp, log

import numpy as np

from sim.compute.compiled import njit

LAYERS = 256
TAIL = 3.6541528853610088
"""Where the ziggurat's tail begins: the solution of the equal-area recursion for 256 layers."""
TILE = 128
"""Replicates drawn together; part of what fixes the numbers."""


@njit(allocates=False)
def _next_uniform(state):
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


@njit(allocates=False)
def _settle(state, layer, value, heights):
    """Settle a draw outside its layer's rectangle: the normal, or NaN where it is refused."""
    if layer == 0:  # the tail, by Marsaglia's exponential method
        while True:
            along = -log(_next_uniform(state)) / TAIL
            if -2 * log(_next_uniform(state)) > along * along:
                return TAIL + along if value >= 0 else -(TAIL + along)
    height = heights[layer] + _next_uniform(state) * (heights[layer + 1] - heights[layer])
    return value if height < exp(-value * value / 2) else np.nan


@njit(allocates=False)
def _fill_normals(state, heights, widths, limits, normals):
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


@njit
def fill_from_normals(
    state, heights, widths, limits, loading, pre_cuts, post_cuts, joint, scores,
    offsets, place, drift,
):  # fmt: skip
    """Fill scores (N, D, 2, R): normals for a tile of replicates, mixed, then cut.

    What the members of a cluster share, `offsets` (clusters, 2 D, R), is added
    to their latent scores by `place` (levels, N). The sum over domains of the
    latent change goes to `drift` (N, R), where that is not empty.
    """
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
                for level in range(place.shape[0]):
                    shared = offsets[place[level, i], row]
                    for r in range(width):
                        latent[r] += shared[low + r]
                d = row % domains
                time = row // domains
                if drift.size:
                    for r in range(width):
                        step = np.float32(latent[r] if time == 1 else -latent[r])
                        drift[i, low + r] = step if row == 0 else drift[i, low + r] + step
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


@njit
def fill_recruited(
    state, heights, widths, limits, loading, pre_cuts, post_cuts, screening, low, high, scores,
    drift,
):  # fmt: skip
    """Fill scores (N, D, 2, R) of people whose total, before or in a screening, lies in a range.

    Everybody is drawn anew until they take part; rows of the latent vector are
    the domains before, after and, where there is one, in the screening. The
    sum over domains of the latent change goes to `drift` (N, R), as above.
    """
    participants, domains, _, replicates = scores.shape
    rows, cuts = loading.shape[0], pre_cuts.shape[1]
    deciding = 2 * domains if screening else 0
    normals = np.empty((rows, TILE))
    latent = np.empty(TILE)
    drawn = np.empty((rows, TILE), np.int8)
    total, step = np.empty(TILE, np.int64), np.empty(TILE, np.float32)
    waiting = np.empty(TILE, np.int64)
    for i in range(participants):
        for start in range(0, replicates, TILE):
            left = min(TILE, replicates - start)
            for r in range(left):
                waiting[r] = start + r
            while left > 0:
                total[:left] = 0
                step[:left] = 0.0
                for j in range(rows):
                    _fill_normals(state, heights, widths, limits, normals[j, :left])
                for row in range(rows):
                    latent[:left] = 0.0
                    for j in range(row + 1):
                        weight = loading[row, j]
                        if weight != 0.0:
                            for r in range(left):
                                latent[r] += weight * normals[j, r]
                    after = domains <= row < 2 * domains
                    d = row % domains
                    drawn[row, :left] = 1
                    for c in range(cuts):
                        cut = post_cuts[d, 0, c] if after else pre_cuts[d, c]
                        for r in range(left):
                            drawn[row, r] += np.int8(latent[r] > cut)
                    if drift.size and row < 2 * domains:
                        for r in range(left):
                            step[r] += np.float32(latent[r] if after else -latent[r])
                    if deciding <= row < deciding + domains:
                        for r in range(left):
                            total[r] += drawn[row, r]
                kept = 0
                for r in range(left):
                    place = waiting[r]
                    if low <= total[r] <= high:
                        for row in range(2 * domains):
                            scores[i, row % domains, row // domains, place] = drawn[row, r]
                        if drift.size:
                            drift[i, place] = step[r]
                    else:
                        waiting[kept] = place
                        kept += 1
                left = kept


@njit
def fill_from_tables(state, ends, pairs, scores):
    """Fill scores (N, D, 2, R) by inverting the cumulated tables, from a guide table.

    `ends` (D, cells) are the cells' upper ends in units of 2^-53; `pairs`
    (2, cells) are their scores before and after.
    """
    participants, domains, _, replicates = scores.shape
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    guide = np.zeros((domains, 256), np.int64)
    for d in range(domains):
        cell = 0
        for g in range(256):
            while ends[d, cell] <= np.uint64(g) << np.uint64(45):
                cell += 1
            guide[d, g] = cell
    for i in range(participants):
        for d in range(domains):
            pre, post = scores[i, d, 0], scores[i, d, 1]
            for r in range(replicates):
                mixed = s0 + s3
                bits = ((mixed << np.uint64(23)) | (mixed >> np.uint64(41))) + s0
                shifted = s1 << np.uint64(17)
                s2 ^= s0
                s3 ^= s1
                s1 ^= s2
                s0 ^= s3
                s2 ^= shifted
                s3 = (s3 << np.uint64(45)) | (s3 >> np.uint64(19))
                value = bits >> np.uint64(11)
                cell = guide[d, np.int64(value >> np.uint64(45))]
                while ends[d, cell] <= value:
                    cell += 1
                pre[r] = pairs[0, cell]
                post[r] = pairs[1, cell]
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
