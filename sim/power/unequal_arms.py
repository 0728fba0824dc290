"""Two arms whose changes differ otherwise than in their means: in spread, or in shape alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.cohorts import TrueEffects
from sim.inference.rules import DecisionRule
from sim.power.change_parts import ChangeParts, Probability
from sim.power.operating import OperatingCharacteristics
from sim.study import Study

UNEQUAL = 1.1
"""True variance of a difference of means to the pooled one from which the level is in doubt."""
SEES_MEANS = 1e-9
"""Difference of mean changes, in points, that counts as none."""
CLEAR = 4
"""Monte Carlo errors by which a rejection rate must be above the level."""


@dataclass(frozen=True)
class Spread:
    """Standard deviations of the change in either arm, in one endpoint of a role."""

    role: str
    endpoint: str
    treated: float
    controls: float

    def understated(self, ratio: tuple[int, int]) -> float:
        """Ratio of the variance of a difference of means to the pooled one, in large samples."""
        (first, second), (treated, controls) = ratio, (self.treated**2, self.controls**2)
        pooled = treated / second + controls / first
        return (treated / first + controls / second) / pooled if pooled > 0 else 1.0


def unequal_spread(
    study: Study, rule: DecisionRule, changes: Mapping[str, ChangeParts]
) -> Spread | None:
    """Name the endpoint of a rule whose spread in the smaller arm puts its level most in doubt.

    Parameters
    ----------
    study : Study
        The study.
    rule : DecisionRule
        The rule.
    changes : mapping of str to ChangeParts
        By role.

    Returns
    -------
    Spread or None
        None where the pooled variance is about right in all.
    """
    if study.control is None:
        return None
    ratio, worst, known = study.control.ratio, UNEQUAL, None
    for role, e in _endpoints(study, rule):
        change = changes[role]
        if change.sd_change is None or change.control_sd_change is None:
            continue
        treated, controls = float(change.sd_change[e]), float(change.control_sd_change[e])
        spread = Spread(role, study.endpoints[e], treated, controls)
        if spread.understated(ratio) > worst:
            worst, known = spread.understated(ratio), spread
    return known


def rejected_equal_means(
    study: Study,
    rule: DecisionRule,
    changes: Mapping[str, ChangeParts],
    effects: Mapping[str, TrueEffects],
    main: OperatingCharacteristics,
    k: int,
) -> Iterator[tuple[str, str, Probability]]:
    """Find the endpoints of a rule that differ between the arms, though not in the mean.

    Parameters
    ----------
    study : Study
        The study.
    rule : DecisionRule
        The rule.
    changes, effects : mapping
        By role.
    main : OperatingCharacteristics
        Under the assumed effect.
    k : int
        Place of the size.

    Yields
    ------
    str, str, Probability
        Role, endpoint, and how often it is rejected: above the level by more than noise.
    """
    roles = {role.role: role for role in main.roles}
    for role, e in _endpoints(study, rule) if study.has_controls else ():
        rejected = Probability.of(roles[role].measures.rejection, k, e)
        differs = not effects[role].true_null[e] and abs(changes[role].effect[e]) <= SEES_MEANS
        if differs and rejected.value > study.analysis.alpha + CLEAR * rejected.mcse:
            yield role, study.endpoints[e], rejected


def _endpoints(study: Study, rule: DecisionRule) -> Iterator[tuple[str, int]]:
    """Role and place of each endpoint of a rule."""
    for role, e in (divmod(column, len(study.endpoints)) for column in rule.columns):
        yield study.role_names[role], e
