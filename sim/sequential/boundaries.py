"""Boundaries of a group sequential test: the level of each look.

References
----------
Wang SK, Tsiatis AA (1987). Biometrics 43, 193-199. O'Brien PC, Fleming TR
(1979). Biometrics 35, 549-556. Pocock SJ (1977). Biometrika 64, 191-199.
Haybittle JL (1971). British Journal of Radiology 44, 793-797.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.sequential.process import START, Going, beyond, exits, floors, go_on
from sim.sequential.spending import SPENDING, Spending, spent_by

Kind = Literal[
    Spending, "levels", "spent", "wang_tsiatis", "obrien_fleming", "pocock", "haybittle_peto"
]
SHAPES = {"obrien_fleming": 0.0, "pocock": 0.5}
"""Delta of the boundaries that are Wang and Tsiatis's by another name."""
EARLY = 3.0
"""Haybittle and Peto's critical value before the last look."""
FARTHEST = 38.0
"""A critical value that nothing reaches, where a look has nothing to spend."""
TINY = 1e-300
"""Stands for a probability of 0 in a logarithm; parts of a level may be tiny, so logarithms."""


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Where a group sequential test stops, by look (J).

    Attributes
    ----------
    shares : ndarray, shape (J,)
        Information shares of the looks.
    alpha : float
        Level of the whole test.
    sides : int
        1 or 2.
    levels : ndarray, shape (J,)
        Level of each look, on one side.
    critical : ndarray, shape (J,)
        z that has this level.
    spent : ndarray, shape (J,)
        Type I error by each look, both sides together, under the process.
    futility : ndarray, shape (J - 1,) or None
        z in the effect's direction below which the looks before the last stop.
    binding : bool
        Whether the levels count on futility being obeyed.
    """

    shares: FloatArray
    alpha: float
    sides: int
    levels: FloatArray
    critical: FloatArray
    spent: FloatArray
    futility: FloatArray | None = None
    binding: bool = False

    @property
    def nominal(self) -> FloatArray:
        """What a look's p-value is compared with: two-sided where the test is; (J,)."""
        return self.levels * self.sides


def solve_boundaries(
    shares: Sequence[float],
    alpha: float,
    sides: int,
    kind: Kind,
    parameter: float | None = None,
    levels: Sequence[float] | None = None,
) -> Boundaries:
    """Solve the levels of the looks, by integration of the normal process.

    Parameters
    ----------
    shares : sequence of float, length J
        Rising information shares in (0, 1].
    alpha : float
        Level of the whole test.
    sides : int
        1 or 2; a two-sided test spends half on each side.
    kind : str
        A spending function's name; 'spent' or 'levels', which `levels` gives;
        'wang_tsiatis', 'obrien_fleming', 'pocock'; or 'haybittle_peto'.
    parameter : float, optional
        Gamma of 'hwang_shih_decani', rho of 'kim_demets', Delta of 'wang_tsiatis'.
    levels : sequence of float, length J, optional
        For 'levels' those of the looks, for 'spent' the cumulative type I
        error; of a two-sided test both sides together.

    Returns
    -------
    Boundaries
        Without futility. The same object for the same arguments.

    Raises
    ------
    ValueError
        Where the looks before the last spend all of alpha.

    Examples
    --------
    >>> solve_boundaries([0.5, 1], 0.05, 2, "pocock").nominal.round(4).tolist()
    [0.0294, 0.0294]
    """
    given = None if levels is None else tuple(levels)
    return _kept(tuple(shares), alpha, sides, kind, parameter, given)


@lru_cache(maxsize=4096)
def _kept(
    shares: tuple[float, ...],
    alpha: float,
    sides: int,
    kind: Kind,
    parameter: float | None,
    levels: tuple[float, ...] | None,
) -> Boundaries:
    """Solve the levels once."""
    return solve_within(shares, alpha, sides, kind, parameter, levels, None)


