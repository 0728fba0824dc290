"""How the effect of what is done between the two times can be given."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from sim.study.base import Assumed, Line, Marginal, Percent, Section
from sim.study.questionnaire import MOST_POINTS

Shift = float
OddsRatio = Annotated[float, Field(gt=0)]
Point = Annotated[int, Field(ge=1)]
JointTable = tuple[Marginal, ...]

KINDS = (
    "shift", "odds_ratio", "post", "median", "mean_change", "responders", "joint", "items",
    "posterior",
)  # fmt: skip
"""Fields that each state an effect in a way of its own; without any of them there is none."""


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
    """What every way of stating an effect shares; which one it is, is told by its first field."""

    WAYS: ClassVar = KINDS
    kind: ClassVar[str]
    """Name of that field; "none" for no effect."""

    selected_for_significance: bool = False
    """Whether the values come from a study reported because it was significant (true or false)."""
    prior: EffectPrior | None = None
    """What is believed of the effect, over which assurance averages; null = no assurance."""


class NoEffect(EffectSection):
    """Scores after are distributed as scores before."""

    kind: ClassVar = "none"


class ShiftEffect(EffectSection):
    """The latent normal score moves."""

    kind: ClassVar = "shift"
    shift: Shift | tuple[Shift, ...]
    """Latent shift in standard deviations (probit); one number, or one per item."""


class OddsRatioEffect(EffectSection):
    """The odds of scoring above each point are multiplied."""

    kind: ClassVar = "odds_ratio"
    odds_ratio: OddsRatio | tuple[OddsRatio, ...]
    """Cumulative odds ratio above 0 (over 1 = higher scores); one number, or one per item."""


class PostEffect(EffectSection):
    """The distribution after is given."""

    kind: ClassVar = "post"
    post: Marginal | tuple[Marginal, ...]
    """Probabilities of the points after; one list, or one list per item."""


class MedianEffect(EffectSection):
    """The smallest latent shift that brings the median to a stated point."""

    kind: ClassVar = "median"
    median: Point | tuple[Point | None, ...]
    """Median after (a point of the scale); one, or one per item (null = no effect)."""


class Responders(Section):
    """People whose answer reaches a point, and how many more of them there are after."""

    at_least: int = Field(ge=0, le=MOST_POINTS)
    """Answers at or above this point are counted (a point of the scale above its lowest)."""
    rise: Annotated[float, Percent, Field(ge=-1, le=1)]
    """Share of people reaching it after, less the share before: .3, or 30% (-1 to 1)."""


class RespondersEffect(EffectSection):
    """The smallest latent shift that changes the share of people who reach a point."""

    kind: ClassVar = "responders"
    responders: Responders
    """Point that is reached, and how the share of people who reach it changes."""


class MeanChangeEffect(EffectSection):
    """The smallest latent shift that changes the mean answer by so much."""

    kind: ClassVar = "mean_change"
    mean_change: float | tuple[float, ...]
    """Change of the mean in points of the scale; one number, or one per item."""


class JointEffect(EffectSection):
    """The full table of scores before and after is given."""

    kind: ClassVar = "joint"
    joint: JointTable | tuple[JointTable, ...]
    """Probabilities (rows before, columns after); one table, or one per item; sets pre too."""


def _kind(value: object) -> str:
    """Tell by its fields which way of stating an effect was chosen."""
    if isinstance(value, EffectSection):
        return f"={value.kind}"
    named = [kind for kind in KINDS if isinstance(value, Mapping) and kind in value]
    return f"={' and '.join(named) or 'none'}"


def _no_effect(value: object) -> object:
    """Read the word none as no effect."""
    return {} if value == "none" else value


_OfOneItem = (
    Annotated[NoEffect, Tag("=none")]
    | Annotated[ShiftEffect, Tag("=shift")]
    | Annotated[OddsRatioEffect, Tag("=odds_ratio")]
    | Annotated[PostEffect, Tag("=post")]
    | Annotated[MedianEffect, Tag("=median")]
    | Annotated[MeanChangeEffect, Tag("=mean_change")]
    | Annotated[RespondersEffect, Tag("=responders")]
    | Annotated[JointEffect, Tag("=joint")]
)
DomainEffect = Annotated[
    _OfOneItem,
    Discriminator(_kind),
    BeforeValidator(_no_effect),
]


class ByDomainEffect(EffectSection):
    """Each item states its effect in its own way."""

    kind: ClassVar = "items"
    items: dict[str, DomainEffect]
    """Effect by item."""
    otherwise: DomainEffect = NoEffect()
    """Effect on every item not named."""


class PosteriorEffect(EffectSection):
    """The medians of a calibrated pilot's posterior, and its distribution before."""

    kind: ClassVar = "posterior"
    posterior: Line = Field(min_length=1)
    """File that `mentorsim calibrate` wrote (path, or the name of a shipped one)."""
    under: Line = Field(min_length=1)
    """Prior in that file under which the medians are taken: neutral, sceptical or hierarchical."""


Effect = Annotated[
    _OfOneItem
    | Annotated[ByDomainEffect, Tag("=items")]
    | Annotated[PosteriorEffect, Tag("=posterior")],
    Discriminator(_kind),
    BeforeValidator(_no_effect),
]
