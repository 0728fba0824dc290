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
def mark(counts, at, needed, alone, direction, domains, side, marks):
    """Fill marks (V, E, R) of threshold counts (K, E, R), each endpoint alone and in its family.

    `at` (V,) says which of the K is decided on. There `alone` (V,) is the count needed of an
    endpoint by itself, and `needed` (V, m) those of the steps of the family of the first `domains`
    endpoints: they go down (-1), up (1), or are all the same (0). Where V is 1 in these, they
    serve all. The bits are those of :mod:`sim.inference.decide`.
    """
    places, endpoints, replicates = marks.shape
    strength = np.empty((endpoints, replicates), np.int8)
    bar = np.empty(replicates, np.int8)
    for v in range(places):
        steps, single = needed[min(v, len(needed) - 1)], alone[min(v, len(alone) - 1)]
        for e in range(endpoints):
            row, size = counts[at[v], e], strength[e]
            for r in range(replicates):  # -128, no information, stays below all that is needed
                size[r] = np.int8(row[r] if row[r] >= 0 else -row[r])
        _find_bar(strength[:domains], steps, direction, bar)
        for e in range(endpoints):
            row, size, out = counts[at[v], e], strength[e], marks[v, e]
            if e == domains:
                bar[:] = single
            for r in range(replicates):
                rejected, adjusted = size[r] >= single, size[r] >= bar[r]
                onside = (row[r] > 0) == (side > 0)
                nothing = row[r] == -128
                out[r] = np.uint8(rejected + 2 * adjusted + 4 * onside + 8 * nothing)


@njit
def _find_bar(strength, steps, direction, bar):
    """Fill the count needed (R,) at the last step that each study's hypotheses (m, R) meet."""
    hypotheses, replicates = strength.shape
    bar[:] = steps[0] if direction == 0 else 127  # which none has
    if direction == 0:
        return
    count = np.empty(replicates, np.int8)  # of at most 60 items
    stopped = np.zeros(replicates, np.bool_)
    for s in range(hypotheses):
        level = steps[s]
        count[:] = 0
        for e in range(hypotheses):
            row = strength[e]
            for r in range(replicates):
                count[r] += np.int8(row[r] >= level)
        for r in range(replicates):
            reached = count[r] > s
            if direction < 0:
                stopped[r] |= not reached
                reached = not stopped[r]
            bar[r] = level if reached else bar[r]


@njit
def choose(values, of, ends, chosen):
    """Fill values (K, E, R) from those of the look (K, R) at which each study ends.

    `of` (K, J) says where those of a size's looks stand among the values (V, E, R).
    """
    for k in range(chosen.shape[0]):
        for e in range(chosen.shape[1]):
            out = chosen[k, e]
            for j in range(of.shape[1]):
                row, here, look = values[of[k, j], e], ends[k], np.int8(j)
                for r in range(out.size):
                    this, old = row[r], out[r]  # loaded either way: whole vectors are quickest
                    out[r] = this if here[r] == look else old
