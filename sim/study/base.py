"""What every section of a study shares."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Section(BaseModel):
    """A frozen part of the study; unknown keys and loose types are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    def states(self, values: dict[str, Any]) -> bool:
        """Tell whether some of the section's fields are stated as these plain values."""
        try:
            return type(self).model_validate({**self.model_dump(), **values}) == self
        except ValidationError:
            return False


class Reason(Section):
    """A reason, and the values that it explains: it is theirs, and of no others."""

    why: str
    """Why they are assumed (text)."""
    of: dict[str, Any]
    """The section's fields that it explains, each with the value that it was written for."""
    pilot: bool = False
    """Whether it speaks of the pilot, and so of no study but one that follows the pilot up."""


class Assumed(Section):
    """A section whose values may be an assumption rather than a fact."""

    assumption: str | Reason | None = None
    """Why these values are assumed where no source gives them (text; printed with the answer)."""

    @property
    def as_explained(self) -> bool:
        """Whether the values are those for which the reason was written, if it says for which."""
        return not isinstance(self.assumption, Reason) or self.states(self.assumption.of)

    @property
    def reason(self) -> str | None:
        """The reason for the values as they stand; None where there is none."""
        if isinstance(self.assumption, Reason):
            return self.assumption.why if self.as_explained else None
        return self.assumption


Probability = Annotated[float, Field(ge=0, le=1)]
"""A probability, 0 to 1."""

Marginal = tuple[Probability, ...]
"""Probabilities of the scale's points, lowest first; they sum to 1."""

Correlation = Annotated[float, Field(ge=-1, le=1)]
"""A correlation, -1 to 1."""
