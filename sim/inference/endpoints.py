"""From scores to the changes of every endpoint: the domains, then the total."""

import numpy as np
from numpy.typing import NDArray

from sim.inference.step_kernels import subtract


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
    subtract(by_participant, changes)
    return changes.transpose(2, 0, 1)  # (R, N, E)
