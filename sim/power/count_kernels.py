"""Compiled counting over replicates."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit

FINE = 2**20
"""Means and widths are counted in whole units of 1/FINE points: they add up alike in any order."""
ROUNDER = 1.5 * 2.0**52
"""Added and taken away again, it leaves a number below 2^51 rounded to the nearest whole one."""


@njit
def count_changes(
    changes, clusters, sizes, units, truth, quantiles, half_width, rejected,
    estimable, total, squares, rejected_total, rejected_squares, covered, narrow, width,
    width_squares,
):  # fmt: skip
    """Fill sums over replicates (K, E) from changes (N, E, R) and rejections (K, E, R).

    Per replicate the mean change and its t interval follow from the number of
    changes that are not missing, their sum and their sum of squares; below two
    there is no estimate. Where `clusters` (N,) says who belongs together, the
    clusters' mean changes take the place of people's changes; else it is
    empty. `quantiles` (N + 1,) are those of t by that number, `units` (E,) the
    points that one whole number of a change stands for. Means and widths, and
    their squares, are summed in units of 1/FINE.
    """
    participants, endpoints, replicates = changes.shape
    together = clusters.size > 0
    most = clusters.max() + 1 if together else 0
    inner, members = np.empty((2, most, replicates))
    seen, sums, power, size, share, scale, known, centre, half, whole, whole_squares = np.empty(
        (11, replicates)
    )
    for e in range(endpoints):
        seen[:], sums[:], power[:] = 0.0, 0.0, 0.0
        inner[:], members[:] = 0.0, 0.0
        gone = together  # where nothing is missing, counting people is spared
        for i in range(participants):
            gone |= _any_missing(changes[i, e])
        k, unit = 0, units[e]
        for i in range(participants):
            if together:
                u = clusters[i]
                _add_to_cluster(changes[i, e], inner[u], members[u], seen, sums, power)
            else:
                _add(changes[i, e], gone, seen, sums, power)
            if k < sizes.size and i + 1 == sizes[k]:
                if gone:
                    _spread(seen, unit, quantiles, known, size, share, scale)
                else:
                    number = np.full(1, np.float64(sizes[k]))
                    _spread(number, unit, quantiles, known, size, share, scale)
                for r in range(replicates):
                    centre[r] = share[r] * sums[r]
                    # of people whole numbers below 2^53: the difference is exact, never negative
                    about = size[r] * power[r] - sums[r] * sums[r]
                    half[r] = scale[r] * np.sqrt(max(about, 0.0))
                estimable[k, e] = np.int64(known.sum())
                covered[k, e], narrow[k, e] = _intervals(centre, half, known, truth[e], half_width)
                _round(centre, whole, whole_squares)
                hit = known * rejected[k, e]
                total[k, e], squares[k, e] = _sum(whole, known)[0], _sum(whole_squares, known)[0]
                rejected_total[k, e] = _sum(whole, hit)[1]
                rejected_squares[k, e] = _sum(whole_squares, hit)[0]
                _round(2 * half, whole, whole_squares)
                width[k, e], width_squares[k, e] = (
                    _sum(whole, known)[0], _sum(whole_squares, known)[0]
                )  # fmt: skip
                k += 1


@njit
def estimate_changes(changes, clusters, sizes, units, quantiles, known, centre, half):
    """Fill which estimates there are, mean changes and half-widths (K, E, R), as they are counted.

    The other arguments are those of :func:`count_changes`.
    """
    participants, endpoints, replicates = changes.shape
    together = clusters.size > 0
    most = clusters.max() + 1 if together else 0
    inner, members = np.empty((2, most, replicates))
    seen, sums, power, size, share, scale, number = np.empty((7, replicates))
    for e in range(endpoints):
        seen[:], sums[:], power[:] = 0.0, 0.0, 0.0
        inner[:], members[:] = 0.0, 0.0
        gone = together
        for i in range(participants):
            gone |= _any_missing(changes[i, e])
        k = 0
        for i in range(participants):
            if together:
                u = clusters[i]
                _add_to_cluster(changes[i, e], inner[u], members[u], seen, sums, power)
            else:
                _add(changes[i, e], gone, seen, sums, power)
            if k < sizes.size and i + 1 == sizes[k]:
                if gone:
                    number[:] = seen
                else:
                    number[:] = sizes[k]
                _spread(number, units[e], quantiles, known[k, e], size, share, scale)
                for r in range(replicates):
                    centre[k, e, r] = share[r] * sums[r]
                    about = size[r] * power[r] - sums[r] * sums[r]
                    half[k, e, r] = scale[r] * np.sqrt(max(about, 0.0))
                k += 1


@njit
def count_ended(
    known, centre, half, place, ends, rejected, truth, half_width,
    estimable, total, squares, rejected_total, rejected_squares, covered, narrow, width,
    width_squares,
):  # fmt: skip
    """Fill sums over replicates (K, J, E) of the estimates at the look at which each ends.

    `known`, `centre` and `half` are as from :func:`estimate_changes`, `place` (K, J) says which
    of their sizes are a size's looks, `ends` (K, R) at which of these a replicate ends, and
    `rejected` (K, E, R) what is rejected there. Sums are those of :func:`count_changes`.
    """
    sizes, endpoints, replicates = rejected.shape
    sums = np.empty((place.shape[1], 9))  # whole numbers below 2^53
    for k in range(sizes):
        for e in range(endpoints):
            sums[:] = 0.0
            for r in range(replicates):
                j = ends[k, r]
                u = place[k, j]
                here, mean, radius = known[u, e, r], centre[u, e, r], half[u, e, r]
                hit = here * rejected[k, e, r]
                whole = (mean * FINE + ROUNDER) - ROUNDER
                square = (mean * mean * FINE + ROUNDER) - ROUNDER
                row = sums[j]
                row[0] += here
                row[1] += whole * here
                row[2] += square * here
                row[3] += abs(whole) * hit
                row[4] += square * hit
                row[5] += here * (abs(mean - truth[e]) <= radius + 1e-12)
                row[6] += here * (radius <= half_width)
                row[7] += here * ((2 * radius * FINE + ROUNDER) - ROUNDER)
                row[8] += here * ((4 * radius * radius * FINE + ROUNDER) - ROUNDER)
            for j in range(place.shape[1]):
                estimable[k, j, e], total[k, j, e] = sums[j, 0], sums[j, 1]
                squares[k, j, e], rejected_total[k, j, e] = sums[j, 2], sums[j, 3]
                rejected_squares[k, j, e], covered[k, j, e] = sums[j, 4], sums[j, 5]
                narrow[k, j, e], width[k, j, e] = sums[j, 6], sums[j, 7]
                width_squares[k, j, e] = sums[j, 8]


@njit
def _any_missing(column):
    """Tell whether a change is missing (sim.inference.result.MISSING)."""
    missing = False
    for r in range(column.size):
        missing |= column[r] == -32768
    return missing


@njit
def _add(column, gone, number, sums, power):
    """Add one participant's changes to the numbers, sums and sums of squares of all replicates."""
    for r in range(column.size):
        change = np.float64(column[r])
        if gone:
            here = column[r] != -32768
            change = change if here else 0.0
            number[r] += here
        sums[r] += change
        power[r] += change * change


