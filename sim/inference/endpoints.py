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
        A view of (N, D + 1, R). ``MISSING`` where a score is missing; the
        total is missing where any domain is (complete cases).
    """
    by_participant = np.ascontiguousarray(scores.transpose(1, 2, 3, 0))  # (N, D, 2, R)
    n, domains, _, replicates = by_participant.shape
    changes = np.empty((n, domains + 1, replicates), dtype=np.int16)
    _subtract(by_participant, changes)
    return changes.transpose(2, 0, 1)  # (R, N, E)


@numba.njit(cache=True)
def _subtract(scores, changes):  # type: ignore[no-untyped-def]  # pragma: no cover
    participants, domains, _, replicates = scores.shape
    missing = np.int16(-32768)  # sim.inference.result.MISSING
    for i in range(participants):
        total = changes[i, domains]
        total[:] = 0
        for d in range(domains):
            pre, post, change = scores[i, d, 0], scores[i, d, 1], changes[i, d]
            for r in range(replicates):
                step = np.int16(np.int16(post[r]) - np.int16(pre[r]))
                seen = (pre[r] > 0) & (post[r] > 0)
                whole = seen & (total[r] != missing)
                change[r] = step if seen else missing
                total[r] = np.int16(total[r] + step) if whole else missing
