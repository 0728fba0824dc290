"""What every section of a study shares."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A frozen part of the study; unknown keys and loose types are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Assumed(Section):
    """A section whose values may be an assumption rather than a fact."""

    assumption: str | None = None
    """Why these values are assumed where no source gives them (text; printed with the answer)."""


Probability = Annotated[float, Field(ge=0, le=1)]
"""A probability, 0 to 1."""

Marginal = tuple[Probability, ...]
"""Probabilities of the scale's points, lowest first; they sum to 1."""

Correlation = Annotated[float, Field(ge=-1, le=1)]
"""A correlation, -1 to 1."""
