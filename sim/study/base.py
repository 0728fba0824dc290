"""What every section of a study shares."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of Unicode that steer a terminal or cannot be written: controls, half characters."""
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""Characters that turn the direction of writing, so that text reads as what it is not."""


def _check_text(text: str, allowed: str) -> str:
    for char in text:
        if char not in allowed and (unicodedata.category(char) in _HIDDEN or ord(char) in _TURNING):
            raise PydanticCustomError(
                "hidden_character",
                "must not hold the character {char}" + ("" if allowed else "; it is one line"),
                {"text": text, "char": f"U+{ord(char):04X}"},
            )
    return text


def _check_line(text: str) -> str:
    return _check_text(text, "")


Line = Annotated[str, AfterValidator(_check_line)]
"""Text on one line, such as a name."""


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """List the texts in plain data, each with the control characters that it may hold."""
    if isinstance(value, str):
        yield value, "\n\t"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key), ""
            yield from _texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)


class Section(BaseModel):
    """A frozen part of the study; unknown keys and loose types are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    @field_validator("*", mode="after")
    @classmethod
    def _check_texts(cls, value: Any) -> Any:
        """Refuse characters that a terminal would obey, wherever text stands."""
        for text, allowed in _texts(value):
            _check_text(text, allowed)
        return value

    @classmethod
    def require_fields(cls, values: Mapping[str, Any] | None) -> None:
        """Refuse values of what is no field of the section: it would never have them."""
        unknown = [name for name in values or {} if name not in cls.model_fields]
        if unknown:
            raise PydanticCustomError(
                "values_of_nothing",
                "explains {name}, which is no field of the section: {known}",
                {"name": repr(unknown[0]), "known": ", ".join(cls.model_fields)},
            )

    def states(self, values: dict[str, Any]) -> bool:
        """Tell whether some of the section's fields have these plain values."""
        try:
            return type(self).model_validate({**self.model_dump(), **values}) == self
        except ValidationError:
            return False


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    return tuple(map(_sorted, value)) if isinstance(value, tuple) else value


Values = Annotated[dict[str, Any], AfterValidator(_sorted)]
"""Fields of a section with their values; the order in which they are written means nothing."""


class Reason(Section):
    """A reason, and the values that it explains: it is theirs, and of no others."""

    why: str = Field(min_length=1, max_length=4000)
    """Why they are assumed (text)."""
    of: Values | None = None
    """Fields of the section that it explains, each with the value that it was written for: with
    another there is no reason; null = it explains whatever stands there."""
    pilot: bool = False
    """Whether it speaks of the pilot, and so of no study but one that follows the pilot up."""

    def __hash__(self) -> int:
        """Hash the words: the fields are kept in a mapping, which has no hash."""
        return hash(self.why)


class Assumed(Section):
    """A section whose values may be an assumption rather than a fact."""

    assumption: Reason | None = None
    """Why these values are assumed where no source gives them (text, or a section of its own)."""

    @field_validator("assumption", mode="before")
    @classmethod
    def _in_words(cls, given: object) -> object:
        """Take words alone for a reason of whatever stands there."""
        return given if given is None or isinstance(given, Mapping | Reason) else {"why": given}

    @field_validator("assumption", mode="after")
    @classmethod
    def _of_known_fields(cls, reason: Reason | None) -> Reason | None:
        cls.require_fields(reason.of if reason else None)
        return reason

    @property
    def as_explained(self) -> bool:
        """Whether the values are those for which the reason was written, if it says for which."""
        note = self.assumption
        return note is None or note.of is None or self.states(note.of)


Probability = Annotated[float, Field(ge=0, le=1)]
"""A probability, 0 to 1."""

Marginal = tuple[Probability, ...]
"""Probabilities of the scale's points, lowest first; they sum to 1."""

Correlation = Annotated[float, Field(ge=-1, le=1)]
"""A correlation, -1 to 1."""
