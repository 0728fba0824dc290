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
from sim.inference.step_kernels import mark
from sim.inference.testing_order import TestingOrder, adjusted_pvalues
from sim.inference.thresholds import Needs, Procedure, stepwise
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

Marks = NDArray[np.uint8]
"""What is decided of one role in a byte of these bits; (K, E, R)."""
REJECTED, ADJUSTED, ONSIDE, UNINFORMATIVE, NOT_COMPUTED = (np.uint8(1 << bit) for bit in range(5))
MEANT = {
    "rejected": REJECTED,
    "won": REJECTED | ONSIDE,
    "adjusted_rejected": ADJUSTED,
    "adjusted_won": ADJUSTED | ONSIDE,
    "uninformative": UNINFORMATIVE,
    "failed": NOT_COMPUTED,
}
"""Bits of each decision."""
DIRECTIONS = {"single": 0, "down": -1, "up": 1}
"""Ways in which steps go, as the kernel is told."""


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
    return decisions_of(marks_at_once(evidence, alpha, side))


def marks_at_once(evidence: Evidence, alpha: float, side: int) -> Marks:
    """Mark what :func:`decide` decides."""
    if isinstance(evidence, ThresholdCounts):
        every = np.arange(evidence.counts.shape[1])
        return marks_of_counts(evidence, every, evidence.procedure.needs, side)
    result, adjusted = evidence.result, evidence.adjusted
    return marks_of_pvalues(result, slice(None), result.pvalue <= alpha, adjusted <= alpha, side)


def decisions_of(marks: Marks) -> Decisions:
    """Read decisions from marks."""
    return Decisions(**{name: decided(marks, name) for name in DECISIONS})


def decided(marks: Marks, name: str) -> NDArray[np.bool_]:
    """Read one decision from marks; (R, K, E), a view of (K, E, R)."""
    return np.asarray((marks & MEANT[name]) == MEANT[name]).transpose(2, 0, 1)


def marks_of_counts(
    evidence: ThresholdCounts, at: NDArray[np.intp], needs: Needs, side: int
) -> Marks:
    """Decide by threshold counts, each endpoint alone and as the procedure has it.

    Parameters
    ----------
    evidence : ThresholdCounts
        Counts at the sizes at which tests are made.
    at : ndarray of int, shape (V,)
        At which of them is decided, perhaps more than once.
    needs : Needs
        Counts needed there.
    side : int
        Sign of the change that is the success.

    Returns
    -------
    ndarray of uint8, shape (V, E, R)
    """
    counts = np.ascontiguousarray(evidence.counts.transpose(1, 2, 0))  # (K, E, R)
    marks = np.empty((len(at), *counts.shape[1:]), np.uint8)
    mark(
        counts, at, needs.steps, needs.alone, DIRECTIONS[needs.direction], evidence.domains, side,
        marks,
    )  # fmt: skip
    return marks


def marks_of_pvalues(
    result: TestResult,
    at: NDArray[np.intp] | slice,
    rejected: NDArray[np.bool_],
    adjusted: NDArray[np.bool_],
    side: int,
) -> Marks:
    """Lay out what p-values decide (R, V, E) at some sizes, and what a test says besides."""
    marks = ONSIDE * (result.direction == side) | UNINFORMATIVE * (result.informative == 0)
    marks |= NOT_COMPUTED * (result.informative == FAILED)
    marks = marks[:, at] | REJECTED * rejected | ADJUSTED * adjusted
    return np.ascontiguousarray(marks.transpose(1, 2, 0))
