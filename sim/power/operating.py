"""Operating characteristics: what is known of a design after counting."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.inference.rules import DecisionRule
from sim.power.count_kernels import FINE
from sim.power.estimates import Estimate, FloatArray, mean, moved, proportion
from sim.power.tally import Counts, Tally

MONTE_CARLO = "monte_carlo"
EXACT = "exact"


@dataclass(frozen=True, eq=False)
class EndpointMeasures:
    """What is estimated of every endpoint (E) at every size (K); shapes (K, E).

    Only `rejection` and `win` are always there: the exact engine gives no more.

    Attributes
    ----------
    rejection, win : Estimate
        P(p <= alpha), and that with the statistic on the stated side; unadjusted.
    adjusted_rejection, adjusted_win : Estimate
        The same on adjusted p-values.
    no_information : Estimate
        Probability that the test had nothing to work on.
    mean_change, bias : Estimate
        Mean estimated change in points, and what it differs from the truth.
    coverage, width : Estimate
        Probability that the 95% t interval of the mean change covers the
        truth, and its mean width in points.
    narrow : Estimate
        Probability that the interval's half-width is at most the one asked for.
    type_s, type_m : Estimate
        P(wrong sign | rejection) and E(|mean change| / |truth| | rejection)
        (Gelman & Carlin 2014); undefined where the truth is 0 or nothing rejects.
    """

    rejection: Estimate
    win: Estimate
    adjusted_rejection: Estimate | None = None
    adjusted_win: Estimate | None = None
    no_information: Estimate | None = None
    mean_change: Estimate | None = None
    bias: Estimate | None = None
    coverage: Estimate | None = None
    width: Estimate | None = None
    narrow: Estimate | None = None
    type_s: Estimate | None = None
    type_m: Estimate | None = None


@dataclass(frozen=True, eq=False)
class FamilyMeasures:
    """What is estimated of one role's family of domains; shapes (K,).

    Attributes
    ----------
    familywise_error : Estimate
        P(a true null is rejected), on adjusted p-values, either direction.
    false_discovery_rate : Estimate
        Mean share of true nulls among the rejections, 0 without any.
    true_rejections : Estimate
        Mean number of rejections that are no true null.
    """

    familywise_error: Estimate
    false_discovery_rate: Estimate
    true_rejections: Estimate


@dataclass(frozen=True, eq=False)
class RoleCharacteristics:
    """One role at every size.

    Attributes
    ----------
    role : str
        The role.
    n : tuple of int
        Its participants at each size.
    endpoints : tuple of str
        Names: the domains, then the total.
    measures : EndpointMeasures
        What is estimated of the endpoints.
    family : FamilyMeasures or None
        What is estimated of the domains together.
    exact : tuple of bool
        Endpoints whose `rejection` and `win` are exact.
    """

    role: str
    n: tuple[int, ...]
    endpoints: tuple[str, ...]
    measures: EndpointMeasures
    family: FamilyMeasures | None
    exact: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class OperatingCharacteristics:
    """What a design does, at every size; from either engine.

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
    exact_rules : tuple of bool
        Rules whose probabilities are exact.
    replicates : int
        Simulated studies.
    error_bound : float
        Most by which an exact probability can be too small.
    """

    pairs: tuple[int, ...]
    roles: tuple[RoleCharacteristics, ...]
    rules: tuple[DecisionRule, ...]
    rule_rejection: Estimate
    rule_win: Estimate
    exact_rules: tuple[bool, ...]
    replicates: int
    error_bound: float = 0.0

    @property
    def power(self) -> FloatArray:
        """P(p <= alpha) of every endpoint (K, J), or (K,) where there is only one."""
        return self._side_by_side([role.measures.rejection for role in self.roles])

    @property
    def win(self) -> FloatArray:
        """P(p <= alpha on the stated side) of every endpoint (K, J), or (K,) where only one."""
        return self._side_by_side([role.measures.win for role in self.roles])

    @staticmethod
    def _side_by_side(parts: list[Estimate]) -> FloatArray:
        joined = np.concatenate([part.value for part in parts], axis=1)
        return joined[:, 0] if joined.shape[1] == 1 else joined

    def rule_index(self, name: str) -> int:
        """Place of a rule among the rules."""
        return [rule.name for rule in self.rules].index(name)


@dataclass(frozen=True, eq=False)
class RoleTruth:
    """What is true of one role: the yardstick of its estimates.

    Attributes
    ----------
    mean_change : ndarray, shape (E,)
        True mean change.
    true_nulls : ndarray of bool, shape (D,)
        Domains without an effect.
    stated_side : int
        1 where a rise is a win, -1 where a fall is.
    """

    mean_change: FloatArray
    true_nulls: NDArray[np.bool_]
    stated_side: int


def summarise(
    tally: Tally,
    truth: tuple[RoleTruth, ...],
    pairs: tuple[int, ...],
    sizes: tuple[tuple[int, ...], ...],
    role_names: tuple[str, ...],
    endpoints: tuple[str, ...],
    rules: tuple[DecisionRule, ...],
    *,
    with_narrow: bool = False,
) -> OperatingCharacteristics:
    """Turn counts into estimates with their Monte Carlo errors.

    Parameters
    ----------
    tally : Tally
        Counts over replicates.
    truth : tuple of RoleTruth
        What is true, per role.
    pairs : tuple of int
        Sizes in pairs.
    sizes : tuple of tuple of int
        Participants per role at each size.
    role_names, endpoints : tuple of str
        Names of the roles and of each role's endpoints.
    rules : tuple of DecisionRule
        The rules counted.
    with_narrow : bool
        Whether a half-width was asked for.

    Returns
    -------
    OperatingCharacteristics
    """
    count = len(endpoints)
    roles = tuple(
        RoleCharacteristics(
            role=name,
            n=sizes[index],
            endpoints=endpoints,
            measures=_endpoint_measures(
                _Columns(tally, slice(index * count, (index + 1) * count)),
                truth[index],
                with_narrow=with_narrow,
            ),
            family=_family_measures(tally.families[:, index], truth[index], tally.replicates),
            exact=(False,) * count,
        )
        for index, name in enumerate(role_names)
    )
    return OperatingCharacteristics(
        pairs=pairs,
        roles=roles,
        rules=rules,
        rule_rejection=proportion(tally.rule_rejected, tally.replicates),
        rule_win=proportion(tally.rule_won, tally.replicates),
        exact_rules=(False,) * len(rules),
        replicates=tally.replicates,
    )


class _Columns:
    """One role's columns of a tally."""

    def __init__(self, tally: Tally, own: slice) -> None:
        self._tally, self._own = tally, own
        self.replicates = tally.replicates

    def __getitem__(self, name: str) -> Counts:
        return np.asarray(getattr(self._tally, name)[:, self._own])

    def share(self, name: str) -> Estimate:
        """Share of the replicates in which something happened."""
        return proportion(self[name], self.replicates)


