"""Synthetic cohorts: scores of participants in order of accrual."""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from sim.cohorts.population import Population


@dataclass(frozen=True, eq=False)
class Cohort:
    """Answers of one role's participants.

    Attributes
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Replicate, participant in order of accrual, domain, time (0 = pre,
        1 = post). Scores run from 1; 0 means missing.
    site, arm : int
        Constant until they are needed: everybody is at one site, in one arm.
    """

    scores: NDArray[np.int8]
    site: int = 0
    arm: int = 0


def draw_cohort(
    population: Population, n: int, replicates: int, rng: np.random.Generator
) -> Cohort:
    """Draw participants of a population.

    Participants are drawn one after the other across all replicates, so that
    a longer accrual from the same generator begins with the shorter one.

    Parameters
    ----------
    population : Population
        Who exists.
    n : int
        Number of participants N.
    replicates : int
        Number of independent cohorts R.
    rng : numpy.random.Generator
        Source of all randomness; advanced by the call.

    Returns
    -------
    Cohort
        ``scores`` of shape (R, N, D, 2), a transposed view of (N, R, D, 2).
    """
    domains = len(population.tables)
    scores = np.empty((n, replicates, domains, 2), dtype=np.int8)
    _fill(rng, population.loading, population.pre_cuts, population.post_cuts, scores)
    return Cohort(scores.transpose(1, 0, 2, 3))  # (R, N, D, 2)


@numba.njit(cache=True)
def _fill(rng, loading, pre_cuts, post_cuts, scores):  # type: ignore[no-untyped-def]  # pragma: no cover
    participants, replicates, domains, _ = scores.shape
    cuts = pre_cuts.shape[1]
    normals = np.empty(2 * domains)
    for i in range(participants):
        for r in range(replicates):
            for j in range(2 * domains):
                normals[j] = rng.standard_normal()
            for d in range(domains):
                latent = 0.0
                for j in range(d + 1):
                    latent += loading[d, j] * normals[j]
                pre = 0
                for c in range(cuts):
                    pre += latent > pre_cuts[d, c]
                latent = 0.0
                for j in range(domains + d + 1):
                    latent += loading[domains + d, j] * normals[j]
                post = 0
                for c in range(cuts):
                    post += latent > post_cuts[d, pre, c]
                scores[i, r, d, 0] = pre + 1
                scores[i, r, d, 1] = post + 1
