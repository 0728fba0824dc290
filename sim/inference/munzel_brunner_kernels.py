"""Compiled placements of the answers of one time among those of the other."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit

MISSING = -32768


@njit
def fill_placements(changes, before, lowest, span, sizes, number, total, squares):
    """Fill the people observed, and the sums of their doubled placements and of the squares.

    `changes` and `before` (R, E, N); the results (R, K, E), in whole numbers.
    A person's placement is that of the answer after among all answers before,
    less that of the answer before among all answers after; ties count half.
    Answers lie from `lowest` to `lowest` + `span` - 1.
    """
    replicates, endpoints, _ = changes.shape
    counts, below = np.empty((2, span), np.int64), np.empty((2, span), np.int64)
    for r in range(replicates):
        for e in range(endpoints):
            counts[:] = 0
            start = 0
            for k in range(sizes.size):
                n = sizes[k]
                for i in range(start, n):
                    if changes[r, e, i] != MISSING:
                        counts[0, before[r, e, i] - lowest] += 1
                        counts[1, before[r, e, i] + changes[r, e, i] - lowest] += 1
                start = n
                for time in range(2):
                    ahead = 0
                    for v in range(span):
                        below[time, v] = 2 * ahead + counts[time, v]
                        ahead += counts[time, v]
                seen, first, second = 0, 0, 0
                for i in range(n):
                    if changes[r, e, i] != MISSING:
                        pre = before[r, e, i] - lowest
                        placed = below[0, pre + changes[r, e, i]] - below[1, pre]
                        seen, first, second = seen + 1, first + placed, second + placed * placed
                number[r, k, e], total[r, k, e], squares[r, k, e] = seen, first, second
