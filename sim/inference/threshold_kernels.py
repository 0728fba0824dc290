"""Compiled threshold counts of tests on signed scores, which are not all worked out.

An exact p-value is a function of the pattern of tied changes, of which a study has few at
small sizes: what is significant under a pattern is worked out once and looked up after that.
`scores` are those of :mod:`sim.inference.signed_score_kernels`.
"""

# mypy: ignore-errors
from typing import NamedTuple

import numpy as np

from sim.compute.compiled import njit

MIDRANKS, PRATT, VALUES = 0, 1, 2
TILE = 64
"""Replicates counted together, so that their counts stay in the nearest cache."""
LISTED = 30
"""Most changes under whose patterns critical tails are worked out: 2^30 ways fit into an int32."""
BITS = 62
"""Longest pattern that is told from every other."""
OPEN = -127
"""In the place of a threshold count: the p-value itself has to be worked out."""


class Tile(NamedTuple):
    """Room for what is counted of a tile's replicates, which are on the last axis of all.

    By endpoint and absolute change the counts and net rises; of an endpoint in turn the sums over
    these, and what is met; by endpoint what was ranked, and met, when it was looked up last.
    """

    counts: np.ndarray
    nets: np.ndarray
    ranked: np.ndarray
    balance: np.ndarray
    spread: np.ndarray
    moved: np.ndarray
    met: np.ndarray
    near: np.ndarray
    stood: np.ndarray
    kept: np.ndarray


@njit
def fill_threshold_counts(
    changes, sizes, scores, exact_limit, continuity, side, spans, levels, alone, domains,
    squares, clear_low, clear_high, untied, patterns, tails, whole_number, threshold_counts,
):  # fmt: skip
    """Fill threshold counts (K, E, R) from changes (N, E, R), a tile of replicates at a time.

    Per endpoint and absolute change g the tile's counts and net rises stand
    side by side, so that the sums over g run over whole vectors. `levels` are
    the thresholds on p, `squares` those on z^2; to endpoints beyond the first
    `domains` only those in the places `alone` matter. An exact p is sought only
    for z^2 between `clear_low` and `clear_high[e]`. `untied` (LISTED + 1, L)
    are the critical tails of so many changes without ties; `patterns` (a power
    of 2) and `tails`, a row for each, keep those that are worked out, from one
    call to the next. `whole_number` is an empty array of the narrowest type
    that holds the sums.
    """
    endpoints, replicates = changes.shape[1:]
    span = 1
    for e in range(endpoints):
        span = max(span, spans[e])
    shape, kind = (endpoints, span + 1, TILE), whole_number.dtype
    tile = Tile(
        np.empty(shape, np.int32), np.empty(shape, np.int32),
        np.empty(TILE, kind), np.empty(TILE, kind), np.empty(TILE, kind),
        np.empty(TILE), np.empty(TILE, np.int64), np.empty(TILE, np.int64),
        np.empty((endpoints, TILE), np.int64), np.empty((endpoints, TILE), np.int64),
    )  # fmt: skip
    every = np.arange(levels.size)
    for low in range(0, replicates, TILE):
        _fill_tile(
            changes, low, sizes, scores, exact_limit, continuity, side, spans, levels, every,
            alone, domains, squares, clear_low, clear_high, untied, patterns, tails, tile,
            threshold_counts,
        )  # fmt: skip


@njit(allocates=False)
def _fill_tile(
    changes, low, sizes, scores, exact_limit, continuity, side, spans, levels, every, alone,
    domains, squares, clear_low, clear_high, untied, patterns, tails, tile, threshold_counts,
):  # fmt: skip
    """Fill the threshold counts of the tile that begins at a replicate."""
    participants, endpoints, replicates = changes.shape
    width = min(TILE, replicates - low)
    counts, nets, ranked, balance, spread, moved, met, near, stood, kept = tile
    counts[:], nets[:], stood[:] = 0, 0, 0
    k = 0
    for i in range(participants):
        for e in range(endpoints):
            _count(changes[i, e, low : low + width], spans[e], counts[e], nets[e])
        if k == sizes.size or i + 1 != sizes[k]:
            continue
        for e in range(endpoints):
            mine = every if e < domains else alone
            _sum_scores(counts[e], nets[e], spans[e], scores, width, ranked, balance, spread)
            _count_met(balance, spread, continuity, side, squares, mine, width, moved, met)
            if exact_limit > 0:
                unclear = _unclear(
                    ranked, balance, spread, counts[e, 0], scores, exact_limit, side,
                    clear_low, clear_high[e], levels.size - mine[0], width, met, near,
                )  # fmt: skip
                _look_up(
                    near[:unclear], ranked, balance, counts[e], spans[e], scores, side,
                    levels, mine, untied, patterns, tails, stood[e], kept[e], met,
                )  # fmt: skip
            for r in range(width):
                signed = met[r] if balance[r] > 0 or met[r] == OPEN else -met[r]
                threshold_counts[k, e, low + r] = signed if spread[r] > 0 else -128
        k += 1


