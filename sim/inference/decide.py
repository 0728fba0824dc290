"""From samples to evidence, and from evidence to decisions.

Evidence is p-values, or which thresholds they meet, at every size. Here a study is looked at
once, at the level alpha; more looks are taken by :mod:`sim.inference.looks`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.max_t import max_t_curve
from sim.inference.registry import TESTS, THRESHOLD_COUNTS
from sim.inference.result import FAILED, TestResult
from sim.inference.sample import Samples, Sizes
from sim.inference.testing_order import TestingOrder, adjusted_pvalues
from sim.inference.thresholds import NO_INFORMATION, Procedure, met, met_alone, stepwise
from sim.study import Analysis


@dataclass(frozen=True, eq=False)
class PValues:
    """A test's results, and its p-values adjusted for multiplicity, (R, K, E)."""

    result: TestResult
    adjusted: FloatArray


@dataclass(frozen=True, eq=False)
class ThresholdCounts:
    """How many thresholds each p-value meets, signed by direction, (R, K, E).

    The procedure's hypotheses are the first `domains` endpoints.
    """

    counts: NDArray[np.int8]
    procedure: Procedure
    domains: int


Evidence = PValues | ThresholdCounts


@dataclass(frozen=True, eq=False)
class Decisions:
    """What is decided of one role; every field has shape (R, K, E).

    Attributes
    ----------
    rejected : ndarray of bool
        p <= alpha in either direction, unadjusted.
    won : ndarray of bool
        Rejected with the statistic on the side of success, unadjusted.
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


DECISIONS = tuple(field.name for field in fields(Decisions))


def counted(analysis: Analysis, domains: int) -> Procedure | None:
    """Procedure whose thresholds the test can count; None where it needs p-values."""
    # one-sided thresholds above one half lie on the other side of the null's centre
    lopsided = analysis.alternative != "two_sided" and analysis.alpha > 0.5
    if lopsided or analysis.test not in THRESHOLD_COUNTS:
        return None
    return stepwise(analysis.adjustment or "none", domains, analysis.alpha)


def collect(
    samples: Samples,
    sizes: Sizes,
    analysis: Analysis,
    order: TestingOrder | None = None,
    flip_seeds: NDArray[np.uint64] | None = None,
    *,
    procedure: Procedure | None,
) -> Evidence:
    """Test every endpoint at every size, and adjust for multiplicity.

    Where thresholds are counted no p-value is computed that is not needed; the decisions are
    the same.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        One arm or two, in the form that the test reads, with the sizes of each.
    analysis : Analysis
        Test, adjustment and level.
    order : TestingOrder, optional
        Order or graph in which the endpoints are tested. Without, the domains
        are adjusted together and every sum of domains is tested by itself.
    flip_seeds : ndarray of uint64, shape (R,), optional
        Of each replicate's random sign flips, where the adjustment needs them.
    procedure : Procedure or None
        Whose thresholds are counted, as from :func:`counted`; None where p-values are computed.

    Returns
    -------
    PValues or ThresholdCounts
    """
    domains = samples[0].endpoints.domains
    if procedure is not None:
        counts = THRESHOLD_COUNTS[analysis.test](samples, sizes, analysis, procedure)
        return ThresholdCounts(counts, procedure, domains)
    result = TESTS[analysis.test](samples, sizes, analysis)
    if flip_seeds is None:
        adjusted = adjusted_pvalues(result.pvalue, domains, analysis, order)
    else:
        (sample,), (rising,) = samples, sizes
        together = max_t_curve(sample.changes[..., :domains], rising, flip_seeds, analysis.flips)
        adjusted = np.concatenate([together, result.pvalue[..., domains:]], axis=-1)
    return PValues(result, adjusted)


def decide(evidence: Evidence, alpha: float, side: int) -> Decisions:
    """Decide every endpoint at every size.

    Parameters
    ----------
    evidence : PValues or ThresholdCounts
        As from :func:`collect`.
    alpha : float
        Level of the one look that is taken.
    side : int
        Sign of the change that is the success.

    Returns
    -------
    Decisions
    """
    if isinstance(evidence, ThresholdCounts):
        return by_thresholds(evidence, side)
    result = evidence.result
    onside = result.direction == side
    rejected, adjusted = result.pvalue <= alpha, evidence.adjusted <= alpha
    return Decisions(
        rejected,
        rejected & onside,
        adjusted,
        adjusted & onside,
        result.informative == 0,
        result.informative == FAILED,
    )


def by_thresholds(evidence: ThresholdCounts, side: int) -> Decisions:
    """Decide by counts of thresholds, each endpoint alone and as the procedure has it."""
    by_size = evidence.counts.transpose(1, 2, 0)  # (K, E, R), contiguous
    uninformative = by_size == NO_INFORMATION
    rejected = met_alone(by_size, evidence.procedure.alone)
    onside = by_size > 0 if side > 0 else by_size < 0
    adjusted, domains = rejected.copy(), evidence.domains
    together = met(evidence.counts[..., :domains], evidence.procedure)
    adjusted[:, :domains] = together.transpose(1, 2, 0)
    failed = np.broadcast_to(np.False_, rejected.shape)
    decided = rejected, rejected & onside, adjusted, adjusted & onside, uninformative, failed
    return Decisions(*(field.transpose(2, 0, 1) for field in decided))
