"""Compiled steps around the tests: changes of scores before them, stepwise decisions after."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit


@njit
def subtract(scores, starts, members, changes):
    """Fill changes (N, E, R) from scores (N, D, 2, R): the domains, then sums of some.

    The domains of sum s are `members` from `starts[s]` up to `starts[s + 1]`.
    """
    participants, domains, _, replicates = scores.shape
    missing = np.int16(-32768)  # sim.inference.result.MISSING
    for i in range(participants):
        for d in range(domains):
            pre, post, change = scores[i, d, 0], scores[i, d, 1], changes[i, d]
            for r in range(replicates):
                step = np.int16(np.int16(post[r]) - np.int16(pre[r]))
                change[r] = step if (pre[r] > 0) & (post[r] > 0) else missing
        for s in range(starts.size - 1):
            total = changes[i, domains + s]
            total[:] = 0
            for place in range(starts[s], starts[s + 1]):
                change = changes[i, members[place]]
                for r in range(replicates):
                    whole = (change[r] != missing) & (total[r] != missing)
                    total[r] = np.int16(total[r] + change[r]) if whole else missing


@njit
def largest_changes(changes):
    """Largest absolute change along the middle axis; it sizes the work space and nothing else."""
    spans = np.zeros(changes.shape[1], np.int64)
    for i in range(changes.shape[0]):
        for e in range(changes.shape[1]):
            column = changes[i, e]
            largest = np.int16(0)
            for r in range(column.size):
                change = np.int16(0) if column[r] == -32768 else abs(column[r])
                largest = max(largest, np.int16(change))
            spans[e] = max(spans[e], np.int64(largest))
    return spans


@njit
def step(counts, needed, down, rejected):
    """Find per study the count needed at the last step met; those that have it are rejected."""
    sizes, m, replicates = counts.shape
    count = np.empty(replicates, np.int16)
    stopped = np.empty(replicates, np.bool_)
    bar = np.empty(replicates, np.int16)
    for k in range(sizes):
        bar[:] = 127
        stopped[:] = False
        for step in range(m):
            level = np.int16(needed[step])
            count[:] = 0
            for e in range(m):
                row = counts[k, e]
                for r in range(replicates):
                    g = abs(np.int16(row[r]))
                    count[r] += np.int16((g >= level) & (g < 128))
            for r in range(replicates):
                reached = count[r] > step
                if down:
                    stopped[r] |= not reached
                    reached = not stopped[r]
                bar[r] = level if reached else bar[r]
        for e in range(m):
            row, out = counts[k, e], rejected[k, e]
            for r in range(replicates):
                g = abs(np.int16(row[r]))
                out[r] = (g >= bar[r]) & (g < 128)
