"""Operating characteristics: what is known of a design after counting."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.arrays import FloatArray
from sim.inference.rules import DecisionRule
from sim.power.estimates import Engine, Estimate
from sim.power.interim import InterimMeasures


@dataclass(frozen=True, eq=False)
class EndpointMeasures:
    """What is estimated of every endpoint (E) at every size (K); shapes (K, E).

    Only `rejection` and `win` are always there: the exact engine gives no more.

    Attributes
    ----------
    rejection, win : Estimate
        P(p <= alpha), and that with the statistic on the side that wins; unadjusted.
    adjusted_rejection, adjusted_win : Estimate
        The same on adjusted p-values.
    no_information : Estimate
        Probability that the test had nothing to work on.
    failed : Estimate
        Probability that it could not be computed although there was
        something to work on; only of models that are fitted.
    mean_change, bias : Estimate
        Mean estimated change in points (two arms: difference of changes; with
        clusters: of the clusters' means), and what it differs from the truth.
    coverage, width : Estimate
        Probability that the 95% t interval of the mean change covers the
        truth, and its mean width in points.
    narrow : Estimate
        Probability that the interval's half-width is at most the one wanted.
    type_s, type_m : Estimate
        P(wrong sign | rejection) and E(|mean change| / |truth| | rejection)
        (Gelman & Carlin 2014); undefined where the truth is 0 or nothing rejects.
    """

    rejection: Estimate
    win: Estimate
    adjusted_rejection: Estimate | None = None
    adjusted_win: Estimate | None = None
    no_information: Estimate | None = None
    failed: Estimate | None = None
    mean_change: Estimate | None = None
    bias: Estimate | None = None
    coverage: Estimate | None = None
    width: Estimate | None = None
    narrow: Estimate | None = None
    type_s: Estimate | None = None
    type_m: Estimate | None = None


@dataclass(frozen=True, eq=False)
class FamilyMeasures:
    """What is estimated of one role's endpoints that are adjusted together; shapes (K,).

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
        Names: the domains, then sums of them.
    measures : EndpointMeasures
        What is estimated of the endpoints.
    family : FamilyMeasures or None
        What is estimated of the endpoints that are adjusted together.
    family_name : str
        Which they are.
    """

    role: str
    n: tuple[int, ...]
    endpoints: tuple[str, ...]
    measures: EndpointMeasures
    family: FamilyMeasures | None
    family_name: str = "items"

    @property
    def engines(self) -> tuple[Engine, ...]:
        """What `rejection` and `win` of each endpoint come from."""
        return tuple(self.measures.win.engine((0, e)) for e in range(len(self.endpoints)))


@dataclass(frozen=True, eq=False)
class OperatingCharacteristics:
    """What a design does, at every size; from either engine.

    Attributes
    ----------
    sizes : tuple of int
        Sizes K, in pairs.
    roles : tuple of RoleCharacteristics
        Per role.
    rules : tuple of DecisionRule
        The rules Q.
    rule_rejection, rule_win : Estimate, shape (K, Q)
        Probability that each rule is met by adjusted rejections in either
        direction (under no effect: its level), and by adjusted wins (its power).
    replicates : int
        Simulated studies.
    error_bound : float
        Most by which an exact probability can be too small.
    interim : InterimMeasures or None
        What looks do; all else is then as at the look at which a study ends.
    """

    sizes: tuple[int, ...]
    roles: tuple[RoleCharacteristics, ...]
    rules: tuple[DecisionRule, ...]
    rule_rejection: Estimate
    rule_win: Estimate
    replicates: int
    error_bound: float = 0.0
    interim: InterimMeasures | None = None

    @property
    def rule_engines(self) -> tuple[Engine, ...]:
        """What the probabilities of each rule come from."""
        return tuple(self.rule_win.engine((0, q)) for q in range(len(self.rules)))

    @property
    def power(self) -> FloatArray:
        """P(p <= alpha) of every endpoint (K, J), or (K,) where there is only one."""
        return self._side_by_side([role.measures.rejection for role in self.roles])

    @property
    def win(self) -> FloatArray:
        """P(p <= alpha on the side that wins) of every endpoint (K, J), or (K,) where only one."""
        return self._side_by_side([role.measures.win for role in self.roles])

    @staticmethod
    def _side_by_side(parts: list[Estimate]) -> FloatArray:
        joined = np.concatenate([part.value for part in parts], axis=1)
        return joined[:, 0] if joined.shape[1] == 1 else joined

    def rule_index(self, name: str) -> int:
        """Place of a rule among the rules."""
        return [rule.name for rule in self.rules].index(name)


MEASURES = tuple(field.name for field in fields(EndpointMeasures))
FAMILY_MEASURES = tuple(field.name for field in fields(FamilyMeasures))
