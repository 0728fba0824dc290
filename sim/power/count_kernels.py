"""Compiled counting over replicates."""

import numba
import numpy as np

FINE = 2**20
"""Means and widths are counted in whole units of 1/FINE points: they add up alike in any order."""


@numba.njit(cache=True)
def count_changes(
    changes, sizes, units, truth, quantiles, half_width, rejected,
    estimable, total, squares, rejected_total, rejected_squares, covered, narrow, width,
    width_squares,
):  # fmt: skip
    """Fill sums over replicates (K, E) from changes (N, E, R) and rejections (K, E, R).

    Per replicate the mean change and its t interval follow from the number of
    changes that are not missing, their sum and their sum of squares; below two
    there is no estimate. `quantiles` (N + 1,) are those of t by that number,
    `units` (E,) the points that one whole number of a change stands for.
    Means and widths, and their squares, are summed in units of 1/FINE.
    """
    participants, endpoints, replicates = changes.shape
    seen = np.zeros((endpoints, replicates))
    sums = np.zeros((endpoints, replicates))
    powers = np.zeros((endpoints, replicates))
    centre, half = np.empty(replicates), np.empty(replicates)
    k = 0
    for i in range(participants):
        for e in range(endpoints):
            column, number, own, power = changes[i, e], seen[e], sums[e], powers[e]
            for r in range(replicates):
                here = column[r] != -32768  # sim.inference.result.MISSING
                change = np.float64(column[r]) if here else 0.0
                number[r] += here
                own[r] += change
                power[r] += change * change
        if k < sizes.size and i + 1 == sizes[k]:
            for e in range(endpoints):
                number, own, power, hit = seen[e], sums[e], powers[e], rejected[k, e]
                for r in range(replicates):
                    n = max(number[r], 2.0)
                    spread = max(n * power[r] - own[r] * own[r], 0.0)
                    centre[r] = units[e] * own[r] / n
                    half[r] = units[e] * quantiles[np.int64(n)] * np.sqrt(spread / (n - 1)) / n
                counts = np.zeros(3, np.int64)
                whole = np.zeros(6, np.int64)
                for r in range(replicates):
                    known = np.int64(number[r] >= 2)
                    mean = np.int64(np.rint(centre[r] * FINE)) * known
                    square = np.int64(np.rint(centre[r] * centre[r] * FINE)) * known
                    counts[0] += known
                    counts[1] += known & np.int64(abs(centre[r] - truth[e]) <= half[r] + 1e-12)
                    counts[2] += known & np.int64(half[r] <= half_width)
                    whole[0] += mean
                    whole[1] += square
                    whole[2] += abs(mean) * hit[r]
                    whole[3] += square * hit[r]
                    whole[4] += np.int64(2 * half[r] * FINE) * known
                    whole[5] += np.int64(4 * half[r] * half[r] * FINE) * known
                estimable[k, e], covered[k, e], narrow[k, e] = counts
                total[k, e], squares[k, e] = whole[0], whole[1]
                rejected_total[k, e], rejected_squares[k, e] = whole[2], whole[3]
                width[k, e], width_squares[k, e] = whole[4], whole[5]
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
