"""What is published of a pilot: facts with their source, and what is not published."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from sim.study.base import Line, Section, Several, Values

Files = Annotated[tuple[Line, ...], Several, Field(min_length=1, max_length=2)]


class PilotOutcome(Section):
    """One published before-and-after comparison."""

    role: Line
    """Name of the role the outcome belongs to."""
    outcome: Line
    """Domain name, or total."""
    pre: str
    """Published figure before, as printed (text, so that trailing zeros count)."""
    post: str
    """Published figure after, as printed."""
    p: str
    """Published p-value, as printed; or a bound such as "<0.05", or "not significant"."""
    summary: Literal["median", "mean"] = "median"
    """What the figures before and after are."""
    pre_quartiles: tuple[str, str] | None = None
    """Published lower and upper quartile before, as printed; null = not published."""
    post_quartiles: tuple[str, str] | None = None
    """Published lower and upper quartile after, as printed; null = not published."""


class PilotExample(Section):
    """A constructed set of changes that fits a published p-value."""

    outcome: Line
    """Published outcome that the example is compared with (domain name)."""
    changes: tuple[int, ...] = Field(min_length=1)
    """Changes of the participants in scale points (constructed, not the pilot's data)."""
    published_p: str
    """The published p-value it is compared with, as printed."""


class Pilot(Section):
    """The published facts of a pilot study."""

    citation: str | None = None
    """Full reference of the source; null = none."""
    doi: str | None = None
    """Digital object identifier of the source; null = none."""
    licence: str | None = None
    """Licence of the source; null = none."""
    source_of: Values | None = None
    """Fields of this section that the source gives, with their values: with others it is not
    named; null = it is the source of whatever stands here."""
    points: int | None = Field(default=None, ge=2)
    """Points of the pilot's response scale; null = as many as the study's."""
    domains: int | None = Field(default=None, ge=1)
    """Number of domains of the pilot's questionnaire; null = as many as the study's."""
    sizes: dict[str, Annotated[int, Field(ge=0)]] = Field(min_length=1)
    """Number of participants in the pilot, by role."""
    outcomes: tuple[PilotOutcome, ...] = ()
    """Published comparisons."""
    not_stated: tuple[str, ...] = ()
    """What the source does not say (text)."""
    data: Files | None = None
    """File of the pilot's answers (.csv, .xlsx), or two, before and after; null = none."""
    map: Line | None = None
    """YAML file that says which column holds what, as mentorsim map writes it; null = guessed."""
    example: PilotExample | None = None
    """A constructed example of changes, scored when report.pilot_example is true."""

    @field_validator("source_of", mode="after")
    @classmethod
    def _of_known_fields(cls, values: Values | None) -> Values | None:
        cls.require_fields(values)
        return values

    @property
    def is_of_its_source(self) -> bool:
        """Whether what stands here is what the source named gives."""
        return self.source_of is None or self.states(self.source_of)

    @property
    def source(self) -> str:
        """The source by its identifier, for what stands here; empty where there is none."""
        return f"Source: doi:{self.doi}" if self.doi and self.is_of_its_source else ""

    @property
    def cited(self) -> str | None:
        """The source in full, for what stands here; None where there is none."""
        return self.citation if self.is_of_its_source else None
