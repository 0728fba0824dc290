"""Compiled enumeration of data sets; it stands in one file because numba's cache asks for it."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit


@njit
def tables_with_margins(pre, post, pairs, skip, wanted, most, counts, ranks):
    """List the K x K tables with given margins whose pattern of changes is wanted.

    Fills `counts` (V, K K) and `ranks` (V,), the place of each table's pattern
    of changes among all patterns in rising order. Returns their number;
    where the arrays are empty it only counts, and stops beyond `most`.

    `pre` (A, K) and `post` (B, K) hold the margins, `pairs` (A, B) says which
    of them go together, `skip` (2 K - 1, n + 1, n + 1) how many patterns come
    before a count at a place, `wanted` which patterns are kept.
    """
    points = pre.shape[1]
    cells = points * points
    taken = np.empty(cells, np.int64)
    number = 0
    for a in range(pre.shape[0]):
        for b in range(post.shape[0]):
            if not pairs[a, b]:
                continue
            rows, columns = pre[a].copy(), post[b].copy()  # what is left of the margins
            cell = 0
            taken[0] = -1
            while cell >= 0:
                r, c = cell // points, cell % points
                fresh = taken[cell] < 0
                value = taken[cell] + 1
                if not fresh:
                    rows[r] += taken[cell]
                    columns[c] += taken[cell]
                if c == points - 1 or r == points - 1:  # the margin leaves no choice
                    value = rows[r] if c == points - 1 else columns[c]
                    value = value if fresh else -1
                if value < 0 or value > rows[r] or value > columns[c]:
                    cell -= 1
                    continue
                taken[cell] = value
                rows[r] -= value
                columns[c] -= value
                if cell < cells - 1:
                    cell += 1
                    taken[cell] = -1
                    continue
                if columns[c] > 0:
                    continue
                rank = _pattern_rank(taken, points, skip)
                if wanted[rank]:
                    if ranks.size:
                        counts[number] = taken
                        ranks[number] = rank
                    number += 1
                    if number > most:
                        return number
    return number


@njit
def _pattern_rank(table, points, skip):
    """Place of a table's numbers of changes -(K - 1) ... K - 1 among all such numbers."""
    left = 0
    for cell in range(points * points):
        left += table[cell]
    rank = 0
    for place in range(2 * points - 1):
        change = place - points + 1
        count = 0
        for before in range(max(0, -change), min(points, points - change)):
            count += table[before * points + before + change]
        rank += skip[place, left, count]
        left -= count
    return rank
