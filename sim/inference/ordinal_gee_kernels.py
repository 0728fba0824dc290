"""Compiled fit of the cumulative logit model; in one file because numba's cache asks for it.

Everybody has a score at each of two times, so all that a fit needs is how many people have which
pair of scores. The information about the coefficients is a band of three for the thresholds, the
effect of time as its border: solving for them takes as many steps as there are thresholds.

Loops stand where NumPy would need a line: they compile in a third of the time.
"""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit

ITERATIONS = 100
"""Most steps towards a solution. The likelihood has one summit; a dozen steps lead to most."""
NEAR = 1e-8
"""Length of a step, in log odds, that ends at the summit: little is left."""
ROUNDING = 1e-12
"""Share of itself by which rounding may lower a log-likelihood."""


@njit
def fill_fits(scores, sizes, points, estimate, error, used, people):
    """Fill estimate and robust error of time, categories in use and people analysed (R, K, D).

    `scores` (R, N, D, 2) up to `points`, 0 = missing. Without information the
    estimate is 0 and its error NaN; both are NaN where there is no solution.
    """
    table = np.empty((points + 1, points + 1), np.int64)
    for r in range(scores.shape[0]):
        for d in range(scores.shape[2]):
            table[:] = 0
            start = 0
            for k in range(sizes.size):
                for i in range(start, sizes[k]):
                    table[scores[r, i, d, 0], scores[r, i, d, 1]] += 1
                start = sizes[k]
                pairs, counts, number, changed = _in_use(table)
                estimate[r, k, d], error[r, k, d] = 0.0, np.nan
                used[r, k, d], people[r, k, d] = len(pairs), number
                if number >= 2 and changed > 0:
                    estimate[r, k, d], error[r, k, d] = _fit(pairs, counts, number)


@njit
def _in_use(table):
    """Pairs of the categories that anybody uses, none missing; counts by time; people; changed."""
    place = np.full(len(table), -1)
    seen, number, changed = 0, 0, 0
    for c in range(1, len(table)):
        people = 0
        for other in range(1, len(table)):
            people += table[c, other] + table[other, c]
        if people > 0:
            place[c] = seen
            seen += 1
    pairs, counts = np.zeros((seen, seen), np.int64), np.zeros((2, seen), np.int64)
    for a in range(1, len(table)):
        for b in range(1, len(table)):
            people = table[a, b]
            if people > 0:
                pairs[place[a], place[b]] = people
                counts[0, place[a]] += people
                counts[1, place[b]] += people
                number += people
                changed += people * (a != b)
    return pairs, counts, number, changed


@njit
def _fit(pairs, counts, people):
    """Estimate and robust error of time: Fisher scoring, with shorter steps where one goes too far.

    `coefficients` are the thresholds and the effect of time.
    """
    used = len(pairs)
    if people <= used or _separated(counts):
        return np.nan, np.nan
    coefficients, move = np.empty(used), np.empty(used)
    system, parts = np.empty((used, 4)), np.empty((4, 2, used))
    _begin(counts, people, coefficients)
    height = _log_likelihood(coefficients, counts, parts)
    for _ in range(ITERATIONS):
        _lay_out(counts, people, parts, system)
        _solve(system, move)
        last, share = height, 1.0
        height = _advance(share, move, coefficients, counts, parts)
        while not height >= last + ROUNDING * last:  # a log-likelihood is negative
            share /= 2
            height = _advance(-share, move, coefficients, counts, parts)
        if _length(move) < NEAR:
            return coefficients[-1], _robust_error(pairs, counts, people, parts, system, move)
    return np.nan, np.nan


@njit
def _separated(counts):
    """Tell that no score after is below any before, or none above."""
    first, last = np.full(2, -1), np.zeros(2, np.int64)
    for time in range(2):
        for c in range(counts.shape[1]):
            if counts[time, c] > 0:
                last[time] = c
                if first[time] < 0:
                    first[time] = c
    return first[1] >= last[0] or last[1] <= first[0]


@njit
def _begin(counts, people, coefficients):
    """Fill coefficients to begin with, thresholds in order, from the shares at each time."""
    cuts = coefficients.size - 1
    before, after, effect = people, people, 0.0
    for k in range(cuts):
        before -= counts[0, k]
        after -= counts[1, k]
        odds = np.log((before + 0.5) / (people - before + 0.5))
        rise = np.log((after + 0.5) / (people - after + 0.5)) - odds
        coefficients[k] = odds + rise / 2
        effect += rise / cuts
    for k in range(cuts):
        coefficients[k] -= effect / 2
    coefficients[cuts] = effect


