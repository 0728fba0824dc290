"""From scores to the changes of every endpoint: the domains, then the total."""

import numba
import numpy as np
from numpy.typing import NDArray


def endpoint_changes(scores: NDArray[np.int8]) -> NDArray[np.int16]:
    """Changes after minus before, per domain and in total.

    Parameters
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Scores from 1; 0 means missing.

    Returns
    -------
    ndarray of int16, shape (R, N, D + 1)
        ``MISSING`` where a score is missing; the total is missing where any
        domain is (complete cases).
    """
    by_participant = np.ascontiguousarray(scores.transpose(1, 0, 2, 3))  # (N, R, D, 2)
    n, replicates, domains, _ = by_participant.shape
    changes = np.empty((n, replicates, domains + 1), dtype=np.int16)
    _subtract(by_participant, changes)
    return changes.transpose(1, 0, 2)  # (R, N, E)


@numba.njit(cache=True)
def _subtract(scores, changes):  # type: ignore[no-untyped-def]  # pragma: no cover
    participants, replicates, domains, _ = scores.shape
    missing = -32768  # sim.inference.result.MISSING
    for i in range(participants):
        for r in range(replicates):
            total = 0
            complete = True
            for d in range(domains):
                pre, post = scores[i, r, d, 0], scores[i, r, d, 1]
                if pre == 0 or post == 0:
                    changes[i, r, d] = missing
                    complete = False
                else:
                    changes[i, r, d] = post - pre
                    total += post - pre
            changes[i, r, domains] = total if complete else missing
