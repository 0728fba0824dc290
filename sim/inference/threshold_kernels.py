"""Compiled threshold counts of tests on signed scores, which are not all worked out.

An exact p-value is a function of the pattern of tied changes, of which a study has few at
small sizes: what is significant under a pattern is worked out once and looked up after that.
`scores` are those of :mod:`sim.inference.signed_score_kernels`.
"""

# mypy: ignore-errors
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


@njit
def fill_threshold_counts(
    changes, sizes, scores, exact_limit, continuity, side, spans, levels, first,
    squares, clear_low, clear_high, untied, patterns, tails, whole_number, threshold_counts,
):  # fmt: skip
    """Fill threshold counts (K, E, R) from changes (N, E, R), a tile of replicates at a time.

    Per endpoint and absolute change g the tile's counts and net rises stand
    side by side, so that the sums over g run over whole vectors. `levels` are
    the thresholds on p, `squares` those on z^2; of endpoint e they matter from
    `first[e]` on. An exact p is sought only for z^2 between `clear_low` and
    `clear_high[e]`. `untied` (LISTED + 1, L) are the critical tails of so many
    changes without ties; `patterns` (a power of 2) and `tails`, a row for each,
    keep those that are worked out, from one call to the next. `whole_number` is
    an empty array of the narrowest type that holds the sums.
    """
    participants, endpoints, replicates = changes.shape
    span = 1
    for e in range(endpoints):
        span = max(span, spans[e])
    counts = np.zeros((endpoints, span + 1, TILE), np.int32)
    nets = np.zeros((endpoints, span + 1, TILE), np.int32)
    ranked = np.empty(TILE, whole_number.dtype)
    balance = np.empty(TILE, whole_number.dtype)
    spread = np.empty(TILE, whole_number.dtype)
    met = np.empty(TILE, np.int64)
    moved = np.empty(TILE)
    near = np.empty(TILE, np.int64)
    names = np.empty((3, TILE), np.int64)
    for low in range(0, replicates, TILE):
        width = min(TILE, replicates - low)
        counts[:] = 0
        nets[:] = 0
        k = 0
        for i in range(participants):
            for e in range(endpoints):
                _count(changes[i, e, low : low + width], spans[e], counts[e], nets[e])
            if k < sizes.size and i + 1 == sizes[k]:
                for e in range(endpoints):
                    _sum_scores(
                        counts[e], nets[e], spans[e], scores, width, ranked, balance, spread
                    )
                    _count_met(
                        balance, spread, continuity, side, squares[first[e] :], width, moved, met
                    )
                    unclear = 0
                    if exact_limit > 0:
                        unclear = _unclear(
                            ranked, balance, spread, counts[e, 0], scores, exact_limit, side,
                            clear_low, clear_high[e], levels.size - first[e], width, met, near,
                        )  # fmt: skip
                    if unclear > 0:
                        _look_up(
                            near[:unclear], ranked, balance, counts[e], spans[e], scores, side,
                            levels, first[e], untied, patterns, tails, names, width, met,
                        )  # fmt: skip
                    for r in range(width):
                        signed = met[r] if balance[r] > 0 or met[r] == OPEN else -met[r]
                        threshold_counts[k, e, low + r] = signed if spread[r] > 0 else -128
                k += 1


@njit
def _unclear(
    ranked, balance, spread, zeros, scores, exact_limit, side, clear_low, clear_high, most, width,
    met, near,
):  # fmt: skip
    """Count what z^2 tells of exact p-values; list, and number, the replicates it leaves open."""
    unclear = 0
    for r in range(width):
        m = np.int64(ranked[r] - zeros[r] * (scores == PRATT))
        if 0 < m <= exact_limit:
            ratio = np.float64(balance[r]) * balance[r] / spread[r]
            if ratio <= clear_low or side * balance[r] < 0:
                met[r] = 0
            elif ratio >= clear_high:
                met[r] = most
            else:
                near[unclear] = r
                unclear += 1
    return unclear


