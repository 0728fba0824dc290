"""Who can be analysed, and who is at which site: from recruited people to information."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from sim.arrays import FloatArray
from sim.cohorts import Population
from sim.cohorts.clusters import ClusterModel, observed_icc
from sim.study import Study
from sim.study.missing import Missing


@dataclass(frozen=True, eq=False)
class LevelCorrelation:
    """How much alike the changes of two members of a cluster are.

    Attributes
    ----------
    level : {'site', 'shared'}
        What they share.
    latent : ndarray, shape (D,)
        Intraclass correlation of the latent change that this level adds.
    observed : ndarray, shape (E,)
        That of the change of every endpoint in points.
    """

    level: str
    latent: FloatArray
    observed: FloatArray


@dataclass(frozen=True, eq=False)
class Participation:
    """What becomes of the people recruited in one role.

    Attributes
    ----------
    analysable : ndarray, shape (E,)
        Expected share whose change of an endpoint is known.
    sites : tuple of int
        Sites that take part at every size; empty where there are none.
    levels : tuple of LevelCorrelation
        One per level of clusters.
    """

    analysable: FloatArray
    sites: tuple[int, ...]
    levels: tuple[LevelCorrelation, ...]


def participation(
    study: Study, role: int, population: Population, controls: Population | None = None
) -> Participation:
    """Work out who can be analysed and who is where.

    Parameters
    ----------
    study : Study
        With the sizes that were answered.
    role : int
        Whose.
    population : Population
        The role's people; those who are treated, where there are controls.
    controls : Population, optional
        The role's control arm.

    Returns
    -------
    Participation
    """
    clusters = population.clusters
    if clusters is None:
        return Participation(_analysable(study), (), ())
    arms = [arm.clusters for arm in (population, controls) if arm and arm.clusters]
    answers = population.pre_cuts, population.post_cuts[:, 0], population.correlation
    endpoints = study.endpoint_sets
    levels = tuple(
        LevelCorrelation(level.name, level.icc, observed_icc(level.share, *answers, endpoints))
        for level in clusters.levels
    )
    return Participation(_analysable(study), sites_at(study, role, study.sizes, arms), levels)


def sites_at(
    study: Study, role: int, pairs: Sequence[int], arms: Sequence[ClusterModel]
) -> tuple[int, ...]:
    """Count the sites that take part at each size.

    Parameters
    ----------
    study : Study
        The study.
    role : int
        Whose sites.
    pairs : sequence of int
        Sizes in pairs, rising.
    arms : sequence of ClusterModel
        Clusters of the treated people, then those of controls where there are any.

    Returns
    -------
    tuple of int
        Of both arms together: the same sites, or those of the one and of the other.
    """
    apart = study.allocation_unit == "site"
    together = sum if apart else max
    return tuple(map(together, zip(*sites_of_arms(study, role, pairs, arms), strict=True)))


def sites_of_arms(
    study: Study, role: int, pairs: Sequence[int], arms: Sequence[ClusterModel]
) -> list[tuple[int, ...]]:
    """Count the sites that take part at each size, arm by arm; as :func:`sites_at`."""
    counts = []
    for arm, clusters in enumerate(arms):
        people = [study.arm_participants(role, size)[arm] for size in pairs]
        sites = clusters.sites(max(1, people[-1]))
        first = np.unique(sites, return_index=True)[1]  # the person with whom each site begins
        counts.append(tuple(np.searchsorted(np.sort(first), people).tolist()))
    return counts


def _analysable(study: Study) -> FloatArray:
    """Share of people whose change is known; dropping out and single answers are independent."""
    missing, endpoints = study.missing, study.endpoint_sets
    stays = 1 - missing.rate
    answered = (1 - missing.item_rate) ** 2
    sums = [_sum_known(missing, len(members)) for members in endpoints.sums]
    return stays * np.append(np.full(endpoints.domains, answered), sums)


def _sum_known(missing: Missing, domains: int) -> float:
    """Share of those who stay whose change of a sum is known."""
    if missing.total == "prorated":
        fewer = -(-domains // 2) - 1  # answers that are not yet half
        return float(1 - bdtr(fewer, domains, 1 - missing.item_rate)) ** 2
    return float((1 - missing.item_rate) ** 2) ** domains