@njit(allocates=False)
def _unclear(
    ranked, balance, spread, zeros, scores, exact_limit, side, clear_low, clear_high, most, width,
    met, near,
):  # fmt: skip
    """Count what z^2 tells of exact p-values; list, and number, the replicates it leaves open."""
    fewest = np.int64(exact_limit) + 1
    for r in range(width):
        fewest = min(fewest, np.int64(ranked[r] - zeros[r] * (scores == PRATT)))
    if fewest > exact_limit:
        return 0
    unclear = 0
    for r in range(width):
        m = np.int64(ranked[r] - zeros[r] * (scores == PRATT))
        square = np.float64(balance[r]) * balance[r]
        exact = (m > 0) & (m <= exact_limit)
        none = (square <= clear_low * spread[r]) | (side * balance[r] < 0)
        settled = 0 if none else most
        met[r] = settled if exact else met[r]
        near[unclear] = r
        unclear += exact & (not none) & (square < clear_high * spread[r])
    return unclear


@njit(allocates=False)
def _look_up(
    near, ranked, balance, counts, span, scores, side, levels, mine, untied, patterns, tails,
    stood, kept, met,
):  # fmt: skip
    """Count the levels that exact p-values meet, of the replicates listed as near."""
    for r in near:
        if stood[r] == ranked[r]:  # nothing has changed since
            met[r] = kept[r]
            continue
        zeros = np.int64(counts[0, r]) * (scores == PRATT)
        m = np.int64(ranked[r]) - zeros
        groups = span if scores == VALUES else min(m, span)
        if m > LISTED or 1 + zeros + groups + m > BITS:
            met[r] = OPEN
            continue
        pattern, whole, slack = _named(counts, span, scores, r)
        tail = (whole - abs(np.int64(balance[r]))) // 2
        count = _met_without_ties(tail, slack, untied[m], mine) if scores == MIDRANKS else -1
        if count < 0:
            at = _row_of(pattern, counts, span, scores, r, m, side, levels, patterns, tails)
            count = _met(tail, tails[at], mine)
        met[r], kept[r], stood[r] = count, count, ranked[r]


@njit(allocates=False)
def _named(counts, span, scores, r):
    """Write a replicate's ties as bits: a 0 where a group begins, a 1 for each of its members.

    Zeros come first where they are ranked; a group of values has its 0 even if it is empty.
    Returned with the largest value of W+, and the most by which ties move it.
    """
    ranked = np.int64(counts[0, r]) if scores == PRATT else 0
    pattern, whole, slack = (2 << ranked) - 1, 0, 0
    for g in range(1, span + 1):
        members = np.int64(counts[g, r])
        if members == 0:
            pattern <<= np.int64(scores == VALUES)
            continue
        pattern = (pattern << 1 << members) | ((1 << members) - 1)
        whole += members * (2 * g if scores == VALUES else 2 * ranked + 1 + members)
        slack += members * members // 4
        ranked += members
    return pattern, whole, slack


@njit(allocates=False)
def _met_without_ties(tail, slack, untied, mine):
    """Count the levels met whatever the ties; -1 where the ties matter.

    A midrank differs from the rank it would have without ties, and all of them together move
    W+ by no more than the slack. So its tails lie between two of the tails without ties.
    """
    for level in mine:
        if tail + slack <= untied[level]:
            return untied.size - level
        if tail - slack <= untied[level]:
            return -1
    return 0


