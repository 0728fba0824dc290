"""Totals of people who left single questions open: the number of domains times their mean."""

from __future__ import annotations

from math import lcm

import numpy as np
from numpy.typing import NDArray

from sim.inference.result import MISSING
from sim.study import Analysis

MOST_DOMAINS = 7
"""Most domains whose prorated totals are whole numbers of a unit that 16 bits can count."""
RANKED = ("signed_rank", "clustered_signed_rank")
"""Tests that look at the order of absolute changes only."""


def unit(domains: int) -> int:
    """Whole number by which prorated totals are multiplied to be whole: lcm(1 ... D)."""
    return lcm(*range(1, domains + 1))


def prorated_changes(scores: NDArray[np.int8]) -> NDArray[np.int16]:
    """Changes of prorated totals, times :func:`unit`.

    A total is D times the mean of the domains answered, where these are at
    least half of them; else it is missing.

    Parameters
    ----------
    scores : ndarray of int8, shape (R, N, D, 2)
        Scores from 1; 0 means missing.

    Returns
    -------
    ndarray of int16, shape (R, N)
        ``MISSING`` where a total is.
    """
    domains = scores.shape[2]
    whole = unit(domains)
    answered = (scores > 0).sum(axis=2)  # (R, N, 2)
    total = scores.sum(axis=2, dtype=np.int64) * domains * whole // np.maximum(answered, 1)
    known = (2 * answered >= domains).all(axis=-1)
    return np.where(known, total[..., 1] - total[..., 0], MISSING).astype(np.int16)


def ranked_total(changes: NDArray[np.int16], analysis: Analysis) -> NDArray[np.int16]:
    """Replace the total's changes by their places in order, signs kept, where only that matters.

    Prorated changes are large numbers, of which the kernels of the rank tests
    would count every one up to the largest.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, D + 1)
        Changes, the total last.
    analysis : Analysis
        Its test.

    Returns
    -------
    ndarray of int16, shape (R, N, D + 1)
        `changes` themselves for other tests.
    """
    if analysis.test not in RANKED:
        return changes
    total = changes[..., -1].astype(np.int64)
    seen = total != MISSING
    absolute = np.where(seen, np.abs(total), 0)
    values = np.unique(np.append(absolute, 0))  # zero keeps place 0
    places = np.searchsorted(values, absolute) * np.sign(total)
    ranked = changes.copy(order="K")
    ranked[..., -1] = np.where(seen, places, MISSING)
    return ranked
