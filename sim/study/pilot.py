"""What is published of a pilot: facts with their source, and what is not stated."""

from typing import Literal

from pydantic import Field

from sim.study.base import Line, Section


class PilotOutcome(Section):
    """One published before-and-after comparison."""

    role: Line
    """Role the outcome belongs to: mentor or mentee."""
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

    citation: str
    """Full reference of the source."""
    doi: str
    """Digital object identifier of the source."""
    licence: str
    """Licence of the source."""
    mentors: int = Field(ge=1)
    """Number of mentors in the pilot (participants)."""
    mentees: int = Field(ge=0)
    """Number of mentees in the pilot (participants)."""
    outcomes: tuple[PilotOutcome, ...]
    """Published comparisons."""
    not_stated: tuple[str, ...]
    """What the source does not say (text)."""
    data: Line | None = None
    """CSV of the pilot's answers (participant, role, domain, pre, post); null = none."""
    example: PilotExample | None = None
    """A constructed example of changes, scored when report.pilot_example is true."""
