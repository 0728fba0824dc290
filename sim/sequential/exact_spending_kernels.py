"""Compiled: exact critical values at looks, given the absolute changes; see `exact_spending`.

`scores`: MIDRANKS (doubled), PRATT (so, zeros taking the first ranks), VALUES or SIGNS.
"""

# mypy: ignore-errors
import numpy as np

from sim.compute.compiled import njit

MIDRANKS, PRATT, VALUES, SIGNS = 0, 1, 2, 3
ROUNDING = 1e-12
"""Relative error of a sum of probabilities, by which a budget is not missed."""


@njit
def stops_given(counts, scores, budget, two_sided, chances, taken, critical, high, low):
    """Fill what each look rejects, by path of counts: one study's, look by look.

    `counts` (P, J, G + 1) are the changes by absolute value up to each look,
    zero included; `budget` (J,) what one side may spend by each; `chances`
    (C, G) how likely changes are rises, 1/2 in the first row. Filled are the
    scores `taken` (P, J, G + 1), the least statistic that rejects high,
    `critical` (P, J), and P(first rejects there) on each side (P, C, J).

    Scores that stay what they are need the distribution of the statistic alone;
    ranks are made anew at each look and need the rises by absolute value.
    """
    high[:] = 0.0
    low[:] = 0.0
    for p in range(counts.shape[0]):
        path = counts[p], scores, budget, two_sided, chances, taken[p], critical[p], high[p], low[p]
        if scores in (VALUES, SIGNS):
            _along_a_line(*path)
        else:
            _on_a_grid(*path)


@njit
def _scored(counts, scores, taken):
    """Fill the score of each absolute change; give the sum over all changes."""
    ranked, whole = counts[0] if scores == PRATT else 0, 0
    for g in range(1, counts.size):
        if scores == VALUES:
            taken[g] = g
        elif scores == SIGNS:
            taken[g] = 1
        else:
            taken[g] = 2 * ranked + 1 + counts[g]
        ranked += counts[g]
        whole += counts[g] * taken[g]
    return whole


@njit
def _along_a_line(counts, scores, budget, two_sided, chances, taken, critical, high, low):
    """Critical values where what is known of a study at a look is its statistic."""
    looks = counts.shape[0]
    line = np.zeros((chances.shape[0], _scored(counts[looks - 1], scores, taken[0]) + 1))
    line[:, 0] = 1.0
    top, spent = 0, 0.0
    for j in range(looks):
        _scored(counts[j], scores, taken[j])
        top = _add_participants(line, top, counts, j, taken[j], chances)
        critical[j] = _stop(line, top, spent, budget[j], two_sided, j, high, low)
        spent += high[0, j]
        line[:, critical[j] : top + 1] = 0.0
        if two_sided:
            line[:, : top - critical[j] + 1] = 0.0


@njit
def _on_a_grid(counts, scores, budget, two_sided, chances, taken, critical, high, low):
    """Critical values where what is known is the number of rises by absolute value.

    The last look needs the statistic alone: that of earlier rises is put on a
    line, and the participants since then are added there.
    """
    looks, span = counts.shape[0], counts.shape[1] - 1
    strides = np.ones(span + 2, np.int64)
    for g in range(1, span + 1):
        strides[g + 1] = strides[g] * (1 + (counts[looks - 2, g] if looks > 1 else 0))
    grid = np.zeros((chances.shape[0], strides[span + 1]))
    grid[:, 0] = 1.0
    places, spent = np.zeros(grid.shape[1], np.int64), 0.0
    for j in range(looks):
        last = j == looks - 1
        if not last:
            _add_to_grid(grid, strides, counts, j, chances)
        whole = _scored(counts[j], scores, taken[j])
        _place(places, strides, taken[j])
        line = np.zeros((chances.shape[0], whole + 1))
        for c in range(chances.shape[0]):
            for cell in range(places.size):
                if grid[c, cell] > 0:
                    line[c, places[cell]] += grid[c, cell]
        if last:
            top = 0
            for g in range(1, span + 1):
                top += taken[j, g] * (counts[j - 1, g] if looks > 1 else 0)
            _add_participants(line, top, counts, j, taken[j], chances)
        critical[j] = _stop(line, whole, spent, budget[j], two_sided, j, high, low)
        spent += high[0, j]
        for cell in range(places.size):
            at = places[cell]
            if at >= critical[j] or (two_sided and at <= whole - critical[j]):
                grid[:, cell] = 0.0


@njit
def _add_participants(line, top, counts, j, taken, chances):
    """Add the changes since the look before to the distributions (C, W) of the statistic."""
    for g in range(1, counts.shape[1]):
        score = taken[g]
        for _ in range(counts[j, g] - (counts[j - 1, g] if j > 0 else 0)):
            top += score
            for c in range(line.shape[0]):
                p = chances[c, g - 1]
                for w in range(top, score - 1, -1):
                    line[c, w] = line[c, w] * (1 - p) + line[c, w - score] * p
                for w in range(min(score, top + 1)):
                    line[c, w] *= 1 - p
    return top


@njit
def _add_to_grid(grid, strides, counts, j, chances):
    """Add the changes since the look before to the distributions (C, cells) of the rises."""
    cells = grid.shape[1]
    for g in range(1, counts.shape[1]):
        inner, outer = strides[g], strides[g + 1]
        before = counts[j - 1, g] if j > 0 else 0
        for most in range(before + 1, counts[j, g] + 1):
            for c in range(grid.shape[0]):
                p = chances[c, g - 1]
                for start in range(0, cells, outer):
                    for number in range(most, 0, -1):
                        at = start + number * inner
                        for i in range(at, at + inner):
                            grid[c, i] = grid[c, i] * (1 - p) + grid[c, i - inner] * p
                    for i in range(start, start + inner):
                        grid[c, i] *= 1 - p


@njit
def _place(places, strides, taken):
    """Fill the statistic of every cell of the grid."""
    places[:] = 0
    for g in range(1, taken.size):
        inner, outer = strides[g], strides[g + 1]
        for cell in range(places.size):
            places[cell] += (cell % outer) // inner * taken[g]


@njit
def _stop(line, whole, spent, budget, two_sided, j, high, low):
    """Find the least statistic that rejects high within the budget; fill what the look rejects."""
    least = whole // 2 + 1 if two_sided else 0  # the sides must not meet
    tail, critical = 0.0, whole + 1
    limit = budget * (1 + ROUNDING)
    while critical > least and spent + tail + line[0, critical - 1] <= limit:
        critical -= 1
        tail += line[0, critical]
    for c in range(line.shape[0]):
        for w in range(critical, whole + 1):
            high[c, j] += line[c, w]
        for w in range(whole - critical + 1 if two_sided else 0):
            low[c, j] += line[c, w]
    return critical
