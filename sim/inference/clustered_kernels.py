"""Compiled tests of clustered changes; they stand in one file because numba's cache asks for it."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit

MISSING = -32768


@njit
def fill_signed_rank(changes, sites, sizes, span, pvalue_z, direction, informative):
    """Fill z, direction and informative sites (R, K, E) of the clustered signed-rank test.

    `changes` (R, E, N), `sites` (N,). Changes that are not zero take signed
    midranks; sites are weighed by the precision of their mean signed rank,
    with the intraclass correlation of the signed ranks by analysis of variance.
    Where every site's sum is zero there is no information.
    """
    replicates, endpoints, _ = changes.shape
    most = sites.max() + 1
    counts = np.empty(span + 1, np.int64)
    signed_rank = np.empty(2 * span + 1)  # by change, from -span
    total, members = np.empty(most), np.empty(most)
    for r in range(replicates):
        for e in range(endpoints):
            counts[:] = 0
            members[:] = 0.0
            start = 0
            for k in range(sizes.size):
                n = sizes[k]
                for i in range(start, n):
                    change = np.int64(changes[r, e, i])
                    if change != 0 and change != MISSING:  # noqa: PLR1714 - numba knows no tuple here
                        counts[abs(change)] += 1
                        members[sites[i]] += 1
                start = n
                ranked, squares = 0, 0.0
                signed_rank[span] = 0.0
                for g in range(1, span + 1):
                    rank = ranked + (counts[g] + 1) / 2
                    signed_rank[span + g], signed_rank[span - g] = rank, -rank
                    squares += counts[g] * rank * rank
                    ranked += counts[g]
                total[:] = 0.0
                for i in range(n):
                    change = np.int64(changes[r, e, i])
                    if change != MISSING:
                        total[sites[i]] += signed_rank[span + change]
                top, variance, seen = _weighted_sum(total, members, squares)
                if variance > 0:
                    informative[r, k, e] = seen
                    pvalue_z[r, k, e] = top / np.sqrt(variance)
                    direction[r, k, e] = np.sign(top)
                else:
                    informative[r, k, e], pvalue_z[r, k, e], direction[r, k, e] = 0, 0.0, 0


@njit
def _weighted_sum(total, members, squares):
    """Weighted sum of the sites' mean signed ranks, its null variance, and the number of sites.

    `total` and `members` are the sums and numbers of the sites' signed ranks,
    `squares` the sum of all squared ones.
    """
    sites, people, whole, between, of_squares = 0, 0.0, 0.0, 0.0, 0.0
    for s in range(total.size):
        if members[s] > 0:
            sites += 1
            people += members[s]
            whole += total[s]
            of_squares += members[s] * members[s]
            between += total[s] * total[s] / members[s]
    if sites < 2:
        return 0.0, 0.0, sites
    correlation = 0.0
    if people > sites:
        within = (squares - between) / (people - sites)
        between = (between - whole * whole / people) / (sites - 1)
        size = (people - of_squares / people) / (sites - 1)
        spread = between + (size - 1) * within
        if spread > 0:
            correlation = min(max((between - within) / spread, 0.0), 1.0)
    top, variance = 0.0, 0.0
    for s in range(total.size):
        if members[s] > 0:
            part = total[s] / (1 + (members[s] - 1) * correlation)
            top += part
            variance += part * part
    return top, variance, sites


@njit
def fill_site_means(changes, sites, sizes, number, mean, squares):
    """Fill the number of sites, the mean of their means and the sum of squares about it (R, K, E).

    `changes` (R, E, N), `sites` (N,); a site counts from its first change that
    is not missing.
    """
    replicates, endpoints, _ = changes.shape
    most = sites.max() + 1
    total, members, site_mean = np.empty(most), np.empty(most), np.empty(most)
    for r in range(replicates):
        for e in range(endpoints):
            total[:] = 0.0
            members[:] = 0.0
            site_mean[:] = 0.0
            seen, start = 0, 0
            for k in range(sizes.size):
                for i in range(start, sizes[k]):
                    change = np.int64(changes[r, e, i])
                    if change != MISSING:
                        s = sites[i]
                        seen += members[s] == 0
                        total[s] += change
                        members[s] += 1
                        site_mean[s] = total[s] / members[s]
                start = sizes[k]
                whole, about = 0.0, 0.0
                for s in range(most):
                    whole += site_mean[s]
                whole /= max(seen, 1)
                for s in range(most):
                    if members[s] > 0:
                        about += (site_mean[s] - whole) ** 2
                number[r, k, e], mean[r, k, e], squares[r, k, e] = seen, whole, about
