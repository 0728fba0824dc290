"""Tests from which a published p-value can have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.arrays import FloatArray
from sim.inference.paired_t import paired_t
from sim.inference.result import TestResult
from sim.inference.sign import sign_test
from sim.inference.signed_rank import signed_rank

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Candidate:
    """A test that an author can have used, two-sided.

    Attributes
    ----------
    words : str
        What it is called in a text.
    chart : str
        What it is called in a chart.
    paired : bool
        Whether it looks at changes; else at scores before and after apart.
    pvalue : callable
        Changes (V, n), or scores before and after (V, n) each, to p (V,).
    """

    words: str
    chart: str
    paired: bool
    pvalue: Callable[..., FloatArray]

    def of(self, pre: IntArray, post: IntArray) -> FloatArray:
        """P-values of data sets given by scores before and after, (V, n) each."""
        return self.pvalue(post - pre) if self.paired else self.pvalue(pre, post)


def mann_whitney(pre: IntArray, post: IntArray) -> FloatArray:
    """Two-sided Mann-Whitney p by the tie-corrected normal approximation, without continuity.

    A misuse where the scores are paired; it is here because it happens.

    Parameters
    ----------
    pre, post : ndarray of int, shape (V, n)
        Scores before and after, taken as two independent groups.

    Returns
    -------
    ndarray, shape (V,)
        1 where all scores are equal.

    References
    ----------
    Mann HB, Whitney DR (1947). Annals of Mathematical Statistics 18, 50-60;
    Lehmann EL (1975). Nonparametrics, eq. 1.35 (tie correction).
    """
    n = pre.shape[-1]
    below, spread = np.zeros((2, len(pre)), np.int64)
    doubled = np.full(len(pre), -n * n)  # becomes 2 (U - n^2 / 2)
    for value in range(min(pre.min(), post.min()), max(pre.max(), post.max()) + 1):
        before, after = (pre == value).sum(axis=-1), (post == value).sum(axis=-1)
        doubled += after * (2 * below + before)
        below += before
        spread += (before + after) ** 3 - (before + after)
    whole = 2 * n
    variance = n * n / 12 * ((whole + 1) - spread / (whole * (whole - 1)))
    z = np.divide(
        doubled / 2, np.sqrt(variance), out=np.zeros(variance.shape), where=variance > 1e-12
    )
    return np.asarray(2 * ndtr(-np.abs(z)))


def _of_changes(
    words: str, chart: str, test: Callable[..., TestResult], **options: Any
) -> Candidate:
    return Candidate(words, chart, True, lambda changes: test(changes, **options).pvalue)


CANDIDATES: dict[str, Candidate] = {
    "signed_rank_asymptotic": _of_changes(
        "signed-rank test, normal approximation", "signed-rank,\nnormal approximation",
        signed_rank, p_value="asymptotic",
    ),
    "signed_rank_continuity": _of_changes(
        "signed-rank test, normal approximation with continuity correction",
        "signed-rank, normal,\ncontinuity-corrected",
        signed_rank, p_value="asymptotic", continuity=True,
    ),
    "signed_rank_exact": _of_changes(
        "signed-rank test, exact", "signed-rank, exact", signed_rank, p_value="exact"
    ),
    "pratt_asymptotic": _of_changes(
        "signed-rank test with zeros ranked (Pratt), normal approximation",
        "signed-rank (Pratt),\nnormal approximation",
        signed_rank, zeros="pratt", p_value="asymptotic",
    ),
    "pratt_exact": _of_changes(
        "signed-rank test with zeros ranked (Pratt), exact", "signed-rank (Pratt),\nexact",
        signed_rank, zeros="pratt", p_value="exact",
    ),
    "sign": _of_changes("sign test, exact", "sign test, exact", sign_test),
    "paired_t": _of_changes("paired t test", "paired t test", paired_t),
    "mann_whitney": Candidate(
        "Mann-Whitney test (which ignores the pairing), normal approximation",
        "Mann-Whitney\n(ignores the pairing)", False, mann_whitney,
    ),
}  # fmt: skip
"""The tests by name."""
