"""Tests from which a published p-value can have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.inference.paired_t import paired_t
from sim.inference.sign import sign_test
from sim.inference.signed_rank import signed_rank

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Candidate:
    """A test that an author can have used, two-sided.

    Attributes
    ----------
    words : str
        What it is called in a text.
    paired : bool
        Whether it looks at changes; else at scores before and after apart.
    pvalue : callable
        Changes (V, n), or scores before and after (V, n) each, to p (V,).
    """

    words: str
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


CANDIDATES: dict[str, Candidate] = {
    "signed_rank_asymptotic": Candidate(
        "signed-rank test, normal approximation",
        True,
        lambda changes: signed_rank(changes, p_value="asymptotic").pvalue,
    ),
    "signed_rank_continuity": Candidate(
        "signed-rank test, normal approximation with continuity correction",
        True,
        lambda changes: signed_rank(changes, p_value="asymptotic", continuity=True).pvalue,
    ),
    "signed_rank_exact": Candidate(
        "signed-rank test, exact",
        True,
        lambda changes: signed_rank(changes, p_value="exact").pvalue,
    ),
    "pratt_asymptotic": Candidate(
        "signed-rank test with zeros ranked (Pratt), normal approximation",
        True,
        lambda changes: signed_rank(changes, zeros="pratt", p_value="asymptotic").pvalue,
    ),
    "pratt_exact": Candidate(
        "signed-rank test with zeros ranked (Pratt), exact",
        True,
        lambda changes: signed_rank(changes, zeros="pratt", p_value="exact").pvalue,
    ),
    "sign": Candidate("sign test, exact", True, lambda changes: sign_test(changes).pvalue),
    "paired_t": Candidate("paired t test", True, lambda changes: paired_t(changes).pvalue),
    "mann_whitney": Candidate(
        "Mann-Whitney test (which ignores the pairing), normal approximation", False, mann_whitney
    ),
}
