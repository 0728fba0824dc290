"""From scores to the changes of every endpoint: the domains, then the total."""

import numpy as np
from numpy.typing import NDArray

from sim.inference.result import MISSING
from sim.inference.step_kernels import subtract
from sim.study import Analysis


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


def changes_tested(
    scores: NDArray[np.int8], changes: NDArray[np.int16], analysis: Analysis
) -> NDArray[np.int16]:
    """Changes that the test looks at: those of the scores, or of success at the analysis's cut.

    Parameters
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Scores from 1; 0 means missing.
    changes : ndarray of int16, shape (R, N, D + 1)
        Their changes, as from :func:`endpoint_changes`.
    analysis : Analysis
        Where it states a cut, a score at or above it is a success; a total
        is one at or above ``total_cut``.

    Returns
    -------
    ndarray of int16, shape (R, N, D + 1)
        `changes` themselves without a cut. With one, -1, 0 or 1, and
        ``MISSING`` where a score is; the total is missing from everybody
        where no cut of its own is stated, so that its test has p = 1 and
        counts as having no information.
    """
    if analysis.cut is None:
        return changes
    seen = scores > 0
    successes = endpoint_changes(seen.astype(np.int8) + (scores >= analysis.cut))
    successes[..., -1] = MISSING
    if analysis.total_cut is not None:
        reached = scores.sum(axis=2, dtype=np.int16) >= analysis.total_cut  # (R, N, 2)
        step = reached[..., 1].astype(np.int16) - reached[..., 0]
        successes[..., -1] = np.where(seen.all(axis=(2, 3)), step, MISSING)
    return successes
