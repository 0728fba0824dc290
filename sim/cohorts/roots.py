"""Roots of functions of one number."""

from __future__ import annotations

from collections.abc import Callable


def root_between(function: Callable[[float], float], low: float, high: float, xtol: float) -> float:
    """Where a function is 0, to within a distance: its signs at the two ends differ."""
    from scipy.optimize import brentq  # a tenth of a second, which most studies do without

    return float(brentq(function, low, high, xtol=xtol))
