"""The analysis of one role: test every endpoint at every size, adjust, tell wins from rejections."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inference.adjust import adjust_rows
from sim.inference.registry import TESTS
from sim.inference.result import IntArray, TestResult
from sim.study import Analysis


@dataclass(frozen=True, eq=False)
class Conclusions:
    """What the analysis of one role concludes; every field has shape (R, K, E).

    Attributes
    ----------
    rejected : ndarray of bool
        p <= alpha in either direction, unadjusted.
    won : ndarray of bool
        Rejected with the statistic on the stated side, unadjusted.
    adjusted_rejected, adjusted_won : ndarray of bool
        The same on adjusted p-values.
    uninformative : ndarray of bool
        The test had nothing to work on.
    """

    rejected: NDArray[np.bool_]
    won: NDArray[np.bool_]
    adjusted_rejected: NDArray[np.bool_]
    adjusted_won: NDArray[np.bool_]
    uninformative: NDArray[np.bool_]


def analyse(changes: IntArray, sizes: IntArray, analysis: Analysis) -> TestResult:
    """Test every endpoint at every size.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        As from :func:`endpoint_changes`.
    sizes : ndarray, shape (K,)
        Rising sizes, each at most N.
    analysis : Analysis
        Test and options.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E).
    """
    return TESTS[analysis.test](changes, sizes, analysis)


def conclude(result: TestResult, analysis: Analysis) -> Conclusions:
    """Decide every endpoint: the domains adjusted as one family, the total on its own."""
    stated = -1 if analysis.alternative == "less" else 1
    onside = result.direction == stated
    rejected = result.pvalue <= analysis.alpha
    domains = adjust_rows(result.pvalue[..., :-1], analysis.adjustment)  # (R, K, D)
    adjusted = np.concatenate([domains <= analysis.alpha, rejected[..., -1:]], axis=-1)
    return Conclusions(
        rejected, rejected & onside, adjusted, adjusted & onside, result.informative == 0
    )
