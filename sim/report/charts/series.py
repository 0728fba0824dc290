"""Curves of a plan's answer: probabilities by sample size, with their Monte Carlo errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.power.assurance import Assurance
from sim.power.estimates import SAMPLED, Estimate
from sim.power.operating import OperatingCharacteristics, RoleCharacteristics
from sim.report.charts.curve_layers import CORNERS, FEW_SIZES, Corner
from sim.report.charts.figure import Z95
from sim.report.charts.labels import plain
from sim.report.charts.theme import Spec
from sim.report.document.numbers import at_most, basis
from sim.report.document.numbers import error_words as written_error
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import versions

ASIDE, TALL = (0.4, 0.2), 0.09
"""Room of a word within a figure, a narrow one and a wide one, as shares of width and height."""


@dataclass(frozen=True, eq=False)
class Series:
    """One probability by size, where it is defined.

    Attributes
    ----------
    name : str
        What it is of.
    sizes : ndarray of int, shape (K,)
        Rising sizes.
    value, mcse : ndarray, shape (K,)
        The probability and its Monte Carlo error.
    replicates : ndarray of int, shape (K,)
        What it rests on; 0 where it is exact.
    sampled : bool
        Whether that are draws of absolute changes, their signs summed out.
    """

    name: str
    sizes: IntArray
    value: FloatArray
    mcse: FloatArray
    replicates: IntArray
    sampled: bool = False

    def at(self, pairs: int) -> float:
        """Give the probability at a size at which it is defined."""
        return float(self.value[self.sizes == pairs][0])


def column(name: str, pairs: Sequence[int], of: Estimate, place: int) -> Series:
    """Take one column of an estimate by size, without the sizes at which it is not defined."""
    there = ~np.isnan(of.value[:, place])
    value, mcse, replicates = (
        part[there, place] for part in (of.value, of.mcse, of.replicates)
    )  # fmt: skip
    sampled = bool(of.engine((0, place)) == SAMPLED)
    return Series(name, np.asarray(pairs)[there], value, mcse, replicates, sampled)


def rule_series(
    answer: PlanAnswer, rule: str, of: OperatingCharacteristics | None = None
) -> Series:
    """Power of one rule, by default in the study as it is stated."""
    main = of or answer.characteristics
    return column(rule, main.sizes, main.rule_win, main.rule_index(rule))


def power_series(answer: PlanAnswer, rule: str) -> list[Series]:
    """Power of one rule; two by name where dropping out depends on the answers."""
    known = versions(answer)
    series = [rule_series(answer, rule, version.main) for version in known]
    if len(series) == 1:
        return series
    return [
        replace(of, name=f"drop-out {own.short}") for of, own in zip(series, known, strict=True)
    ]


def endpoint_series(answer: PlanAnswer, role: RoleCharacteristics) -> list[Series]:
    """Unadjusted power of every endpoint of a role."""
    pairs, win = answer.characteristics.sizes, role.measures.win
    return [column(name, pairs, win, e) for e, name in enumerate(role.endpoints)]


def assurance_series(answer: PlanAnswer, assurance: Assurance) -> Series:
    """Assurance of the primary rule, which rests on draws of the effect."""
    main, of = answer.characteristics, assurance.value
    place = main.rule_index(answer.sample_size.rule)
    drawn = replace(of, replicates=np.full_like(of.replicates, assurance.draws))
    return column(f"{assurance.prior} prior", main.sizes, drawn, place)


def points(curves: Sequence[Series], labels: Sequence[str]) -> Iterator[Spec]:
    """Data of the curves; the band is cut to what a probability can be."""
    for series, label in zip(curves, labels, strict=True):
        for pairs, value, mcse in zip(
            series.sizes.tolist(), series.value.tolist(), series.mcse.tolist(), strict=True
        ):
            yield {
                "size": pairs,
                "name": label,
                "value": value,
                "low": max(value - Z95 * mcse, 0.0),
                "high": min(value + Z95 * mcse, 1.0),
                "mcse": mcse,
            }


def sizes(curves: Sequence[Series]) -> list[int]:
    """Sizes studied, rising."""
    return sorted({size for series in curves for size in series.sizes.tolist()})


def free_corner(curves: Sequence[Series], target: float) -> Corner:
    """Find a place at the target's line through which no curve passes."""
    free = (
        corner for aside in ASIDE for corner in CORNERS if not _taken(curves, target, corner, aside)
    )
    return next(free, CORNERS[0])


def _taken(curves: Sequence[Series], target: float, corner: Corner, aside: float) -> bool:
    first, *_, last = sizes(curves)
    start = last - aside * (last - first) if corner.right else float(first)
    across = start + np.linspace(0, aside * (last - first), 21)
    low, high = (target - TALL, target) if corner.below else (target, target + TALL)
    within = [np.interp(across, own.sizes, own.value) for own in curves]
    return any(value.min() < high and value.max() > low for value in within)


def error_words(curves: Sequence[Series], what: str = "", of: str = "") -> str:
    """Say how precise curves are."""
    kinds = {basis(sampled=series.sampled) for series in curves if series.replicates.any()}
    of = of or " or ".join(sorted(kinds, reverse=True))
    what = what or ("Bars" if len(sizes(curves)) <= FEW_SIZES else "Band")
    worst = max(series.mcse.max() for series in curves)
    studies = [number for series in curves for number in series.replicates.tolist() if number]
    if not studies:
        return "Computed exactly: no simulation error."
    few, many = min(studies), max(studies)
    number = f"{many:,}" if few == many else f"{few:,} to {many:,}"
    most = at_most(written_error(Z95 * worst), "at most ±")
    return f"{what}: ±1.96 Monte Carlo standard errors, {most}; {number} {of}."


def span_words(curves: Sequence[Series], units: str) -> str:
    """Tell where each curve begins and ends."""
    parts = [
        f"{plain(series.name)} from {series.value[0]:.2f} to {series.value[-1]:.2f}"
        for series in curves
    ]
    studied = sizes(curves)
    return f"Power from {studied[0]} to {studied[-1]} {units}: {'; '.join(parts)}."
