"""Stepwise decisions by threshold counts are those by adjusted p-values."""

from itertools import product

import numpy as np
import pytest
from oracles.likert import MISSING
from oracles.samples import ONE_GROUP, sample_of
from oracles.studies import analysis_id, offered_analyses

from sim import adjust
from sim.inference.adjust import ADJUSTMENTS
from sim.inference.decide import ThresholdCounts, decide
from sim.inference.registry import THRESHOLD_COUNTS
from sim.inference.thresholds import NO_INFORMATION, Procedure, stepwise
from sim.study import Analysis

BY_PVALUES = ("hommel", "fixed_sequence")
STEPWISE = [name for name in ADJUSTMENTS if name not in BY_PVALUES]
COUNTED = [analysis for analysis in offered_analyses() if analysis.test in THRESHOLD_COUNTS]


def changes(seed: int) -> np.ndarray:
    """Draw changes (R, N, E) with rows of zeros, of ties, and missing people."""
    rng = np.random.default_rng([55, seed])
    block = rng.integers(-2, 4, (60, 14, 4)).astype(np.int16)
    block[0], block[1], block[2] = 0, 1, MISSING
    block[3:20][rng.random((17, 14, 4)) < 0.4] = MISSING
    block[20:30][rng.random((10, 14, 4)) < 0.5] = 0
    return block


@pytest.mark.parametrize("adjustment", STEPWISE)
@pytest.mark.parametrize("analysis", COUNTED, ids=analysis_id)
def test_threshold_counts_are_of_the_pvalue(analysis: Analysis, adjustment: str) -> None:
    """A threshold count is the number of thresholds that p does not exceed, signed by direction.

    The total's, which is tested alone, is 1 or 0.
    """
    sizes = np.array([1, 5, 6, 9, 14])
    for seed, alpha in enumerate((0.05, 0.0625, 0.25)):
        procedure = stepwise(adjustment, 3, alpha)
        assert procedure is not None
        stated = analysis.model_copy(update={"alpha": alpha, "adjustment": adjustment})
        block = changes(seed)
        found = THRESHOLD_COUNTS[analysis.test]((sample_of(block),), (sizes,), stated, procedure)
        result = ONE_GROUP[analysis.test](block, sizes, stated)
        below = result.pvalue[..., None] <= np.array(procedure.thresholds)
        count = below.sum(axis=-1)
        count[..., -1] = below[..., -1, -1]
        nothing = result.informative == 0
        assert np.array_equal(found == NO_INFORMATION, nothing)
        assert np.array_equal(np.abs(found.astype(int))[~nothing], count[~nothing])
        sided = (count > 0) & ~nothing & (result.direction != 0)
        assert np.array_equal(np.sign(found)[sided], result.direction[sided])


def threshold_counts_of(pvalues: np.ndarray, thresholds: tuple[float, ...]) -> np.ndarray:
    """Count the thresholds that p-values (R, m) do not exceed; shape (R, m)."""
    return (pvalues[..., None] <= np.array(thresholds)).sum(axis=-1).astype(np.int8)


def rejected(counts: np.ndarray, procedure: Procedure) -> np.ndarray:
    """Tell which of the hypotheses with these counts (R, m) are rejected."""
    evidence = ThresholdCounts(counts[:, None], procedure, counts.shape[1])
    return decide(evidence, 0.05, 1).adjusted_rejected[:, 0]


@pytest.mark.parametrize("m", [1, 2, 4])
@pytest.mark.parametrize("adjustment", STEPWISE)
def test_met_is_adjusting_at_dyadic_ties(adjustment: str, m: int) -> None:
    """All families of dyadic p-values are decided as adjusted p-values decide, at ties too."""
    values = [2.0**-k for k in range(9)] + [3 * 2.0**-k for k in (6, 8)]
    families = np.array(list(product(values, repeat=m)))
    for alpha in (0.03125, 0.05, 0.0625, 0.25):
        procedure = stepwise(adjustment, m, alpha)
        assert procedure is not None
        expected = adjust(families, adjustment) <= alpha
        counts = threshold_counts_of(families, procedure.thresholds)
        assert np.array_equal(rejected(counts, procedure), expected)


@pytest.mark.parametrize("adjustment", STEPWISE)
def test_met_at_the_thresholds_themselves(adjustment: str) -> None:
    """P-values at the thresholds, one float above and below them, are decided alike."""
    rng = np.random.default_rng(56)
    for alpha in (0.05, 0.1, 1 / 3):
        procedure = stepwise(adjustment, 7, alpha)
        assert procedure is not None
        exact = np.array(procedure.thresholds)
        near = np.concatenate([exact, np.nextafter(exact, 0), np.nextafter(exact, 1)])
        families = rng.choice(np.append(near, [0.0, 1.0]), (4000, 7))
        expected = adjust(families, adjustment) <= alpha
        counts = threshold_counts_of(families, procedure.thresholds)
        assert np.array_equal(rejected(counts, procedure), expected)


def test_no_information_never_rejects() -> None:
    """A test without information is not rejected by any procedure, whatever the others say."""
    for adjustment in STEPWISE:
        procedure = stepwise(adjustment, 3, 0.05)
        assert procedure is not None
        best = len(procedure.thresholds)
        counts = np.array([[NO_INFORMATION, best, -best]], np.int8)
        assert rejected(counts, procedure).tolist() == [[False, True, True]]


@pytest.mark.parametrize("adjustment", BY_PVALUES)
def test_some_have_no_thresholds(adjustment: str) -> None:
    """Hommel's procedure is not stepwise, a fixed sequence not symmetric: both go by p-values."""
    assert stepwise(adjustment, 7, 0.05) is None
