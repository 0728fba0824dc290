"""Answers that are not given, and how the analysis takes them."""

from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Percent, Section

Rate = Annotated[float, Percent, Field(ge=0, le=0.9)]


class Missing(Section):
    """Who gives no answers after, and which single answers are not given."""

    rate: Rate = 0.0
    """Share of people without any answer after (0 to 0.9, or a percent)."""
    kind: Literal["mcar", "mar", "mnar"] = "mcar"
    """What dropping out depends on: nothing (mcar, by chance), the total before (mar), or the
    change of the latent scores itself (mnar)."""
    slope: float = Field(default=0.0, ge=-5, le=5)
    """For mar and mnar: log odds of dropping out per standard deviation of what it depends on
    (-5 to 5)."""
    item_rate: Rate = 0.0
    """Rate at which single answers are missing, before and after alike, by chance (0 to 0.9)."""
    total: Literal["complete_case", "prorated"] = "complete_case"
    """Total of people with missing answers: missing (complete_case), or as many times their mean
    as it has items."""

    @property
    def any(self) -> bool:
        """Whether any answer can be missing."""
        return self.rate > 0 or self.item_rate > 0

    @property
    def depends(self) -> bool:
        """Whether dropping out depends on answers."""
        return self.kind != "mcar" and self.rate > 0 and self.slope != 0