def _endpoint_measures(own: _Columns, truth: RoleTruth, *, with_narrow: bool) -> EndpointMeasures:
    estimable = own["estimable"]
    change = mean(own["change"] / FINE, own["change_squared"] / FINE, estimable, 1.0)
    rejected = own["rejected"]
    defined = np.where(np.abs(truth.mean_change) > 1e-12, rejected, 0)
    onside = np.sign(truth.mean_change) == truth.stated_side
    wrong = np.where(onside, rejected - own["won"], own["won"])
    scale = np.where(truth.mean_change == 0, 1.0, np.abs(truth.mean_change))
    return EndpointMeasures(
        rejection=own.share("rejected"),
        win=own.share("won"),
        adjusted_rejection=own.share("adjusted_rejected"),
        adjusted_win=own.share("adjusted_won"),
        no_information=own.share("uninformative"),
        mean_change=change,
        bias=moved(change, truth.mean_change),
        coverage=proportion(own["covered"], estimable),
        width=mean(own["width"] / FINE, own["width_squared"] / FINE, estimable, 1.0),
        narrow=proportion(own["narrow"], estimable) if with_narrow else None,
        type_s=proportion(wrong, defined),
        type_m=mean(
            own["rejected_change"] / FINE, own["rejected_change_squared"] / FINE, defined, scale
        ),
    )


def _family_measures(cells: Counts, truth: RoleTruth, replicates: int) -> FamilyMeasures:
    """Everything about a family follows from how often V true nulls and R domains are rejected."""
    false, all_rejected = np.indices(cells.shape[1:])
    share = false / np.maximum(all_rejected, 1)
    true = np.maximum(all_rejected - false, 0)
    nulls = int(truth.true_nulls.sum())
    defined = replicates if nulls else 0

    def average(values: FloatArray, of: int) -> Estimate:
        total, squares = (cells * values).sum(axis=(1, 2)), (cells * values**2).sum(axis=(1, 2))
        return mean(total, squares, np.full(len(cells), of), 1.0)

    return FamilyMeasures(
        familywise_error=proportion(cells[:, 1:].sum(axis=(1, 2)), np.full(len(cells), defined)),
        false_discovery_rate=average(share, defined),
        true_rejections=average(true.astype(np.float64), replicates),
    )


MEASURES = tuple(field.name for field in fields(EndpointMeasures))
FAMILY_MEASURES = tuple(field.name for field in fields(FamilyMeasures))
