"""The answer to a feasibility study: criteria, what is decided and learnt, the programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.feasibility.colours import TrafficLight
from sim.feasibility.sizes import PilotSize
from sim.feasibility.three_outcomes import ThreeOutcomes
from sim.feasibility.two_stage import StageErrors, TwoStages
from sim.report.results.answer import SavedStudy
from sim.shown import Shown
from sim.study.feasibility import Feasibility
from sim.study.words import Words


@dataclass(frozen=True)
class StagedDesign:
    """A two-stage design, and what it does at the red and at the green limit."""

    aim: str
    design: TwoStages
    at_red: StageErrors
    at_green: StageErrors


@dataclass(frozen=True, eq=False)
class ExactCriterion:
    """What a criterion shows, exactly.

    Attributes
    ----------
    name : str
        The planner's.
    light : TrafficLight
        How it judges.
    expected : float
        What is expected to be true.
    looked_at : ndarray, shape (K,)
        Expected number of people, or of months of all sites, that it looks at.
    truths : ndarray, shape (T,)
        Truths, rising; both limits and what is expected are among them.
    red, amber, green : ndarray, shape (T, K)
        Probability of each colour, exact.
    tested : ndarray, shape (T, K), or None
        Probability of being significantly above the red limit.
    size : PilotSize
        How many people it must look at (units recruited, for a rate).
    """

    name: str
    light: TrafficLight
    expected: float
    looked_at: FloatArray
    truths: FloatArray
    red: FloatArray
    amber: FloatArray
    green: FloatArray
    tested: FloatArray | None
    size: PilotSize

    def row_of(self, truth: float) -> int:
        """Place of a truth that is among the truths."""
        return int(abs(self.truths - truth).argmin())

    @property
    def wrong_go(self) -> FloatArray:
        """Probability of green where the red limit is true; (K,)."""
        return np.asarray(self.green[self.row_of(self.light.red)])

    @property
    def wrong_stop(self) -> FloatArray:
        """Probability of red where the green limit is true; (K,)."""
        return np.asarray(self.red[self.row_of(self.light.green)])


@dataclass(frozen=True, eq=False)
class CriterionAnswer(ExactCriterion):
    """What a criterion shows, in simulated pilots too.

    Attributes
    ----------
    shown : ndarray, shape (K, 3)
        Share of simulated pilots in which it is red, amber, green.
    three_outcomes : ThreeOutcomes or None
        Smallest design with three outcomes between the same limits.
    two_stages : tuple of StagedDesign
        Designs of two stages between the same limits.
    """

    shown: FloatArray
    three_outcomes: ThreeOutcomes | None
    two_stages: tuple[StagedDesign, ...]


@dataclass(frozen=True, eq=False)
class Learnt:
    """What a pilot teaches, by size.

    Attributes
    ----------
    parameters : tuple of str
        Names of what is estimated.
    widths, mcse : ndarray, shape (P, K)
        Expected width of the 95% interval and its simulation error; NaN where there is none.
    truths : ndarray, shape (P,)
        True values, as far as they are known; else NaN.
    main_size : int or None
        Size of the main study with the planned effect and standard deviation, in people
        analysed; None where it is larger than the largest.
    main_low, main_high : ndarray, shape (K,)
        Expected ends of its 95% interval, from that of the standard deviation.
    """

    parameters: tuple[str, ...]
    widths: FloatArray
    mcse: FloatArray
    truths: FloatArray
    main_size: int | None
    main_low: FloatArray
    main_high: FloatArray


@dataclass(frozen=True, eq=False)
class Programme:
    """The programme, by the pilot's size; (K,) each, with simulation errors.

    Attributes
    ----------
    programmes : int
        How many were simulated.
    truly_red : float
        Share of them in which a criterion is truly red.
    go, amend, stop : ndarray
        Probabilities of what the pilot says.
    stops_rightly, stops_wrongly : ndarray
        Probability that it stops where a criterion is truly red, and where none is; NaN where
        that does not occur.
    follows, too_large : ndarray
        Probability that the main study takes place; that it would have to be too large.
    success, success_mcse : ndarray
        Probability that it takes place and succeeds.
    people, people_mcse : ndarray
        Expected number of people in all.
    main_size : ndarray
        Expected number analysed in a main study that takes place; NaN where there is none.
    """

    programmes: int
    truly_red: float
    go: FloatArray
    amend: FloatArray
    stop: FloatArray
    stops_rightly: FloatArray
    stops_wrongly: FloatArray
    follows: FloatArray
    too_large: FloatArray
    success: FloatArray
    success_mcse: FloatArray
    people: FloatArray
    people_mcse: FloatArray
    main_size: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class JudgedPilot:
    """A pilot with criteria of which it is known how often each errs.

    Attributes
    ----------
    study : Study
        As the planner gave it.
    criteria : tuple of ExactCriterion
        One per criterion.
    """

    study: SavedStudy
    criteria: tuple[ExactCriterion, ...]

    @property
    def words(self) -> Words:
        """The study's nouns."""
        return self.study.words

    @property
    def feasibility(self) -> Feasibility:
        """The pilot's settings."""
        if self.study.feasibility is None:
            raise TypeError("there is no pilot")
        return self.study.feasibility

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes of the pilot."""
        return self.feasibility.sizes

    @property
    def needed(self) -> int | None:
        """Smallest of the sizes at which every criterion looks at as many as it must."""
        for k, size in enumerate(self.sizes):
            if all(self.suffices(one, k) for one in self.criteria):
                return size
        return None

    @property
    def drawn(self) -> int:
        """Place of the size of which traffic lights are drawn: the one needed, or the largest."""
        return len(self.sizes) - 1 if self.needed is None else self.sizes.index(self.needed)

    def suffices(self, criterion: ExactCriterion, k: int) -> bool:
        """Tell whether a criterion looks at as many people as it must, at the k-th size."""
        stays = criterion.size.stays
        at = self.sizes[k] if criterion.light.kind == "rate" else criterion.looked_at[k]
        return stays is not None and at >= stays - 1e-9


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class FeasibilityAnswer(JudgedPilot, Shown):
    """What a pilot can find out, how large it must be, and what comes of the programme.

    Attributes
    ----------
    endpoint : str
        Endpoint of which the standard deviation is learnt, and that the main study tests.
    effect, sd : float
        Planned effect in the direction that is the success, and standard deviation of the change.
    recruits : ndarray, shape (K,)
        Expected number of units recruited.
    people : ndarray of int, shape (K, J)
        Expected people of every role who are recruited, rounded.
    criteria : tuple of CriterionAnswer
        One per criterion.
    pilots : int
        How many were simulated.
    decisions : ndarray, shape (K, 3)
        Share of them that stop, amend, go.
    learnt : Learnt
        What is learnt of the parameters.
    programme : Programme
        What comes of it.
    warnings : tuple of str
        What a careful reader must know.
    """

    endpoint: str
    effect: float
    sd: float
    recruits: FloatArray
    people: IntArray
    criteria: tuple[CriterionAnswer, ...]
    pilots: int
    decisions: FloatArray
    learnt: Learnt
    programme: Programme
    warnings: tuple[str, ...] = ()

    @property
    def surest(self) -> int:
        """Place of the size whose programme succeeds most often; the smallest of those alike."""
        success = self.programme.success
        return int((success >= success.max() - self.programme.success_mcse.max()).argmax())

    @property
    def cheapest(self) -> int:
        """Place of the size with the fewest people in all per programme that succeeds."""
        success = self.programme.success
        costs = [people / won if won > 0 else float("inf")
                 for people, won in zip(self.programme.people, success, strict=True)]  # fmt: skip
        return costs.index(min(costs))
