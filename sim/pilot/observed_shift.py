"""The change that a pilot shows, as a shift of the latent score that makes it."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.arrays import FloatArray
from sim.cohorts.marginals import shifted
from sim.cohorts.roots import root_between
from sim.pilot.paired import Ends

LARGEST = 4.0
"""Largest shift, in standard deviations, that is told of; one beyond is told as this."""
CAUTIOUS = 0.6
"""Coverage of the interval whose end nearer to nothing is planned with."""


@dataclass(frozen=True)
class ObservedShift:
    """What one role's answers show of the change.

    Attributes
    ----------
    n : int
        People with any item answered both before and after.
    points : Ends
        Mean change in points, averaged over the items, with its 95% t interval.
    shift : Ends
        The one latent shift of all items that makes these, in standard deviations.
    cautious : Ends
        The same with the 60% interval.
    error : float
        Standard error of the shift.
    """

    n: int
    points: Ends
    shift: Ends
    cautious: Ends
    error: float


def observed_shift(scores: NDArray[np.int8], pre: FloatArray) -> ObservedShift:
    """Find the latent shift that changes the items' mean answer as much as was seen.

    The mean change is that of the people who answered an item at both times,
    averaged over the items. Its error rests on people, not on answers: those
    of one person, to all items, count as one.

    Parameters
    ----------
    scores : ndarray of int8, shape (N, D, 2)
        Answers from 1, 0 where missing; every item has at least one complete
        pair, and at least two people have one.
    pre : ndarray, shape (D, K)
        Probabilities of the points before, as they are planned with; all above 0.

    Returns
    -------
    ObservedShift
    """
    answered = np.asarray((scores > 0).all(axis=2))  # (N, D)
    change = np.where(answered, scores[:, :, 1].astype(float) - scores[:, :, 0], 0.0)
    number = answered.sum(axis=0)
    by_item = change.sum(axis=0) / number
    influence = np.where(answered, change - by_item, 0.0) / number
    n = int(answered.any(axis=1).sum())
    mean = float(by_item.mean())
    # the sum of squares over people, as in a t test where everybody answered everything
    error = float(np.sqrt((influence.mean(axis=1) ** 2).sum() * n / (n - 1)))
    wide, cautious = (_ends(mean, error, n, level) for level in (0.95, CAUTIOUS))
    found = partial(_shift, pre)
    steep = (found(mean + 1e-4) - found(mean - 1e-4)) / 2e-4  # standard deviations a point
    return ObservedShift(n, wide, _mapped(found, wide), _mapped(found, cautious), error * steep)


def _ends(mean: float, error: float, n: int, confidence: float) -> Ends:
    half = error * float(stdtrit(n - 1, (1 + confidence) / 2))
    return mean, mean - half, mean + half


def _mapped(found: partial[float], ends: Ends) -> Ends:
    value, low, high = map(found, ends)
    return value, low, high


def _shift(pre: FloatArray, change: float) -> float:
    """Shift of all items alike that changes their mean answer by so many points on average."""
    points = np.arange(pre.shape[1])

    def excess(shift: float) -> float:
        return float(np.mean([(shifted(item, shift) - item) @ points for item in pre])) - change

    if excess(-LARGEST) >= 0:
        return -LARGEST
    return LARGEST if excess(LARGEST) <= 0 else root_between(excess, -LARGEST, LARGEST, 2e-12)
