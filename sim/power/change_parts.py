"""What part of a change is the treatment's, and what a study without controls makes of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from sim.arrays import FloatArray
from sim.cohorts import Arms, Population, without_effect
from sim.cohorts.participants import regression_alone
from sim.cohorts.recruitment import recruited
from sim.cohorts.truth import mean_changes, sd_changes
from sim.power.estimates import Estimate
from sim.power.sample_size import SampleSize
from sim.study.endpoints import Endpoints


@dataclass(frozen=True, eq=False)
class ChangeParts:
    """Mean change of the treated people of one role, and where it comes from; shapes (E,).

    Attributes
    ----------
    change : ndarray
        All of it, in points: what a study without control arm sees.
    treatment : ndarray
        What treatment adds.
    response_shift : ndarray
        What comes from answering otherwise the second time.
    regression : ndarray
        Regression to the mean, from who was selected.
    control_change : ndarray or None
        Mean change of the control arm, where there is one.
    sd_change, control_sd_change : ndarray or None
        Standard deviation of the change in either arm, where there are two;
        NaN for a sum without a closed form.
    taking_part : float
        Share of the people invited who take part.
    """

    change: FloatArray
    treatment: FloatArray
    response_shift: FloatArray
    regression: FloatArray
    control_change: FloatArray | None
    sd_change: FloatArray | None
    control_sd_change: FloatArray | None
    taking_part: float

    @property
    def effect(self) -> FloatArray:
        """What treatment does beyond what controls get, or beyond nothing."""
        return self.treatment if self.control_change is None else self.change - self.control_change


@dataclass(frozen=True)
class Probability:
    """A probability and its Monte Carlo standard error."""

    value: float
    mcse: float

    @classmethod
    def of(cls, estimate: Estimate, *at: int) -> Probability:
        """One of an array of estimates."""
        return cls(float(estimate.value[at]), float(estimate.mcse[at]))


@dataclass(frozen=True)
class OneGroup:
    """The same study without control arm, for comparison.

    Attributes
    ----------
    test : str
        Its paired test.
    size : SampleSize
        What it would take to meet the primary rule.
    compared_at : int
        The size of the study with a control arm, or the largest studied.
    win : Probability
        Of meeting the rule at that size.
    null_win, null_rejection : Probability
        Of meeting it, and that its tests reject in whatever direction, where
        treatment does nothing.
    null_win_at_own : Probability or None
        Of meeting it there at the size it needs; None where no size is enough.
    controlled_null_win, controlled_null_rejection : Probability
        With the control arm, at that size, where treatment does no more than
        what the controls get.
    """

    test: str
    size: SampleSize
    compared_at: int
    win: Probability
    null_win: Probability
    null_rejection: Probability
    null_win_at_own: Probability | None
    controlled_null_win: Probability
    controlled_null_rejection: Probability


def parts_of_change(arms: Arms, endpoints: Endpoints) -> ChangeParts | None:
    """Split a mean change; None where all of it is the treatment's and nobody is compared with.

    Parameters
    ----------
    arms : tuple of Population
        The people who are treated, and the control arm where there is one.
    endpoints : Endpoints
        The domains, and sums of them.

    Returns
    -------
    ChangeParts or None
    """
    population, controls = arms[0], arms[1] if len(arms) > 1 else None
    plain = population.response_shift is None and population.recruitment is None
    if plain and controls is None:
        return None
    change, without = (
        mean_changes(people, endpoints) for people in (population, without_effect(population))
    )
    regression = regression_alone(population, endpoints)
    return ChangeParts(
        change=change,
        treatment=change - without,
        response_shift=without - regression,
        regression=regression,
        control_change=None if controls is None else mean_changes(controls, endpoints),
        sd_change=None if controls is None else sd_changes(population, endpoints),
        control_sd_change=None if controls is None else sd_changes(controls, endpoints),
        taking_part=_taking_part(population),
    )


def _taking_part(population: Population) -> float:
    if population.recruitment is None:
        return 1.0
    cuts = population.pre_cuts, population.post_cuts[:, 0]
    return recruited(*cuts, population.recruitment).share
