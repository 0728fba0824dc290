"""Compiled tests of clustered changes; they stand in one file because numba's cache asks for it."""

import numba
import numpy as np

MISSING = -32768


@numba.njit(cache=True)
def fill_signed_rank(changes, sites, sizes, span, pvalue_z, direction, informative):
    """Fill z, direction and informative sites (R, K, E) of the clustered signed-rank test.

    `changes` (R, E, N), `sites` (N,). Changes that are not zero take signed
    midranks; sites are weighed by the precision of their mean signed rank,
    with the intraclass correlation of the signed ranks by analysis of variance.
    """
    replicates, endpoints, _ = changes.shape
    most = sites.max() + 1
    counts = np.empty(span + 1, np.int64)
    rank = np.empty(span + 1)
    total, squares, members = np.empty(most), np.empty(most), np.empty(most)
    for r in range(replicates):
        for e in range(endpoints):
            for k in range(sizes.size):
                n = sizes[k]
                counts[:] = 0
                for i in range(n):
                    change = np.int64(changes[r, e, i])
                    if change != MISSING:
                        counts[abs(change)] += 1
                ranked = 0
                for g in range(1, span + 1):
                    rank[g] = ranked + (counts[g] + 1) / 2
                    ranked += counts[g]
                total[:] = 0.0
                squares[:] = 0.0
                members[:] = 0.0
                for i in range(n):
                    change = np.int64(changes[r, e, i])
                    if change != 0 and change != MISSING:  # noqa: PLR1714 - numba knows no tuple here
                        score = rank[abs(change)] if change > 0 else -rank[abs(change)]
                        total[sites[i]] += score
                        squares[sites[i]] += score * score
                        members[sites[i]] += 1
                top, variance, seen = _weighted_sum(total, squares, members)
                informative[r, k, e] = seen
                pvalue_z[r, k, e] = 0.0 if variance == 0 else top / np.sqrt(variance)
                direction[r, k, e] = np.sign(top) if variance > 0 else 0


@numba.njit(cache=True)
def _weighted_sum(total, squares, members):
    """Weighted sum of the sites' mean signed ranks, its null variance, and the number of sites."""
    sites, people, whole, within, of_squares = 0, 0.0, 0.0, 0.0, 0.0
    for s in range(total.size):
        if members[s] > 0:
            sites += 1
            people += members[s]
            whole += total[s]
            of_squares += members[s] * members[s]
            within += squares[s] - total[s] * total[s] / members[s]
    if sites < 2:
        return 0.0, 0.0, sites
    correlation = 0.0
    if people > sites:
        between = 0.0
        for s in range(total.size):
            if members[s] > 0:
                between += members[s] * (total[s] / members[s] - whole / people) ** 2
        between /= sites - 1
        within /= people - sites
        size = (people - of_squares / people) / (sites - 1)
        spread = between + (size - 1) * within
        if spread > 0:
            correlation = min(max((between - within) / spread, 0.0), 1.0)
    top, variance = 0.0, 0.0
    for s in range(total.size):
        if members[s] > 0:
            weight = members[s] / (1 + (members[s] - 1) * correlation)
            part = weight * total[s] / members[s]
            top += part
            variance += part * part
    return top, variance, sites


@numba.njit(cache=True)
def fill_site_means(changes, sites, sizes, number, mean, squares):
    """Fill the number of sites, the mean of their means and the sum of squares about it (R, K, E).

    `changes` (R, E, N), `sites` (N,); a site counts from its first change that
    is not missing.
    """
    replicates, endpoints, _ = changes.shape
    most = sites.max() + 1
    total, members = np.empty(most), np.empty(most)
    for r in range(replicates):
        for e in range(endpoints):
            total[:] = 0.0
            members[:] = 0.0
            k = 0
            for i in range(changes.shape[2]):
                change = np.int64(changes[r, e, i])
                if change != MISSING:
                    total[sites[i]] += change
                    members[sites[i]] += 1
                if k < sizes.size and i + 1 == sizes[k]:
                    seen, whole, about = 0, 0.0, 0.0
                    for s in range(most):
                        if members[s] > 0:
                            own = total[s] / members[s]
                            seen += 1
                            step = own - whole
                            whole += step / seen
                            about += step * (own - whole)
                    number[r, k, e], mean[r, k, e], squares[r, k, e] = seen, whole, about
                    k += 1
