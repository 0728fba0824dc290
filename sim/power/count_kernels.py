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
    changes, clusters, sizes, units, truth, quantiles, half_width, place, order, starts, rejected,
    sums,
):  # fmt: skip
    """Fill sums (9, K, J, E) of estimates from changes (N, E, R) and rejections (K, E, R).

    Per replicate the mean change and its t interval follow from the number of
    changes that are not missing, their sum and their sum of squares; below two
    there is no estimate. Where `clusters` (N,) says who belongs together, the
    clusters' mean changes take the place of people's changes; else it is
    empty. `quantiles` (N + 1,) are those of t by that number, `units` (E,) the
    points that one whole number of a change stands for.

    The estimates are those at the look at which a replicate ends: `place` (K, J)
    says which of `sizes` are a size's looks, and those that end at look j are
    `order` (K, R) from `starts[k, j]` up to `starts[k, j + 1]`; it is not read
    where all end at one. Means and widths, and their squares, are summed in
    units of 1/FINE.
    """
    centre = np.empty((sizes.size, changes.shape[2]))
    half = np.empty_like(centre)
    for e in range(changes.shape[1]):
        _estimate(changes, e, clusters, sizes, units[e], quantiles, centre, half)
        _count(
            centre, half, e, truth[e], half_width, place, order, starts, rejected, sums
        )  # fmt: skip


@njit
def count_intervals(centre, half, truth, half_width, place, order, starts, rejected, sums):
    """Fill sums (9, K, J, E) of estimates and half-widths (E, U, R), below 0 where there is none.

    The other arguments are those of :func:`count_changes`.
    """
    for e in range(centre.shape[0]):
        _count(
            centre[e], half[e], e, truth[e], half_width, place, order, starts, rejected, sums
        )  # fmt: skip


@njit
def _estimate(changes, e, clusters, sizes, unit, quantiles, centre, half):
    """Fill mean changes and half-widths (U, R) of one endpoint."""
    participants, _, replicates = changes.shape
    together = clusters.size > 0
    inner, members = _of_clusters(clusters, replicates)
    inner[:], members[:] = 0.0, 0.0
    work = np.zeros((7, replicates))
    seen, sums, power, size, share = work[0], work[1], work[2], work[3], work[4]
    scale, known, number = work[5], work[6], np.empty(1)
    gone = together  # where nothing is missing, counting people is spared
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
                _spread(seen, unit, quantiles, known, size, share, scale)
            else:
                number[0] = sizes[k]
                _spread(number, unit, quantiles, known, size, share, scale)
            for r in range(replicates):
                centre[k, r] = share[r] * sums[r]
                # of people whole numbers below 2^53: the difference is exact, never negative
                about = size[r] * power[r] - sums[r] * sums[r]
                radius = scale[r] * np.sqrt(max(about, 0.0))
                half[k, r] = radius if known[r] > 0 else -1.0
            k += 1


@njit
def _count(centre, half, e, truth, half_width, place, order, starts, rejected, sums):
    """Fill the sums of one endpoint from its estimates and half-widths (U, R)."""
    replicates = rejected.shape[2]
    means, radii, hits, known, whole, squares = np.empty((6, replicates))
    for k in range(place.shape[0]):
        for j in range(place.shape[1]):
            out = rejected[k, e]
            mean, radius, hit = centre[place[k, j]], half[place[k, j]], hits
            number = starts[k, j + 1] - starts[k, j]
            if number == replicates:
                for r in range(replicates):
                    hit[r] = out[r]
            else:
                row = order[k, starts[k, j] : starts[k, j + 1]]
                for i in range(number):
                    r = row[i]
                    means[i], radii[i], hits[i] = mean[r], radius[r], out[r]
                mean, radius, hit = means[:number], radii[:number], hits[:number]
            _sum_up(mean, radius, hit, truth, half_width, known, whole, squares, sums[:, k, j, e])


@njit(allocates=False)
def _sum_up(centre, half, hit, truth, half_width, known, whole, squares, sums):
    """Fill the nine sums over replicates; `known`, `whole` and `squares` are room to work in."""
    for r in range(centre.size):
        known[r] = half[r] >= 0
        hit[r] *= known[r]
    _round(centre, 1.0, whole, squares)
    sums[1], sums[2], sums[0] = _sum(whole, squares, known, centre.size, False)
    sums[3], sums[4], _ = _sum(whole, squares, hit, centre.size, True)
    sums[5], sums[6] = _intervals(centre, half, truth, half_width)
    _round(half, 2.0, whole, squares)
    sums[7], sums[8], _ = _sum(whole, squares, known, centre.size, False)


@njit(inline="always")
def _of_clusters(clusters, replicates):
    """Give room for sums and numbers of clusters' changes, of none where people are alone."""
    most = 0
    for i in range(clusters.size):
        most = max(most, clusters[i] + 1)
    return np.empty((most, replicates)), np.empty((most, replicates))


@njit(inline="always")
def _any_missing(column):
    """Tell whether a change is missing (sim.inference.result.MISSING)."""
    missing = False
    for r in range(column.size):
        missing |= column[r] == -32768
    return missing


@njit(inline="always")
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


@njit(inline="always")
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


@njit(allocates=False)
def _spread(number, unit, quantiles, known, size, share, scale):
    """Fill what sums are multiplied by to be means and half-widths; one number serves them all."""
    for r in range(number.size):
        known[r] = number[r] >= 2
        size[r] = max(number[r], 2.0)
        share[r] = unit / size[r]
        scale[r] = share[r] * quantiles[np.int64(size[r])] / np.sqrt(size[r] - 1)
    if number.size == 1:
        for r in range(1, known.size):
            known[r], size[r], share[r], scale[r] = known[0], size[0], share[0], scale[0]


@njit(inline="always")
def _intervals(centre, half, truth, half_width):
    """Count the replicates whose interval covers the truth, and those whose interval is narrow."""
    inside, tight = 0, 0
    for r in range(centre.size):
        here = half[r] >= 0
        inside += here & (abs(centre[r] - truth) <= half[r] + 1e-12)
        tight += here & (half[r] <= half_width)
    return inside, tight


@njit(allocates=False)
def _round(values, times, whole, squares):
    """Fill so many times the values and their squares in units of 1/FINE, rounded to whole ones."""
    for r in range(values.size):
        value = times * values[r]
        whole[r] = (value * FINE + ROUNDER) - ROUNDER
        squares[r] = (value * value * FINE + ROUNDER) - ROUNDER


@njit(allocates=False, fastmath={"reassoc"})
def _sum(whole, squares, counted, number, without_sign):
    """Sum whole numbers; below 2^53 their order does not matter, so the compiler may choose it."""
    total, of_squares, how_many = 0.0, 0.0, 0.0
    for r in range(number):
        total += (abs(whole[r]) if without_sign else whole[r]) * counted[r]
        of_squares += squares[r] * counted[r]
        how_many += counted[r]
    return np.int64(total), np.int64(of_squares), np.int64(how_many)


@njit
def count_both(first, second, counts):
    """Fill counts (K, A, B) of the replicates in which one (A, K, R) and another (B, K, R) hold."""
    for k in range(first.shape[1]):
        for a in range(first.shape[0]):
            for b in range(second.shape[0]):
                one, other, both = first[a, k], second[b, k], np.int32(0)
                for r in range(one.size):
                    both += np.int32(one[r] & other[r])
                counts[k, a, b] = both


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
