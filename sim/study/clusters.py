"""People who are not independent: of one hospital, or sharing a person of the second role."""

from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Assumed

Icc = Annotated[float, Field(ge=0, lt=1)]


class NoClusters(Assumed):
    """Everybody is independent of everybody."""

    kind: Literal["none"]
    """This structure: no clusters."""


class SiteClusters(Assumed):
    """People of one hospital resemble each other, and so do those who share somebody."""

    kind: Literal["sites"]
    """This structure: pairs within hospitals (sites)."""
    stated_as: Literal["latent", "observed"]
    """What the correlations are of: the latent change, or the change of the scores."""
    site_icc: Icc
    """Intraclass correlation of the change within a site (0 to below 1)."""
    shared_icc: Icc
    """Further correlation of people of the first role who share one of the second
    (0 to below 1)."""
    accrual: Literal["round_robin", "in_turn"]
    """Order of accrual: one pair per site by turns, or one site filled after the other."""
    sites: int = Field(ge=2, le=5000)
    """Number of sites, where they take turns (2 to 5000)."""
    per_site: int = Field(ge=1, le=5000)
    """Mean number of pairs per site, where sites are filled in turn (1 to 5000)."""
    size_variation: float = Field(ge=0, le=2)
    """Coefficient of variation of the sites' sizes (0 = all alike, to 2)."""


Clusters = Annotated[NoClusters | SiteClusters, Field(discriminator="kind")]
