"""The analysis of one role: test every endpoint at every size, adjust, decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inference.families import Family, adjusted_pvalues
from sim.inference.max_t import max_t_curve
from sim.inference.registry import CLUSTERED, GRADED, MODELS, TESTS
from sim.inference.result import FAILED, FloatArray, IntArray, TestResult
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
    failed : ndarray of bool
        The test could not be computed although there was something to work on.
    """

    rejected: NDArray[np.bool_]
    won: NDArray[np.bool_]
    adjusted_rejected: NDArray[np.bool_]
    adjusted_won: NDArray[np.bool_]
    uninformative: NDArray[np.bool_]
    failed: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Further:
    """What some analyses need beside the changes.

    Attributes
    ----------
    scores : ndarray of int8, shape (R, N, D, 2), or None
        The scores themselves, for models of them.
    seeds : ndarray of uint64, shape (R,), or None
        Of each replicate's random sign flips.
    family : Family or None
        Order or graph in which the endpoints are tested.
    """

    scores: NDArray[np.int8] | None = None
    seeds: NDArray[np.uint64] | None = None
    family: Family | None = None


NOTHING = Further()


def analyse(
    changes: IntArray,
    sizes: IntArray,
    analysis: Analysis,
    sites: NDArray[np.int64] | None = None,
    further: Further = NOTHING,
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
    further : Further
        The scores, for a model of them.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E).
    """
    if analysis.test in MODELS:
        if further.scores is None:
            raise ValueError(f"{analysis.test} needs the scores")
        return MODELS[analysis.test](further.scores, sizes, analysis)
    if analysis.test in CLUSTERED:
        own = np.zeros(changes.shape[1], np.int64) if sites is None else sites
        return CLUSTERED[analysis.test](changes, own, sizes, analysis)
    return TESTS[analysis.test](changes, sizes, analysis)


def conclude(
    changes: IntArray,
    sizes: IntArray,
    analysis: Analysis,
    sites: NDArray[np.int64] | None = None,
    further: Further = NOTHING,
) -> Conclusions:
    """Decide every endpoint at every size: the domains as one family, the total on its own.

    Where the test can be graded and the adjustment is stepwise, no p-value is
    computed that is not needed; the conclusions are the same.

    Parameters
    ----------
    changes, sizes, analysis, sites, further
        As for :func:`analyse`; the last endpoint is the total.

    Returns
    -------
    Conclusions
        Fields of shape (R, K, E).
    """
    procedure = stepwise(analysis.adjustment, changes.shape[2] - 1, analysis.alpha)
    # one-sided thresholds above one half lie on the other side of the null's centre
    lopsided = analysis.alternative != "two_sided" and analysis.alpha > 0.5
    if procedure is not None and not lopsided and analysis.test in GRADED:
        grades = GRADED[analysis.test](changes, sizes, analysis, procedure)
        return _from_grades(grades, analysis, procedure)
    result = analyse(changes, sizes, analysis, sites, further)
    if analysis.adjustment != "westfall_young":
        return _from_pvalues(result, analysis, further.family)
    if further.seeds is None:
        raise ValueError("westfall_young needs the seeds of its sign flips")
    domains = max_t_curve(changes[..., :-1], sizes, further.seeds, analysis.flips)
    adjusted = np.concatenate([domains, result.pvalue[..., -1:]], axis=-1)
    return _decided(result, adjusted, analysis)


def conclude_arms(
    result: TestResult, analysis: Analysis, family: Family | None = None
) -> Conclusions:
    """Decide every endpoint of two arms at every size from its test, as :func:`conclude` does."""
    return _from_pvalues(result, analysis, family)


def _from_pvalues(result: TestResult, analysis: Analysis, family: Family | None) -> Conclusions:
    return _decided(result, adjusted_pvalues(result.pvalue, analysis, family), analysis)


def _decided(result: TestResult, adjusted: FloatArray, analysis: Analysis) -> Conclusions:
    onside = result.direction == analysis.side
    rejected, after = result.pvalue <= analysis.alpha, adjusted <= analysis.alpha
    return Conclusions(
        rejected,
        rejected & onside,
        after,
        after & onside,
        result.informative == 0,
        result.informative == FAILED,
    )


def _from_grades(grades: NDArray[np.int8], analysis: Analysis, procedure: Procedure) -> Conclusions:
    by_size = grades.transpose(1, 2, 0)  # (K, E, R), contiguous
    uninformative = by_size == NO_INFORMATION
    rejected = (by_size != 0) & ~uninformative
    onside = by_size > 0 if analysis.side > 0 else by_size < 0
    adjusted = rejected.copy()
    adjusted[:, :-1] = met(grades[..., :-1], procedure).transpose(1, 2, 0)
    failed = np.broadcast_to(np.False_, rejected.shape)
    fields = rejected, rejected & onside, adjusted, adjusted & onside, uninformative, failed
    return Conclusions(*(field.transpose(2, 0, 1) for field in fields))
