"""Synthetic cohorts: scores of participants in order of accrual.

Latent normals are drawn, mixed and cut by compiled code. Where the domains
are independent a participant's pair of scores comes straight from its table
of before by after, without any normal.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from sim.arrays import FloatArray
from sim.cohorts.clusters import level_streams
from sim.cohorts.draw_kernels import (
    LAYERS,
    TAIL,
    fill_from_normals,
    fill_from_tables,
    fill_recruited,
)
from sim.cohorts.missing import remove_answers
from sim.cohorts.population import Population


@dataclass(frozen=True, eq=False)
class Cohort:
    """Answers of one role's participants.

    Attributes
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Replicate, participant in order of accrual, domain, time (0 = pre,
        1 = post). Scores run from 1; 0 means missing.
    site : ndarray of int, shape (N,)
        Site of each participant, from 0; all 0 where there are no sites.
    """

    scores: NDArray[np.int8]
    site: NDArray[np.int64]


def draw_cohort(
    population: Population,
    n: int,
    replicates: int,
    rng: np.random.Generator,
    site_rng: np.random.Generator | None = None,
) -> Cohort:
    """Draw participants of a population.

    Participants are drawn one after the other, each for all replicates, so
    that a longer accrual from the same generator begins with the shorter one.

    Parameters
    ----------
    population : Population
        Who exists.
    n : int
        Number of participants N.
    replicates : int
        Number of independent cohorts R.
    rng : numpy.random.Generator
        Source of the 256 random bits that start the compiled stream.
    site_rng : numpy.random.Generator, optional
        Source of what people of one site share, where another cohort is at
        the same sites; by default a separate stream.

    Returns
    -------
    Cohort
        ``scores`` of shape (R, N, D, 2), a transposed view of (N, D, 2, R).
    """
    state = rng.integers(0, 2**64, size=4, dtype=np.uint64)
    cluster_rng, missing_rng = rng.spawn(2)  # always both, so that neither moves the other
    scores = np.empty((n, len(population.tables), 2, replicates), dtype=np.int8)
    drift = np.empty((n, replicates) if _needs_drift(population) else (0, 0), np.float32)
    clustered = population.clusters is not None and len(population.clusters.levels) > 0
    if population.recruitment is not None:
        who = population.recruitment
        fill_recruited(
            state, *_ziggurat(), who.loading, population.pre_cuts, population.post_cuts,
            who.screening, who.low, who.high, scores, drift,
        )  # fmt: skip
    elif population.independent_domains and not clustered and not drift.size:
        pairs = 1 + np.indices((population.points,) * 2, dtype=np.int8).reshape(2, -1)
        fill_from_tables(state, _cumulated_cells(population), pairs, scores)
    else:
        shared = _shared(population, n, replicates, cluster_rng, site_rng)
        fill_from_normals(
            state, *_ziggurat(), population.loading, population.pre_cuts, population.post_cuts,
            np.array(population.joint), scores, *shared, drift,
        )  # fmt: skip
    if population.missing is not None:
        remove_answers(scores, drift, population.missing, missing_rng)
    site = np.zeros(n, np.int64) if population.clusters is None else population.clusters.sites(n)
    return Cohort(scores.transpose(3, 0, 1, 2), site)  # (R, N, D, 2)


def _shared(
    population: Population,
    n: int,
    replicates: int,
    rng: np.random.Generator,
    site_rng: np.random.Generator | None,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw what members of clusters share, and who is in which; empty without clusters."""
    clusters = population.clusters
    if clusters is None or not clusters.levels:
        empty = np.empty((0, 2 * len(population.tables), 0), np.float32)
        return empty, np.empty((0, n), np.int64)
    return clusters.offsets(n, replicates, rng, site_rng), clusters.place(n)


def site_stream(rng: np.random.Generator) -> np.random.Generator:
    """Stream from which :func:`draw_cohort`, given an equal fresh generator, draws the sites."""
    return level_streams(rng.spawn(2)[0])["site"]


def _needs_drift(population: Population) -> bool:
    """Tell whether who drops out depends on the latent change."""
    return population.missing is not None and population.missing.depends_on == "change"


def _cumulated_cells(population: Population) -> NDArray[np.uint64]:
    """Upper ends of every cell of the tables on the scale of 2^53 equally likely values."""
    cells = population.tables.reshape(len(population.tables), -1)  # (D, K K)
    ends = np.cumsum(cells, axis=1) / cells.sum(axis=1, keepdims=True)
    ends[:, -1] = 1.0
    return np.asarray(np.rint(ends * 2.0**53), dtype=np.uint64)


@lru_cache(maxsize=1)
def _ziggurat() -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Heights, widths per unit and acceptance limits of the layers, on 53 signed random bits."""
    area = TAIL * exp(-(TAIL**2) / 2) + sqrt(np.pi / 2) * float(erfc(TAIL / sqrt(2)))
    edges = np.zeros(LAYERS + 1)
    edges[0] = area / exp(-(TAIL**2) / 2)
    edges[1] = TAIL
    for layer in range(2, LAYERS):
        inner = edges[layer - 1]
        edges[layer] = sqrt(-2 * log(area / inner + exp(-(inner**2) / 2)))
    heights = np.exp(-(edges**2) / 2)
    limits = np.floor(edges[1:] / edges[:-1] * 2.0**52).astype(np.int64)
    return heights, edges[:-1] * 2.0**-52, limits
