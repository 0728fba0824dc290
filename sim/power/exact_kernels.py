"""Compiled enumeration; it stands in one file because numba's cache asks for it."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit


@njit
def compositions(m, pmf, cut, most, counts, weights):
    """List the likely ways in which m changes fall on G absolute values.

    Fills `counts` (V, G) and their multinomial `weights` (V,), leaving out
    every way whose first places alone have probability below `cut`. Returns
    the number of ways, and the work of the nested sums over them; where the
    arrays are empty it only counts, and stops where the work exceeds `most`.

    `pmf` (G, m + 1, m + 1) holds the binomials of place g given what earlier
    places have left.
    """
    span = pmf.shape[0]
    taken = np.zeros(span, np.int64)
    left = np.empty(span + 1, np.int64)
    chance = np.empty(span + 1)
    listed, work = 0, 0.0
    level = 0
    taken[0], left[0], chance[0] = -1, m, 1.0
    if span == 1:
        if weights.size:
            counts[0, 0], weights[0] = m, 1.0
        return 1, 1.0
    while level >= 0 and work <= most:
        work += 3  # looking costs too, most of all where nothing likely is listed
        taken[level] += 1
        if taken[level] > left[level]:
            level -= 1
            continue
        reached = chance[level] * pmf[level, left[level], taken[level]]
        if reached < cut:
            continue
        level += 1
        left[level] = left[level - 1] - taken[level - 1]
        chance[level] = reached
        if level < span - 1:
            taken[level] = -1
            continue
        taken[level] = left[level]  # the last place takes what is left
        largest, product = 0, 1.0
        for g in range(span):
            largest = max(largest, taken[g])
            product *= taken[g] + 1
        work += product / (largest + 1)
        if weights.size:
            for g in range(span):  # an array's assignment takes a second to compile
                counts[listed, g] = taken[g]
            weights[listed] = reached
        listed += 1
        level -= 1
    return listed, work


@njit
def add_participant(old, new, reach, points, pmf):
    """One more participant in the joint distribution of the sum and the sum of squares of changes.

    `old` and `new` have shape (2 S + 1, Q + 1), the sum shifted by S; `reach`
    is the number of participants in `old`, `points` the largest change.
    """
    middle = (old.shape[0] - 1) // 2
    top, squares = min(reach * points, middle), reach * points * points
    new[:] = 0.0
    for s in range(middle - top, middle + top + 1):
        for q in range(min(squares + 1, old.shape[1])):
            mass = old[s, q]
            if mass > 0.0:
                for change in range(-points, points + 1):
                    chance = pmf[change + points]
                    if chance > 0.0:
                        new[s + change, q + change * change] += mass * chance


@njit
def t_tails(joint, n, top, critical, side):
    """P(rejected low), P(rejected high) of the t test from the joint distribution after n people.

    `top` is the largest possible sum, `critical` the value that t must reach.
    Changes that are all the same but not zero reject; all zero never do.
    """
    middle = (joint.shape[0] - 1) // 2
    low, high = 0.0, 0.0
    if n < 2:
        return low, high
    for s in range(max(middle - top, 0), min(middle + top, joint.shape[0] - 1) + 1):
        total = np.float64(s - middle)
        for q in range(joint.shape[1]):
            mass = joint[s, q]
            if mass > 0.0 and q > 0:
                spread = n * np.float64(q) - total * total
                t = total * np.sqrt((n - 1) / spread) if spread > 0 else np.inf * np.sign(total)
                if (side >= 0 and t >= critical) or (side <= 0 and -t >= critical):
                    # in the middle it is away from the side that wins, and rejects one-sided
                    # at an alpha above one half alone
                    if total > 0 or (total == 0 and side < 0):
                        high += mass
                    else:
                        low += mass
    return low, high
