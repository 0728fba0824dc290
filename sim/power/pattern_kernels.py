"""Compiled power of tests on signed scores where the absolute changes are sampled.

Given the absolute changes, W+ is a sum of independent scores, each there
where its change is a rise. So the power given them has no Monte Carlo error.
"""

# mypy: ignore-errors
from math import erfc, exp, floor, log, pi, sqrt

import numpy as np

from sim.compute.compiled import njit

MIDRANKS, PRATT, VALUES = 0, 1, 2
SUMMED = 40
"""Most changes whose signs are summed out one by one; beyond, an Edgeworth series stands in."""
SKEWED = 0.6
"""Skewness of W+ beyond which no series stands in for the sum."""
LONG = 4096
"""Steps of a sum beyond which no rough value is summed."""
COARSE = 16
"""Squared distances between the values of W+ that its variance must exceed for a series."""
FAR = 11.5
"""Exponent of a bound of a tail of W+ beyond which it is taken as 0 or 1: to 1e-5."""
AHEAD = 64
"""Values of W+ beyond the normal critical value among which the exact one is looked for first."""


@njit
def fill_rejection(
    absolute, sizes, most, scores, exact_limit, continuity, side, alpha, quantile, critical,
    rise, near, tails,
):  # fmt: skip
    """Fill P(rejected low), P(rejected high) given the absolute changes, (K, R, 2).

    `absolute` (N, R) is -1 where a change is missing; `sizes` rise, and none stands twice.
    `near` is filled with what normal critical values and the series give, for all draws; of
    size k `tails` is worked out for the first `most[k]`. `quantile` is the normal one of the
    level; `critical` (N + 1) that of t by number of changes, empty where the test is no t
    test. `rise` (G) is the chance that a change of some absolute value is a rise.
    """
    participants, draws = absolute.shape
    span = rise.size
    counts = np.zeros(span + 1, np.int64)
    ties = np.zeros((2, span), np.int64)
    chance = np.empty(span)
    none, summed = np.int64(0), np.int64(SUMMED)  # numbers as they stand are types of their own
    for r in range(draws):
        counts[:] = 0
        k = 0
        for i in range(participants):
            if absolute[i, r] >= 0:
                counts[absolute[i, r]] += 1
            if k == sizes.size or i + 1 != sizes[k]:
                continue
            k += 1
            used, whole, m, squares = _tie_groups(counts, scores, rise, ties, chance)
            if m == 0:
                continue
            if critical.size:
                low = _t_critical(whole, squares, counts[0] + m, critical)
            else:
                low = _normal_critical(whole, squares, continuity, side, alpha, quantile)
            shape = _cumulants(ties, chance, used, squares)
            _fill_tails(low, none, side, whole, m, ties, chance, used, shape, near[k - 1, r])
            if r >= most[k - 1]:
                continue
            if m <= exact_limit and not critical.size:
                low = _exact_critical(whole, squares, side, alpha, quantile, ties, used)
            _fill_tails(low, summed, side, whole, m, ties, chance, used, shape, tails[k - 1, r])


