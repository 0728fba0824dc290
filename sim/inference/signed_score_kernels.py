"""Compiled tests on signed scores; they stand together because numba's cache asks for it.

`scores`: MIDRANKS (doubled), PRATT (so, zeros taking the first ranks) or VALUES (doubled sizes).
"""

# mypy: ignore-errors
from math import erfc, exp, log, sqrt

import numpy as np

from sim.compute.compiled import njit

MIDRANKS, PRATT, VALUES = 0, 1, 2
WINDOW = 64
"""Values of W+ beyond a tail whose probabilities come with the tail's."""
ROUNDING = 1e-12
"""Difference of two probabilities that is none."""
NEGLIGIBLE = log(1e-12)
"""Logarithm of a probability that is taken for 0."""
NOTHING = exp(NEGLIGIBLE)
JOINED = 2
"""Smallest absolute values whose rises are summed together, once for all that else changes."""
REUSED = 16
"""Cells of that sum's distribution that take as long as one term of a nested sum."""


@njit
def _tie_groups(counts, span, scores, r, groups):
    """List one column's tie groups: row 0 counts, row 1 scores, row 6 absolute values less 1.

    Returns how many there are, the largest value of W+, how many changes are
    in them, and the null variance of W+ (times 4).
    """
    ranked = np.int64(counts[0, r]) if scores == PRATT else 0
    used, m, whole, squares = 0, 0, 0, 0
    for g in range(1, span + 1):
        count = np.int64(counts[g, r])
        if count > 0:
            score = 2 * g if scores == VALUES else 2 * ranked + 1 + count
            whole += count * score
            squares += count * score * score
            ranked += count
            m += count
            groups[0, used], groups[1, used], groups[6, used] = count, score, g - 1
            used += 1
    return used, whole, m, squares


@njit
def fill_pvalues(
    changes, sizes, scores, exact_limit, continuity, side, span,
    pmf, cdf, pvalue, statistic, direction, informative,
):  # fmt: skip
    """Fill p-values (R, K, E) and what goes with them, one replicate after the other."""
    participants, replicates, endpoints = changes.shape
    counts = np.zeros((endpoints, span + 1, 1), np.int64)
    nets = np.zeros((endpoints, span + 1, 1), np.int64)
    nothing = np.empty(1)
    groups = np.zeros((7, span + 1), np.int64)
    sums = np.empty(span + 1)
    for r in range(replicates):
        counts[:] = 0
        nets[:] = 0
        k = 0
        for i in range(participants):
            for e in range(endpoints):
                change = np.int64(changes[i, r, e])
                if change > -32768:  # not missing
                    counts[e, abs(change), 0] += 1
                    nets[e, abs(change), 0] += np.sign(change)
            if k < sizes.size and i + 1 == sizes[k]:
                for e in range(endpoints):
                    used, whole, m, squares = _tie_groups(counts[e], span, scores, 0, groups)
                    balance = 0
                    for g in range(used):
                        balance += nets[e, groups[6, g] + 1, 0] * groups[1, g]
                    if 0 < m <= exact_limit:
                        tail = (whole - (side * balance if side else abs(balance))) // 2
                        p = _lower_tail(tail, groups, used, m, pmf, cdf, sums, nothing)
                        p = p if side else min(1.0, 2 * p)
                    else:
                        p = _normal_p(balance, squares, continuity, side)
                    pvalue[r, k, e] = p
                    statistic[r, k, e] = (whole + balance) / 4
                    direction[r, k, e] = np.sign(balance)
                    informative[r, k, e] = m
                k += 1


@njit
def _normal_p(balance, squares, continuity, side):
    """P-value of the doubled W+ - W-, whose variance is the sum of squared doubled ranks."""
    if squares == 0:
        return 1.0
    moved = 0
    if continuity:
        moved = 2 * (np.sign(balance) if side == 0 else side)
    z = (balance - moved) / sqrt(squares)
    return 0.5 * erfc(side * z / sqrt(2.0)) if side else erfc(abs(z) / sqrt(2.0))


