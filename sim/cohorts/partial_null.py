"""People on some of whose domains treatment has no effect, the others being as planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.cohorts.participants import CONTROLS, TREATED, Arms, arms_without_effect, without_effect
from sim.cohorts.population import Population

CUT = ("tables", "pre_cuts", "post_cuts")
"""What a population holds domain by domain."""


def arms_without_effect_on(arms: Arms, domains: NDArray[np.bool_]) -> Arms:
    """Arms of a role under a partial null: no effect on some domains, the others as planned.

    Parameters
    ----------
    arms : tuple of Population
        As planned.
    domains : ndarray of bool, shape (D,)
        On which treatment has no effect. On these the treated answer after as
        in the full null: as without treatment, or as the controls do.

    Returns
    -------
    tuple of Population
        The full null where it has no effect on any domain. Correlation,
        clusters, missing answers, selection and response shift stay.
    """
    if domains.all():
        return arms_without_effect(arms)
    treated, *controls = arms
    other = arms[CONTROLS] if controls else without_effect(arms[TREATED])
    return (_mixed(treated, other, domains), *controls)


def _mixed(people: Population, other: Population, domains: NDArray[np.bool_]) -> Population:
    """Take some domains from another population of the same latent people."""
    parts = {
        name: np.where(domains.reshape(-1, *[1] * (mine.ndim - 1)), getattr(other, name), mine)
        for name in CUT
        for mine in [getattr(people, name)]
    }
    return replace(people, **parts)
