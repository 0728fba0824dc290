"""How a sample size is said: as far as the sizes studied tell, with the simulation's interval.

All take the fields of a :class:`~sim.power.sample_size.SampleSize`, as ``vars`` gives
them or as they are saved; one saved by an earlier version lacks what says which sizes
were studied, and is taken at its word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Size = Mapping[str, Any]
"""Fields of a sample size."""
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


def at_least(size: Size) -> int | None:
    """Smallest size that the answer can be; None where the smallest studied suffices already."""
    least: int | None = size.get("at_least", size["pairs"])
    return least


def is_known(size: Size) -> bool:
    """Tell whether the answer is a single size: the next smaller one was studied too."""
    return size["pairs"] is not None and at_least(size) == size["pairs"]


def pairs_words(size: Size) -> str:
    """Write the answer in pairs, or the size that is not enough."""
    if size["pairs"] is None:
        return f"more than {size['limit']}"
    return known_range(size["pairs"], at_least(size))


def pairs_cell(size: Size) -> str:
    """Write the answer in few characters."""
    if size["pairs"] is None:
        return f"over {size['limit']}"
    return pairs_words(size).replace("at most ", "≤").replace(" to ", "–")


def interval(size: Size) -> str:
    """Write between which sizes the answer lies, given the simulation's error.

    Empty where the answer is exact, or its interval says no more than it does.
    """
    if not size["replicates"] or size["low"] == size["high"]:
        return ""
    first = size.get("low_at_least", size["low"])
    high = f"more than {size['limit']}" if size["high"] is None else str(size["high"])
    if first is not None:
        return f"{first} to {high}"
    return f"at most {high}" if size["high"] else f"at most {size['low']} to {high}"


def drawn_interval(size: Size, smallest: int) -> tuple[int, int]:
    """Ends of what is drawn around an answer: its interval, and sizes that were not studied."""
    low = size.get("low_at_least", size["low"]) if size["low"] is not None else at_least(size)
    return smallest if low is None else low, size["high"] or size["limit"]


def interval_cell(size: Size) -> str:
    """Write the same in few characters, or the answer where it says no more."""
    if not interval(size):
        return pairs_cell(size)
    words = interval(size).replace(f"more than {size['limit']}", f"{size['limit']}+")
    return words.replace("at most ", "≤").replace(" to ", "–")


def interval_words(size: Size) -> str:
    """Write the interval in brackets, to follow an answer."""
    ends = interval(size)
    return f" ({ends} with {CONFIDENCE} confidence)" if ends else ""