@njit
def _look_up(
    near, ranked, balance, counts, span, scores, side, levels, first, untied, patterns, tails,
    names, width, met,
):  # fmt: skip
    """Count the levels that exact p-values meet, of the replicates listed as near."""
    pattern, whole, slack = names
    _name_patterns(counts, span, scores, width, pattern, whole, slack)
    for r in near:
        zeros = np.int64(counts[0, r]) * (scores == PRATT)
        m = np.int64(ranked[r]) - zeros
        groups = span if scores == VALUES else min(m, span)
        if m > LISTED or 1 + zeros + groups + m > BITS:
            met[r] = OPEN
            continue
        tail = (whole[r] - abs(np.int64(balance[r]))) // 2
        met[r] = -1
        if scores == MIDRANKS:
            met[r] = _met_without_ties(tail, slack[r], untied[m], first)
        if met[r] < 0:
            at = _row_of(pattern[r], counts, span, scores, r, m, side, levels, patterns, tails)
            met[r] = _met(tail, tails[at], first)


@njit
def _name_patterns(counts, span, scores, width, pattern, whole, slack):
    """Write each replicate's ties as bits: a 0 where a group begins, a 1 for each of its members.

    Zeros come first where they are ranked; a group of values has its 0 even if it is empty.
    `whole` is the largest value of W+; `slack` the most by which ties move it.
    """
    ranked = np.zeros(width, np.int64)
    for r in range(width):
        pattern[r], whole[r], slack[r] = 1, 0, 0
        if scores == PRATT:
            ranked[r] = counts[0, r]
            pattern[r] = (2 << ranked[r]) - 1 if ranked[r] < BITS else 1
    for g in range(1, span + 1):
        count = counts[g]
        for r in range(width):
            members = np.int64(count[r])
            begins = np.int64(1) if scores == VALUES else np.int64(members > 0)
            short = min(members, LISTED + 1)  # a longer group's pattern is not used
            pattern[r] = (pattern[r] << begins << short) | ((1 << short) - 1)
            score = 2 * g if scores == VALUES else 2 * ranked[r] + 1 + members
            whole[r] += members * score
            slack[r] += members * members // 4
            ranked[r] += members


@njit
def _met_without_ties(tail, slack, untied, first):
    """Count the levels met whatever the ties; -1 where the ties matter.

    A midrank differs from the rank it would have without ties, and all of them together move
    W+ by no more than the slack. So its tails lie between two of the tails without ties.
    """
    count = 0
    for level in range(first, untied.size):
        if tail + slack <= untied[level]:
            count += 1
        elif tail - slack <= untied[level]:
            return -1
    return count


@njit
def _met(tail, critical, first):
    """Count the levels, from the first that matters, whose critical tail is not exceeded."""
    count = 0
    for level in range(first, critical.size):
        count += tail <= critical[level]
    return count


@njit
def _row_of(pattern, counts, span, scores, r, m, side, levels, patterns, tails):
    """Row in which a pattern's critical tails stand, worked out unless they are there."""
    at = np.int64((np.uint64(pattern) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32))
    at &= patterns.size - 1
    if patterns[at] != pattern:
        signed = np.empty(m, np.int64)
        ranked = np.int64(counts[0, r]) if scores == PRATT else 0
        i = 0
        for g in range(1, span + 1):
            members = np.int64(counts[g, r])
            score = 2 * g if scores == VALUES else 2 * ranked + 1 + members
            signed[i : i + members] = score
            i += members
            ranked += members
        critical_tails(signed, side, levels, tails[at])
        patterns[at] = pattern
    return at


@njit
def critical_tails(scores, side, levels, tails):
    """Fill the largest tail of W+ whose exact p-value is at most each level; -1 where none is."""
    last = scores.sum() // 2
    ways = np.zeros((2, last + 1), np.int32)  # in which W+ comes to each value
    old, new = ways[0], ways[1]
    old[0] = 1
    reach = 0
    for score in scores:
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
    tails[level:] = last


@njit
def _count_met(balance, spread, continuity, side, squares, width, moved, met):
    """Threshold counts of the normal approximation of a tile, by z^2."""
    for r in range(width):
        value = np.float64(balance[r])
        step = 0.0
        if continuity:
            step = 2.0 * np.sign(value) if side == 0 else 2.0 * side
        moved[r] = abs(value - step) if side == 0 else side * (value - step)
        met[r] = 0
    for s in range(squares.size):
        for r in range(width):
            above = moved[r] * moved[r] >= squares[s] * np.float64(spread[r])
            met[r] += np.int64(above & (moved[r] > 0))


@njit
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


@njit
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
