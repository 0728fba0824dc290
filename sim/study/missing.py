"""Answers that are not given, and how the analysis takes them."""

from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Section

Rate = Annotated[float, Field(ge=0, le=0.9)]


class MissingSection(Section):
    """What every mechanism shares."""

    item_rate: Rate
    """Rate at which single answers are missing, before and after alike, by chance (0 to 0.9)."""
    total: Literal["complete_case", "prorated"]
    """Total of people with missing answers: missing (complete_case), or D times their mean."""


class NoneMissing(MissingSection):
    """Everybody answers after as before."""

    kind: Literal["none"]
    """This mechanism: nobody drops out."""


class MissingCompletelyAtRandom(MissingSection):
    """Who drops out has nothing to do with any answer."""

    kind: Literal["mcar"]
    """This mechanism: people drop out by chance."""
    rate: Rate
    """Share of people without any answer after (0 to 0.9)."""


class MissingAtRandom(MissingSection):
    """Who drops out depends on the total before."""

    kind: Literal["mar"]
    """This mechanism: dropping out depends on the total before."""
    rate: Rate
    """Share of people without any answer after (0 to 0.9)."""
    slope: float = Field(ge=-5, le=5)
    """Log odds of dropping out per standard deviation of the total before (-5 to 5)."""


class MissingNotAtRandom(MissingSection):
    """Who drops out depends on how their latent scores changed."""

    kind: Literal["mnar"]
    """This mechanism: dropping out depends on the change itself."""
    rate: Rate
    """Share of people without any answer after (0 to 0.9)."""
    slope: float = Field(ge=-5, le=5)
    """Log odds of dropping out per standard deviation of the latent change (-5 to 5)."""


Missing = Annotated[
    NoneMissing | MissingCompletelyAtRandom | MissingAtRandom | MissingNotAtRandom,
    Field(discriminator="kind"),
]
