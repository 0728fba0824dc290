"""Compiled step-down max-T: sign flips of whole participants, prefix after prefix.

For each flip the sum P of the changes whose sign is turned is kept; of all
changes with sum T, the flipped ones then sum to T - 2 P.
"""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit

TOLERANCE = 1e-9
"""How far below the observed statistic a flipped one still counts as equal to it."""
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
WORD = 64
"""Flips whose signs one random word holds."""


@njit
def _mixed(state):
    """Finish of splitmix64 (Steele, Lea & Flood 2014)."""
    state = (state ^ (state >> np.uint64(30))) * FIRST
    state = (state ^ (state >> np.uint64(27))) * SECOND
    return state ^ (state >> np.uint64(31))


@njit
def _turn(seed, participant, turned):
    """Fill with -1 (all bits) where a flip turns this participant's sign, with 0 elsewhere."""
    stream = _mixed(seed + GOLDEN * np.uint64(participant + 1))
    for start in range(0, turned.size, WORD):
        word = _mixed(stream + GOLDEN * np.uint64(start // WORD + 1))
        # in halves: processors shift eight words of 32 bits by different numbers at once
        for half in range(2):
            bits = np.uint32((word >> np.uint64(32 * half)) & np.uint64(0xFFFFFFFF))
            signs = turned[start + 32 * half : start + 32 * half + 32]
            for b in range(signs.size):
                signs[b] = -np.int32((bits >> np.uint32(b)) & np.uint32(1))


@njit
def _raise(turned_sums, total, scale, highest):
    """Raise the highest statistic of each flip to that of one more endpoint."""
    for b in range(highest.size):
        statistic = abs(total - 2.0 * turned_sums[b]) * scale
        highest[b] = max(highest[b], statistic)


@njit
def _reaching(highest, observed):
    """Count the flips whose highest statistic is no smaller than an observed one."""
    least = observed - TOLERANCE
    count = 0
    for b in range(highest.size):
        count += highest[b] >= least
    return count


@njit
def _adjust(turned_sums, totals, squares, extra, step_down, highest, adjusted):
    """Fill adjusted p-values (E,) from sums (E, flips); `extra` counts the data themselves in."""
    m, flips = turned_sums.shape
    scale, observed = np.zeros(m), np.zeros(m)
    for e in range(m):
        if squares[e] > 0:
            scale[e] = 1.0 / np.sqrt(squares[e])
            observed[e] = abs(totals[e]) * scale[e]
    order = np.argsort(-observed)
    highest[:] = 0.0
    for j in range(m - 1, -1, -1):
        e = order[j]
        if scale[e] > 0:
            _raise(turned_sums[e], totals[e], scale[e], highest)
        if step_down:
            adjusted[e] = (extra + _reaching(highest, observed[e])) / (extra + flips)
    largest = 0.0
    for j in range(m):
        e = order[j]
        if not step_down:
            adjusted[e] = (extra + _reaching(highest, observed[e])) / (extra + flips)
        largest = max(largest, adjusted[e])
        adjusted[e] = largest


@njit
def _enumerated(changes, missing, sizes, step_down, adjusted):
    """Fill p-values (K, E) of rising sizes from all ways to sign the participants.

    The first one keeps the sign, for a statistic is an absolute value. Each
    further participant doubles the ways: the sums as they are, and with the
    change turned.
    """
    m = changes.shape[1]
    most = 2 ** (sizes[-1] - 1)
    sums = np.zeros((m, most), np.int32)
    totals, squares, highest = np.zeros(m), np.zeros(m), np.empty(most)
    ways, k = 1, 0
    for i in range(sizes[-1]):
        for e in range(m):
            change = np.int32(0 if changes[i, e] == missing else changes[i, e])
            totals[e] += change
            squares[e] += np.float64(change) * change
            if i > 0:
                old, new = sums[e, :ways], sums[e, ways : 2 * ways]
                for b in range(ways):
                    new[b] = old[b] + change
        ways *= 2 if i > 0 else 1
        if i + 1 == sizes[k]:
            _adjust(sums[:, :ways], totals, squares, 0, step_down, highest[:ways], adjusted[k])
            k += 1


@njit
def _flipped(changes, missing, sizes, seed, flips, step_down, adjusted):
    """Fill p-values (K, E) of rising sizes from random flips and the data themselves."""
    m = changes.shape[1]
    sums = np.zeros((m, flips), np.int32)
    totals, squares, highest = np.zeros(m), np.zeros(m), np.empty(flips)
    turned = np.empty(flips, np.int32)
    k = 0
    for i in range(sizes[-1]):
        _turn(seed, i, turned)
        for e in range(m):
            change = np.int32(0 if changes[i, e] == missing else changes[i, e])
            totals[e] += change
            squares[e] += np.float64(change) * change
            flipped = sums[e]
            if change != 0:
                for b in range(flips):
                    flipped[b] += change & turned[b]
        if i + 1 == sizes[k]:
            _adjust(sums, totals, squares, 1, step_down, highest, adjusted[k])
            k += 1


@njit
def max_t(changes, missing, sizes, seeds, flips, written_out, step_down, adjusted):
    """Fill adjusted p-values (R, K, E) from changes (R, N, E) at rising sizes.

    The first `written_out` sizes are those whose signs are all written out.
    """
    for r in range(changes.shape[0]):
        if written_out > 0:
            small = adjusted[r, :written_out]
            _enumerated(changes[r], missing, sizes[:written_out], step_down, small)
        if written_out < sizes.size:
            large = adjusted[r, written_out:]
            _flipped(changes[r], missing, sizes[written_out:], seeds[r], flips, step_down, large)
