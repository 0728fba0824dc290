"""Which factors of a sweep matter most, and where that cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sim.power.contrast import critical
from sim.power.estimates import Estimate
from sim.power.sweep import PointResult, SweepAnswer
from sim.study.sweep import OneAtATimeSweep

CLEAR = 2.0
"""Fewest standard errors from 0 at which a contrast is clear of noise."""


@dataclass(frozen=True, eq=False)
class Influence:
    """How far one factor moves the power.

    Attributes
    ----------
    factor : str
        Its name.
    low, high : int
        Numbers of the points where the power is lowest and highest, the base among them.
    to_low, to_high : Estimate, shape ()
        Power there less that of the base.
    span : Estimate, shape ()
        Highest less lowest power; its interval allows for both having been
        chosen among all the factor's values.
    clear : bool
        Whether the span is clear of noise.
    """

    factor: str
    low: int
    high: int
    to_low: Estimate
    to_high: Estimate
    span: Estimate
    clear: bool


@dataclass(frozen=True, eq=False)
class Tornado:
    """Factors by the size of their influence.

    Attributes
    ----------
    influences : tuple of Influence
        Those clear of noise first, of either kind the largest span first.
    ahead : tuple of bool
        Of each but the last: whether its span is larger than that of the
        next, clear of noise.
    left_out : tuple of str
        Factors none of whose values could be studied at the size compared.
    """

    influences: tuple[Influence, ...]
    ahead: tuple[bool, ...]
    left_out: tuple[str, ...]

    @property
    def ranks(self) -> tuple[tuple[str, ...], ...]:
        """Factors that are clear of noise, most influential first; those not told apart as one."""
        clear = [influence.factor for influence in self.influences if influence.clear]
        ranks: list[tuple[str, ...]] = []
        for name, ahead in zip(clear, (True, *self.ahead), strict=False):
            if ahead:
                ranks.append((name,))
            else:
                ranks[-1] += (name,)
        return tuple(ranks)

    @property
    def unclear(self) -> tuple[str, ...]:
        """Factors whose influence cannot be told from none."""
        return tuple(influence.factor for influence in self.influences if not influence.clear)


def tornado(answer: SweepAnswer) -> Tornado | None:
    """Order the factors of a sweep that varies one at a time by how far they move the power.

    Parameters
    ----------
    answer : SweepAnswer
        A sweep's.

    Returns
    -------
    Tornado or None
        None for another kind of sweep.
    """
    sweep = answer.study.sweep
    if not isinstance(sweep, OneAtATimeSweep):
        return None
    by_factor: dict[str, list[PointResult]] = {name: [] for name in sweep.factors}
    for result in answer.points:
        if result.point.factor is not None and answer.at in result.studied:
            by_factor[result.point.factor].append(result)
    influences = [_influence(answer, name, at) for name, at in by_factor.items() if at]
    influences.sort(key=lambda influence: (not influence.clear, -float(influence.span.value)))
    ahead = tuple(_is_ahead(answer, *both) for both in pairwise(influences))
    left_out = tuple(name for name, results in by_factor.items() if not results)
    return Tornado(tuple(influences), ahead, left_out)


def _influence(answer: SweepAnswer, factor: str, results: list[PointResult]) -> Influence:
    every = [answer.base, *results]
    powers = {result: float(answer.contrast([(1, result)]).value) for result in every}
    low, high = min(every, key=powers.__getitem__), max(every, key=powers.__getitem__)
    chosen_from = len(every) * (len(every) - 1) // 2
    span = answer.contrast([(1, high), (-1, low)], chosen_from)
    to_low, to_high = (answer.contrast([(1, end), (-1, answer.base)]) for end in (low, high))
    numbers = low.point.number, high.point.number
    return Influence(factor, *numbers, to_low, to_high, span, _is_clear(answer, span, chosen_from))


def _is_ahead(answer: SweepAnswer, first: Influence, second: Influence) -> bool:
    """Tell whether one span is larger than another, by the contrast of the two."""
    signs = ((1, first.high), (-1, first.low), (-1, second.high), (1, second.low))
    return _is_clear(answer, answer.contrast([(sign, answer.points[at]) for sign, at in signs]))


def _is_clear(answer: SweepAnswer, difference: Estimate, comparisons: int = 1) -> bool:
    enough = max(CLEAR, critical(answer.blocks, comparisons))
    return bool(difference.value > enough * difference.mcse)
