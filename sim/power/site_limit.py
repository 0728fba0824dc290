"""What the power of a t test of site means tends to as people are added at as many sites."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, stdtrit

from sim.arrays import FloatArray
from sim.cohorts import Arms, Population
from sim.cohorts.clusters import Level
from sim.power.thinned import chance_missing
from sim.study import Analysis
from sim.study.endpoints import Endpoints

DRAWS = 4000
"""Studies of infinitely many people at each site that are drawn."""
MOST_SITES = 60
"""Sites beyond which nothing is claimed: there the limit is hardly ever below a target."""
ERRORS = 4
"""Standard errors of the simulation by which the bound lies above it."""


def site_bounds(arms: Arms, endpoints: Endpoints, analysis: Analysis) -> FloatArray | None:
    """Bound the limit of every endpoint's power from above, by site effects alone.

    With infinitely many people at a site its mean change is that expected there, given what
    its people share; it is still random, and the t test of so few means need not be significant.

    Parameters
    ----------
    arms : tuple of Population
        Of one role.
    endpoints : Endpoints
        What is tested.
    analysis : Analysis
        Test, level and side.

    Returns
    -------
    ndarray, shape (E,), or None
        None where nothing is claimed: the test is another one, there are two arms, sites are
        added as the study grows, or who is observed depends on the answers.
    """
    facts, people = analysis.test_facts, arms[0]
    known = (facts.unit, facts.by, len(arms)) == ("site", "means", 1) and _is_plain(people)
    level = _site_level(people) if known else None
    if level is None or people.clusters is None:
        return None
    accrual = people.clusters.accrual
    sites = accrual.sites if accrual.sizes is None else len(accrual.sizes)
    if accrual.accrual != "round_robin" or sites > MOST_SITES:
        return None
    changes = _expected_changes(people, level, sites)
    means = np.stack([changes[..., list(of)].sum(axis=-1) for of in _members(endpoints)], axis=-1)
    share = _won(means, analysis).mean(axis=0)
    return np.asarray(share + ERRORS * np.sqrt(np.maximum(share * (1 - share), 1 / DRAWS) / DRAWS))


def _is_plain(people: Population) -> bool:
    """Tell whether answers after do not depend on those before, nor who is observed on either."""
    by_chance = people.recruitment is None and chance_missing(people) is not None
    return by_chance and not any(people.joint)


def _site_level(people: Population) -> Level | None:
    levels = () if people.clusters is None else people.clusters.levels
    return next((level for level in levels if level.name == "site"), None)


def _members(endpoints: Endpoints) -> tuple[tuple[int, ...], ...]:
    return (*((d,) for d in range(endpoints.domains)), *endpoints.sums)


def _expected_changes(people: Population, level: Level, sites: int) -> FloatArray:
    """Draw the mean change expected at each site; (draws, sites, D)."""
    count = len(level.share)
    drawn = np.random.default_rng(0).standard_normal((DRAWS // 2, sites, 2 * count))
    normals = np.concatenate([drawn, -drawn])  # so that a mirrored study has the same bound
    shared = normals @ level.loading.T
    spread = np.sqrt(1 - level.share)

    def expected(cuts: FloatArray, part: FloatArray) -> FloatArray:
        """Score expected, less the lowest: the shares of people above each cut."""
        return np.asarray(sum(ndtr((part - cut) / spread) for cut in cuts.T))

    before, after = np.split(shared, 2, axis=-1)
    return expected(people.post_cuts[:, 0], after) - expected(people.pre_cuts, before)


def _won(means: FloatArray, analysis: Analysis) -> FloatArray:
    """Tell in which draws the t test of the sites' means wins; means are (draws, sites, E)."""
    sites = means.shape[1]
    sides = 2 if analysis.alternative == "two_sided" else 1
    with np.errstate(divide="ignore", invalid="ignore"):
        t = means.mean(axis=1) / (means.std(axis=1, ddof=1) / np.sqrt(sites))
    return np.asarray(analysis.side * t >= stdtrit(sites - 1, 1 - analysis.alpha / sides))
