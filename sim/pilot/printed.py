"""Numbers as they were printed: what they can have been before they were rounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import StudyError

SLACK = 1e-9
"""Room for binary floating point at the ends of a rounding interval."""
SIGNIFICANT = 0.05
"""Level at which a published study calls a p-value significant."""


@dataclass(frozen=True)
class PrintedNumber:
    """A printed number and the interval from which it can have been rounded.

    Attributes
    ----------
    text : str
        As printed; trailing zeros count.
    low, high : float
        Both ends belong to the interval, since software rounds halves either way.
    """

    text: str
    low: float
    high: float

    def matches(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Tell which values print as this number."""
        exact = np.asarray(values, dtype=np.float64)
        return np.asarray((exact >= self.low - SLACK) & (exact <= self.high + SLACK))


def printed_number(text: str, place: str, rounding: Literal["exact", "rounded"]) -> PrintedNumber:
    """Read a printed number.

    Parameters
    ----------
    text : str
        Such as "3", "2.50" or ".041".
    place : str
        The config field to name in an error.
    rounding : {'exact', 'rounded'}
        Whether the number is what it says, or was rounded to the decimals shown.

    Returns
    -------
    PrintedNumber

    Raises
    ------
    StudyError
        Where the text is no number.
    """
    if not re.fullmatch(r"[+-]?(\d+(\.\d+)?|\.\d+)", text, re.ASCII):
        raise StudyError(f"{place}: {text!r} must be a number as printed, such as '3' or '2.5'")
    value = float(text)
    half = 0.0 if rounding == "exact" else 0.5 * 10.0 ** -len(text.partition(".")[2])
    return PrintedNumber(text, value - half, value + half)


def printed_pvalue(text: str, place: str) -> PrintedNumber:
    """Read a printed p-value: a number, a bound such as "<0.05", or "not significant".

    Parameters
    ----------
    text : str
        As printed.
    place : str
        The config field to name in an error.

    Returns
    -------
    PrintedNumber
        Interval of the p-values that print so; a bound excludes its end.

    Raises
    ------
    StudyError
        Where the text is none of these, or lies outside 0 to 1.
    """
    words = text.strip().lower()
    if words in ("not significant", "ns", "n.s."):
        return PrintedNumber(text, SIGNIFICANT + 2 * SLACK, 1.0)
    bound = re.fullmatch(r"([<>])\s*(.+)", words)
    number = printed_number(bound[2] if bound else words, place, "rounded")
    centre = (number.low + number.high) / 2
    if not 0 <= centre <= 1:
        raise StudyError(f"{place}: {text!r} must be a p-value from 0 to 1, or 'not significant'")
    if bound is None:
        return PrintedNumber(text, number.low, number.high)
    if bound[1] == "<":
        return PrintedNumber(text, 0.0, centre - 2 * SLACK)
    return PrintedNumber(text, centre + 2 * SLACK, 1.0)
