"""Compiled tests on signed scores; they stand together because numba's cache asks for it.

The score of a change is its doubled midrank (signed-rank test) or its doubled
absolute value (sign-flip test). `scores` says which: MIDRANKS, PRATT (zeros
take the first ranks) or VALUES. W+ is the sum of the scores of the rises.
"""

from math import erfc, sqrt

import numba
import numpy as np

MIDRANKS, PRATT, VALUES = 0, 1, 2
TILE = 64
"""Replicates graded together, so that their counts stay in the nearest cache."""


@numba.njit(cache=True)
def fill_grades(
    changes, sizes, scores, exact_limit, continuity, side, spans, levels,
    squares, clear_low, clear_high, pmf, cdf, whole_number, grades,
):  # fmt: skip
    """Fill grades (K, E, R) from changes (N, E, R), a tile of replicates at a time.

    Per endpoint and absolute change g the tile's counts and net rises stand
    side by side, so that the sums over g run over whole vectors. `levels` are
    the thresholds on p, `squares` those on z^2; an exact p is sought only for
    z^2 between `clear_low` and `clear_high`. `whole_number` is an empty array
    of the narrowest type that holds the sums.
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
    grade = np.empty(TILE, np.int64)
    moved = np.empty(TILE)
    groups = np.zeros((6, span + 1), np.int64)
    sums = np.empty(span + 1)
    work = np.empty((2, 1))
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
                    _grade(balance, spread, continuity, side, squares, width, moved, grade)
                    for r in range(width if exact_limit > 0 else 0):
                        m = np.int64(ranked[r] - counts[e, 0, r] * (scores == PRATT))
                        if 0 < m <= exact_limit:
                            ratio = np.float64(balance[r]) * balance[r] / spread[r]
                            if ratio <= clear_low or side * balance[r] < 0:
                                grade[r] = 0
                            elif ratio >= clear_high:
                                grade[r] = levels.size
                            else:
                                used, whole = _gather(counts[e], spans[e], scores, r, groups)
                                tail = (whole - abs(np.int64(balance[r]))) // 2
                                if work.shape[1] <= tail:
                                    work = np.empty((2, 2 * tail + 2))
                                p = _lower_tail(tail, groups, used, m, pmf, cdf, work, sums)
                                grade[r] = _met(p if side else min(1.0, 2 * p), levels)
                    for r in range(width):
                        signed = grade[r] if balance[r] > 0 else -grade[r]
                        grades[k, e, low + r] = signed if spread[r] > 0 else -128
                k += 1


@numba.njit(cache=True)
def largest_changes(changes):
    """Largest absolute change along the middle axis; it sizes the work space and nothing else."""
    spans = np.zeros(changes.shape[1], np.int64)
    for i in range(changes.shape[0]):
        for e in range(changes.shape[1]):
            column = changes[i, e]
            largest = np.int16(0)
            for r in range(column.size):
                change = np.int16(0) if column[r] == -32768 else abs(column[r])
                largest = max(largest, np.int16(change))
            spans[e] = max(spans[e], np.int64(largest))
    return spans


@numba.njit(cache=True)
def _met(p, levels):
    """Number of thresholds that p does not exceed."""
    count = 0
    for s in range(levels.size):
        count += p <= levels[s]
    return count


@numba.njit(cache=True)
def _grade(balance, spread, continuity, side, squares, width, moved, grade):
    """Grades of the normal approximation of a tile, by z^2."""
    for r in range(width):
        value = np.float64(balance[r])
        step = 0.0
        if continuity:
            step = 2.0 * np.sign(value) if side == 0 else 2.0 * side
        moved[r] = abs(value - step) if side == 0 else side * (value - step)
        grade[r] = 0
    for s in range(squares.size):
        for r in range(width):
            above = moved[r] * moved[r] >= squares[s] * np.float64(spread[r])
            grade[r] += np.int64(above & (moved[r] > 0))


@numba.njit(cache=True)
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


@numba.njit(cache=True)
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


@numba.njit(cache=True)
def _gather(counts, span, scores, r, groups):
    """One replicate's tie groups (row 0: counts, row 1: scores), and the largest value of W+."""
    ranked = np.int64(counts[0, r]) if scores == PRATT else 0
    used, whole = 0, 0
    for g in range(1, span + 1):
        count = np.int64(counts[g, r])
        if count > 0:
            score = 2 * g if scores == VALUES else 2 * ranked + 1 + count
            whole += count * score
            ranked += count
            groups[0, used] = count
            groups[1, used] = score
            used += 1
    return used, whole


