"""Compiled counts of two arms; they stand in one file because numba's cache asks for it."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit

MISSING = -32768


@njit
def fill_rank_sums(treated, controls, sizes, lowest, span, twice_u, ties, numbers):
    """Fill what the Mann-Whitney test needs at every size, all in whole numbers (R, K, E).

    `treated` and `controls` (R, E, N) hold changes from `lowest` to `lowest` +
    `span` - 1, `sizes` (2, K) the arms' sizes. `twice_u` is the number of pairs
    in which the treated changed more, ties counting half, doubled; `ties` the
    sum of t^3 - t over tied values; `numbers` (2, R, K, E) the observed people.
    """
    replicates, endpoints, _ = treated.shape
    counts = np.empty((2, span), np.int64)
    for r in range(replicates):
        for e in range(endpoints):
            counts[:] = 0
            least, most = span, -1  # what has been seen so far, to pass over no more than that
            first, second, start, begin = 0, 0, 0, 0
            for k in range(sizes.shape[1]):
                for i in range(start, sizes[0, k]):
                    change = np.int64(treated[r, e, i])
                    if change != MISSING:
                        place = change - lowest
                        counts[0, place] += 1
                        least, most = min(least, place), max(most, place)
                        first += 1
                for i in range(begin, sizes[1, k]):
                    change = np.int64(controls[r, e, i])
                    if change != MISSING:
                        place = change - lowest
                        counts[1, place] += 1
                        least, most = min(least, place), max(most, place)
                        second += 1
                start, begin = sizes[0, k], sizes[1, k]
                below, doubled, tied = 0, 0, 0
                for g in range(least, most + 1):
                    of_treated, of_controls = counts[0, g], counts[1, g]
                    doubled += of_treated * (2 * below + of_controls)
                    below += of_controls
                    alike = of_treated + of_controls
                    tied += alike * (alike * alike - 1)
                twice_u[r, k, e], ties[r, k, e] = doubled, tied
                numbers[0, r, k, e], numbers[1, r, k, e] = first, second


@njit
def fill_sums(changes, before, sizes, after, sums):
    """Fill people, sums of x and y, of their squares and products at every size (6, R, K, E).

    `changes` and `before` (R, E, N); x is the score before, y the change or,
    with `after`, the score after. In `sums` stand n, x, y, x x, x y, y y.
    """
    replicates, endpoints, _ = changes.shape
    for r in range(replicates):
        for e in range(endpoints):
            n, x_sum, y_sum, xx, xy, yy, start = 0, 0, 0, 0, 0, 0, 0
            for k in range(sizes.size):
                for i in range(start, sizes[k]):
                    change = np.int64(changes[r, e, i])
                    if change != MISSING:
                        x = np.int64(before[r, e, i])
                        y = x + change if after else change
                        n += 1
                        x_sum += x
                        y_sum += y
                        xx += x * x
                        xy += x * y
                        yy += y * y
                start = sizes[k]
                sums[0, r, k, e], sums[1, r, k, e], sums[2, r, k, e] = n, x_sum, y_sum
                sums[3, r, k, e], sums[4, r, k, e], sums[5, r, k, e] = xx, xy, yy
