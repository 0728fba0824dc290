"""The null under which a rule that needs several endpoints is met most often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.rules import DecisionRule
from sim.power.estimates import Estimate, proportion
from sim.study.endpoints import Endpoints


@dataclass(frozen=True)
class LeastFavourable:
    """The null under which the primary rule is met most often, of those stated.

    Attributes
    ----------
    rule : str
        The rule, which needs several endpoints.
    size : int
        Size at which it is: the answer, or the largest studied.
    kept, without : tuple of (str, str)
        Role and name of the rule's endpoints that keep the assumed effect,
        and of those that have none.
    value, mcse : float
        Probability that the rule is met, and its Monte Carlo error.
    replicates : int
        Simulated studies.
    """

    rule: str
    size: int
    kept: tuple[tuple[str, str], ...]
    without: tuple[tuple[str, str], ...]
    value: float
    mcse: float
    replicates: int

    @property
    def estimate(self) -> Estimate:
        """The probability, with its interval; shape ()."""
        return proportion(round(self.value * self.replicates), self.replicates)


def kept_columns(rule: DecisionRule, powers: FloatArray, endpoints: Endpoints) -> tuple[int, ...]:
    """Choose the endpoints that keep their effect where a rule is least favourably null.

    Parameters
    ----------
    rule : DecisionRule
        A rule that needs k of its m endpoints.
    powers : ndarray, shape (J,)
        Unadjusted power of the endpoints of all roles, side by side.
    endpoints : Endpoints
        What is tested of each role.

    Returns
    -------
    tuple of int
        Places of the k - 1 of highest power, the first of equal ones. A sum
        has an effect where one of its domains has, so that it counts as no
        less powerful than those of its domains that the rule looks at.
    """
    ranks = {column: _rank(column, rule, powers, endpoints) for column in rule.columns}
    return tuple(sorted(rule.columns, key=ranks.__getitem__)[: rule.needed - 1])


def _rank(
    column: int, rule: DecisionRule, powers: FloatArray, endpoints: Endpoints
) -> tuple[float, bool, int]:
    """Sort by power, highest first; of equal ones a sum before its domains."""
    role, endpoint = divmod(column, len(endpoints))
    first = role * len(endpoints)
    within = [first + int(d) for d in np.flatnonzero(endpoints.members[endpoint])]
    power = max(powers[other] for other in (column, *within) if other in rule.columns)
    return -float(power), endpoint < endpoints.domains, column


def without_effect_by_role(
    columns: tuple[int, ...], roles: int, endpoints: Endpoints
) -> NDArray[np.bool_]:
    """Name the domains that have no effect where some endpoints have none; (roles, D).

    A sum has none where none of its domains has one.
    """
    nulls = np.zeros((roles, endpoints.domains), np.bool_)
    for column in columns:
        role, endpoint = divmod(column, len(endpoints))
        nulls[role] |= endpoints.members[endpoint]
    return nulls
