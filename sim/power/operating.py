"""Operating characteristics: what is known of a design after counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.inference.rules import DecisionRule
from sim.power.estimates import Estimate, FloatArray, mean_of_sums, proportion
from sim.power.tally import Tally

MONTE_CARLO = "monte_carlo"


@dataclass(frozen=True, eq=False)
class RoleCharacteristics:
    """One role's endpoints (E) at every size (K); estimates of shape (K, E).

    Attributes
    ----------
    role : str
        The role.
    n : tuple of int
        Its participants at each size.
    endpoints : tuple of str
        Names: the domains, then the total.
    rejection, win : Estimate
        P(p <= alpha), and that with the statistic on the stated side; unadjusted.
    adjusted_rejection, adjusted_win : Estimate
        The same on adjusted p-values.
    no_information : Estimate
        Probability that the test had nothing to work on.
    mean_change, bias : Estimate
        Mean estimated change in points, and what it differs from the truth.
    """

    role: str
    n: tuple[int, ...]
    endpoints: tuple[str, ...]
    rejection: Estimate
    win: Estimate
    adjusted_rejection: Estimate
    adjusted_win: Estimate
    no_information: Estimate
    mean_change: Estimate
    bias: Estimate


@dataclass(frozen=True, eq=False)
class OperatingCharacteristics:
    """What a design does, at every size.

    Attributes
    ----------
    pairs : tuple of int
        Sizes K, in mentor-mentee pairs.
    roles : tuple of RoleCharacteristics
        Per role.
    rules : tuple of DecisionRule
        The rules Q.
    rule_rejection, rule_win : Estimate, shape (K, Q)
        Probability that each rule is met by adjusted rejections in either
        direction (under no effect: its level), and by adjusted wins (its power).
    replicates : int
        Simulated studies.
    engine : str
        What computed them.
    """

    pairs: tuple[int, ...]
    roles: tuple[RoleCharacteristics, ...]
    rules: tuple[DecisionRule, ...]
    rule_rejection: Estimate
    rule_win: Estimate
    replicates: int
    engine: str

    def rule_index(self, name: str) -> int:
        """Place of a rule among the rules."""
        return [rule.name for rule in self.rules].index(name)


@dataclass(frozen=True)
class Row:
    """One line of results.csv."""

    role: str
    pairs: int
    n: int
    kind: str
    name: str
    measure: str
    value: float
    mcse: float
    replicates: int
    engine: str


MEASURES = (
    "rejection",
    "win",
    "adjusted_rejection",
    "adjusted_win",
    "no_information",
    "mean_change",
    "bias",
)


def summarise(
    tally: Tally,
    truth: tuple[FloatArray, ...],
    pairs: tuple[int, ...],
    sizes: tuple[tuple[int, ...], ...],
    role_names: tuple[str, ...],
    endpoints: tuple[str, ...],
    rules: tuple[DecisionRule, ...],
) -> OperatingCharacteristics:
    """Turn counts into estimates with their Monte Carlo errors.

    Parameters
    ----------
    tally : Tally
        Counts over replicates.
    truth : tuple of ndarray, shape (E,)
        True mean change per role.
    pairs : tuple of int
        Sizes in pairs.
    sizes : tuple of tuple of int
        Participants per role at each size.
    role_names, endpoints : tuple of str
        Names of the roles and of each role's endpoints.
    rules : tuple of DecisionRule
        The rules counted.

    Returns
    -------
    OperatingCharacteristics
    """
    roles = tuple(
        _summarise_role(tally, index, truth[index], sizes[index], name, endpoints)
        for index, name in enumerate(role_names)
    )
    total = tally.replicates
    rejection = proportion(tally.rule_rejected, total)
    win = proportion(tally.rule_won, total)
    return OperatingCharacteristics(pairs, roles, rules, rejection, win, total, MONTE_CARLO)


def _summarise_role(
    tally: Tally,
    index: int,
    truth: FloatArray,
    n: tuple[int, ...],
    role: str,
    endpoints: tuple[str, ...],
) -> RoleCharacteristics:
    own = slice(index * len(endpoints), (index + 1) * len(endpoints))
    total = tally.replicates
    scale = np.array(n, dtype=np.float64)[:, None]
    change = mean_of_sums(tally.change[:, own], tally.change_squared[:, own], total, scale)
    bias = Estimate(
        change.value - truth, change.mcse, change.low - truth, change.high - truth, total
    )
    return RoleCharacteristics(
        role=role,
        n=n,
        endpoints=endpoints,
        rejection=proportion(tally.rejected[:, own], total),
        win=proportion(tally.won[:, own], total),
        adjusted_rejection=proportion(tally.adjusted_rejected[:, own], total),
        adjusted_win=proportion(tally.adjusted_won[:, own], total),
        no_information=proportion(tally.uninformative[:, own], total),
        mean_change=change,
        bias=bias,
    )


def rows(found: OperatingCharacteristics, prefix: str = "") -> Iterator[Row]:
    """Lay operating characteristics out in tidy rows.

    Parameters
    ----------
    found : OperatingCharacteristics
        What to lay out.
    prefix : str
        Put before every measure, such as ``null_``.

    Yields
    ------
    Row
        Endpoints by role, size, name and measure; then rules by size, name and measure.
    """
    for role in found.roles:
        for k, pairs in enumerate(found.pairs):
            for e, name in enumerate(role.endpoints):
                for measure in MEASURES:
                    estimate: Estimate = getattr(role, measure)
                    yield Row(
                        role.role, pairs, role.n[k], "endpoint", name, prefix + measure,
                        float(estimate.value[k, e]), float(estimate.mcse[k, e]),
                        estimate.replicates, found.engine,
                    )  # fmt: skip
    people = {role.role: role.n for role in found.roles}
    for k, pairs in enumerate(found.pairs):
        for q, rule in enumerate(found.rules):
            n = sum(people[role][k] for role in rule.roles)
            for measure in ("rejection", "win"):
                estimate = getattr(found, f"rule_{measure}")
                yield Row(
                    "+".join(rule.roles), pairs, n, "rule", rule.name, prefix + measure,
                    float(estimate.value[k, q]), float(estimate.mcse[k, q]),
                    estimate.replicates, found.engine,
                )  # fmt: skip
