"""How precisely the primary rule's endpoint is estimated, and from which size precisely enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.power.change_parts import Probability
from sim.power.estimates import Estimate
from sim.power.operating import OperatingCharacteristics, RoleCharacteristics
from sim.power.sample_size import SampleSize, precise_size
from sim.power.units import Unit


@dataclass(frozen=True)
class Interval:
    """The 95% interval of a mean change at one size: a width never comes without its coverage.

    Attributes
    ----------
    size : int
        The size.
    width, width_mcse : float
        Expected width in points, and its Monte Carlo error.
    coverage, coverage_mcse : float
        Probability that it covers the true value, and its Monte Carlo error.
    """

    size: int
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
    k = characteristics.sizes.index(size.size or size.limit)
    rule = characteristics.rules[characteristics.rule_index(size.rule)]
    places = [divmod(column, len(characteristics.roles[0].endpoints)) for column in rule.columns]
    r, e = max(places, key=lambda place: _widths(characteristics, k, *place))
    role = characteristics.roles[r]
    endpoint = role.endpoints[e]
    return Precision(
        role=role.role,
        endpoint=endpoint,
        among=len(places),
        unit=units[role.role],
        at=_interval(characteristics, role, k, e),
        type_m=_defined(role.measures.type_m, k, e),
        type_s=_defined(role.measures.type_s, k, e),
        half_width=half_width,
        narrow=_narrow(role, k, e),
        reached=half_width_reached(characteristics, role, endpoint, half_width),
    )


def interval_at(
    characteristics: OperatingCharacteristics, role: RoleCharacteristics, endpoint: str, size: int
) -> Interval | None:
    """Expected interval of any endpoint at any size studied.

    Parameters
    ----------
    characteristics : OperatingCharacteristics
        Simulated, under the assumed effect.
    role : RoleCharacteristics
        One of its roles.
    endpoint : str
        A domain, or a total.
    size : int
        One of the sizes studied.

    Returns
    -------
    Interval or None
        Half its width is the expected half-width; None where no study of that
        size has an interval.
    """
    k = characteristics.sizes.index(size)
    return _interval(characteristics, role, k, role.endpoints.index(endpoint))


def half_width_reached(
    characteristics: OperatingCharacteristics,
    role: RoleCharacteristics,
    endpoint: str,
    half_width: float | None,
) -> Interval | None:
    """Interval at the smallest size studied from which any endpoint's is narrow enough.

    Parameters
    ----------
    characteristics, role, endpoint
        As of :func:`interval_at`.
    half_width : float or None
        Half-width to reach, in points; None where none is wanted.

    Returns
    -------
    Interval or None
        From its size the expected half-width stays within the one to reach;
        None where there is none.
    """
    width, e = role.measures.width, role.endpoints.index(endpoint)
    if half_width is None or width is None:
        return None
    size = precise_size(characteristics.sizes, width.value[:, e], half_width)
    return None if size is None else interval_at(characteristics, role, endpoint, size)


def rule_reached(
    characteristics: OperatingCharacteristics, rule: str, half_width: float | None
) -> int | None:
    """Smallest size studied from which the interval of each endpoint of a rule is narrow enough.

    Parameters
    ----------
    characteristics, half_width
        As of :func:`half_width_reached`.
    rule : str
        Name of the rule.

    Returns
    -------
    int or None
    """
    endpoints = len(characteristics.roles[0].endpoints)
    reached = []
    for column in characteristics.rules[characteristics.rule_index(rule)].columns:
        r, e = divmod(column, endpoints)
        role = characteristics.roles[r]
        reached.append(half_width_reached(characteristics, role, role.endpoints[e], half_width))
    sizes = [interval.size for interval in reached if interval is not None]
    return max(sizes) if len(sizes) == len(reached) else None


def _defined(error: Estimate | None, k: int, e: int) -> float | None:
    return None if error is None or np.isnan(error.value[k, e]) else float(error.value[k, e])


def _narrow(role: RoleCharacteristics, k: int, e: int) -> Probability | None:
    narrow = role.measures.narrow
    return Probability.of(narrow, k, e) if narrow is not None and narrow.replicates[k, e] else None


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
        characteristics.sizes[k],
        float(width.value[k, e]),
        float(width.mcse[k, e]),
        float(coverage.value[k, e]),
        float(coverage.mcse[k, e]),
    )
