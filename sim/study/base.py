"""What every section of a study shares."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
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


_S = TypeVar("_S", bound="Section")


class Section(BaseModel):
    """A frozen part of the study; unknown keys and loose types are refused."""

    WAYS: ClassVar[tuple[str, ...]] = ()
    """Fields each of which states the section in a way of its own, where there are such."""

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

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the section with other values of some fields, which are not checked.

        Raises
        ------
        KeyError
            For a name that is no field, which would be kept without a word.
        """
        if unknown := set(update or {}) - set(type(self).model_fields):
            raise KeyError(*unknown)
        return super().model_copy(update=update, deep=deep)

    def states(self, values: dict[str, Any]) -> bool:
        """Tell whether some of the section's fields have these plain values."""
        try:
            return type(self).model_validate({**self.model_dump(), **values}) == self
        except ValidationError:
            return False


def unstated(section: _S, **values: Any) -> _S:
    """Give a section values that follow from others; they do not count as stated."""
    followed = section.model_copy(update=values)
    given = {name for name in section.model_fields_set
             if name not in values or values[name] == getattr(section, name)}  # fmt: skip
    followed.__pydantic_fields_set__.intersection_update(given)
    return followed


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


def _of_percent(value: object) -> object:
    """Read text such as 30% as a share of one; whatever else is given stays as it is."""
    percent = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(percent[1]) / 100 if percent else value


def without_null(entries: object) -> object:
    """Let a config leave an entry out that it would otherwise inherit."""
    if not isinstance(entries, Mapping):
        return entries
    return {name: entry for name, entry in entries.items() if entry is not None}


def _as_list(value: object) -> object:
    return value if value is None or isinstance(value, tuple) else (value,)


Several = BeforeValidator(_as_list)
"""Lets one value stand for a list of one."""
_PERCENT = re.compile(r"([-+]?\d+(?:\.\d*)?|[-+]?\.\d+) ?%")
Percent = BeforeValidator(_of_percent)
"""Lets a share be written as a percent, such as 30%."""
Probability = Annotated[float, Percent, Field(ge=0, le=1)]
"""A probability, 0 to 1, or 0% to 100%."""

Marginal = tuple[Probability, ...]
"""Probabilities of the scale's points, lowest first; they sum to 1."""

Correlation = Annotated[float, Field(ge=-1, le=1)]
"""A correlation, -1 to 1."""
