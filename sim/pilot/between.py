"""Correlation of the domains with each other."""

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.cohorts import role_arms
from sim.cohorts.correlation import Scores, latent_correlation
from sim.cohorts.marginals import DomainMarginals
from sim.cohorts.observed import EIGENVALUE_TOLERANCE
from sim.cohorts.participants import TREATED
from sim.pilot.data import cross_table
from sim.pilot.paired import IntArray
from sim.pilot.polychoric import polychoric_estimate
from sim.study import Study

SMALLEST_EIGENVALUE = 1e-4
"""Eigenvalue to which those that are not positive are raised in a repair."""


def stated_between(study: Study, role: str) -> FloatArray:
    """Latent correlations between the domains as stated, shape (D, D).

    How people answer matters only where the stated correlations are those of scores.

    Raises
    ------
    StudyError
        Where nobody can have these correlations.
    """
    count, points = len(study.domains), study.points
    if study.correlation.stated_as != "latent":
        people = role_arms(study, study.role_names.index(role))[TREATED]
        return people.correlation[:count, :count]
    even = np.full(points, 1 / points)
    scores = Scores(study.domains, (DomainMarginals(even, even),) * count, role)
    return latent_correlation(study.correlation, scores)[:count, :count]


def between_domains(scores: NDArray[np.int8], points: int) -> tuple[FloatArray, IntArray]:
    """Polychoric correlations between domains, pair by pair, and how many people each rests on.

    Parameters
    ----------
    scores : ndarray of int8, shape (N, D)
        Scores at one time; 0 means missing.
    points : int
        Points of the scale.

    Returns
    -------
    correlations, people : ndarray, shape (D, D)
    """
    count = scores.shape[1]
    matrix = np.eye(count)
    people = np.diag((scores > 0).sum(axis=0))
    for i in range(count):
        for j in range(i):
            rho, n = polychoric_estimate(cross_table(scores[:, i], scores[:, j], points))
            matrix[i, j] = matrix[j, i] = rho
            people[i, j] = people[j, i] = n
    return matrix, people


def nearby_correlation(matrix: FloatArray) -> FloatArray:
    """Matrix itself where it is positive semi-definite, else a positive definite one near it.

    Eigenvalues that are too small are raised, and rows and columns scaled
    back to a diagonal of ones. Variables without a correlation (NaN) are left
    as they are.

    References
    ----------
    Rousseeuw PJ, Molenberghs G (1993). Communications in Statistics - Theory
    and Methods 22, 965-984 (eigenvalue method).
    """
    defined = _without_gaps(matrix)
    core = matrix[np.ix_(defined, defined)]
    if not len(core) or np.linalg.eigvalsh(core)[0] >= -EIGENVALUE_TOLERANCE:
        return matrix
    values, vectors = np.linalg.eigh(core)
    raised = (vectors * np.maximum(values, SMALLEST_EIGENVALUE)) @ vectors.T
    scale = np.sqrt(np.diag(raised))
    repaired = matrix.copy()
    repaired[np.ix_(defined, defined)] = raised / np.outer(scale, scale)
    np.fill_diagonal(repaired, 1.0)
    return (repaired + repaired.T) / 2


def _without_gaps(matrix: FloatArray) -> list[int]:
    """Variables that are left when those with most undefined correlations have been dropped."""
    kept = list(range(len(matrix)))
    while np.isnan(matrix[np.ix_(kept, kept)]).any():
        gaps = np.isnan(matrix[np.ix_(kept, kept)]).sum(axis=0)
        kept.pop(int(np.argmax(gaps)))
    return kept
