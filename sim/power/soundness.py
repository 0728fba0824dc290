"""What forbids taking a sample size at its word: a bias, or tests that reject too often.

Everything that shows a size asks here, so that no medium makes an answer of what is none.

References
----------
Bradley JV (1978). Robustness? British Journal of Mathematical and Statistical Psychology 31,
144-152.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.inference.rules import DecisionRule
from sim.power.change_parts import Probability
from sim.power.design_flaws import (
    Unadjusted,
    design_causes,
    needs_adjustment,
    uncontrolled,
)
from sim.power.estimates import Estimate
from sim.power.operating import OperatingCharacteristics, RoleCharacteristics
from sim.power.sample_size import SampleSize
from sim.study import Analysis, Study

CLEAR = 4.0
"""Monte Carlo errors by which a level, picked from many, must differ from what is allowed."""
TOLERATED = 0.1
"""Part of the level allowed that an excess may have: the strict one of Bradley (1978)."""
SMALL = 40
"""Participants below which a test by a normal or t approximation can be off its level."""

LEAST = 0.002
"""Difference of a level that is worth saying."""

Cause = Unadjusted | Literal["clusters", "approximate", "unknown"]
"""Why a size is unusable; the last two: a p-value that is rough in small samples, none known."""
Event = Literal["win", "rejection", "endpoint", "least_favourable"]
"""What has a level: see :class:`Level`."""


@dataclass(frozen=True)
class Level:
    """How often something happens where treatment does nothing, and how often it may.

    Attributes
    ----------
    what : {'win', 'rejection', 'endpoint', 'least_favourable'}
        That the rule is met; that it is in either direction; that the one
        of its endpoints which rejects most does so, in either direction;
        that the rule is met where one endpoint fewer than it needs has an effect.
    value, mcse : float
        Its probability and Monte Carlo error.
    allowed : float
        What the significance level allows.
    replicates : int
        Simulated studies, or draws of changes; 0 where exact.
    """

    what: Event
    value: float
    mcse: float
    allowed: float
    replicates: int

    @property
    def noise(self) -> float:
        """How far it can be off by chance; from what is allowed, for at 0 its error is 0."""
        varies = self.value * (1 - self.value)
        if not self.replicates or self.mcse == 0 < varies:  # of draws that are all alike
            return 0.0
        # what is known besides makes a replicate worth many
        of = max(self.replicates, varies / self.mcse**2 if varies else 0.0)
        return CLEAR * float(np.sqrt(self.allowed * (1 - self.allowed) / of))

    @property
    def exceeds(self) -> bool:
        """Whether it is above what is allowed by more than noise and what is tolerated."""
        return self.value > (1 + TOLERATED) * self.allowed + self.noise

    @property
    def below_noise(self) -> bool:
        """Whether it is below what is allowed by more than noise."""
        return self.value < self.allowed - self.noise

    @property
    def falls_short(self) -> bool:
        """Whether it is also below half of that: exact tests keep below it by nature."""
        return self.below_noise and self.value < self.allowed / 2


@dataclass(frozen=True)
class Soundness:
    """What is known of one rule's size.

    Attributes
    ----------
    rule : DecisionRule
        The rule.
    size : int
        Its size, or the largest studied.
    levels : tuple of Level
        In the order in which an excess is said: of the rule, of an endpoint,
        then of the rule under its least favourable null, where that is known.
    causes : tuple of str
        Why its size cannot be used; empty where it can.
    """

    rule: DecisionRule
    size: int
    levels: tuple[Level, ...]
    causes: tuple[Cause, ...]

    @property
    def excess(self) -> Level | None:
        """The first level that is above what is allowed."""
        return next((level for level in self.levels if level.exceeds), None)

    @property
    def of_several(self) -> Level | None:
        """The level that several chances to meet the rule raise, where it is above the allowed.

        Where one endpoint is enough also by no more than noise: that they do is arithmetic.
        """
        rejection = self.levels[1]
        if self.rule.needed == 1:
            return rejection if rejection.value > rejection.allowed else None
        several = (rejection, *self.levels[3:])
        return next((level for level in several if level.exceeds), None)

    @property
    def of_rule(self) -> tuple[Level, ...]:
        """Its levels but for that of a single endpoint."""
        return tuple(level for level in self.levels if level.what != "endpoint")


def soundness(
    study: Study,
    rule: DecisionRule,
    size: SampleSize,
    null: OperatingCharacteristics,
    least_favourable: Estimate | None = None,
) -> Soundness:
    """Judge whether the size of a rule can be used.

    Parameters
    ----------
    study : Study
        As it was answered.
    rule : DecisionRule
        The rule.
    size : SampleSize
        Its size.
    null : OperatingCharacteristics
        With the effect removed; where dropping out depends on the answers,
        with as many missing by chance, for the level is that of the tests.
    least_favourable : Estimate, shape (), optional
        Probability that the rule is met under its least favourable null.

    Returns
    -------
    Soundness
        That part of any change needs no treatment is no cause here: one
        group cannot do without it, and it is warned of.
    """
    at = size.size or size.limit
    levels = _levels(study, rule, null, null.sizes.index(at))
    if least_favourable is not None:
        levels += (_level("least_favourable", (least_favourable, ()), side_level(study.analysis)),)
    known = Soundness(rule, at, levels, ())
    return replace(known, causes=tuple(_causes(study, known)))


def _causes(study: Study, verdict: Soundness) -> Iterator[Cause]:
    excess, moved = verdict.excess is not None, uncontrolled(study)
    by_clusters = "clusters" in design_causes(study, verdict.rule.roles) and excess
    several = unadjusted(study, verdict)
    if by_clusters:
        yield "clusters"
    if several is not None and any(level.exceeds for level in verdict.of_rule):
        yield several
    elif excess and not (by_clusters or moved):
        yield "approximate" if _rough(study, verdict) else "unknown"


def unadjusted(study: Study, verdict: Soundness) -> Unadjusted | None:
    """Say why a rule is met more often than any of its endpoints is rejected, if it is.

    None where the level of a single endpoint explains that of the rule.
    """
    _, rejection, endpoint, *least = verdict.levels
    partly = any(level.exceeds for level in least) and not endpoint.exceeds
    cause = needs_adjustment(verdict.rule, study)
    if partly and verdict.rule.needed < len(verdict.rule.columns):
        return cause or "multiplicity"  # such as by a procedure that controls another error rate
    return cause if rejection.value > endpoint.value else None


def _rough(study: Study, verdict: Soundness) -> bool:
    """Tell whether the p-value is an approximation and the sample small."""
    numbers = (study.participants(role, verdict.size) for role in verdict.rule.roles)
    return is_approximate(study.analysis) and any(number < SMALL for number in numbers)


def is_approximate(analysis: Analysis) -> bool:
    """Tell whether the level of a test holds approximately, so that small samples can miss it."""
    return analysis.test_facts.approximate or analysis.p_value in ("asymptotic", "mid_p")


def level_off(study: Study, role: RoleCharacteristics) -> tuple[int, Probability] | None:
    """Find where an approximate p-value is off its level in small samples.

    Parameters
    ----------
    study : Study
        The study.
    role : RoleCharacteristics
        Without any effect.

    Returns
    -------
    (int, Probability) or None
        Place of the size, and the mean level of the endpoints tested there: of the sizes beyond
        noise the one that rejects most above the level, or else most below; None without one.
    """
    if not is_approximate(study.analysis):
        return None
    alpha, rejection = study.analysis.alpha, role.measures.rejection
    tested = list(map(study.is_tested, study.endpoints))
    levels, errors = (of[:, tested].mean(axis=1) for of in (rejection.value, rejection.mcse))
    off = (np.array(role.n) < SMALL) & (np.abs(levels - alpha) > CLEAR * errors + LEAST)
    places = np.flatnonzero(off & (levels != 0))
    if not places.size:
        return None
    at = int(places[levels[places].argmax()])
    if levels[at] < alpha:
        at = int(places[levels[places].argmin()])
    return at, Probability(float(levels[at]), float(errors[at]))


def _levels(
    study: Study, rule: DecisionRule, null: OperatingCharacteristics, k: int
) -> tuple[Level, ...]:
    alpha, q = study.analysis.alpha, null.rule_index(rule.name)
    most = max(_endpoint_rates(rule, null, k), key=_value)
    return (
        _level("win", (null.rule_win, (k, q)), side_level(study.analysis)),
        _level("rejection", (null.rule_rejection, (k, q)), alpha),
        _level("endpoint", most, alpha),
    )


def side_level(analysis: Analysis) -> float:
    """Level that is allowed for meeting a rule in the direction that counts."""
    return analysis.alpha / 2 if analysis.alternative == "two_sided" else analysis.alpha


_Rate = tuple[Estimate, tuple[int, ...]]
"""An estimate and a place in it."""


def _value(rate: _Rate) -> float:
    return float(rate[0].value[rate[1]])


def _level(what: Event, rate: _Rate, allowed: float) -> Level:
    of, at = rate
    return Level(what, _value(rate), float(of.mcse[at]), allowed, int(of.replicates[at]))


def _endpoint_rates(rule: DecisionRule, null: OperatingCharacteristics, k: int) -> list[_Rate]:
    """How often each endpoint of a rule rejects, unadjusted."""
    places = [divmod(column, len(null.roles[0].endpoints)) for column in rule.columns]
    return [(null.roles[role].measures.rejection, (k, e)) for role, e in places]
