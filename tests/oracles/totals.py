"""What is true of people whose endpoints are their domains and the total of all."""

import numpy as np

from sim.cohorts import Population, clusters, participants, truth
from sim.study import Analysis
from sim.study.endpoints import Endpoints


def with_total_of(people: Population, analysis: Analysis | None = None) -> Endpoints:
    """List the domains of people and their total, with the cut that an analysis states for it."""
    cut = None if analysis is None else analysis.total_cut
    assert not isinstance(cut, dict)
    return Endpoints.with_total(len(people.tables), cut)


def true_effects(
    people: Population, controls: Population | None = None, *, side: int = 1
) -> truth.TrueEffects:
    """Give the effects on domains and total."""
    return truth.true_effects(people, controls, endpoints=with_total_of(people), side=side)


def mean_changes(people: Population) -> np.ndarray:
    """Give the mean changes of domains and total."""
    return truth.mean_changes(people, with_total_of(people))


def regression_alone(people: Population) -> np.ndarray:
    """Give the changes of domains and total that are regression to the mean alone."""
    return participants.regression_alone(people, with_total_of(people))


def observed_icc(share: np.ndarray, *answers: np.ndarray) -> np.ndarray:
    """Give the correlations of observed changes, of domains and total."""
    return clusters.observed_icc(share, *answers, Endpoints.with_total(len(share)))