@njit
def _lower_tail(tail, groups, used, m, pmf, cdf, sums, nothing):
    """P(doubled W+ <= tail) given the tie groups (row 0: counts, row 1: doubled ranks)."""
    largest = _order_by_size(groups, used)
    terms = 1
    for g in range(used):
        if g != largest and terms <= 1 << 40:
            terms *= groups[0, g] + 1
    if terms <= 16 + m * (tail + 1) // 8:
        return _nested_tail(tail, groups, used, groups[5], pmf, cdf, sums, nothing)
    return _dynamic_tail(tail, groups, used)


@njit
def _order_by_size(groups, used):
    """Return the largest group; row 4 lists the others, the next largest last."""
    largest = 0
    for g in range(1, used):
        if groups[0, g] > groups[0, largest]:
            largest = g
    level = 0
    for g in range(used):
        if g != largest:
            groups[4, level] = g
            level += 1
            if level > 1 and groups[0, groups[4, level - 2]] > groups[0, g]:
                groups[4, level - 1], groups[4, level - 2] = groups[4, level - 2], g
    return largest


@njit
def _last_sum(left, score, count, cdf, table, step, size, pmf, place, weight, beyond):
    """Innermost sum: P(step X + score Y <= left), with X up to `size` and Y up to `count`.

    What lies just beyond `left` is added, times `weight`, to `beyond`, by its distance.
    """
    total = 0.0
    k = min(left // score, count)
    for number in range(size + 1):
        if left + beyond.size <= 0:
            break
        while k * score > left:
            k -= 1
        chance = pmf[place, size, number]
        if k >= 0:
            total += chance * cdf[table, count, k]
        if beyond.size > 1:
            above = max(k, -1) + 1
            while above <= count and above * score - left < beyond.size:
                beyond[above * score - left] += weight * chance * pmf[table, count, above]
                above += 1
        left -= step
    return weight * total


@njit
def _dynamic_tail(tail, groups, used):
    """Dynamic programming over the doubled ranks, one sign at a time."""
    work = np.zeros((2, tail + 1))
    old, new = work[0], work[1]
    old[0] = 1.0
    reach = 0
    for g in range(used):
        rank = groups[1, g]
        for _ in range(groups[0, g]):
            reach = min(reach + rank, tail)
            head = min(rank, reach + 1)
            for s in range(head):
                new[s] = 0.5 * old[s]
            for s in range(head, reach + 1):
                new[s] = 0.5 * (old[s] + old[s - rank])
            old, new = new, old
    total = 0.0
    for s in range(reach + 1):
        total += old[s]
    return min(total, 1.0)


@njit
def conditional_rejection(
    counts, scores, exact_limit, continuity, side, alpha, guess,
    pmf, cdf, chances, pmfs, cdfs, tails,
):  # fmt: skip
    """Fill P(rejected low), P(rejected high) given the tie counts, (V, 2).

    That is where W+ lies; off that side it rejects at an alpha above one half alone.
    The rises among the c changes of absolute value g are Binomial(c, pi_g), so
    both tails of W+ are nested sums like those of the null distribution.

    `counts` (G + 1, V) are the numbers of changes by absolute value, zero
    included; columns alike in the first few stand together. `guess` is the normal
    quantile from which the critical value is sought. The tables hold the fair
    binomial (1, m, k), and those of rises and falls (2, G, c, k) with their
    `chances` (2, G).
    """
    span, vectors, winning = counts.shape[0] - 1, counts.shape[1], 1 if side > 0 else 0
    ties = np.zeros((7, span), np.int64)
    places, sums = ties[6], np.empty(span + 1)
    beyond, nothing = np.empty(WINDOW), np.empty(1)
    fair = side == 0 and _all_fair(chances)  # rises and falls are alike
    end, whole_joined = 0, -1
    below = nothing, nothing
    for v in range(vectors):
        used, whole, m, squares = _tie_groups(counts, span, scores, v, ties)
        if v == end:
            end = _run(counts, v)
            whole_joined = _joined_sum(ties, used, end - v)
            if whole_joined >= 0:
                below = (
                    _joint_cdf(whole_joined, ties, pmfs[0]),
                    _joint_cdf(whole_joined, ties, pmfs[1]),
                )
        tails[v, 0] = tails[v, 1] = 0.0
        if m == 0:
            continue
        start = np.int64((whole - guess * sqrt(squares)) / 2)
        if m <= exact_limit:
            low = _exact_critical(start, side, alpha, ties, used, pmf, cdf, beyond, sums)
        else:
            low = _normal_critical(start, whole, squares, continuity, side, alpha)
        apart = min(low, (whole - 1) // 2)  # the two tails must not meet
        for d in (winning, 1 - winning):
            rises = d if side == 0 else winning
            tail = apart if d == rises else low
            if fair and d != winning:
                tails[v, d] = tails[v, winning]
                continue
            if tail < 0 or (d != rises and low == apart):
                continue
            if whole_joined >= 0:
                tails[v, d] = _joined_tail(tail, ties, used, pmfs[rises], below[rises], sums)
            else:
                tails[v, d] = _settled(tail, squares, ties, used, chances[rises])
            if tails[v, d] < 0:
                tails[v, d] = _nested_tail(
                    tail, ties, used, places, pmfs[rises], cdfs[rises], sums, nothing
                )
            if d != rises:
                tails[v, d] -= tails[v, rises]


@njit
def _all_fair(chances):
    """Tell whether a rise has chance one half whatever the absolute value."""
    fair = True
    for g in range(chances.shape[1]):
        fair &= abs(chances[0, g] - 0.5) < ROUNDING
    return fair


@njit
def _run(counts, start):
    """End of the columns that have the first few counts of one."""
    first = min(JOINED + 1, counts.shape[0])
    end = start + 1
    while end < counts.shape[1]:
        for g in range(first):
            if counts[g, end] != counts[g, start]:
                return end
        end += 1
    return end


@njit
def _joined_sum(groups, used, run):
    """Largest sum of the scores of the smallest absolute values, or -1 where they are not joined.

    They are where both occur, in so many columns that their distribution is worth its time.
    """
    if used < JOINED or groups[6, JOINED - 1] != JOINED - 1:
        return -1
    whole = groups[0, 0] * groups[1, 0] + groups[0, 1] * groups[1, 1]
    return whole if whole <= REUSED * run * min(groups[0, 0], groups[0, 1]) else -1


@njit
def _joint_cdf(whole, groups, pmf):
    """P(score X + other score Y <= 0 ... whole) of the two smallest absolute values' rises."""
    below = np.zeros(whole + 1)
    count, other = groups[0, 0], groups[0, 1]
    for x in range(count + 1):
        for y in range(other + 1):
            below[x * groups[1, 0] + y * groups[1, 1]] += pmf[0, count, x] * pmf[1, other, y]
    for at in range(whole):
        below[at + 1] += below[at]
    return below


@njit
def _joined_tail(tail, groups, used, pmf, below, sums):
    """P(sum of scores times binomials <= tail): `below` for the joined, nested sums over others.

    Rows 2 and 3 of `groups` are those of `_nested_tail`.
    """
    last = below.size - 1
    most = below[min(tail, last)]  # were there no rise among the others
    if used == JOINED or most < NOTHING:
        return min(most, 1.0)
    total, level = 0.0, JOINED
    groups[2, level], groups[3, level], sums[level] = -1, tail, 1.0
    while level >= JOINED:
        groups[2, level] += 1
        number, size = groups[2, level], groups[0, level]
        left = groups[3, level] - number * groups[1, level]
        if number > size or left < 0:
            level -= 1
            continue
        chance = sums[level] * pmf[groups[6, level], size, number]
        if level == used - 1:
            total += chance * below[min(left, last)]
            continue
        level += 1
        groups[2, level], groups[3, level], sums[level] = -1, left, chance
    return min(total, 1.0)


@njit
def _settled(tail, squares, groups, used, chance):
    """P(sum of scores times binomials <= tail) where it is 0 or 1 but for NEGLIGIBLE; else -1.

    Chernoff's bound, which holds at every tilt: at Hoeffding's, then nearer the best one.
    """
    mean, variance = 0.0, 0.0
    for g in range(used):
        p, score = chance[groups[6, g]], groups[1, g]
        mean += groups[0, g] * score * p
        variance += groups[0, g] * score * score * (p * (1 - p))
    if (tail - mean) ** 2 < 25 * variance:  # too near for the bound: spare its exponentials
        return -1.0
    tilt = 4 * (tail - mean) / squares
    for _ in range(4):
        bound, centre, spread = -tilt * tail, 0.0, 0.0
        for g in range(used):
            p, score = chance[groups[6, g]], groups[1, g]
            odds = p * exp(tilt * score)
            whole = 1 - p + odds
            if whole < 1e-100:
                return -1.0
            bound += groups[0, g] * log(whole)
            centre += groups[0, g] * score * (odds / whole)
            spread += groups[0, g] * score * score * (odds * (1 - p)) / (whole * whole)
        if bound < NEGLIGIBLE:
            return 0.0 if tail < mean else 1.0
        if spread < 1e-300:
            break
        tilt += (tail - centre) / spread
    return -1.0


@njit
def _exact_critical(start, side, alpha, ties, used, pmf, cdf, beyond, sums):
    """Largest tail of W+ whose exact p-value is at most alpha; -1 where none is.

    One pass of the nested sums gives the p-value at a tail and at each of the
    next few, so that a start from the normal quantile needs one pass, or two.
    """
    sided = 2 if side == 0 else 1
    tail = start - beyond.size // 2
    while True:
        tail = max(tail, -1)
        beyond[:] = 0.0
        p = sided * _nested_tail(tail, ties, used, ties[5], pmf, cdf, sums, beyond)
        if p > alpha:
            tail -= beyond.size - 1
            continue
        for ahead in range(1, beyond.size):
            p += sided * beyond[ahead]
            if p > alpha:
                return tail + ahead - 1
        tail += beyond.size - 1


@njit
def _normal_critical(start, whole, squares, continuity, side, alpha):
    """Largest tail of W+ whose approximate p-value is at most alpha; -1 where none is."""
    sided = 0 if side == 0 else 1
    low = min(max(start, -1), whole)
    while low >= 0 and _normal_p(whole - 2 * low, squares, continuity, sided) > alpha:
        low -= 1
    while low < whole and _normal_p(whole - 2 * low - 2, squares, continuity, sided) <= alpha:
        low += 1
    return low


@njit
def _nested_tail(tail, groups, used, places, pmf, cdf, sums, beyond):
    """P(sum of scores times binomials <= tail): nested sums over all groups but the largest.

    `places` says which binomial table a group takes. Row 2 of `groups` counts
    the rises at a level of the nest, row 3 holds what the levels above leave
    of the tail, row 4 says which group a level takes; row 5 is all 0. What
    lies just beyond the tail is added to `beyond`, by its distance from it.
    """
    largest = _order_by_size(groups, used)
    count, rank, table = groups[0, largest], groups[1, largest], places[largest]
    others = used - 1
    if others == 0:
        k = min(tail // rank, count)
        for above in range(k + 1, count + 1):
            if above * rank - tail < beyond.size:
                beyond[above * rank - tail] += pmf[table, count, above]
        return cdf[table, count, k] if k >= 0 else 0.0
    total = 0.0
    level = 0
    groups[2, 0] = -1
    groups[3, 0] = tail
    sums[0] = 1.0
    while level >= 0:
        g = groups[4, level]
        size, place = groups[0, g], places[g]
        if level == others - 1:
            step = groups[1, g]
            total += _last_sum(
                groups[3, level], rank, count, cdf, table, step, size, pmf, place,
                sums[level], beyond,
            )  # fmt: skip
            level -= 1
            continue
        groups[2, level] += 1
        number = groups[2, level]
        left = groups[3, level] - number * groups[1, g]
        if number > size or left + beyond.size <= 0:
            level -= 1
            continue
        level += 1
        groups[2, level] = -1
        groups[3, level] = left
        sums[level] = sums[level - 1] * pmf[place, size, number]
    return min(total, 1.0)
