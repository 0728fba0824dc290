"""A control arm, who is selected, and what changes without any effect."""

from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Assumed, Correlation, Section
from sim.study.effects import Effect, NoEffect
from sim.study.methods import OneGroupTest
from sim.study.questionnaire import LARGEST_TOTAL

Share = Annotated[int, Field(ge=1, le=20)]


class ParallelControl(Assumed):
    """Some are treated and others are not, and their changes are compared."""

    ratio: tuple[Share, Share] = (1, 1)
    """Treated to control units, in blocks in order of accrual (each 1 to 20)."""
    unit: Literal["person", "site"] = "person"
    """What is allocated to an arm: units within every site (person), or whole sites."""
    effect: Effect = NoEffect()
    """Effect on the control arm; none = what the controls get does nothing."""
    beside: OneGroupTest | None = None
    """Paired test of the same study without control arm, shown beside it; null = not shown."""


class NoSelection(Section):
    """Whoever is asked takes part."""

    kind: Literal["none"] = "none"
    """This way of recruiting: nobody is selected by their answers."""


class TotalSelection(Assumed):
    """People take part whose total lies in a range."""

    at_least: int | None = Field(default=None, ge=1, le=LARGEST_TOTAL)
    """Smallest total with which people take part (points); null = no lower limit."""
    at_most: int | None = Field(default=None, ge=1, le=LARGEST_TOTAL)
    """Largest total with which people take part (points); null = no upper limit."""


class BaselineSelection(TotalSelection):
    """People take part by their total before treatment, which is also their baseline."""

    kind: Literal["baseline"]
    """This way of recruiting: by the total of the answers before themselves."""


class ScreeningSelection(TotalSelection):
    """People take part by the total of an earlier questionnaire; the baseline is asked anew."""

    kind: Literal["screening"]
    """This way of recruiting: by the total of a screening before the baseline."""
    retest: Correlation | None = None
    """Latent correlation of screening and baseline within an item (-1 to 1); null = pre_post."""


Selection = Annotated[
    NoSelection | BaselineSelection | ScreeningSelection, Field(discriminator="kind")
]


class Uncontrolled(Assumed):
    """What changes in everybody, treated or not."""

    response_shift: float | tuple[float, ...] = 0.0
    """Shift of everybody's answers after, in SD of the latent score; one, or one per item."""
