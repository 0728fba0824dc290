"""Westfall and Young's step-down max-T, by joint sign flips of whole participants.

Under the null the changes of a participant, in all endpoints together, are as
likely as their opposites. Flipping whole participants keeps the dependence
between endpoints, so that the largest statistic of a family is judged by that
distribution.

References
----------
Westfall PH, Young SS (1993). Resampling-Based Multiple Testing. Wiley; algorithm 4.1.
Steele GL, Lea D, Flood CH (2014). Fast splittable pseudorandom number generators. OOPSLA, 453-472.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arrays import FloatArray
from sim.inference import max_t_kernels as kernels
from sim.inference.arrays import as_numbers
from sim.inference.result import MISSING, IntArray

WRITTEN_OUT = 14
"""Most participants whose 2^n signs are all written out; of more, random ones are drawn."""
LARGEST = 32767
"""Largest absolute change, after division by the changes' common factor."""


def max_t(
    changes: ArrayLike,
    flips: int = 999,
    rng: np.random.Generator | None = None,
    *,
    step_down: bool = True,
) -> FloatArray:
    """Adjust the sign-flip tests of several endpoints by the distribution of their maximum.

    The statistic of an endpoint is abs(sum d) / sqrt(sum d^2), 0 where nothing
    changed. Up to 14 participants all signs are written out and the p-values
    are exact; of more, `flips` random ones are drawn, and the data themselves
    count among them.

    Parameters
    ----------
    changes : array_like of whole numbers, shape (..., n, m)
        After minus before: participants, then endpoints. NaN, or -32768, is a
        missing change; it counts as 0.
    flips : int
        Random flips beyond 14 participants, from 1.
    rng : numpy.random.Generator, optional
        Needed beyond 14 participants.
    step_down : bool
        Whether each endpoint is compared with the largest of those that are
        not larger than itself, rather than of all.

    Returns
    -------
    ndarray, shape (..., m)
        Two-sided adjusted p-values; reject where they are at most alpha.

    Raises
    ------
    ValueError
        Where changes are no whole numbers, too large or without participants
        or endpoints, there are no flips, or a generator is needed and missing.

    Examples
    --------
    >>> changes = [[1, 2], [1, 0], [2, 1], [1, -1], [1, 1], [2, 0]]
    >>> max_t(changes).tolist()
    [0.03125, 0.5]
    """
    if flips < 1:
        raise ValueError("flips must be at least 1")
    whole = _as_changes(changes)
    n, m = whole.shape[-2:]
    rows = whole.reshape(-1, n, m)
    seeds = np.zeros(len(rows), np.uint64)
    if n > WRITTEN_OUT:
        if rng is None:
            raise ValueError(f"rng: more than {WRITTEN_OUT} participants need a generator")
        seeds = rng.integers(2**64, size=len(rows), dtype=np.uint64)
    adjusted = max_t_curve(rows, np.array([n]), seeds, flips, step_down=step_down)
    return adjusted.reshape(*whole.shape[:-2], m)


def _as_changes(changes: ArrayLike) -> NDArray[np.int16]:
    """Check a plain array of changes; as small whole numbers, with `MISSING` where one is."""
    array = as_numbers(changes, "changes")
    if array.ndim < 2 or 0 in array.shape[-2:]:
        raise ValueError("changes must have participants and endpoints on the last two axes")
    values = array.astype(np.float64)
    gone = np.isnan(values) | (values == MISSING)
    values[gone] = 0
    if not (np.isfinite(values) & (values == np.rint(values))).all():
        raise ValueError("changes must be whole numbers; multiply scores by a common factor first")
    if np.abs(values).max(initial=0) > 2**53:
        raise ValueError(f"changes must be at most {LARGEST} after division by a common factor")
    whole = values.astype(np.int64)
    whole //= max(int(np.gcd.reduce(whole, axis=None)), 1)
    if np.abs(whole).max(initial=0) > LARGEST:
        raise ValueError(f"changes must be at most {LARGEST} after division by a common factor")
    if np.abs(whole).sum(axis=-2).max(initial=0) > 2**30:
        raise ValueError("changes of one endpoint must sum to at most 2^30, signs aside")
    return np.where(gone, MISSING, whole.astype(np.int16))


def max_t_curve(
    changes: IntArray,
    sizes: IntArray,
    seeds: NDArray[np.uint64],
    flips: int,
    *,
    step_down: bool = True,
) -> FloatArray:
    """Max-T at every size, in one pass over the participants.

    The signs of a replicate's flips depend on its seed and the participant
    alone: not on other replicates, nor on how many participants follow.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        In order of accrual: the first n participants are a study of n.
    sizes : ndarray, shape (K,)
        Rising sizes, each from 1 to N; up to 14 they are exact.
    seeds : ndarray of uint64, shape (R,)
        Of each replicate's flips.
    flips : int
        Random flips at sizes beyond 14.
    step_down : bool
        As for :func:`max_t`.

    Returns
    -------
    ndarray, shape (R, K, E)
        Two-sided adjusted p-values.
    """
    rows = np.ascontiguousarray(changes, np.int16)
    rising = np.ascontiguousarray(sizes, np.int64)
    adjusted = np.empty((len(rows), len(rising), rows.shape[2]))
    exact = int(np.searchsorted(rising, WRITTEN_OUT, side="right"))
    kernels.max_t(rows, MISSING, rising, seeds, flips, exact, step_down, adjusted)
    return adjusted
