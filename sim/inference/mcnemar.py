"""McNemar's test at a cut: do more people rise to the cut than fall below it?

An answer at or above the cut counts as a success. A pair is discordant where
it is a success once only; given their number, the rises among them are
binomial with probability one half. On changes of success, which are -1, 0 and
1, McNemar's test is the sign test.

References
----------
McNemar Q (1947). Psychometrika 12, 153-157.
Edwards AL (1948). Psychometrika 13, 185-187: the continuity correction.
Fagerland MW, Lydersen S, Laake P (2013). BMC Medical Research Methodology 13,
91: the mid-p test.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.inference.arrays import as_whole_numbers
from sim.inference.result import SIDE, Alternative, IntArray, TestResult, require_choice
from sim.inference.sign import PValue, sign_of_counts


def mcnemar(
    pre: ArrayLike,
    post: ArrayLike,
    cut: int,
    p_value: PValue = "exact",
    alternative: Alternative = "two_sided",
    *,
    continuity: bool = False,
    exact_limit: int = 1000,
) -> TestResult:
    """Test whether as many people rise to a cut as fall below it.

    Parameters
    ----------
    pre, post : array_like of whole numbers, shape (..., n)
        Scores from 1, participants on the last axis; 0 where an answer is
        missing, and then the pair is left out.
    cut : int
        Lowest score that counts as a success, at least 1.
    p_value : {'exact', 'mid_p', 'asymptotic', 'auto'}
        Binomial; binomial with half the probability of what was observed;
        normal; or exact up to `exact_limit` discordant pairs.
    alternative : {'two_sided', 'greater', 'less'}
        More rises than falls for 'greater'; the two-sided exact p is twice
        the smaller tail, at most 1.
    continuity : bool
        Move the difference of rises and falls by 1 towards zero in the
        normal approximation (Edwards 1948).
    exact_limit : int
        Most discordant pairs for which 'auto' is exact.

    Returns
    -------
    TestResult
        Each field of shape (...); the statistic is the number of rises, and
        the informative pairs are the discordant ones. Without any, p = 1.

    Raises
    ------
    ValueError
        Where scores are no whole numbers from 0, the shapes of `pre` and
        `post` differ, or an option is unknown.

    Examples
    --------
    Of six people five rise to 4 or more, and nobody falls below it:

    >>> float(mcnemar([3, 2, 3, 3, 1, 4], [4, 4, 5, 4, 5, 4], cut=4).pvalue)
    0.0625
    """
    before, after = _scores(pre, "pre"), _scores(post, "post")
    if before.shape != after.shape:
        raise ValueError(f"pre and post must have one shape, not {before.shape} and {after.shape}")
    if cut < 1:
        raise ValueError(f"cut: {cut} must be a score, 1 or more")
    seen = (before > 0) & (after > 0)
    rises = (seen & (before < cut) & (after >= cut)).sum(axis=-1)
    falls = (seen & (before >= cut) & (after < cut)).sum(axis=-1)
    return _of_counts(rises, falls, p_value, alternative, exact_limit, continuity=continuity)


def mcnemar_table(
    table: ArrayLike,
    p_value: PValue = "exact",
    alternative: Alternative = "two_sided",
    *,
    continuity: bool = False,
    exact_limit: int = 1000,
) -> TestResult:
    """McNemar's test of a table of counts.

    Parameters
    ----------
    table : array_like of whole numbers, shape (..., 2, 2)
        People by failure or success before (rows) and after (columns):
        ``[[never, rises], [falls, both times]]``.
    p_value, alternative, continuity, exact_limit
        As for :func:`mcnemar`.

    Returns
    -------
    TestResult
        Each field of shape (...).

    Raises
    ------
    ValueError
        Where the table does not hold counts, or an option is unknown.

    Examples
    --------
    >>> result = mcnemar_table([[59, 6], [16, 80]])
    >>> round(float(result.pvalue), 6)
    0.052479
    """
    counts = _whole(table, "table")
    if counts.ndim < 2 or counts.shape[-2:] != (2, 2):
        raise ValueError("table must be 2 x 2: before (rows) by after (columns)")
    rises, falls = counts[..., 0, 1], counts[..., 1, 0]
    return _of_counts(rises, falls, p_value, alternative, exact_limit, continuity=continuity)


def _of_counts(
    rises: IntArray,
    falls: IntArray,
    p_value: PValue,
    alternative: Alternative,
    exact_limit: int,
    *,
    continuity: bool,
) -> TestResult:
    require_choice(p_value, ("auto", "exact", "asymptotic", "mid_p"), "p_value")
    require_choice(alternative, tuple(SIDE), "alternative")
    if continuity and p_value in ("exact", "mid_p"):
        raise ValueError("continuity applies to p_value='asymptotic' or 'auto' only")
    side = SIDE[alternative]
    return sign_of_counts(rises, falls, p_value, side, exact_limit, continuity=continuity)


def _scores(values: ArrayLike, name: str) -> NDArray[np.int64]:
    """Check an array of scores and return it as whole numbers."""
    whole = _whole(values, name)
    if whole.ndim == 0 or whole.shape[-1] == 0:
        raise ValueError(f"{name} must have at least one participant on the last axis")
    return whole


def _whole(values: ArrayLike, name: str) -> NDArray[np.int64]:
    whole = as_whole_numbers(values, name)
    if (whole < 0).any():
        raise ValueError(f"{name} must hold whole numbers, 0 or more")
    return whole
