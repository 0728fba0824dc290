"""The smallest p-value a design can produce, and what that forbids."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.arrays import FloatArray
from sim.inference.rules import DecisionRule
from sim.inference.testing_order import TestingOrder, adjusted_pvalues
from sim.study import Analysis
from sim.study.endpoints import Endpoints

ENOUGH = 2000
"""Informative pairs whose smallest p-value is 0 in floating point."""
ENUMERATED = 0.5**13
"""Smallest p-value of sign flips that are all written out, those of 14 participants."""


def smallest_pvalue(
    sizes: Sequence[int], analysis: Analysis, controls: Sequence[int] | None = None
) -> FloatArray:
    """Smallest p-value that a test can give, per size.

    With m informative pairs all on one side, exact rank, sign, McNemar's and
    sign-flip tests give 2^(1-m) two-sided; the normal approximation gives
    2 Phi(-sqrt(m)). With a continuity correction the signed-rank test gives
    2 Phi(-sqrt(m) + 2 / (s sqrt(m))), where all changes are tied and s is their
    doubled rank, and McNemar's 2 Phi(-sqrt(m) + 1 / sqrt(m)). Of n people in
    two arms the Mann-Whitney test gives 2 Phi(-sqrt(n - 1)), where all of one
    arm change alike and all of the other by less. The t test can give any
    p-value from two participants on, and so can models that are fitted, and
    tests of two arms with one degree of freedom left.

    Parameters
    ----------
    sizes : sequence of int, length K
        Numbers of participants n; the best case over all m <= n is taken.
    analysis : Analysis
        Test and options.
    controls : sequence of int, length K, optional
        How many of them are in the control arm, where there is one.

    Returns
    -------
    ndarray, shape (K,)
        1 where one of the arms is empty.
    """
    if controls is None:
        return np.array([_smallest(int(n), analysis) for n in sizes])
    both = zip(sizes, controls, strict=True)
    return np.array([_smallest_apart(int(n), int(in_control), analysis) for n, in_control in both])


def _smallest(n: int, analysis: Analysis) -> float:
    facts = analysis.test_facts
    if facts.fewest is not None:
        return 0.0 if n >= facts.fewest else 1.0
    if n >= ENOUGH:
        return 0.0
    m = np.arange(1, n + 1)
    exact = 0.5**m / (2 if analysis.p_value == "mid_p" else 1)
    limit = {"auto": analysis.exact_limit, "asymptotic": 0}.get(analysis.p_value, n)
    if not facts.has_exact:
        limit = 0  # always the normal approximation
    tail = np.where(m <= limit, exact, ndtr(-_largest_z(m, n, analysis)))
    return float(min(1.0, tail.min() * (2 if analysis.alternative == "two_sided" else 1)))


def _smallest_apart(n: int, controls: int, analysis: Analysis) -> float:
    """Smallest p-value of two arms of n people or sites in all."""
    if not 0 < controls < n:
        return 1.0
    if analysis.test_facts.fewest is not None:
        return _smallest(n, analysis)
    # the most that can be: each arm tied, and the two apart
    correction = np.sqrt(n - 1) / (controls * (n - controls)) if analysis.continuity else 0.0
    tail = float(ndtr(correction - np.sqrt(n - 1)))
    return min(1.0, tail * (2 if analysis.alternative == "two_sided" else 1))


def _largest_z(m: NDArray[np.int64], n: int, analysis: Analysis) -> FloatArray:
    z = np.sqrt(m)
    if not analysis.continuity:
        return z
    if analysis.test_facts.by == "signs":
        return np.asarray(z - 1 / z)
    zeros = n - m if analysis.zeros == "pratt" else 0
    return np.asarray(z - 2 / ((2 * zeros + m + 1) * np.sqrt(m)))


def best_pvalues(
    smallest: Sequence[FloatArray],
    endpoints: Endpoints,
    analysis: Analysis,
    order: TestingOrder | None = None,
) -> list[tuple[FloatArray, FloatArray]]:
    """Smallest p-values of every role's endpoints, unadjusted and adjusted, each (K, E).

    Every adjustment rises with each of its p-values, so the best case is all
    endpoints at their smallest; `smallest` is of each role, as from :func:`smallest_pvalue`.
    """
    best, domains = [], endpoints.domains
    for alone in smallest:
        every = np.repeat(alone[:, None], len(endpoints), axis=1)  # (K, E)
        if analysis.adjustment_facts.needs == "flips":
            adjusted = every.copy()
            random = np.maximum(every, 1 / (analysis.flips + 1))
            adjusted[:, :domains] = np.where(every < ENUMERATED, random, every)[:, :domains]
        else:
            adjusted = adjusted_pvalues(every, domains, analysis, order)
        best.append((every, adjusted))
    return best


def winnable(
    smallest: Sequence[FloatArray],
    endpoints: Endpoints,
    rules: Sequence[DecisionRule],
    analysis: Analysis,
    order: TestingOrder | None = None,
) -> dict[str, np.ndarray]:
    """Tell which rules can be won at all, at each size.

    Parameters
    ----------
    smallest : sequence of ndarray, shape (K,)
        Smallest p-value per role, as from :func:`smallest_pvalue`.
    endpoints : Endpoints
        What is tested of each role.
    rules : sequence of DecisionRule
        The rules.
    analysis : Analysis
        Level and adjustment.
    order : TestingOrder, optional
        Order or graph of the adjustment.

    Returns
    -------
    dict of str to ndarray of bool, shape (K,)
        By rule name.
    """
    best = best_pvalues(smallest, endpoints, analysis, order)
    possible = np.concatenate([adjusted for _, adjusted in best], axis=1) <= analysis.alpha
    return {rule.name: possible[:, list(rule.columns)].sum(axis=1) >= rule.needed for rule in rules}
