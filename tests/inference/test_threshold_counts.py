"""Decisions by threshold counts are the decisions by p-values, whatever the thresholds."""

from collections.abc import Iterable
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.enumeration import changes_of, count_vectors
from oracles.likert import change_blocks
from oracles.samples import analyse, conclude
from oracles.studies import analysis_id, make_analysis, offered_analyses

from sim.inference.adjust import ADJUSTMENTS, adjust
from sim.inference.decide import Decisions
from sim.inference.result import TestResult
from sim.study import Analysis

EVERY = pytest.mark.parametrize("analysis", offered_analyses(), ids=analysis_id)
ANALYSES = st.sampled_from(offered_analyses())
ALPHAS = st.sampled_from([0.001, 0.01, 0.05, 0.125, 0.25, 0.49])


def by_pvalues(result: TestResult, analysis: Analysis) -> Decisions:
    """Conclude from p-values, adjusted by the public function."""
    onside = result.direction == (-1 if analysis.alternative == "less" else 1)
    rejected = result.pvalue <= analysis.alpha
    adjusted = rejected.copy()
    domains = adjust(result.pvalue[..., :-1], analysis.adjustment)
    adjusted[..., :-1] = domains <= analysis.alpha
    nothing = result.informative == 0
    failed = np.zeros_like(nothing)
    return Decisions(rejected, rejected & onside, adjusted, adjusted & onside, nothing, failed)


def agree(
    changes: np.ndarray,
    sizes: np.ndarray,
    analysis: Analysis,
    alphas: Iterable[float],
    adjustments: Iterable[str],
) -> None:
    """Assert that both ways conclude the same, at every level and under every adjustment."""
    result = analyse(changes, sizes, analysis)  # p-values depend on neither
    for alpha, adjustment in product(alphas, adjustments):
        stated = analysis.model_copy(update={"alpha": alpha, "adjustment": adjustment})
        found, expected = conclude(changes, sizes, stated), by_pvalues(result, stated)
        for name, value in vars(expected).items():
            assert np.array_equal(getattr(found, name), value), (name, stated)


@cache
def all_samples(n: int, values: int) -> np.ndarray:
    """Every sample of n changes as the first domain, shuffled ones as two more and the total."""
    first = changes_of(count_vectors(n, values)).astype(np.int16)
    rng = np.random.default_rng(17)
    others = [rng.permutation(first) for _ in range(3)]
    return np.stack([first, *others], axis=2)


@EVERY
def test_every_likert_sample(analysis: Analysis) -> None:
    """All samples of six changes from -3 to 3 are decided alike, under each adjustment."""
    agree(all_samples(6, 7), np.array([6]), analysis, (0.05, 0.0625, 0.3), ADJUSTMENTS)


@settings(max_examples=300)
@given(analysis=ANALYSES, block=change_blocks(12), alpha=ALPHAS)
def test_any_block(analysis: Analysis, block: np.ndarray, alpha: float) -> None:
    """Blocks with missing and tied rows are decided alike at every size."""
    sizes = np.unique([1, block.shape[1] // 2 + 1, block.shape[1]])
    agree(block, sizes, analysis, [alpha], ("none", "holm", "hommel", "benjamini_yekutieli"))


@pytest.mark.parametrize("reach", [1, 4, 28])
@pytest.mark.parametrize("p_value", ["exact", "auto", "asymptotic"])
@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_large_samples(zeros: str, p_value: str, reach: int) -> None:
    """Samples of up to 150 people, shifted a little, are decided alike."""
    rng = np.random.default_rng(18)
    drift = rng.integers(0, 2, (40, 150, 4)) * (rng.random((40, 1, 4)) < 0.5)
    changes = (rng.integers(-reach, reach + 1, (40, 150, 4)) + drift).astype(np.int16)
    analysis = make_analysis(p_value=p_value, zeros=zeros)
    agree(changes, np.array([5, 20, 150]), analysis, [analysis.alpha], ADJUSTMENTS)


@pytest.mark.parametrize("p_value", ["exact", "asymptotic"])
def test_two_sided_alpha_near_one(p_value: str) -> None:
    """At alpha = .999 everything but p = 1 is rejected."""
    agree(all_samples(5, 5), np.array([5]), make_analysis(p_value=p_value), [0.999], ["none"])
