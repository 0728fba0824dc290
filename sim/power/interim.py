"""What looks do: where studies end, with how many people, and what is estimated there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.inference.rules import DecisionRule
from sim.power.count_kernels import FINE
from sim.power.estimates import Estimate, mean, moved, proportion
from sim.power.sample_size import SampleSize
from sim.power.tally import LookTally


@dataclass(frozen=True, eq=False)
class LookSizes:
    """Units at the looks J of every size K.

    Attributes
    ----------
    analysed, recruited : ndarray of int, shape (K, J)
        Of whom the answers are known, and who are recruited by then. Of looks on the same
        units only the last is taken: at the others nothing ends.
    """

    analysed: IntArray
    recruited: IntArray


@dataclass(frozen=True)
class Look:
    """One look of a study of one size, as it is planned.

    Attributes
    ----------
    analysed, recruited : int
        Units of whom the answers are known, and who are recruited by then.
    share : float
        Share of the study, for which the level is worked out.
    level : float
        Largest p-value that is significant by itself; two-sided where the test is. Where the
        level is spent exactly: what is spent by then, which is the largest that can be.
    critical : float
        z that has this level.
    spent : float
        Level spent by then, as the normal process has it.
    futility, futility_p : float or None
        One-sided z below which an endpoint is beyond hope, and the p-value that it has; None
        where there always is some.
    smallest_change : float or None
        Mean change in points, of one group of independent people and of one endpoint, that has
        the critical z at the standard deviation assumed.
    possible_from : int or None
        Smallest size studied at which the primary rule can be met at this look; None where
        it can at none.
    """

    analysed: int
    recruited: int
    share: float
    level: float
    critical: float
    spent: float
    futility: float | None
    futility_p: float | None
    smallest_change: float | None
    possible_from: int | None


@dataclass(frozen=True)
class InterimPlan:
    """The looks of a study of one size.

    Attributes
    ----------
    size : int
        The size.
    looks : tuple of Look
        Those that it takes, the last at its end.
    binding : bool
        Whether levels count on futility being obeyed.
    inflation : float
        Largest size in multiples of that without looks, as the normal process has it.
    spent_exactly : bool
        Whether looks spend their level exactly, given the absolute changes.
    path : tuple of (int, float)
        Of one simulated study units analysed, and the z of the primary rule's endpoint by then in
        the direction of success; empty where that rule looks at more, or nothing was simulated.
    """

    size: int
    looks: tuple[Look, ...]
    binding: bool
    inflation: float
    spent_exactly: bool
    path: tuple[tuple[int, float], ...] = ()

    @property
    def stops_for_futility(self) -> bool:
        """Whether any look may stop it for futility."""
        return any(look.futility is not None for look in self.looks)


@dataclass(frozen=True)
class ExpectedSize:
    """Units of a study of one size under some effect.

    Attributes
    ----------
    effect : {'planned', 'half', 'none'}
        Under which effect.
    analysed, recruited : float
        Expected units at the end.
    analysed_mcse, recruited_mcse : float
        Their Monte Carlo errors.
    win, win_mcse : float
        Probability that the primary rule is met, and its Monte Carlo error.
    exact : bool
        Whether none of it is simulated.
    """

    effect: Literal["planned", "half", "none"]
    analysed: float
    analysed_mcse: float
    recruited: float
    recruited_mcse: float
    win: float
    win_mcse: float
    exact: bool


@dataclass(frozen=True)
class InterimGain:
    """What looks cost and gain, beside the same study without any.

    Attributes
    ----------
    fixed : SampleSize
        Size of the primary rule without looks.
    expected : tuple of ExpectedSize
        At the answer's size under the planned effect, half of it where that can be had, none.
    """

    fixed: SampleSize
    expected: tuple[ExpectedSize, ...]


@dataclass(frozen=True, eq=False)
class InterimMeasures:
    """Operating characteristics of the looks J at every size K.

    Attributes
    ----------
    sizes : LookSizes
        Units at each look.
    met, won, futile : Estimate, shape (K, J)
        P(ends at the look since the primary rule is met by rejections in either direction),
        P(ends there since it is met by wins), P(ends there for futility).
    expected_analysed, expected_recruited : Estimate, shape (K,)
        Expected units at the end.
    spread : ndarray, shape (K,)
        Standard deviation of the units analysed at the end.
    unstopped_rejection, unstopped_win : Estimate, shape (K,)
        P(the primary rule is met at some look) where futility stops nobody.
    fixed_rejection, fixed_win : Estimate, shape (K, Q)
        Probability that each rule is met without looks, by the same people.
    bias, coverage : Estimate, shape (K, J, E)
        Of the endpoints that the primary rule looks at, among studies that end at the look: what
        the mean change differs from the truth, and how often its 95% interval covers it.
    endpoints : tuple of (int, int)
        These endpoints: places of the role and of the endpoint.
    rule : int
        Place of the primary rule.
    """

    sizes: LookSizes
    met: Estimate
    won: Estimate
    futile: Estimate
    expected_analysed: Estimate
    expected_recruited: Estimate
    spread: FloatArray
    unstopped_rejection: Estimate
    unstopped_win: Estimate
    fixed_rejection: Estimate
    fixed_win: Estimate
    bias: Estimate
    coverage: Estimate
    endpoints: tuple[tuple[int, int], ...]
    rule: int

    @property
    def looks(self) -> int:
        """Number J of looks."""
        return len(self.sizes.analysed[0])


def interim_measures(
    tally: LookTally,
    sizes: LookSizes,
    rules: tuple[DecisionRule, ...],
    primary: int,
    truth: FloatArray,
) -> InterimMeasures:
    """Turn counts at looks into estimates with their Monte Carlo errors.

    Parameters
    ----------
    tally : LookTally
        Counts over replicates.
    sizes : LookSizes
        Units at the looks.
    rules : tuple of DecisionRule
        The rules.
    primary : int
        Place of the one that stops the study.
    truth : ndarray, shape (E,)
        True mean changes of the endpoints of all roles, side by side.

    Returns
    -------
    InterimMeasures
    """
    of, columns = tally.replicates, list(rules[primary].columns)
    ended = tally.ended_met + tally.ended_futile
    ended[:, -1] = of - ended[:, :-1].sum(axis=1)  # whatever is decided there
    analysed, recruited = (_expected(ended, units) for units in (sizes.analysed, sizes.recruited))
    estimable = tally.ended_estimable[..., columns]
    changes, squares = tally.ended_change[..., columns], tally.ended_change_squared[..., columns]
    change = mean(changes / FINE, squares / FINE, estimable, 1.0)
    per_role = len(truth) // tally.families.shape[1]
    return InterimMeasures(
        sizes,
        proportion(tally.ended_met, of),
        proportion(tally.ended_won, of),
        proportion(tally.ended_futile, of),
        analysed,
        recruited,
        np.sqrt(of) * analysed.mcse,
        proportion(tally.unstopped_rejected, of),
        proportion(tally.unstopped_won, of),
        proportion(tally.fixed_rejected, of),
        proportion(tally.fixed_won, of),
        moved(change, truth[columns]),
        proportion(tally.ended_covered[..., columns], estimable),
        tuple(divmod(column, per_role) for column in columns),
        primary,
    )


def _expected(ended: IntArray, units: IntArray) -> Estimate:
    """Expected units at the end, from how many replicates end at which look."""
    total, squares = (ended * units).sum(axis=1), (ended * units**2).sum(axis=1)
    return mean(total, squares, ended.sum(axis=1), 1.0)


BY_LOOK = ("met", "won", "futile")
"""Measures of a look."""
BY_SIZE = ("expected_analysed", "expected_recruited", "unstopped_rejection", "unstopped_win")
"""Measures of all looks together."""
AT_ENDS = ("bias", "coverage")
"""Measures of the studies that end at a look."""


def expected_size(
    effect: Literal["planned", "half", "none"], measures: InterimMeasures, win: Estimate, k: int
) -> ExpectedSize:
    """Expected units at one size; `win` (K,) is the probability that the primary rule is met."""
    analysed, recruited = measures.expected_analysed, measures.expected_recruited
    return ExpectedSize(
        effect,
        float(analysed.value[k]),
        float(analysed.mcse[k]),
        float(recruited.value[k]),
        float(recruited.mcse[k]),
        float(win.value[k]),
        float(win.mcse[k]),
        exact=not analysed.replicates[k],
    )
