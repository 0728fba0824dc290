"""What every test returns, and how changes are laid out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from sim.arrays import FloatArray

IntArray = NDArray[np.integer]

MISSING = np.int16(-32768)
"""The change of a participant whose score before or after is missing."""

FAILED = np.int32(-1)
"""Stands for the informative pairs of a test that could not be computed although it has some."""

Alternative = Literal["two_sided", "greater", "less"]
SIDE = {"two_sided": 0, "greater": 1, "less": -1}
"""Sign of the changes that each alternative looks for; 0 = either."""


@dataclass(frozen=True, eq=False)
class Difference:
    """A difference, exactly 0 where there is none; its variance, exactly 0 where all agree.

    Where the degrees of freedom, whole numbers or not, are 0 neither means
    anything; `number` is of people or sites.
    """

    estimate: FloatArray
    variance: FloatArray
    freedom: NDArray[np.int64] | FloatArray
    number: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TestResult:
    """Outcome of a test, elementwise.

    Attributes
    ----------
    pvalue : ndarray of float64
        Between 0 and 1; 1 where there is no information, never NaN.
    statistic : ndarray of float64
        The test's statistic (W+, number of rises, t).
    direction : ndarray of int8
        Side on which the statistic lies: 1 rise, -1 fall, 0 neither.
    informative : ndarray of int
        Pairs that carry information: non-zero changes (rank and sign tests),
        observed changes (t); 0 where the test has nothing to work on.
        ``FAILED`` where it could not be computed; its p-value is 1 then.
    difference : Difference or None
        By how much the first of two arms changes more, where the test rests on it.
    """

    __test__ = False  # not a test class for pytest

    pvalue: FloatArray
    statistic: FloatArray
    direction: NDArray[np.int8]
    informative: NDArray[np.int32]
    difference: Difference | None = None


def require_choice(value: str, known: tuple[str, ...], name: str) -> None:
    """Refuse an option that is not among the known ones, with a ValueError that lists them."""
    if value not in known:
        raise ValueError(f"{name}: {value!r} must be one of {', '.join(known)}")


def single(result: TestResult, shape: tuple[int, ...]) -> TestResult:
    """Reshape the (R, 1, 1) result of one endpoint at one size to the caller's shape."""
    return TestResult(
        result.pvalue.reshape(shape),
        result.statistic.reshape(shape),
        result.direction.reshape(shape),
        result.informative.reshape(shape),
    )


def prefix_sums(values: IntArray, sizes: IntArray) -> NDArray[np.int64]:
    """Sums over the first n participants, for every n in sizes.

    Parameters
    ----------
    values : ndarray, shape (R, N, E)
    sizes : ndarray, shape (K,)
        Each from 1 to N.

    Returns
    -------
    ndarray of int64, shape (R, K, E)
    """
    ends = np.asarray(sizes) - 1
    return np.asarray(np.cumsum(values, axis=1, dtype=np.int64)[:, ends])


def normal_pvalue(z: FloatArray, side: int) -> FloatArray:
    """P-value of a standard normal statistic: of both sides for 0, else of side 1 or -1."""
    return np.asarray(2 * ndtr(-np.abs(z)) if side == 0 else ndtr(-side * z))


def t_pvalue(t: FloatArray, freedom: FloatArray | IntArray, side: int) -> FloatArray:
    """P-value of a t statistic, as :func:`normal_pvalue`."""
    tail = stdtr(freedom, -np.abs(t) if side == 0 else -side * t)
    return np.asarray(2 * tail if side == 0 else tail, np.float64)