@njit(allocates=False)
def _fill_tails(low, summed, side, whole, m, ties, chance, used, shape, tails):
    """Fill both tails, of `low` at the most; up to so many changes their signs are summed out."""
    winning = 1 if side > 0 else 0
    apart = min(low, (whole - 1) // 2)  # the two tails must not meet
    for d in (winning, 1 - winning):
        falls = d if side == 0 else winning
        if d == falls:
            tails[d] = _tail(apart, falls, summed, whole, m, ties, chance, used, shape)
        elif low > apart:
            below = _tail(low, falls, summed, whole, m, ties, chance, used, shape)
            tails[d] = below - tails[falls]


@njit(allocates=False)
def _tie_groups(counts, scores, rise, ties, chance):
    """List the tie groups: row 0 counts, row 1 scores (doubled), and the chances of a rise.

    Returns how many there are, the largest value of W+, how many changes are
    in them, and the null variance of W+ (times 4).
    """
    ranked = counts[0] if scores == PRATT else 0
    used, m, whole, squares = 0, 0, 0, 0
    for g in range(1, counts.size):
        count = counts[g]
        if count > 0:
            score = 2 * g if scores == VALUES else 2 * ranked + 1 + count
            whole += count * score
            squares += count * score * score
            ranked += count
            m += count
            ties[0, used], ties[1, used], chance[used] = count, score, rise[g - 1]
            used += 1
    return used, whole, m, squares


@njit(allocates=False)
def _normal_p(balance, squares, continuity, side):
    """P-value of the doubled W+ - W-, whose variance is the sum of squared doubled ranks."""
    moved = 0
    if continuity:
        moved = 2 * (np.sign(balance) if side == 0 else side)
    z = (balance - moved) / sqrt(squares)
    return 0.5 * erfc(side * z / sqrt(2.0)) if side else erfc(abs(z) / sqrt(2.0))


@njit(allocates=False)
def _normal_critical(whole, squares, continuity, side, alpha, quantile):
    """Largest tail of W+ whose approximate p-value is at most alpha; -1 where none is."""
    sided = 0 if side == 0 else 1
    low = min(max(np.int64(floor((whole - quantile * sqrt(squares)) / 2)), -1), whole)
    while low >= 0 and _normal_p(whole - 2 * low, squares, continuity, sided) > alpha:
        low -= 1
    while low < whole and _normal_p(whole - 2 * low - 2, squares, continuity, sided) <= alpha:
        low += 1
    return low


@njit
def _exact_critical(whole, squares, side, alpha, quantile, ties, used):
    """Largest tail of W+ whose exact p-value is at most alpha; -1 where none is."""
    sided = 2 if side == 0 else 1
    fair = np.full(used, 0.5)
    last = np.int64((whole - quantile * sqrt(squares)) / 2)
    while True:
        last = min(max(last, 0) + AHEAD, whole)
        below, low = 0.0, -1
        chances = _summed(last, np.int64(0), ties, fair, used)
        for s in range(last + 1):
            below += chances[s]
            if sided * below > alpha:
                return low
            low += 1
        if last == whole:
            return low


@njit(allocates=False)
def _t_critical(whole, squares, n, critical):
    """Largest tail of W+ at which t reaches its critical value; -1 where none does.

    Given the squared changes t rises with their sum, which is the doubled W+ - W- by two.
    """
    if n < 2:
        return -1
    t = critical[n]
    least = t * sqrt(n * squares / (n - 1 + t * t))  # of the doubled sum
    return min(np.int64(floor((whole - least) / 2)), whole)


@njit(allocates=False)
def _cumulants(ties, chance, used, squares):
    """Give mean, variance, third to fifth cumulant of W+, what divides all its values, squares."""
    mean = variance = third = fourth = fifth = 0.0
    span = 0
    for g in range(used):
        p, score = chance[g], float(ties[1, g])
        spread, skew = p * (1 - p), 1 - 2 * p
        part = ties[0, g] * score * score * spread
        mean += ties[0, g] * score * p
        variance += part
        third += part * score * skew
        part *= score * score
        fourth += part * (1 - 6 * spread)
        fifth += part * score * skew * (1 - 12 * spread)
        if span != 1:  # nothing smaller divides them
            a, b = span, ties[1, g]
            while b:
                a, b = b, a % b
            span = a
    return mean, variance, third, fourth, fifth, span, squares


@njit(allocates=False)
def _tail(tail, falls, summed, whole, m, ties, chance, used, shape):
    """P(W+ <= tail), or that of W- where it is of falls."""
    if tail < 0:
        return 0.0
    mean, variance, third, fourth, fifth, span, squares = shape
    if falls:
        mean, third, fifth = whole - mean, -third, -fifth
    if _exponent(abs(tail - mean), variance, squares, ties[1, used - 1]) > FAR:
        return 1.0 if tail > mean else 0.0
    deviation = sqrt(variance + span * span / 12.0)  # of what is spread evenly between its values
    z = (tail // span * span + span / 2.0 - mean) / deviation
    skewness = third / deviation**3
    odd = abs(skewness) > SKEWED or variance < COARSE * span * span
    if odd and summed == 0 and m * tail > LONG:
        return 0.5 * erfc(-z / sqrt(2.0))
    if m <= summed or odd:
        return _sum_to(tail, falls, ties, chance, used)
    excess = (fourth - span**4 / 120.0) / deviation**4
    return _edgeworth(z, skewness, excess, fifth / deviation**5)


@njit(allocates=False)
def _exponent(apart, variance, squares, largest):
    """Bound how far from its mean W+ lies: the larger exponent of Hoeffding (1963) and Bennett."""
    exponent = 2 * apart * apart / squares
    if exponent <= FAR and variance > 0:
        ratio = largest * apart / variance
        bennett = ((1 + ratio) * log(1 + ratio) - ratio) * variance / (largest * largest)
        exponent = max(exponent, bennett)
    return exponent


@njit(allocates=False)
def _edgeworth(z, skewness, excess, fifth):
    """Distribution function from its standardised cumulants, to the third order (Hall 1992)."""
    square = z * z
    second, third, fourth = square - 1, z * (square - 3), square * (square - 6) + 3
    fifth_hermite = z * (square * (square - 10) + 15)
    sixth = square * (square * (square - 15) + 45) - 15
    eighth = square * (square * (square * (square - 28) + 210) - 420) + 105
    moved = (
        skewness / 6 * second
        + excess / 24 * third
        + skewness**2 / 72 * fifth_hermite
        + fifth / 120 * fourth
        + skewness * excess / 144 * sixth
        + skewness**3 / 1296 * eighth
    )
    below = 0.5 * erfc(-z / sqrt(2.0)) - exp(-square / 2) / sqrt(2 * pi) * moved
    return min(max(below, 0.0), 1.0)


@njit
def _sum_to(last, falls, ties, chance, used):
    """P(W+ <= last), or that of W- where it is of falls, by their sum."""
    total = 0.0
    for part in _summed(last, falls, ties, chance, used):
        total += part
    return min(total, 1.0)


@njit
def _summed(last, falls, ties, chance, used):
    """Probabilities that W+, or W- where it is of falls, is 0 ... last: one change at a time."""
    work = np.zeros((2, last + 1))
    old, new = work[0], work[1]
    old[0] = 1.0
    reach = 0
    for g in range(used):
        score = ties[1, g]
        there = 1 - chance[g] if falls else chance[g]
        gone = 1 - there
        for _ in range(ties[0, g]):
            reach = min(reach + score, last)
            head = min(score, reach + 1)
            for s in range(head):
                new[s] = gone * old[s]
            for s in range(head, reach + 1):
                new[s] = gone * old[s] + there * old[s - score]
            old, new = new, old
    return old
