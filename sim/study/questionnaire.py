"""The questionnaire: the scale, its items, how they are answered before, and what sums them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import isclose
from statistics import NormalDist
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from sim.study.base import Line, Percent, Section
from sim.study.refusals import FieldError, nearest

MOST_POINTS, MOST_DOMAINS = 11, 60
"""Longest scale, and most items of a questionnaire."""
LARGEST_TOTAL = MOST_POINTS * MOST_DOMAINS
TOTAL = "total"
"""Name of the endpoint that sums all items, unless totals are named."""
MARGINAL_TOLERANCE = 1e-6
"""How far probabilities may be from a sum of 1."""
ROUNDED = 0.01
"""How far rounded shares may be from a sum of 1, or percents from 100, in shares of it."""
NORMAL_IQR = 2 * NormalDist().inv_cdf(0.75)
"""Interquartile range of a standard normal distribution."""
_COPY = "like:"
EVERY = "items"
"""Stands for every item that is not named."""

Name = Annotated[Line, Field(min_length=1, max_length=200)]


def _in_short(given: object) -> object:
    """Read a list as shares, words such as "like: listening" as a copy, nothing as nothing."""
    if isinstance(given, tuple):
        return {"shares": given}
    if isinstance(given, str) and given.startswith(_COPY):
        return {"like": given.removeprefix(_COPY).strip()}
    return {} if given is None else given


class Answers(Section):
    """How an item is answered before: in one of four ways, or left to the roles."""

    WAYS: ClassVar = ("shares", "counts", "median", "like")

    label: Annotated[Line, Field(min_length=1, max_length=40)] | None = None
    """Short name for tables and figures (text); null = the item's name."""
    shares: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    """Share of people at each point, lowest first; they sum to 1, or as percents to 100."""
    counts: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    """People at each point, lowest first (whole numbers), as somebody counted them."""
    median: float | None = None
    """Median of the answers (points), with `iqr` or `sd`: a normal distribution, rounded."""
    iqr: float | None = Field(default=None, gt=0)
    """Interquartile range of the answers (points, above 0)."""
    sd: float | None = Field(default=None, gt=0)
    """Standard deviation of the answers (points, above 0)."""
    like: Name | None = None
    """Another item, answered in the same way."""

    @model_validator(mode="after")
    def _check_one_way(self) -> Self:
        ways = [way for way in self.WAYS if getattr(self, way) is not None]
        spread = [name for name in ("iqr", "sd") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise ValueError(f"are given as {' and as '.join(ways)}; give one of them")
        if len(spread) != ("median" in ways):
            raise ValueError("need a median with either iqr or sd, and each only with the other")
        return self

    @model_serializer(mode="wrap")
    def _in_short(self, handler: SerializerFunctionWrapHandler) -> Any:
        given = {name: value for name, value in handler(self).items() if value is not None}
        return (given.get("shares") or None) if given.keys() <= {"shares"} else given

    @property
    def people(self) -> int | None:
        """Number of people who were counted; None where none were."""
        return None if self.counts is None else sum(self.counts)

    def distribution(self, points: int, lowest: int) -> tuple[float, ...] | None:
        """Probabilities of the scale's points, lowest first; None where they are not given here.

        Parameters
        ----------
        points : int
            Number of points of the scale.
        lowest : int
            Score of its lowest point.

        Raises
        ------
        ValueError
            Says what would be right, where what is given fits no such scale.
        """
        if self.median is not None:
            return self._rounded_normal(points, lowest)
        given = self.shares if self.counts is None else self.counts
        return None if given is None else shares_of(given, points, counted=self.counts is not None)

    def _rounded_normal(self, points: int, lowest: int) -> tuple[float, ...]:
        """Normal distribution with this median and spread, rounded to the points of the scale.

        What lies beyond either end is answered with the end.
        """
        median, highest = self.median or 0.0, lowest + points - 1
        if not lowest <= median <= highest:
            raise ValueError(f"must be a median from {lowest} to {highest}")
        normal = NormalDist(median, self.sd or (self.iqr or 0.0) / NORMAL_IQR)
        below = [0.0, *(normal.cdf(point + 0.5) for point in range(lowest, highest)), 1.0]
        return tuple(up - low for low, up in pairwise(below))


Item = Annotated[Answers, BeforeValidator(_in_short)]


def _for_all(given: object) -> object:
    """Read one way of answering, such as counts, as that of every item."""
    is_one = isinstance(given, Mapping) and given and given.keys() <= Answers.model_fields.keys()
    return {EVERY: given} if is_one else given


def _form(given: object) -> str:
    """Tell lists of shares from answers by the name of the item."""
    return "=by item" if isinstance(given, Mapping) else "=in a list"


_Shares = tuple[Annotated[float, Percent, Field(ge=0)], ...]
AnswersBefore = Annotated[
    Annotated[_Shares | tuple[_Shares, ...], Tag("=in a list")]
    | Annotated[dict[Name, Item], Tag("=by item")],
    Discriminator(_form),
    BeforeValidator(_for_all),
]
"""How a role answers before: shares, one list or one per item; or as items, by their names."""


def shares_of(given: tuple[float, ...], points: int, *, counted: bool = False) -> tuple[float, ...]:
    """Turn probabilities, rounded shares, percents or counts into probabilities.

    Parameters
    ----------
    given : tuple of float
        One number for each point, none negative.
    points : int
        Number of points of the scale.
    counted : bool
        Whether the numbers are people.

    Returns
    -------
    tuple of float
        They sum to 1; probabilities that do are left as they are.

    Raises
    ------
    ValueError
        Says what would be right.

    Examples
    --------
    >>> shares_of((20, 50, 30), 3)
    (0.2, 0.5, 0.3)
    """
    if len(given) != points:
        raise ValueError(f"must be {points} numbers, one per point")
    total = sum(given)
    if not counted and abs(total - 1) <= MARGINAL_TOLERANCE:
        return given
    if counted and total == 0:
        raise ValueError("count nobody")
    near = any(isclose(total, whole, rel_tol=ROUNDED) for whole in (1, 100))
    if not counted and not near:
        raise ValueError(
            f"sums to {total:.6g}; shares must sum to 1 and percents to 100 (people are "
            "given as counts)"
        )
    return tuple(share / total for share in given)


def _named(items: object) -> object:
    """Read a list of names as items whose answers the roles state."""
    if isinstance(items, tuple) and all(isinstance(name, str) for name in items):
        if len(set(items)) < len(items):
            twice = next(name for name in items if items.count(name) > 1)
            raise ValueError(f"questionnaire.items: {twice!r} is named twice; names must differ")
        return dict.fromkeys(items)
    return items


class Questionnaire(Section):
    """The questionnaire: ordered points, named items, and sums of them."""

    labels: tuple[Annotated[Line, Field(min_length=1, max_length=80)], ...] | None = Field(
        default=None, min_length=2, max_length=MOST_POINTS
    )
    """Words of the points, lowest first (2 to 11 texts); null = numbers alone."""
    points: int = Field(default=5, ge=2, le=MOST_POINTS, validate_default=True)
    """Number of ordered points of the response scale (2 to 11); as many as there are labels."""
    lowest: int = Field(default=1, ge=0, le=1)
    """Score of the lowest point (0 or 1)."""
    items: Annotated[
        dict[Name, Item],
        BeforeValidator(_named),
        Field(min_length=1, max_length=MOST_DOMAINS),
    ]
    """The items by name (1 to 60): shares of people at each point before, as a list; or counts,
    a median with iqr or sd, "like: another item"; or null where the roles state them."""
    totals: dict[Name, tuple[Name, ...]] | None = None
    """Sums of items by name, each the list of its items; null = one total of all items where
    there are several, {} = none."""

    @field_validator("points", mode="before")
    @classmethod
    def _as_labelled(cls, points: Any, info: ValidationInfo) -> Any:
        labels = info.data.get("labels")
        if labels is None:
            return points
        default = cls.model_fields["points"].default
        if points not in (len(labels), default):
            raise ValueError(
                f"questionnaire.points: {points} must be {len(labels)}, the number of labels"
            )
        return len(labels)

    @property
    def highest(self) -> int:
        """Score of the highest point."""
        return self.lowest + self.points - 1

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the items."""
        return tuple(self.items)

    @property
    def sums(self) -> dict[str, tuple[str, ...]]:
        """Items of each total, by its name."""
        if self.totals is not None:
            return self.totals
        return {TOTAL: self.names} if len(self.names) > 1 else {}

    def answers(self, name: str, at: str = "questionnaire.items") -> tuple[float, ...] | None:
        """Probabilities of the points of an item before; None where the roles state them.

        Parameters
        ----------
        name : str
            The item.
        at : str
            Where it is stated how it is answered.

        Raises
        ------
        FieldError
            Where what is given fits no such scale, or copies what is not there.
        """
        place, seen = f"{at}.{name}", [name]
        item = self.items[name]
        while item.like is not None:
            if item.like not in self.items:
                raise FieldError(place, item.like, f"is no item; {nearest(item.like, self.names)}")
            if item.like in seen:
                raise FieldError(place, item.like, "copies itself; give its shares")
            seen.append(item.like)
            item = self.items[item.like]
        try:
            return item.distribution(self.points, self.lowest)
        except ValueError as error:
            given = item.shares if item.shares is not None else item.counts
            place = f"{at}.{seen[-1]}"  # of several copies the fault is one
            raise FieldError(place, given or item.median, str(error)) from None

    def of_items(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """List values that are given by item in the order of the items."""
        return tuple(values[name] for name in self.items)
