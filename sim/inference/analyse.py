"""The analysis of one role: test every endpoint at every size, adjust, decide."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inference.adjust import adjust_rows
from sim.inference.registry import CLUSTERED, GRADED, TESTS
from sim.inference.result import IntArray, TestResult
from sim.inference.thresholds import NO_INFORMATION, Procedure, met, stepwise
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


def analyse(
    changes: IntArray, sizes: IntArray, analysis: Analysis, sites: NDArray[np.int64] | None = None
) -> TestResult:
    """Test every endpoint at every size.

    Parameters
    ----------
    changes : ndarray of int16, shape (R, N, E)
        As from :func:`endpoint_changes`.
    sizes : ndarray, shape (K,)
        Rising sizes, each at most N.
    analysis : Analysis
        Test and options.
    sites : ndarray of int, shape (N,), optional
        Site of each participant; everybody is at one where there is none.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E).
    """
    if analysis.test in CLUSTERED:
        own = np.zeros(changes.shape[1], np.int64) if sites is None else sites
        return CLUSTERED[analysis.test](changes, own, sizes, analysis)
    return TESTS[analysis.test](changes, sizes, analysis)


def conclude(
    changes: IntArray, sizes: IntArray, analysis: Analysis, sites: NDArray[np.int64] | None = None
) -> Conclusions:
    """Decide every endpoint at every size: the domains as one family, the total on its own.

    Where the test can be graded and the adjustment is stepwise, no p-value is
    computed that is not needed; the conclusions are the same.

    Parameters
    ----------
    changes, sizes, analysis, sites
        As for :func:`analyse`; the last endpoint is the total.

    Returns
    -------
    Conclusions
        Fields of shape (R, K, E).
    """
    procedure = stepwise(analysis.adjustment, changes.shape[2] - 1, analysis.alpha)
    # one-sided thresholds above one half lie on the other side of the null's centre
    lopsided = analysis.alternative != "two_sided" and analysis.alpha > 0.5
    if procedure is None or lopsided or analysis.test not in GRADED:
        return _from_pvalues(analyse(changes, sizes, analysis, sites), analysis)
    grades = GRADED[analysis.test](changes, sizes, analysis, procedure)
    return _from_grades(grades, analysis, procedure)


def _from_pvalues(result: TestResult, analysis: Analysis) -> Conclusions:
    onside = result.direction == _stated_side(analysis)
    rejected = result.pvalue <= analysis.alpha
    domains = adjust_rows(result.pvalue[..., :-1], analysis.adjustment)  # (R, K, D)
    adjusted = np.concatenate([domains <= analysis.alpha, rejected[..., -1:]], axis=-1)
    return Conclusions(
        rejected, rejected & onside, adjusted, adjusted & onside, result.informative == 0
    )


def _from_grades(grades: NDArray[np.int8], analysis: Analysis, procedure: Procedure) -> Conclusions:
    by_size = grades.transpose(1, 2, 0)  # (K, E, R), contiguous
    uninformative = by_size == NO_INFORMATION
    rejected = (by_size != 0) & ~uninformative
    onside = by_size > 0 if _stated_side(analysis) > 0 else by_size < 0
    adjusted = rejected.copy()
    adjusted[:, :-1] = met(grades[..., :-1], procedure).transpose(1, 2, 0)
    fields = rejected, rejected & onside, adjusted, adjusted & onside, uninformative
    return Conclusions(*(field.transpose(2, 0, 1) for field in fields))


def _stated_side(analysis: Analysis) -> int:
    """Side on which a rejection is a win: rising scores unless falling ones are looked for."""
    return -1 if analysis.alternative == "less" else 1
