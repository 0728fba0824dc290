"""How numbers are written, everywhere."""

from __future__ import annotations

from math import isnan

from sim.power.estimates import Estimate

ROUNDING = 1e-9
"""Size of a number that is nothing but a rounding error."""


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


def percent(share: float, digits: int = 0, sign: str = "-") -> str:
    """Write a share in percent, or a dash where it is not defined.

    Examples
    --------
    >>> percent(0.25), percent(0.125, 1, "+")
    ('25%', '+12.5%')
    """
    return "–" if isnan(share) else f"{number(100 * share, digits, sign)}%"


def with_error(value: float, mcse: float, digits: int = 3, sign: str = "-") -> str:
    """Write an estimate with its Monte Carlo error."""
    return f"{number(value, digits, sign)} ±{number(mcse, digits)}"


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
    if not of.replicates[at]:
        return f"{number(of.value[at], digits)} (exact)"
    return with_error(of.value[at], of.mcse[at], digits)