@njit(allocates=False)
def _met(tail, critical, mine):
    """Count the levels from the first, of those that matter, whose critical tail is not passed."""
    for level in mine:
        if tail <= critical[level]:
            return critical.size - level
    return 0


@njit(allocates=False)
def _row_of(pattern, counts, span, scores, r, m, side, levels, patterns, tails):
    """Row in which a pattern's critical tails stand, worked out unless they are there."""
    at = np.int64((np.uint64(pattern) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32))
    at &= patterns.size - 1
    if patterns[at] != pattern:
        _work_out(counts[:, r], span, scores, m, side, levels, tails[at])
        patterns[at] = pattern
    return at


@njit
def _work_out(counts, span, scores, m, side, levels, tails):
    """Fill the critical tails of m changes, so many of each absolute value."""
    signed = np.empty(m, np.int64)
    ranked = np.int64(counts[0]) if scores == PRATT else 0
    i = 0
    for g in range(1, span + 1):
        members = np.int64(counts[g])
        signed[i : i + members] = 2 * g if scores == VALUES else 2 * ranked + 1 + members
        i += members
        ranked += members
    critical_tails(signed, side, levels, tails)


@njit
def critical_tails(scores, side, levels, tails):
    """Fill the largest tail of W+ whose exact p-value is at most each level; -1 where none is."""
    last = np.int64(0)
    for i in range(scores.size):
        last += scores[i]
    last //= 2
    ways = np.zeros((2, last + 1), np.int32)  # in which W+ comes to each value
    old, new = ways[0], ways[1]
    old[0] = 1
    reach = 0
    for i in range(scores.size):
        score = scores[i]
        reach = min(reach + score, last)
        head = min(score, reach + 1)
        for s in range(head):
            new[s] = old[s]
        for s in range(head, reach + 1):
            new[s] = old[s] + old[s - score]
        old, new = new, old
    share = (2 if side == 0 else 1) * 0.5**scores.size
    below, level = np.int64(0), 0
    for tail in range(last + 1):
        below += old[tail]
        while level < levels.size and below * share > levels[level]:
            tails[level] = tail - 1
            level += 1
        if level == levels.size:
            break
    tails[level:] = last


@njit(allocates=False)
def _count_met(balance, spread, continuity, side, squares, mine, width, moved, met):
    """Threshold counts of the normal approximation of a tile, by z^2."""
    for r in range(width):
        value = np.float64(balance[r])
        step = 0.0
        if continuity:
            step = 2.0 * np.sign(value) if side == 0 else 2.0 * side
        away = abs(value - step) if side == 0 else side * (value - step)
        moved[r] = away * away if away > 0 else -1.0
        met[r] = 0
    for i in range(mine.size - 1, -1, -1):
        square, count = squares[mine[i]], squares.size - mine[i]
        for r in range(width):
            above = moved[r] >= square * np.float64(spread[r])
            met[r] = count if above else met[r]


@njit(allocates=False)
def _count(column, span, counts, nets):
    """Add one participant's changes to a tile's counts: by comparison where the scale is short."""
    if span <= 4:
        for g in range(span + 1):
            count, net = counts[g], nets[g]
            for r in range(column.size):
                change = np.int32(column[r])
                rise, fall = np.int32(change == g), np.int32(change == -g)
                count[r] += rise | fall
                net[r] += rise - fall
    else:
        for r in range(column.size):
            change = np.int64(column[r])
            if change >= 0:
                counts[change, r] += 1
                nets[change, r] += 1
            elif change > -32768:
                counts[-change, r] += 1
                nets[-change, r] -= 1


@njit(allocates=False)
def _sum_scores(counts, nets, span, scores, width, ranked, balance, spread):
    """W+ - W- of a tile, its null variance, and the number of changes ranked."""
    for r in range(width):
        ranked[r] = counts[0, r] if scores == PRATT else 0
        balance[r] = 0
        spread[r] = 0
    for g in range(1, span + 1):
        count, net = counts[g], nets[g]
        if scores == VALUES:
            for r in range(width):
                ranked[r] += count[r]
                balance[r] += net[r] * (2 * g)
                spread[r] += count[r] * (4 * g * g)
        else:
            for r in range(width):
                score = 2 * ranked[r] + 1 + count[r]  # doubled midrank
                balance[r] += net[r] * score
                spread[r] += count[r] * score * score
                ranked[r] += count[r]
