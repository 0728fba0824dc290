"""How numbers are written, everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isnan

from sim.power.estimates import Estimate

ROUNDING = 1e-9
"""Size of a number that is nothing but a rounding error."""


def basis(*, sampled: bool) -> str:
    """Name what is counted in the denominator of an estimate."""
    return "draws of changes" if sampled else "simulated studies"


def number(value: float, digits: int = 3, sign: str = "-") -> str:
    """Write a number, or a dash where it is not defined; with the sign "+" always with a sign.

    A rounding error around nothing is 0, and has no sign.

    Examples
    --------
    >>> number(0.8), number(float("nan")), number(0.5, 1, "+"), number(-1e-17, 2, "+")
    ('0.800', '–', '+0.5', '0.00')
    """
    if isnan(value):
        return "–"
    return f"{0.0:.{digits}f}" if abs(value) < ROUNDING else f"{value:{sign}.{digits}f}"


def error_words(mcse: float, digits: int = 3) -> str:
    """Write a Monte Carlo error, or what it is below: none that was simulated is nothing.

    Examples
    --------
    >>> error_words(0.004), error_words(0.0001), error_words(0.0)
    ('0.004', '<0.001', '<0.001')
    """
    written = number(mcse, digits)
    least = 10.0**-digits
    return f"<{number(least, digits)}" if mcse < least / 2 else written


def percent(share: float, digits: int = 0, sign: str = "-") -> str:
    """Write a share in percent, or a dash where it is not defined.

    Examples
    --------
    >>> percent(0.25), percent(0.125, 1, "+")
    ('25%', '+12.5%')
    """
    return "–" if isnan(share) else f"{number(100 * share, digits, sign)}%"


def nearly(share: float, digits: int = 0) -> str:
    """Write a probability or its error in percent: none that is small is nothing.

    Examples
    --------
    >>> nearly(0.003), nearly(0.71), nearly(0.998), nearly(0.0001, 1), nearly(1)
    ('<1%', '71%', '>99%', '<0.1%', '100%')
    """
    least = 10.0**-digits
    if 0 < 100 * share < least / 2:
        return f"<{number(least, digits)}%"
    if 100 - least / 2 <= 100 * share < 100:
        return f">{number(100 - least, digits)}%"
    return percent(share, digits)


def at_most(written: str, most: str = "at most ") -> str:
    """Say that something is at most as written, or below it where what is written is a bound.

    Examples
    --------
    >>> at_most("0.5%"), at_most("<0.1%")
    ('at most 0.5%', 'below 0.1%')
    """
    return f"below {written[1:]}" if written.startswith("<") else f"{most}{written}"


def with_error(value: float, mcse: float, digits: int = 3, sign: str = "-") -> str:
    """Write an estimate with its Monte Carlo error."""
    return f"{number(value, digits, sign)} ±{error_words(mcse, digits)}"


def with_interval(value: float, low: float, high: float, sign: str = "-", digits: int = 2) -> str:
    """Write an estimate and its interval, or a dash where it is not defined."""
    first, *ends = (number(amount, digits, sign) for amount in (value, low, high))
    return first if isnan(value) else f"{first} ({', '.join(ends)})"


def estimate(of: Estimate | None, *at: int, digits: int = 3) -> str:
    """Write one estimate of an array with its Monte Carlo error, or that it is exact.

    A dash where it is not defined, or was not estimated.
    """
    if of is None or isnan(of.value[at]):
        return "–"
    return exact_or_not(of.value[at], of.mcse[at], of.replicates[at], digits)


def exact_or_not(value: float, mcse: float, replicates: int, digits: int = 3) -> str:
    """Write a number with its Monte Carlo error, or that it is exact: nothing was simulated."""
    return with_error(value, mcse, digits) if replicates else f"{number(value, digits)} (exact)"


def span(values: Iterable[float], form: str | Callable[[float], str]) -> str:
    """Write the least and the largest value; one where they read the same."""
    numbers = list(values)
    ends = min(numbers), max(numbers)
    low, high = (format(end, form) if isinstance(form, str) else form(end) for end in ends)
    return low if low == high else f"{low} to {high}"


def changes_words(changes: Iterable[int]) -> str:
    """List changes in points, each with its sign."""
    return ", ".join(f"{change:+d}" if change else "0" for change in changes)
