"""What a pilot teaches of the parameters that the main study needs: widths of their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, fdtri

from sim.arrays import FloatArray

PARAMETERS = ("sd", "correlation", "distribution", "retention", "completeness", "icc")
"""Standard deviation of the change, correlation of before and after, share of people at the
commonest point before, retention, completeness, intraclass correlation of the change by site."""
Z95 = 1.959963984540054
Counts = NDArray[np.int64]


def up_to(values: NDArray[np.generic], n: Counts) -> Counts:
    """Sum over the first n people, by replicate and size: (R, N) and (R, K) to (R, K)."""
    sums = np.zeros((len(values), values.shape[1] + 1), np.int64)
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return np.take_along_axis(sums, n, axis=1)


@dataclass(frozen=True, eq=False)
class Seen:
    """What is seen of a role's people in every pilot, (R, K) each; arms add up.

    Attributes
    ----------
    arms : int
        Each takes a degree of freedom.
    people : ndarray of int
        Recruited.
    numbers : dict of str to ndarray of int
        By what they do.
    analysed : ndarray of int
        Those with a change.
    change, before, after, product : ndarray
        Sums of squares within arms, and of products of before and after.
    points : ndarray of int, shape (P, R, K)
        People at each point before, of the endpoint's first item.
    by_site : tuple of ndarray or None
        F ratio, its degrees of freedom and mean size of sites; None where it is not estimated.
    """

    arms: int
    people: Counts
    numbers: dict[str, Counts]
    analysed: Counts
    change: FloatArray
    before: FloatArray
    after: FloatArray
    product: FloatArray
    points: Counts
    by_site: tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None

    def __add__(self, other: Seen) -> Seen:
        """Both arms."""
        return Seen(
            self.arms + other.arms,
            self.people + other.people,
            {name: of + other.numbers[name] for name, of in self.numbers.items()},
            self.analysed + other.analysed,
            self.change + other.change,
            self.before + other.before,
            self.after + other.after,
            self.product + other.product,
            self.points + other.points,
            None,
        )


def seen_of_arm(
    numbers: dict[str, Counts],
    scores: NDArray[np.int8],
    given: NDArray[np.bool_],
    n: Counts,
    members: tuple[int, ...],
    site: NDArray[np.int64] | None,
) -> Seen:
    """See one arm's people.

    Parameters
    ----------
    numbers : dict of str to ndarray of int, shape (R, K)
        People by what they do.
    scores : ndarray of int8, shape (R, N, D, 2)
        Scores from 1.
    given : ndarray of bool, shape (R, N, D, 2)
        Which answers are given.
    n : ndarray of int, shape (R, K)
        People of each pilot, the first of the accrual.
    members : tuple of int
        Items of the endpoint.
    site : ndarray of int, shape (N,), or None
        Where the intraclass correlation is to be estimated.
    """
    items = list(members)
    known = np.asarray(given[:, :, items].all(axis=(2, 3)))
    before, after = (
        np.where(known, scores[:, :, items, time].sum(2, dtype=np.int64), 0) for time in (0, 1)
    )
    m, first = up_to(known, n), np.where(given[:, :, items[0], 0], scores[:, :, items[0], 0], 0)
    points = np.stack([up_to(first == point, n) for point in range(1, int(first.max()) + 1)])
    room = np.zeros((MOST_POINTS - len(points), *n.shape), np.int64)
    return Seen(
        1, n, numbers, m,
        _about_mean(after - before, after - before, m, n),
        _about_mean(before, before, m, n),
        _about_mean(after, after, m, n),
        _about_mean(before, after, m, n),
        np.concatenate([points, room]),
        None if site is None else _by_site(after - before, known, site, n),
    )  # fmt: skip


MOST_POINTS = 11
"""Points for which there is room."""


def _about_mean(first: Counts, second: Counts, m: Counts, n: Counts) -> FloatArray:
    """Sum of products about the means; 0 where there is nobody."""
    product = up_to(first, n) * up_to(second, n) / np.maximum(m, 1)
    return np.asarray(up_to(first * second, n) - product)


def _by_site(
    changes: Counts, known: NDArray[np.bool_], site: NDArray[np.int64], n: Counts
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Analyse the changes by site: F ratio, both degrees of freedom, mean size of sites."""
    total, m, squares = up_to(changes, n), up_to(known, n), up_to(changes**2, n)
    between, sizes, places = np.zeros(n.shape), np.zeros(n.shape), np.zeros(n.shape)
    for place in range(int(site.max()) + 1):
        here = known & (site == place)
        number = up_to(here, n)
        between += up_to(np.where(here, changes, 0), n) ** 2 / np.maximum(number, 1)
        sizes, places = sizes + number**2, places + (number > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_sites, within = places - 1, m - places
        above = (between - total**2 / m) / of_sites
        ratio = above / ((squares - between) / within)
        mean_size = (m - sizes / m) / of_sites
    return ratio, of_sites, within, mean_size


# ------------------------------------------------------------------------------ intervals


@dataclass(frozen=True, eq=False)
class Precision:
    """Sums over simulated pilots of what is learnt.

    Attributes
    ----------
    number : ndarray of int, shape (P, K)
        Pilots in which an interval can be had, by parameter.
    width, squared : ndarray, shape (P, K)
        Sum of the widths, and of their squares.
    ends : ndarray, shape (2, K)
        Sum of the ends of the interval of the main study's size, where that of the standard
        deviation can be had.
    """

    number: Counts
    width: FloatArray
    squared: FloatArray
    ends: FloatArray

    def __add__(self, other: Precision) -> Precision:
        """Sum of the two."""
        return Precision(
            self.number + other.number,
            self.width + other.width,
            self.squared + other.squared,
            self.ends + other.ends,
        )


def precision_of(seen: Seen, factor: float) -> Precision:
    """Work out the 95% intervals that every pilot gives.

    Parameters
    ----------
    seen : Seen
        The people.
    factor : float
        Size of the main study over the squared standard deviation of the change.
    """
    freedom = seen.analysed - seen.arms
    low, high = sd_interval(seen.change, freedom)
    widths = np.stack([
        high - low,
        _correlation_width(seen, freedom),
        wilson_width(seen.points.max(0), seen.points.sum(0)),
        wilson_width(seen.numbers["retained"], seen.people),
        wilson_width(seen.numbers["complete"], seen.numbers["retained"]),
        np.full(freedom.shape, np.nan) if seen.by_site is None else icc_width(*seen.by_site),
    ])  # fmt: skip
    known = np.isfinite(widths)
    widths = np.where(known, widths, 0.0)
    ends = np.where(known[0], factor * np.stack([low, high]) ** 2, 0.0)
    return Precision(known.sum(1), widths.sum(1), (widths**2).sum(1), ends.sum(1))


def sd_interval(squares: FloatArray, freedom: Counts) -> tuple[FloatArray, FloatArray]:
    """95% interval of a standard deviation of normal values; NaN without freedom."""
    table = np.arange(max(int(freedom.max()), 1) + 1)
    at = np.maximum(freedom, 0)
    low, high = (np.append(np.nan, chdtri(table[1:], tail))[at] for tail in (0.025, 0.975))
    return np.sqrt(squares / low), np.sqrt(squares / high)


def _correlation_width(seen: Seen, freedom: Counts) -> FloatArray:
    """Width of the 95% interval by Fisher's transformation."""
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.clip(seen.product / np.sqrt(seen.before * seen.after), -1, 1)
        half = np.where(freedom > FISHER, Z95 / np.sqrt(freedom - FISHER), np.nan)
        return np.asarray(np.tanh(np.arctanh(r) + half) - np.tanh(np.arctanh(r) - half))


FISHER = 2
"""Degrees of freedom that Fisher's transformation takes."""


def wilson_width(counts: Counts, people: Counts) -> FloatArray:
    """Width of Wilson's 95% interval of a share; NaN of nobody."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p = counts / people
        spread = np.sqrt(p * (1 - p) / people + Z95**2 / (4 * people**2))
        return np.asarray(2 * Z95 * spread / (1 + Z95**2 / people))


def icc_width(
    ratio: FloatArray, of_sites: FloatArray, within: FloatArray, size: FloatArray
) -> FloatArray:
    """Width of the exact 95% interval of an intraclass correlation, from 0 to 1 (Searle 1971)."""
    possible = (of_sites > 0) & (within > 0) & np.isfinite(ratio)
    first, second = np.where(possible, of_sites, 1.0), np.where(possible, within, 1.0)
    ends = [ratio / fdtri(first, second, tail) for tail in (0.975, 0.025)]
    low, high = (np.clip((end - 1) / (end + size - 1), 0, 1) for end in ends)
    return np.asarray(np.where(possible, high - low, np.nan))
