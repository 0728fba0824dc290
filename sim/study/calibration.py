"""How a pilot is read: candidate tests, priors, what is assumed of what it does not report."""

from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Section

CandidateName = Literal[
    "signed_rank_asymptotic", "signed_rank_continuity", "signed_rank_exact", "pratt_asymptotic",
    "pratt_exact", "sign", "paired_t", "mann_whitney",
]  # fmt: skip
"""Tests, each with one way of finding p, from which a published p-value can have come."""
MOST_DRAWS = 1048576
"""Most draws of a domain's parameters."""


class NormalPrior(Section):
    """A normal prior of the latent shift."""

    mean: float = Field(ge=-4, le=4)
    """Mean of the latent shift, in standard deviations (-4 to 4)."""
    sd: float = Field(ge=0.02, le=4)
    """Standard deviation of the latent shift (0.02 to 4)."""


class HierarchicalPrior(Section):
    """A prior that ties the domains: each shift is normal around a mean they share."""

    mean_sd: float = Field(ge=0.02, le=4)
    """Standard deviation of the shared mean around 0 (0.02 to 4)."""
    between_sd: float = Field(ge=0.02, le=4)
    """Scale of the half-normal standard deviation between domains (0.02 to 4)."""


class Calibration(Section):
    """How the pilot is turned into what is believed of the effect."""

    tests: tuple[CandidateName, ...] = Field(
        default=(
            "signed_rank_asymptotic", "signed_rank_continuity", "signed_rank_exact",
            "pratt_asymptotic", "paired_t", "mann_whitney",
        ),
        min_length=1,
    )  # fmt: skip
    """Tests that can have given the published p-values (two-sided)."""
    test_weights: tuple[Annotated[float, Field(gt=0)], ...] | None = None
    """Prior weights of the tests (each above 0), in their order; null = all alike."""
    rounding: Literal["exact", "rounded"] = "exact"
    """Whether printed medians are exact, or rounded to the decimals shown."""
    unreported: Literal["not_significant", "marginalised"] = "not_significant"
    """Domains without figures: not significant (an assumption), or unknown and then reported
    outcomes are weighed given that they were significant."""
    any_significant: bool = False
    """Whether it is allowed for that the pilot was noticed because something was significant."""
    neutral: NormalPrior = NormalPrior(mean=0, sd=1)
    """A prior that leaves the effect open."""
    sceptical: NormalPrior = NormalPrior(mean=0, sd=0.3)
    """A prior that holds large effects for unlikely."""
    hierarchical: HierarchicalPrior = HierarchicalPrior(mean_sd=0.5, between_sd=0.5)
    """A prior that lets the domains inform each other."""
    concentration: float = Field(default=1.5, gt=0, le=100)
    """Concentration of the Dirichlet prior of the answers before (above 0, at most 100)."""
    draws: int = Field(default=65_536, ge=1024, le=MOST_DRAWS)
    """Draws of each domain's parameters, rounded up to a power of 2 (1024 to 1048576)."""
    kept: int = Field(default=200, ge=20, le=5000)
    """Draws of all domains together that are kept for assurance, per prior (20 to 5000)."""
