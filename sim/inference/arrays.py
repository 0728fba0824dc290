"""Plain arrays from a caller, checked: what the public tests are given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST = 2**53
"""Largest whole number taken: beyond it a float no longer tells neighbours apart."""


def as_numbers(values: object, name: str) -> NDArray[np.generic]:
    """Read an array of integers, booleans or floats.

    Parameters
    ----------
    values : object
        A sequence, a NumPy array, or anything that NumPy reads as one.
    name : str
        What it is called in a message.

    Returns
    -------
    ndarray
        Of a numeric type.

    Raises
    ------
    ValueError
        Where something in it is no number, or masked: a mask would be lost.
    """
    if np.ma.is_masked(values):
        raise ValueError(f"{name} must have no masked values; leave those participants out")
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of unequal length
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers; leave out what is missing or no number")
    return array


def as_whole_numbers(values: object, name: str) -> NDArray[np.int64]:
    """Read an array of whole numbers, at most 2^53 either way.

    Parameters
    ----------
    values : object
        As for :func:`as_numbers`; floats may hold whole numbers.
    name : str
        What it is called in a message.

    Returns
    -------
    ndarray of int64

    Raises
    ------
    ValueError
        Where a value is no whole number, not finite, or too large.
    """
    array = as_numbers(values, name)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite; leave out participants without one")
    if array.size and (array.max() > LARGEST or array.min() < -LARGEST):
        raise ValueError(f"{name} must be at most 2^53, signs aside")
    whole = array.astype(np.int64)
    if not np.array_equal(whole, array):
        raise ValueError(f"{name} must be whole numbers; multiply scores by a common factor first")
    return whole


def as_rows(changes: object) -> NDArray[np.int64]:
    """Read changes as whole numbers with participants on the last axis.

    Raises
    ------
    ValueError
        Where a change is no whole number or there is no participant axis.
    """
    whole = as_whole_numbers(changes, "changes")
    if whole.ndim == 0 or whole.shape[-1] == 0:
        raise ValueError("changes must have at least one participant on the last axis")
    return whole


def as_probabilities(values: object, name: str) -> NDArray[np.float64]:
    """Read an array of numbers between 0 and 1.

    Raises
    ------
    ValueError
        Where one is not.
    """
    array = as_numbers(values, name).astype(np.float64)
    if not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"{name} must lie between 0 and 1")
    return array
