"""Compiled means of the units that people come in, such as sites."""
# mypy: ignore-errors
# (numba infers the types of compiled functions)

import numpy as np

from sim.compute.compiled import njit

MISSING = -32768


@njit
def fill_unit_means(
    treated, controls, units, other_units, sizes, paired, number, mean, squares
):  # fmt: skip
    """Fill the number of units, the mean of their means and the sum of squares about it (R, K, E).

    `treated` (R, E, N) and `controls` (R, E, M) hold changes, `units` (N,) and
    `other_units` (M,) whose they are, `sizes` (2, K) how many people of each
    arm there are. Where `paired`, a unit's value is the difference of its
    two arms and it counts from when both have a change that is not missing;
    otherwise it is the mean of the treated, and `controls` is empty.

    Sums are kept up to date change by change, so that the work grows with
    people and sizes, not with their product. Cancellation leaves a sum of
    squares that should be none a rounding error above it: enough for an
    interval, not for a test that must know 0 from almost 0.
    """
    replicates, endpoints, _ = treated.shape
    most = max(units.max(), other_units.max() if other_units.size else 0) + 1
    total, members = np.empty((2, most)), np.empty((2, most))
    for r in range(replicates):
        for e in range(endpoints):
            total[:] = 0.0
            members[:] = 0.0
            seen, whole, power = 0, 0.0, 0.0
            start = np.zeros(2, np.int64)
            for k in range(sizes.shape[1]):
                for arm in range(2):
                    changes = treated[r, e] if arm == 0 else controls[r, e]
                    place = units if arm == 0 else other_units
                    for i in range(start[arm], sizes[arm, k]):
                        change = np.int64(changes[i])
                        if change == MISSING:
                            continue
                        u = place[i]
                        if _counts(members, u, paired):
                            old = _value(total, members, u, paired)
                            seen, whole, power = seen - 1, whole - old, power - old * old
                        total[arm, u] += change
                        members[arm, u] += 1
                        if _counts(members, u, paired):
                            new = _value(total, members, u, paired)
                            seen, whole, power = seen + 1, whole + new, power + new * new
                    start[arm] = sizes[arm, k]
                centre = whole / max(seen, 1)
                number[r, k, e], mean[r, k, e] = seen, centre
                squares[r, k, e] = max(power - whole * centre, 0.0)


@njit
def _counts(members, u, paired):
    """Tell whether a unit has a value."""
    return members[0, u] > 0 and (members[1, u] > 0 or not paired)


@njit
def _value(total, members, u, paired):
    """Mean of a unit's changes, or the difference of its two arms' means."""
    mean_change = total[0, u] / members[0, u]
    return mean_change - total[1, u] / members[1, u] if paired else mean_change
