"""Compiled counting over replicates."""

import numba
import numpy as np

FINE = 2**20
"""Widths are counted in whole units of 1/FINE points, so that they add up the same in any order."""


@numba.njit(cache=True)
def count_changes(
    changes, sizes, truth, quantiles, half_width, rejected,
    total, squares, rejected_total, rejected_squares, covered, narrow, width, width_squares,
):  # fmt: skip
    """Fill sums over replicates (K, E) from changes (N, E, R) and rejections (K, E, R).

    Per replicate the mean change and its t interval follow from the sum and
    the sum of squares of the changes. `quantiles` (K,) are those of t.
    """
    participants, endpoints, replicates = changes.shape
    sums = np.zeros((endpoints, replicates))
    powers = np.zeros((endpoints, replicates))
    half = np.empty(replicates)
    k = 0
    for i in range(participants):
        for e in range(endpoints):
            column, own, power = changes[i, e], sums[e], powers[e]
            for r in range(replicates):
                change = np.float64(column[r])
                own[r] += change
                power[r] += change * change
        if k < sizes.size and i + 1 == sizes[k]:
            n = np.float64(sizes[k])
            scale = quantiles[k] / (n * np.sqrt(n - 1))
            for e in range(endpoints):
                own, power, hit = sums[e], powers[e], rejected[k, e]
                for r in range(replicates):
                    half[r] = scale * np.sqrt(n * power[r] - own[r] * own[r])
                whole, square, hits, hit_squares = 0.0, 0.0, 0.0, 0.0
                inside, tight = 0, 0
                for r in range(replicates):
                    whole += own[r]
                    square += own[r] * own[r]
                    hits += abs(own[r]) * hit[r]
                    hit_squares += own[r] * own[r] * hit[r]
                    inside += abs(own[r] / n - truth[e]) <= half[r] + 1e-12
                    tight += half[r] <= half_width
                total[k, e], squares[k, e] = whole, square
                rejected_total[k, e], rejected_squares[k, e] = hits, hit_squares
                covered[k, e], narrow[k, e] = inside, tight
                length, lengths = 0, 0
                for r in range(replicates):
                    length += np.int64(2 * half[r] * FINE)
                    lengths += np.int64(4 * half[r] * half[r] * FINE)
                width[k, e], width_squares[k, e] = length, lengths
            k += 1


@numba.njit(cache=True)
def count_true(happened, counts):
    """Fill counts (K, E) of the replicates in which something happened (K, E, R)."""
    for k in range(happened.shape[0]):
        for e in range(happened.shape[1]):
            column = happened[k, e]
            number = np.int32(0)
            for r in range(column.size):
                number += np.int32(column[r])
            counts[k, e] = number
