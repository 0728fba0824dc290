"""Decision rules: when a study counts as a success."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs


@dataclass(frozen=True)
class DecisionRule:
    """Success = at least `needed` wins among some endpoints.

    Attributes
    ----------
    name : str
        The rule's name.
    roles : tuple of int
        Places of the roles it looks at.
    columns : tuple of int
        Places of its endpoints when the endpoints of all roles stand side by side.
    needed : int
        Number of wins needed.
    """

    name: str
    roles: tuple[int, ...]
    columns: tuple[int, ...]
    needed: int


def decision_rules(study: Study) -> tuple[DecisionRule, ...]:
    """Rules of a study, in the study's order, with endpoints looked up by name."""
    endpoints, rules = study.endpoints, []
    for name, rule in study.success.items():
        roles = study.roles_of(rule)
        columns = tuple(
            role * len(endpoints) + endpoints.index(endpoint)
            for role in roles
            for endpoint in study.endpoints_of(rule)
        )
        needed = {"one": 1, "any": 1, "all": len(columns), "at_least": rule.k or 1}[rule.kind]
        rules.append(DecisionRule(name, roles, columns, needed))
    return tuple(rules)


def successes(won: Sequence[NDArray[np.bool_]], rules: Sequence[DecisionRule]) -> NDArray[np.bool_]:
    """Apply rules to wins.

    Parameters
    ----------
    won : sequence of ndarray of bool, each of shape (R, K, E)
        Wins on adjusted p-values, role by role.
    rules : sequence of DecisionRule
        Q rules.

    Returns
    -------
    ndarray of bool, shape (R, K, Q)
        A view of (Q, K, R).
    """
    columns = [part[..., e].T for part in won for e in range(part.shape[-1])]  # each (K, R)
    met = np.empty((len(rules), *columns[0].shape), np.bool_)
    for q, rule in enumerate(rules):
        wins = np.zeros(columns[0].shape, np.int16)
        for column in rule.columns:
            wins += columns[column]
        np.greater_equal(wins, rule.needed, out=met[q])
    return met.transpose(2, 1, 0)
