"""People who are not independent: of one site, or sharing a person of the second role."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sim.study.base import Assumed
from sim.study.words import Noun

Icc = Annotated[float, Field(ge=0, lt=1)]


class SiteClusters(Assumed):
    """People of one site resemble each other, and so do those who share somebody."""

    stated_as: Literal["latent", "observed"] = "observed"
    """What the correlations are of: the latent change, or the change of the scores."""
    icc: Icc
    """Intraclass correlation of the change within a site (0 to below 1)."""
    shared_icc: Icc = 0.0
    """Further correlation of people of the first role who share one of the second
    (0 to below 1)."""
    accrual: Literal["round_robin", "in_turn"] = "round_robin"
    """Order of accrual: one unit per site by turns, or one site filled after the other."""
    sites: int = Field(default=10, ge=2, le=5000)
    """Number of sites, where they take turns (2 to 5000)."""
    per_site: int = Field(default=10, ge=1, le=5000)
    """Mean number of units per site, where sites are filled in turn (1 to 5000)."""
    sizes: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] | None = Field(
        default=None, min_length=2, max_length=5000
    )
    """Units of each site, one by one (2 to 5000 sites of 1 to 100000), in place of sites, per_site
    and size_variation; null = as those say."""
    size_variation: float = Field(default=0.0, ge=0, le=2)
    """Coefficient of variation of the sites' sizes (0 = all alike, to 2)."""


Clusters = Annotated[
    dict[Noun, SiteClusters], BeforeValidator(lambda given: given or {}), Field(max_length=1)
]
"""The sites by what one of them is called, such as ward; null or empty = none."""
