"""The smallest p-value a design can produce, and what that forbids."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from sim.inference.adjust import adjust_rows
from sim.inference.result import FloatArray
from sim.inference.rules import DecisionRule
from sim.study import Analysis


def smallest_pvalue(sizes: Sequence[int], analysis: Analysis) -> FloatArray:
    """Smallest p-value that a test can give, per size.

    With m informative pairs all on one side, exact rank, sign and sign-flip tests give
    2^(1-m) two-sided and the normal approximation no less than
    2 Phi(-sqrt(m)), reached where all changes are tied; a continuity
    correction only raises that. The t test has no such bound.

    Parameters
    ----------
    sizes : sequence of int, length K
        Numbers of participants n; the best case over all m <= n is taken.
    analysis : Analysis
        Test and options.

    Returns
    -------
    ndarray, shape (K,)
    """
    if analysis.test == "paired_t":
        return np.zeros(len(sizes))
    m = np.arange(1, max(sizes) + 1)
    exact = 0.5**m / (2 if analysis.p_value == "mid_p" else 1)
    approximate = ndtr(-np.sqrt(m))
    limit = {"auto": analysis.exact_limit, "asymptotic": 0}.get(analysis.p_value, m[-1])
    tail = np.where(m <= limit, exact, approximate)
    both = tail * (2 if analysis.alternative == "two_sided" else 1)
    best = np.minimum.accumulate(np.minimum(both, 1))
    return np.asarray(best[np.asarray(sizes) - 1])


def winnable(
    smallest: Sequence[FloatArray],
    domains: int,
    rules: Sequence[DecisionRule],
    analysis: Analysis,
) -> dict[str, np.ndarray]:
    """Tell which rules can be won at all, at each size.

    Every adjustment rises with each of its p-values, so the best case is all
    endpoints at their smallest.

    Parameters
    ----------
    smallest : sequence of ndarray, shape (K,)
        Smallest p-value per role, as from :func:`smallest_pvalue`.
    domains : int
        Number of domains D.
    rules : sequence of DecisionRule
        The rules.
    analysis : Analysis
        Level and adjustment.

    Returns
    -------
    dict of str to ndarray of bool, shape (K,)
        By rule name.
    """
    columns = []
    for best in smallest:
        family = adjust_rows(np.repeat(best[:, None], domains, axis=1), analysis.adjustment)
        columns.append(np.concatenate([family, best[:, None]], axis=1))  # (K, E)
    possible = np.concatenate(columns, axis=1) <= analysis.alpha  # (K, J)
    return {rule.name: possible[:, list(rule.columns)].sum(axis=1) >= rule.needed for rule in rules}