@numba.njit(cache=True)
def fill_pvalues(
    changes, sizes, scores, exact_limit, continuity, side, span,
    pmf, cdf, pvalue, statistic, direction, informative,
):  # fmt: skip
    """Fill p-values (R, K, E) and what goes with them, one replicate after the other."""
    participants, replicates, endpoints = changes.shape
    counts = np.zeros((endpoints, span + 1, 1), np.int64)
    nets = np.zeros((endpoints, span + 1, 1), np.int64)
    work = np.empty((2, 1))
    groups = np.zeros((6, span + 1), np.int64)
    sums = np.empty(span + 1)
    for r in range(replicates):
        counts[:] = 0
        nets[:] = 0
        k = 0
        for i in range(participants):
            for e in range(endpoints):
                _count(changes[i, r, e : e + 1], span, counts[e], nets[e])
            if k < sizes.size and i + 1 == sizes[k]:
                for e in range(endpoints):
                    used, whole = _gather(counts[e], span, scores, 0, groups)
                    balance, squares, m = 0, 0, 0
                    for g in range(used):
                        m += groups[0, g]
                        squares += groups[0, g] * groups[1, g] * groups[1, g]
                    place = 0
                    for g in range(1, span + 1):
                        if counts[e, g, 0] > 0:
                            balance += nets[e, g, 0] * groups[1, place]
                            place += 1
                    if 0 < m <= exact_limit:
                        tail = (whole - abs(balance)) // 2
                        if side != 0:
                            tail = (whole - side * balance) // 2
                        if work.shape[1] <= tail:
                            work = np.empty((2, 2 * tail + 2))
                        p = _lower_tail(tail, groups, used, m, pmf, cdf, work, sums)
                        p = min(1.0, 2 * p) if side == 0 else p
                    else:
                        p = _normal_p(balance, squares, continuity, side)
                    pvalue[r, k, e] = p
                    statistic[r, k, e] = (whole + balance) / 4
                    direction[r, k, e] = np.sign(balance)
                    informative[r, k, e] = m
                k += 1


@numba.njit(cache=True)
def _normal_p(balance, squares, continuity, side):
    """P-value of the doubled W+ - W-, whose variance is the sum of squared doubled ranks."""
    if squares == 0:
        return 1.0
    moved = 0
    if continuity:
        moved = 2 * (np.sign(balance) if side == 0 else side)
    z = (balance - moved) / sqrt(squares)
    if side == 0:
        return erfc(abs(z) / sqrt(2.0))
    return 0.5 * erfc(side * z / sqrt(2.0))


@numba.njit(cache=True)
def _lower_tail(tail, groups, used, m, pmf, cdf, work, sums):
    """P(doubled W+ <= tail) given the tie groups (row 0: counts, row 1: doubled ranks)."""
    largest = _order_by_size(groups, used)
    terms = 1
    for g in range(used):
        if g != largest and terms <= 1 << 40:
            terms *= groups[0, g] + 1
    if terms <= 16 + m * (tail + 1) // 8:
        return _nested_tail(tail, groups, used, groups[5], pmf, cdf, sums)
    return _dynamic_tail(tail, groups, used, work)


@numba.njit(cache=True)
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


