"""Wilcoxon's signed-rank test for tied, discrete changes.

Ranks are midranks of the absolute changes, held doubled so that they are
whole numbers. The exact p-value is conditional on the observed absolute
changes: given them, each of the m non-zero changes is positive or negative
with probability one half, and W+ is a sum of independent scaled binomials,
one per group of tied changes. Its tail is a nested sum over all groups but
the largest, whose tail is read from a table; where there are many groups
(the total) it comes from dynamic programming over the doubled ranks.

References
----------
Wilcoxon F (1945). Biometrics Bulletin 1, 80-83.
Pratt JW (1959). Journal of the American Statistical Association 54, 655-667.
Streitberg B, Roehmel J (1986). Statistical Software Newsletter 12(1), 10-17.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.arrays import as_rows
from sim.inference.result import SIDE, Alternative, TestResult, require_choice, single
from sim.inference.sample import Samples, Sizes
from sim.inference.signed_score_kernels import MIDRANKS, PRATT
from sim.inference.signed_scores import exact_up_to, pvalues_of, threshold_counts_of
from sim.inference.thresholds import Procedure
from sim.study import Analysis

LARGEST = 32767
"""Most different absolute changes in a row."""
TINY = 1e-12
"""Share of people who change that is rounding."""


def signed_rank(
    changes: ArrayLike,
    zeros: Literal["wilcox", "pratt"] = "wilcox",
    p_value: Literal["auto", "exact", "asymptotic"] = "auto",
    continuity: bool = False,  # noqa: FBT001, FBT002 - the published signature
    alternative: Alternative = "two_sided",
    exact_limit: int = 25,
) -> TestResult:
    """Test whether paired changes are symmetric around zero.

    Parameters
    ----------
    changes : array_like of whole numbers, shape (..., n)
        After minus before, participants on the last axis.
    zeros : {'wilcox', 'pratt'}
        Drop unchanged pairs before ranking, or rank them and drop them then.
    p_value : {'auto', 'exact', 'asymptotic'}
        Exact and conditional on ties and zeros; normal approximation with
        tie-corrected variance; or exact row by row up to `exact_limit`
        non-zero changes.
    continuity : bool
        Move W+ by 1/2 towards its mean in the approximation.
    alternative : {'two_sided', 'greater', 'less'}
        Two-sided exact p is twice the smaller tail, at most 1.
    exact_limit : int
        Most non-zero changes for which 'auto' is exact.

    Returns
    -------
    TestResult
        Each field of shape (...). All-zero changes give p = 1.

    Raises
    ------
    ValueError
        Where changes are no whole numbers or an option is unknown.

    Examples
    --------
    Five of six people improve; no p below .05 is possible, whatever the size of the changes:

    >>> float(signed_rank([1, 1, 2, 2, 3, 0], p_value="exact").pvalue)
    0.0625
    >>> round(float(signed_rank([1, 1, 2, 2, 3, 0], p_value="asymptotic").pvalue), 4)
    0.0412
    """
    require_choice(zeros, ("wilcox", "pratt"), "zeros")
    require_choice(p_value, ("auto", "exact", "asymptotic"), "p_value")
    require_choice(alternative, tuple(SIDE), "alternative")
    rows = as_rows(changes)
    shape, n = rows.shape[:-1], rows.shape[-1]
    codes = _rank_codes(rows.reshape(-1, n))[:, :, None]  # (R, n, 1)
    limit = exact_up_to(p_value, exact_limit)
    scores = PRATT if zeros == "pratt" else MIDRANKS
    side = SIDE[alternative]
    result = pvalues_of(codes, np.array([n]), scores, limit, side, continuity=continuity)
    return single(result, shape)


def signed_rank_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Signed-rank test at every size from one pass over the participants.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        The one group and its sizes.
    analysis : Analysis
        Test options.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E).
    """
    return pvalues_of(
        samples[0].changes,
        sizes[0],
        _scores(analysis),
        exact_up_to(analysis.p_value, analysis.exact_limit),
        SIDE[analysis.alternative],
        continuity=analysis.continuity,
    )


def signed_rank_threshold_counts(
    samples: Samples, sizes: Sizes, analysis: Analysis, procedure: Procedure
) -> NDArray[np.int8]:
    """Threshold counts of the signed-rank test at every size; shape (R, K, E)."""
    return threshold_counts_of(samples[0], sizes[0], _scores(analysis), analysis, procedure)


def signed_rank_estimand(arms: Arms, analysis: Analysis) -> FloatArray:
    """Number whose sign the signed-rank test finds, as people are added.

    Parameters
    ----------
    arms : sequence of AnswerDistribution
        Of the people observed, one arm.
    analysis : Analysis
        What becomes of unchanged pairs.

    Returns
    -------
    ndarray, shape (B,)
        P(D1 + D2 > 0) + P(D1 + D2 = 0) / 2 - 1/2 of the changes of two people:
        with `wilcox` two who changed, with `pratt` any two (a rank among all
        absolute changes counts the unchanged below it). 0 where nobody changes.
    """
    (answers,) = arms
    reach = answers.reach
    chance = answers.changes(reach)
    rises, falls = chance[:, reach + 1 :], chance[:, :reach][:, ::-1]  # by absolute change
    unchanged = chance[:, [reach]]
    changed = 1 - unchanged
    size = rises + falls
    below = np.cumsum(size, axis=1) - size
    if analysis.zeros == "pratt":
        below, changed = below + unchanged, np.ones_like(changed)
    balance = ((rises - falls) * (below + size / 2)).sum(axis=1, keepdims=True)
    return np.asarray(np.where(changed > 0, balance / np.maximum(changed, TINY) ** 2, 0.0)[:, 0])


def _scores(analysis: Analysis) -> int:
    return PRATT if analysis.zeros == "pratt" else MIDRANKS


def _rank_codes(rows: NDArray[np.int64]) -> NDArray[np.int16]:
    """Replace absolute changes by their dense rank within the row, signs kept."""
    absolute = np.abs(rows)
    order = np.argsort(absolute, axis=1, kind="stable")
    ordered = np.take_along_axis(absolute, order, axis=1)
    first = ordered[:, :1] > 0  # zeros keep code 0
    steps = np.concatenate([first, np.diff(ordered, axis=1) > 0], axis=1)
    ranks = np.cumsum(steps, axis=1)
    if ranks.max() > LARGEST:
        raise ValueError(f"changes must have at most {LARGEST} different sizes in a row")
    codes = np.empty_like(rows)
    np.put_along_axis(codes, order, ranks, axis=1)
    return (codes * np.sign(rows)).astype(np.int16)