@njit
def _advance(share, move, coefficients, counts, parts):
    """Move the coefficients by a share of a step; the log-likelihood there."""
    for k in range(move.size):
        coefficients[k] += share * move[k]
    return _log_likelihood(coefficients, counts, parts)


@njit
def _length(move):
    """Largest change of a coefficient."""
    longest = 0.0
    for k in range(move.size):
        longest = max(longest, abs(move[k]))
    return longest


@njit(error_model="numpy")
def _log_likelihood(coefficients, counts, parts):
    """Log-likelihood; its parts by time and category: probability, derivatives of its logarithm.

    These are by the lower threshold of the category, the upper, and both at
    once. Minus infinity where thresholds are out of order. A probability is
    the product of a score above the lower, of none above the upper, and how
    far they are apart: no digits are lost where it is small.
    """
    total, cuts = 0.0, coefficients.size - 1
    for time in range(2):
        lower, above, not_above = np.inf, 1.0, 0.0
        for c in range(cuts + 1):
            upper = coefficients[c] + time * coefficients[cuts] if c < cuts else -np.inf
            odds = np.exp(upper)
            below, gap = 1 / (1 + odds), -np.expm1(upper - lower)
            not_below, probability = odds * below, above * below * gap
            if not probability > 0:
                return -np.inf
            parts[0, time, c] = probability
            parts[1, time, c] = not_above / (below * gap)
            parts[2, time, c] = -not_below / (above * gap)
            parts[3, time, c] = not_above - not_below
            if counts[time, c] > 0:
                total += counts[time, c] * np.log(probability)
            lower, above, not_above = upper, not_below, below
    return total


@njit
def _lay_out(counts, people, parts, system):
    """Fill a row a coefficient: information on it, with the one before, with time; its score."""
    cuts = len(system) - 1
    system[:] = 0.0
    for time in range(2):
        for c in range(cuts + 1):
            number, expected = counts[time, c], people * parts[0, time, c]
            lower, upper, both = parts[1, time, c], parts[2, time, c], time * parts[3, time, c]
            if c > 0:
                system[c - 1, 0] += expected * lower * lower
                system[c - 1, 2] += expected * lower * both
                system[c - 1, 3] += number * lower
            if c < cuts:
                system[c, 0] += expected * upper * upper
                system[c, 1] += expected * upper * lower
                system[c, 2] += expected * upper * both
                system[c, 3] += number * upper
            system[cuts, 0] += expected * both * both
            system[cuts, 3] += number * both


@njit
def _solve(system, solution):
    """Solve for the last column by elimination; the system is used up."""
    cuts = len(system) - 1
    for k in range(cuts):
        pivot, border, right = system[k, 0], system[k, 2], system[k, 3]
        system[cuts, 0] -= border * border / pivot
        system[cuts, 3] -= border * right / pivot
        if k + 1 < cuts:
            factor = system[k + 1, 1] / pivot
            system[k + 1, 0] -= factor * system[k + 1, 1]
            system[k + 1, 2] -= factor * border
            system[k + 1, 3] -= factor * right
    solution[cuts] = system[cuts, 3] / system[cuts, 0]
    for k in range(cuts - 1, -1, -1):
        right = system[k, 3] - system[k, 2] * solution[cuts]
        if k + 1 < cuts:
            right -= system[k + 1, 1] * solution[k + 1]
        solution[k] = right / system[k, 0]


@njit
def _robust_error(pairs, counts, people, parts, system, weights):
    """Standard error of time by the sandwich: everybody's part in the estimate, squared."""
    used = len(pairs)
    _lay_out(counts, people, parts, system)
    system[:, 3] = 0.0
    system[used - 1, 3] = 1.0
    _solve(system, weights)  # the last row of the inverse
    part = np.empty((2, used))
    for time in range(2):
        for c in range(used):
            part[time, c] = time * weights[used - 1] * parts[3, time, c]
            if c > 0:
                part[time, c] += weights[c - 1] * parts[1, time, c]
            if c < used - 1:
                part[time, c] += weights[c] * parts[2, time, c]
    squares = 0.0
    for a in range(used):
        for b in range(used):
            squares += pairs[a, b] * (part[0, a] + part[1, b]) ** 2
    return np.sqrt(squares)