@numba.njit(cache=True)
def _last_sum(left, score, count, cdf, own, step, size, pmf, place):
    """Innermost sum: P(step X + score Y <= left), with X up to `size` and Y up to `count`."""
    total = 0.0
    k = min(left // score, count)
    for number in range(size + 1):
        if left < 0:
            break
        while k * score > left:
            k -= 1
        total += pmf[place, size, number] * cdf[own, count, k]
        left -= step
    return total


@numba.njit(cache=True)
def _dynamic_tail(tail, groups, used, work):
    """Dynamic programming over the doubled ranks, one sign at a time."""
    old, new = work[0], work[1]
    work[:, : tail + 1] = 0.0
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


@numba.njit(cache=True)
def conditional_rejection(
    counts, zeros, scores, exact_limit, continuity, side, alpha, guess,
    pmf, cdf, rise_pmf, rise_cdf, fall_pmf, fall_cdf, tails,
):  # fmt: skip
    """Fill P(rejected low), P(rejected high) given the tie counts, (V, 2).

    The rises among the c changes of absolute value g are Binomial(c, pi_g), so
    both tails of W+ are nested sums like those of the null distribution.

    `counts` (V, G) are the numbers of changes by absolute value, beside `zeros`
    (V,) that are zero. `guess` is the normal quantile from which the critical
    value is sought. The tables hold the fair binomial (1, m, k) and those of
    rises and falls (g, c, k).
    """
    vectors, span = counts.shape
    ties = np.zeros((6, span), np.int64)
    places = np.empty(span, np.int64)
    sums = np.empty(span + 1)
    work = np.empty((2, 1))
    for v in range(vectors):
        used, m, whole, squares = _tie_groups(counts[v], zeros[v], scores, ties, places)
        tails[v, 0] = 0.0
        tails[v, 1] = 0.0
        if m == 0:
            continue
        exact = m <= exact_limit
        if exact and work.shape[1] <= whole:
            work = np.empty((2, 2 * whole + 2))
        start = np.int64((whole - guess * sqrt(squares)) / 2)
        low = _critical_value(
            start,
            whole,
            squares,
            exact,
            continuity,
            side,
            alpha,
            ties,
            used,
            m,
            pmf,
            cdf,
            work,
            sums,
        )
        if low < 0:
            continue
        if side >= 0:
            tails[v, 1] = _nested_tail(low, ties, used, places, fall_pmf, fall_cdf, sums)
        if side <= 0:
            tails[v, 0] = _nested_tail(low, ties, used, places, rise_pmf, rise_cdf, sums)


@numba.njit(cache=True)
def _tie_groups(counts, zeros, scores, ties, places):
    """List the tie groups of one way (row 0: counts, row 1: scores) and where each comes from."""
    ranked = zeros if scores == PRATT else 0
    used, m, whole, squares = 0, 0, 0, 0
    for g in range(counts.size):
        count = counts[g]
        if count > 0:
            score = 2 * (g + 1) if scores == VALUES else 2 * ranked + 1 + count
            ranked += count
            whole += count * score
            squares += count * score * score
            ties[0, used] = count
            ties[1, used] = score
            places[used] = g
            used += 1
            m += count
    return used, m, whole, squares


@numba.njit(cache=True)
def _critical_value(
    start, whole, squares, exact, continuity, side, alpha, ties, used, m, pmf, cdf, work, sums
):
    """Largest tail of W+ whose p-value is at most alpha; -1 where none is. Sought from `start`."""
    low, high = -1, whole + 1  # nothing lies below 0; beyond everything p is 1
    step = 1
    tail = min(max(start, 0), whole)
    while high - low > 1:
        if exact:
            p = _lower_tail(tail, ties, used, m, pmf, cdf, work, sums)
            p = min(1.0, 2 * p) if side == 0 else p
        else:
            p = _normal_p(whole - 2 * tail, squares, continuity, 0 if side == 0 else 1)
        if p <= alpha:
            low = tail
            tail = low + step if high > whole else (low + high) // 2
        else:
            high = tail
            tail = high - step if low < 0 else (low + high) // 2
        step *= 2
        tail = min(max(tail, low + 1), high - 1)
    if side == 0 and 2 * low >= whole:
        return (whole - 1) // 2  # the two tails must not meet
    return low


@numba.njit(cache=True)
def _nested_tail(tail, groups, used, places, pmf, cdf, sums):
    """P(sum of scores times binomials <= tail): nested sums over all groups but the largest.

    `places` says which binomial table a group takes. Row 2 of `groups` counts
    the rises at a level of the nest, row 3 holds what the levels above leave
    of the tail, row 4 says which group a level takes; row 5 is all 0.
    """
    largest = _order_by_size(groups, used)
    count, rank, own = groups[0, largest], groups[1, largest], places[largest]
    others = used - 1
    if others == 0:
        return cdf[own, count, min(tail // rank, count)]
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
            total += sums[level] * _last_sum(
                groups[3, level], rank, count, cdf, own, step, size, pmf, place
            )
            level -= 1
            continue
        groups[2, level] += 1
        number = groups[2, level]
        left = groups[3, level] - number * groups[1, g]
        if number > size or left < 0:
            level -= 1
            continue
        level += 1
        groups[2, level] = -1
        groups[3, level] = left
        sums[level] = sums[level - 1] * pmf[place, size, number]
    return min(total, 1.0)
