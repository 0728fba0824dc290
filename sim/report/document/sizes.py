"""How a sample size is said: as far as the sizes studied tell, with the simulation's interval."""

from __future__ import annotations

from collections.abc import Sequence

from sim.power.sample_size import SampleSize
from sim.report.document.numbers import exact_or_not

CONFIDENCE = "at least 95%"
"""Coverage of its interval, which limits of every single size make conservative."""


def known_range(pairs: int, at_least: int | None) -> str:
    """Say how large a study must be, given the smallest size that it can be.

    Examples
    --------
    >>> known_range(83, 83), known_range(100, 61), known_range(60, None)
    ('83', '61 to 100', 'at most 60')
    """
    if at_least is None:
        return f"at most {pairs}"
    return str(pairs) if at_least == pairs else f"{at_least} to {pairs}"


def is_known(size: SampleSize) -> bool:
    """Tell whether the answer is a single size: the next smaller one was studied too."""
    return size.size is not None and size.at_least == size.size


def pairs_words(size: SampleSize) -> str:
    """Write the answer in pairs, or the size that is not enough."""
    if size.size is None:
        return f"more than {size.limit}"
    return known_range(size.size, size.at_least)


def pairs_cell(size: SampleSize) -> str:
    """Write the answer in few characters."""
    if size.impossible is not None:
        return "never"
    if size.size is None:
        return f"over {size.limit}"
    return pairs_words(size).replace("at most ", "≤").replace(" to ", "–")


def interval(size: SampleSize) -> str:
    """Write between which sizes the answer lies, given the simulation's error.

    Empty where the answer is exact, or its interval says no more than it does.
    """
    if not size.replicates or size.low == size.high:
        return ""
    first = size.low_at_least
    high = f"more than {size.limit}" if size.high is None else str(size.high)
    if first is not None:
        return f"{first} to {high}"
    return f"at most {high}" if size.high else f"at most {size.low} to {high}"


def drawn_interval(size: SampleSize, smallest: int) -> tuple[int, int]:
    """Ends of what is drawn around an answer: its interval, and sizes that were not studied."""
    low = size.low_at_least if size.low is not None else size.at_least
    return smallest if low is None else low, size.high or size.limit


def interval_cell(size: SampleSize) -> str:
    """Write the same in few characters, or the answer where it says no more."""
    if not interval(size):
        return pairs_cell(size)
    words = interval(size).replace(f"more than {size.limit}", f"{size.limit}+")
    return words.replace("at most ", "≤").replace(" to ", "–")


def interval_words(size: SampleSize) -> str:
    """Write the interval in brackets, to follow an answer."""
    ends = interval(size)
    return f" ({ends} with {CONFIDENCE} confidence)" if ends else ""


def sizes_shown(pairs: Sequence[int], marked: int, most: int) -> list[int]:
    """Places of round sizes, with the first, the last and a marked one; at most so many."""
    always = {0, len(pairs) - 1, marked}
    for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000):
        chosen = always | {k for k, size in enumerate(pairs) if size % step == 0}
        if len(chosen) <= most:
            return sorted(chosen)
    return sorted(always)


def power_cell(size: SampleSize) -> str:
    """Write the power at a size, to stand in a table."""
    return exact_or_not(size.power, size.mcse, size.replicates)


def size_with_interval(size: SampleSize) -> str:
    """Write an answer with its interval, or that it is exact, to stand in a table.

    Examples
    --------
    >>> ends = {"low": 60, "high": 80, "at_least": 41, "low_at_least": 41}
    >>> known = {"target": 0.8, "first_reached": 60, "limit": 90, "power": 0.81, "mcse": 0.01}
    >>> size_with_interval(SampleSize("total", size=60, replicates=200, **ends, **known))
    '41 to 60 (41 to 80)'
    """
    if size.impossible:
        return "no size suffices"
    ends = "exact" if not size.replicates else interval(size)
    return pairs_words(size) + (f" ({ends})" if ends else "")
