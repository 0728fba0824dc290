"""The smallest p-value a design can produce, and what that forbids."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.inference.adjust import adjust_rows
from sim.inference.result import FloatArray
from sim.inference.rules import DecisionRule
from sim.study import Analysis


def smallest_pvalue(sizes: Sequence[int], analysis: Analysis) -> FloatArray:
    """Smallest p-value that a test can give, per size.

    With m informative pairs all on one side, exact rank, sign, McNemar's and
    sign-flip tests give 2^(1-m) two-sided; the normal approximation gives
    2 Phi(-sqrt(m)). With a continuity correction the signed-rank test gives
    2 Phi(-sqrt(m) + 2 / (s sqrt(m))), where all changes are tied and s is their
    doubled rank, and McNemar's 2 Phi(-sqrt(m) + 1 / sqrt(m)). The t test can
    give any p-value from two participants on.

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
    return np.array([_smallest(int(n), analysis) for n in sizes])


def _smallest(n: int, analysis: Analysis) -> float:
    if analysis.test in ("paired_t", "cluster_mean_t"):
        return 0.0 if n >= 2 else 1.0
    m = np.arange(1, n + 1)
    exact = 0.5**m / (2 if analysis.p_value == "mid_p" else 1)
    limit = {"auto": analysis.exact_limit, "asymptotic": 0}.get(analysis.p_value, n)
    if analysis.test == "clustered_signed_rank":
        limit = 0  # always the normal approximation
    tail = np.where(m <= limit, exact, ndtr(-_largest_z(m, n, analysis)))
    return float(min(1.0, tail.min() * (2 if analysis.alternative == "two_sided" else 1)))


def _largest_z(m: NDArray[np.int64], n: int, analysis: Analysis) -> FloatArray:
    z = np.sqrt(m)
    if not analysis.continuity:
        return z
    if analysis.test == "mcnemar":
        return np.asarray(z - 1 / z)
    zeros = n - m if analysis.zeros == "pratt" else 0
    return np.asarray(z - 2 / ((2 * zeros + m + 1) * np.sqrt(m)))


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
