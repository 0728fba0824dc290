"""Interim looks: when a study is looked at before its end, and what stops it then."""

from math import ceil
from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Assumed, Percent, Section, Several

BoundaryName = Literal[
    "obrien_fleming_spending", "pocock_spending", "hwang_shih_decani", "kim_demets",
    "obrien_fleming", "pocock", "wang_tsiatis", "haybittle_peto", "levels", "spent",
]  # fmt: skip
MOST_LOOKS = 10
"""Most looks of a study, the one at its end included."""
NEARLY = 1e-9
"""What rounding may add to a share of a size: a third of 30 is 10 people, not 11."""

Share = Annotated[float, Percent, Field(gt=0, le=1)]
Level = Annotated[float, Percent, Field(ge=0, lt=1)]
Inner = Annotated[float, Percent, Field(gt=0, lt=1)]


class Futility(Section):
    """When a look stops a study that is unlikely to succeed; stated in one way."""

    p: Annotated[tuple[Inner, ...], Several] | None = None
    """Stop where the one-sided p-value, in the direction of the success, is above this (above 0,
    below 1): one for all looks before the last, or one for each."""
    conditional_power: Inner | None = None
    """Stop where the probability to be significant at the end, if the trend so far goes on, is
    below this (above 0, below 1)."""
    effect: float | None = Field(default=None, ge=-5, lt=1)
    """Stop where the effect so far is below this share of the one assumed, if that is what gives
    target.power (-5 or above, below 1); 0 = where there is none."""
    beta_spending: (
        Literal["obrien_fleming_spending", "pocock_spending", "hwang_shih_decani", "kim_demets"]
        | None
    ) = None
    """Spend the error of the second kind, 1 - target.power, by this function."""
    parameter: float | None = Field(default=None, ge=-20, le=20)
    """Gamma of hwang_shih_decani, or rho of kim_demets, where beta_spending has one."""
    binding: bool = False
    """Whether the study must stop there: the levels of later looks are then less strict. false =
    it may go on all the same, and no level is lost by that."""


class Interim(Assumed):
    """Looks at the answers so far, on which a study can end early."""

    looks: (
        Annotated[int, Field(ge=1, le=MOST_LOOKS)]
        | Annotated[tuple[Share, ...], Field(min_length=1, max_length=MOST_LOOKS)]
        | None
    ) = None
    """Shares of the study after which it is looked at, rising (above 0, at most 1; the end is
    always the last); or their number, at equal distances (1 to 10)."""
    sizes: Annotated[tuple[int, ...], Several] | None = Field(default=None, max_length=MOST_LOOKS)
    """Instead: sizes in units at which it is looked at, besides its end, rising."""
    boundary: BoundaryName = "obrien_fleming_spending"
    """How the level is shared among the looks: spending functions (of O'Brien-Fleming and of
    Pocock type, hwang_shih_decani, kim_demets), classical designs, or as stated by `levels`."""
    parameter: float | None = Field(default=None, ge=-20, le=20)
    """Gamma of hwang_shih_decani, rho of kim_demets (above 0), delta of wang_tsiatis (-20 to
    20)."""
    levels: Annotated[tuple[Level, ...], Several] | None = None
    """For boundary=levels: largest p-value that is significant at each look; for boundary=spent:
    level that is spent by each look, the last all of it (0 to 1)."""
    spend: Literal["normal", "exact"] = "normal"
    """normal = p-values are compared with levels that the normal process gives each look; exact =
    each look rejects as much as keeps the level spent by then, given the absolute changes: of few
    discrete answers, what one look cannot spend is left to the next."""
    futility: Futility | None = None
    """When a look stops a study that is unlikely to succeed; null = never."""
    lag: int = Field(default=0, ge=0, le=100_000)
    """Units that are recruited while the answers of those at a look come in (0 or more)."""

    @property
    def shares(self) -> tuple[float, ...] | None:
        """Shares of the study at its looks, the last 1; None where sizes are stated."""
        if self.sizes is not None:
            return None
        if isinstance(self.looks, tuple):
            return self.looks if self.looks[-1] == 1 else (*self.looks, 1.0)
        number = self.looks or 1
        return tuple((look + 1) / number for look in range(number))

    @property
    def number(self) -> int:
        """Looks of a study that is large enough for all, its end included."""
        return len(self.shares) if self.sizes is None and self.shares else len(self.sizes or ()) + 1

    def at(self, size: int) -> tuple[int, ...]:
        """Units of which the answers are known at each look of a study of a size; the last is it.

        Looks that fall on the same units stay apart here, and make one look.
        """
        if self.shares is None:
            return (*(min(stated, size) for stated in self.sizes or ()), size)
        return tuple(ceil(share * size - NEARLY) for share in self.shares)

    def taken_at(self, size: int) -> tuple[int, ...]:
        """Places of the looks that a study of a size takes: of those on the same units the last.

        Where shares are stated its levels are those of all looks nevertheless.
        """
        at = (*self.at(size), size + 1)
        return tuple(look for look in range(self.number) if at[look] < at[look + 1])

    def solved_at(self, size: int) -> tuple[int, ...]:
        """Places of the looks for which the levels of a study of a size are worked out."""
        return self.taken_at(size) if self.shares is None else tuple(range(self.number))

    def shares_at(self, size: int) -> tuple[float, ...]:
        """Shares of the study for which its levels are worked out."""
        return self.shares or tuple(self.at(size)[look] / size for look in self.solved_at(size))
