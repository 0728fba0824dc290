"""Compiled graphical procedure: fills adjusted p-values (rows, m) from p-values (rows, m)."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit


@njit
def graphical(rows, reciprocals, adjusted):
    """Remove the hypothesis with the smallest p / w, one after the other.

    `reciprocals` (2^m, m) holds 1 / w of every hypothesis in every set of those
    left, a set being the number whose bits are its members. Nothing that has no
    weight is ever removed, be its p-value zero.
    """
    m = rows.shape[1]
    for r in range(rows.shape[0]):
        left = (1 << m) - 1
        highest = 0.0
        while left:
            smallest, chosen = np.inf, -1
            for j in range(m):
                reciprocal = reciprocals[left, j]
                if left >> j & 1 and reciprocal < np.inf:
                    ratio = reciprocal * rows[r, j]
                    if chosen < 0 or ratio < smallest:
                        smallest, chosen = ratio, j
            if chosen < 0:
                break
            highest = max(highest, min(1.0, smallest))
            adjusted[r, chosen] = highest
            left ^= 1 << chosen
        for j in range(m):
            if left >> j & 1:
                adjusted[r, j] = 1.0