def solve_within(
    shares: Sequence[float],
    alpha: float,
    sides: int,
    kind: Kind,
    parameter: float | None,
    levels: Sequence[float] | None,
    floor: FloatArray | None,
) -> Boundaries:
    """Solve the levels where paths below a floor stop for futility, and are sure to.

    Parameters
    ----------
    shares, alpha, sides, kind, parameter, levels
        As for :func:`solve_boundaries`.
    floor : ndarray, shape (J - 1,), optional
        z below which the looks before the last stop.
    """
    times, each = np.array(shares, dtype=float), alpha / sides
    given = None if levels is None else np.array(levels, dtype=float) / sides
    if kind == "levels" and given is not None:
        return _of_levels(times, alpha, sides, given, floor)
    if len(shares) == 1 and shares[0] == 1:
        return _of_levels(times, alpha, sides, np.array([each]), floor)
    if kind == "spent" or kind in SPENDING:
        spent = given if given is not None else spent_by(times, each, kind, parameter)
        critical = _spending_critical(times, np.diff(spent, prepend=0.0), sides, floor)
    else:
        critical = _classical_critical(times, each, sides, kind, parameter, floor)
    return _of_critical(times, alpha, sides, critical, floor)


def _of_levels(
    shares: FloatArray, alpha: float, sides: int, levels: FloatArray, floor: FloatArray | None
) -> Boundaries:
    """Boundaries whose levels are known; what they spend follows."""
    return _filled(shares, alpha, sides, levels, -ndtri(levels), floor)


def _of_critical(
    shares: FloatArray, alpha: float, sides: int, critical: FloatArray, floor: FloatArray | None
) -> Boundaries:
    """Boundaries whose critical values are known."""
    return _filled(shares, alpha, sides, ndtr(-critical), critical, floor)


def _filled(
    shares: FloatArray,
    alpha: float,
    sides: int,
    levels: FloatArray,
    critical: FloatArray,
    floor: FloatArray | None,
) -> Boundaries:
    """Make boundaries of arrays that nobody changes, for they are shared."""
    leaving = exits(shares, critical, sides, 0.0, floor)
    spent = np.cumsum(leaving.high + leaving.low)
    for array in (shares, levels, critical, spent):
        array.setflags(write=False)
    return Boundaries(shares, alpha, sides, levels, critical, spent, floor, floor is not None)


def _spending_critical(
    shares: FloatArray, increments: FloatArray, sides: int, floor: FloatArray | None
) -> FloatArray:
    """Critical values that spend on one side a part of the level at each look."""
    critical, going = np.empty(len(shares)), START
    for j, share in enumerate(shares):
        critical[j] = _critical_at(going, share, increments[j])
        if j + 1 < len(shares):
            lowest = floors(critical[: j + 1], sides, floor)[j]
            going = go_on(going, share, shares[j + 1], (lowest, critical[j]), 0.0)
    return critical


def _critical_at(going: Going, share: float, part: float) -> float:
    """Value of z that the paths which go on exceed with a given probability."""
    if part <= 0:
        return FARTHEST
    if going is START:
        return -float(ndtri(part))

    def excess(z: float) -> float:
        return float(np.log(max(beyond(going, share, z, 0.0), TINY) / part))

    return float(brentq(excess, -FARTHEST, FARTHEST, xtol=1e-12))


def _classical_critical(
    shares: FloatArray,
    each: float,
    sides: int,
    kind: str,
    parameter: float | None,
    floor: FloatArray | None,
) -> FloatArray:
    """Critical values of a fixed form, one constant solved so that one side spends its level."""
    low, high = -float(ndtri(each)), FARTHEST
    if kind == "haybittle_peto":

        def form(constant: float) -> FloatArray:
            return np.append(np.full(len(shares) - 1, EARLY), constant)

    else:
        delta = SHAPES.get(kind, parameter)
        rooted = shares ** ((0.0 if delta is None else delta) - 0.5)
        # one look alone spends at most the level, and all together at most their sum
        low, high = low / rooted.min(), -float(ndtri(each / len(shares))) / rooted.min()

        def form(constant: float) -> FloatArray:
            return np.asarray(constant * rooted)

    def excess(constant: float) -> float:
        return float(exits(shares, form(constant), sides, 0.0, floor).high.sum()) - each

    if kind == "haybittle_peto" and excess(FARTHEST) > 0:
        raise ValueError("the looks before the last spend all of alpha")
    if floor is not None:
        low = 0.0  # what stops for futility spends nothing
    return form(float(brentq(excess, low, high, xtol=1e-11)))
