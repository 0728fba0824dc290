"""Comparisons whose tolerance is the Monte Carlo error itself."""

import numpy as np
from scipy import stats

SLIP = 1e-5
"""Probability with which a correct simulation would fail one check."""


def binomial_agrees(count: int, trials: int, probability: float) -> bool:
    """Tell whether a count of successes fits its exact probability."""
    probability = min(max(float(probability), 0.0), 1.0)
    return bool(stats.binomtest(int(count), int(trials), probability).pvalue > SLIP)


def counts_agree(observed: np.ndarray, probabilities: np.ndarray) -> bool:
    """Tell whether counts fit their exact cell probabilities (chi-square, rare cells pooled)."""
    expected = probabilities.ravel() / probabilities.sum() * observed.sum()
    seen = observed.ravel()
    rare = expected < 5
    if rare.any():
        seen = np.append(seen[~rare], seen[rare].sum())
        expected = np.append(expected[~rare], expected[rare].sum())
    possible = expected > 1e-6
    if seen[~possible].any():
        return False
    return bool(stats.chisquare(seen[possible], expected[possible]).pvalue > SLIP)


def within_error(value: float, truth: float, standard_error: float) -> bool:
    """Tell whether a normal estimate fits its true value."""
    return bool(abs(value - truth) <= stats.norm.isf(SLIP / 2) * standard_error)
