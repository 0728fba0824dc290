"""Effects as Python states them: ``OddsRatio(2)``, ``Responders(at_least=5, rise="30%")``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar


class StatedEffect(dict[str, Any]):
    """An effect as a study's file states it; in a study it takes the place of any other."""

    field: ClassVar[str] = ""
    """The field that holds its value."""

    def __init__(self, value: Any, /, **further: Any) -> None:
        """State the effect by its value; `further` are fields that every effect has."""
        super().__init__({self.field: value}, **further)

    def __repr__(self) -> str:
        further = {name: value for name, value in self.items() if name != self.field}
        fields = (f"{name}={value!r}" for name, value in further.items())
        return f"{type(self).__name__}({', '.join([*self._value(), *fields])})"

    def _value(self) -> Iterator[str]:
        """Write the value as it was given."""
        if self.field in self:
            yield repr(self[self.field])


class Shift(StatedEffect):
    """The latent normal score moves: standard deviations, one number or one per item."""

    field = "shift"


class OddsRatio(StatedEffect):
    """The odds of scoring above each point are multiplied: one number, or one per item."""

    field = "odds_ratio"


class Post(StatedEffect):
    """The distribution after: probabilities of the points, one list or one per item."""

    field = "post"


class Median(StatedEffect):
    """The median after: a point of the scale, one or one per item (None = no effect)."""

    field = "median"


class MeanChange(StatedEffect):
    """The mean answer changes by so many points: one number, or one per item."""

    field = "mean_change"


class Joint(StatedEffect):
    """The table of before (rows) by after (columns): probabilities, one table or one per item."""

    field = "joint"


class Responders(StatedEffect):
    """The share of people who reach a point changes."""

    field = "responders"

    def __init__(self, *, at_least: int, rise: float | str, **further: Any) -> None:
        """State the point, and the change: .3, or "30%"."""
        super().__init__({"at_least": at_least, "rise": rise}, **further)

    def _value(self) -> Iterator[str]:
        return (f"{name}={value!r}" for name, value in self[self.field].items())


class ByItem(StatedEffect):
    """Each item has an effect in its own way; `otherwise` is that on all others."""

    field = "items"

    def __init__(self, effects: Mapping[str, Mapping[str, Any]], /, **further: Any) -> None:
        """State the effects by item, and what else every effect has."""
        super().__init__(effects, **further)


class Posterior(StatedEffect):
    """The medians of a calibrated pilot's posterior file, under one of its priors."""

    field = "posterior"

    def __init__(self, file: Any, *, under: str, **further: Any) -> None:
        """Name the file and the prior: neutral, sceptical or hierarchical."""
        super().__init__(file, under=under, **further)


class NoEffect(StatedEffect):
    """Scores after are distributed as scores before."""

    def __init__(self, **further: Any) -> None:
        """State nothing but what every effect has."""
        dict.__init__(self, **further)
