"""How precisely the primary rule's endpoint is estimated, and from which size precisely enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.power.change_parts import Probability
from sim.power.operating import OperatingCharacteristics, RoleCharacteristics
from sim.power.sample_size import SampleSize, precise_size
from sim.power.units import Unit


@dataclass(frozen=True)
class Interval:
    """The 95% interval of a mean change at one size: a width never comes without its coverage.

    Attributes
    ----------
    pairs : int
        The size.
    width, width_mcse : float
        Expected width in points, and its Monte Carlo error.
    coverage, coverage_mcse : float
        Probability that it covers the true value, and its Monte Carlo error.
    """

    pairs: int
    width: float
    width_mcse: float
    coverage: float
    coverage_mcse: float


@dataclass(frozen=True)
class Precision:
    """Precision of one endpoint, that of the primary rule whose interval is widest.

    Attributes
    ----------
    role, endpoint : str
        Which.
    among : int
        How many endpoints the rule looks at.
    unit : {'person', 'site', 'shared'}
        By whose means the interval is made.
    at : Interval or None
        At the answer's size, or the largest; None where no study of that size
        has an interval.
    type_m, type_s : float or None
        There, if it is significant: by how much it is overstated, and the
        probability of the wrong sign; None where there is no effect.
    half_width : float or None
        Half-width to reach, in points.
    narrow : Probability or None
        That the interval at the answer's size is as narrow.
    reached : Interval or None
        At the smallest size studied from which the expected half-width stays
        within that; None where there is none.
    """

    role: str
    endpoint: str
    among: int
    unit: Unit
    at: Interval | None
    type_m: float | None
    type_s: float | None
    half_width: float | None
    narrow: Probability | None
    reached: Interval | None


def precision_of(
    characteristics: OperatingCharacteristics,
    size: SampleSize,
    units: Mapping[str, Unit],
    half_width: float | None,
) -> Precision:
    """Look up the interval of the endpoint that the primary rule looks at.

    Parameters
    ----------
    characteristics : OperatingCharacteristics
        Simulated, under the assumed effect.
    size : SampleSize
        The primary rule's.
    units : mapping of str to str
        By role, whose means the interval rests on.
    half_width : float or None
        Half-width to reach, in points.

    Returns
    -------
    Precision
        Of several endpoints, of the one with the widest expected interval at
        the answer's size, or else at the largest.
    """
    k = characteristics.pairs.index(size.pairs or size.limit)
    rule = characteristics.rules[characteristics.rule_index(size.rule)]
    places = [divmod(column, len(characteristics.roles[0].endpoints)) for column in rule.columns]
    r, e = max(places, key=lambda place: _widths(characteristics, k, *place))
    role = characteristics.roles[r]
    measures, narrow = role.measures, None
    reached = None
    if half_width is not None and measures.width is not None:
        enough = precise_size(characteristics.pairs, measures.width.value[:, e], half_width)
        if enough is not None:
            reached = _interval(characteristics, role, characteristics.pairs.index(enough), e)
    if measures.narrow is not None and measures.narrow.replicates[k, e]:
        narrow = Probability.of(measures.narrow, k, e)
    type_m, type_s = (
        None if error is None or np.isnan(error.value[k, e]) else float(error.value[k, e])
        for error in (measures.type_m, measures.type_s)
    )
    at = _interval(characteristics, role, k, e)
    return Precision(
        role.role, role.endpoints[e], len(places), units[role.role],
        at, type_m, type_s, half_width, narrow, reached,
    )  # fmt: skip


def _widths(
    characteristics: OperatingCharacteristics, k: int, role: int, endpoint: int
) -> tuple[float, float]:
    """Give the expected width at the answer's size and at the largest; -1 where there is none."""
    width = characteristics.roles[role].measures.width
    if width is None:
        return -1.0, -1.0
    here, last = np.nan_to_num(width.value[[k, -1], endpoint], nan=-1.0)
    return float(here), float(last)


def _interval(
    characteristics: OperatingCharacteristics, role: RoleCharacteristics, k: int, e: int
) -> Interval | None:
    width, coverage = role.measures.width, role.measures.coverage
    if width is None or coverage is None or np.isnan(width.value[k, e]):
        return None
    return Interval(
        characteristics.pairs[k],
        float(width.value[k, e]),
        float(width.mcse[k, e]),
        float(coverage.value[k, e]),
        float(coverage.mcse[k, e]),
    )
