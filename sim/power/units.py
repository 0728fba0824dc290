"""On which units the interval of a mean change rests: people, sites, or who is shared."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.cohorts.clusters import ClusterModel
from sim.study.methods import TESTS

Unit = Literal["person", "site", "shared"]
"""Everybody, a site, or all who share a person of the second role."""


def interval_unit(clusters: ClusterModel | None, test: str) -> Unit:
    """Say whose means the 95% interval of a mean change rests on.

    It is the unit of a test that looks at sites. Of any other test it is the
    largest cluster whose members resemble each other: its means are
    independent, and people's changes are not.

    Parameters
    ----------
    clusters : ClusterModel or None
        The role's clusters.
    test : str
        The study's test.

    Returns
    -------
    {'person', 'site', 'shared'}
    """
    if clusters is None:
        return "person"
    alike = {level.name for level in clusters.levels}
    if "site" in alike or TESTS[test].unit == "site":
        return "site"
    return "shared" if "shared" in alike else "person"


def clusters_of(clusters: ClusterModel | None, test: str, n: int) -> NDArray[np.int64]:
    """Say in which unit of the interval each of the first n people is, in order of accrual.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0; empty where everybody is a unit.
    """
    unit = interval_unit(clusters, test)
    if clusters is None or unit == "person":
        return np.empty(0, np.int64)
    return np.ascontiguousarray(clusters.sites(n) if unit == "site" else clusters.shared(n))
