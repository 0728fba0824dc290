"""How mentoring's effect on one role can be given."""

from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Assumed, Line, Marginal, Section

Shift = float
OddsRatio = Annotated[float, Field(gt=0)]
Point = Annotated[int, Field(ge=1)]
JointTable = tuple[Marginal, ...]


class PosteriorPrior(Section):
    """What is believed of the effect: the posterior of a calibrated pilot."""

    kind: Literal["posterior"]
    """This way of stating what is believed: draws in a file."""
    file: Line = Field(min_length=1)
    """File that `mentorsim calibrate` wrote (path, or the name of a shipped one)."""
    draws: int = Field(ge=20, le=5000)
    """Most draws of the effect, per prior in the file (20 to 5000)."""
    replicates: int = Field(ge=2, le=10_000)
    """Simulated studies of each draw (2 to 10000)."""


class NormalShiftPrior(Section):
    """What is believed of the effect: a latent shift around a mean, answers before as stated."""

    kind: Literal["normal_shift"]
    """This way of stating what is believed: a normal distribution of the latent shift."""
    mean: float = Field(ge=-4, le=4)
    """Mean of the latent shift, in standard deviations (-4 to 4)."""
    sd: float = Field(ge=0, le=4)
    """Standard deviation of the shift that all domains share (0 to 4)."""
    between_sd: float = Field(ge=0, le=4)
    """Standard deviation of the domains around what they share (0 to 4)."""
    draws: int = Field(ge=20, le=5000)
    """Draws of the effect (20 to 5000)."""
    replicates: int = Field(ge=2, le=10_000)
    """Simulated studies of each draw (2 to 10000)."""


EffectPrior = Annotated[PosteriorPrior | NormalShiftPrior, Field(discriminator="kind")]


class EffectSection(Assumed):
    """What every way of stating an effect shares."""

    selected_for_significance: bool = False
    """Whether the values come from a study reported because it was significant (true or false)."""
    prior: EffectPrior | None = None
    """What is believed of the effect, over which assurance averages; null = no assurance."""


class NoEffect(EffectSection):
    """Scores after are distributed as scores before."""

    kind: Literal["none"]
    """This way of stating the effect: no effect."""


class ShiftEffect(EffectSection):
    """The latent normal score moves."""

    kind: Literal["shift"]
    """This way of stating the effect: a shift of the latent score."""
    shift: Shift | tuple[Shift, ...]
    """Latent shift in standard deviations (probit); one number, or one per domain."""


class OddsRatioEffect(EffectSection):
    """The odds of scoring above each point are multiplied."""

    kind: Literal["odds_ratio"]
    """This way of stating the effect: a cumulative odds ratio."""
    odds_ratio: OddsRatio | tuple[OddsRatio, ...]
    """Cumulative odds ratio above 0 (over 1 = higher scores); one number, or one per domain."""


class PostEffect(EffectSection):
    """The distribution after mentoring is given."""

    kind: Literal["post"]
    """This way of stating the effect: the distribution after."""
    post: Marginal | tuple[Marginal, ...]
    """Probabilities of the points after mentoring; one list, or one list per domain."""


class MedianEffect(EffectSection):
    """The smallest latent shift that brings the median to a stated point."""

    kind: Literal["median"]
    """This way of stating the effect: the median after."""
    median: Point | tuple[Point | None, ...]
    """Median after mentoring (a point of the scale); one, or one per domain (null = no effect)."""


class JointEffect(EffectSection):
    """The full table of scores before and after is given."""

    kind: Literal["joint"]
    """This way of stating the effect: a table of before by after."""
    joint: JointTable | tuple[JointTable, ...]
    """Probabilities (rows before, columns after); one table, or one per domain; sets pre too."""


DomainEffect = Annotated[
    NoEffect | ShiftEffect | OddsRatioEffect | PostEffect | MedianEffect | JointEffect,
    Field(discriminator="kind"),
]


class ByDomainEffect(EffectSection):
    """Each domain states its effect in its own way."""

    kind: Literal["by_domain"]
    """This way of stating the effect: domain by domain."""
    domains: dict[str, DomainEffect]
    """Effect by domain name."""
    otherwise: DomainEffect
    """Effect of every domain not named."""


class PosteriorEffect(EffectSection):
    """The medians of a calibrated pilot's posterior, and its distribution before."""

    kind: Literal["posterior"]
    """This way of stating the effect: at the medians of a posterior."""
    file: Line = Field(min_length=1)
    """File that `mentorsim calibrate` wrote (path, or the name of a shipped one)."""
    under: Line = Field(min_length=1)
    """Prior in that file under which the medians are taken: neutral, sceptical or hierarchical."""


Effect = Annotated[
    NoEffect
    | ShiftEffect
    | OddsRatioEffect
    | PostEffect
    | MedianEffect
    | JointEffect
    | ByDomainEffect
    | PosteriorEffect,
    Field(discriminator="kind"),
]