@njit
def _add_to_cluster(column, inner, members, number, sums, power):
    """Add one participant's changes to its cluster, whose mean is one value of all replicates.

    `inner` and `members` are the sum and the number of the cluster's changes,
    of which `number`, `sums` and `power` count, sum and square the means.
    """
    for r in range(column.size):
        here = np.float64(column[r] != -32768)
        old = inner[r] / max(members[r], 1.0)
        number[r] += here * (members[r] == 0)
        inner[r] += here * column[r]
        members[r] += here
        new = inner[r] / max(members[r], 1.0)
        sums[r] += new - old
        power[r] += new * new - old * old


@njit
def _spread(number, unit, quantiles, known, size, share, scale):
    """Fill what sums are multiplied by to be means and half-widths; one number serves them all."""
    for r in range(number.size):
        known[r] = number[r] >= 2
        size[r] = max(number[r], 2.0)
        share[r] = unit / size[r]
        scale[r] = share[r] * quantiles[np.int64(size[r])] / np.sqrt(size[r] - 1)
    if number.size == 1:
        known[:], size[:] = known[0], size[0]
        share[:], scale[:] = share[0], scale[0]


@njit
def _intervals(centre, half, known, truth, half_width):
    """Count the replicates whose interval covers the truth, and those whose interval is narrow."""
    inside, tight = 0, 0
    for r in range(centre.size):
        here = known[r] > 0
        inside += here & (abs(centre[r] - truth) <= half[r] + 1e-12)
        tight += here & (half[r] <= half_width)
    return inside, tight


@njit
def _round(values, whole, squares):
    """Fill values and their squares in units of 1/FINE, rounded; as floating point, but whole."""
    for r in range(values.size):
        whole[r] = (values[r] * FINE + ROUNDER) - ROUNDER
        squares[r] = (values[r] * values[r] * FINE + ROUNDER) - ROUNDER


@njit(fastmath={"reassoc"})
def _sum(whole, counted):
    """Sum whole numbers; below 2^53 their order does not matter, so the compiler may choose it."""
    total, absolute = 0.0, 0.0
    for r in range(whole.size):
        total += whole[r] * counted[r]
        absolute += abs(whole[r]) * counted[r]
    return np.int64(total), np.int64(absolute)


@njit
def count_true(happened, counts):
    """Fill counts (K, E) of the replicates in which something happened (K, E, R)."""
    for k in range(happened.shape[0]):
        for e in range(happened.shape[1]):
            column = happened[k, e]
            number = np.int32(0)
            for r in range(column.size):
                number += np.int32(column[r])
            counts[k, e] = number
