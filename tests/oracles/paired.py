"""Paired tests by definition: sign patterns written out, SciPy's own distributions."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from sim.study import Analysis

ROUNDING = 1e-9


def tails(lower: float, upper: float, alternative: str) -> float:
    """Turn the two tail probabilities into the p-value of an alternative."""
    both = min(1.0, 2 * min(lower, upper))
    return {"two_sided": both, "greater": upper, "less": lower}[alternative]


def midranks(changes: np.ndarray, zeros: str) -> np.ndarray:
    """Rank absolute changes; zeros get rank 0, dropped before ranking or after."""
    kept = changes != 0 if zeros == "wilcox" else np.ones(len(changes), bool)
    ranks = np.zeros(len(changes))
    ranks[kept] = stats.rankdata(np.abs(changes[kept])) if kept.any() else 0
    ranks[changes == 0] = 0
    return ranks


def null_sums(ranks: np.ndarray) -> np.ndarray:
    """List W+ under every one of the 2^m sign patterns."""
    sums = np.zeros(1)
    for rank in ranks:
        sums = np.concatenate([sums, sums + rank])
    return sums


def exact_by_signs(changes: np.ndarray, scores: np.ndarray, alternative: str) -> float:
    """P-value of the summed scores of the rises, over all signs of the non-zero changes."""
    nonzero = changes != 0
    if not nonzero.any():
        return 1.0
    sums, seen = null_sums(scores[nonzero]), scores[changes > 0].sum()
    lower = float(np.mean(sums <= seen + ROUNDING))
    upper = float(np.mean(sums >= seen - ROUNDING))
    return tails(lower, upper, alternative)


def exact_signed_rank(changes: ArrayLike, zeros: str, alternative: str) -> float:
    """P-value by writing out all sign patterns of the non-zero changes."""
    changes = np.asarray(changes)
    return exact_by_signs(changes, midranks(changes, zeros), alternative)


def normal_signed_rank(
    changes: ArrayLike, zeros: str, alternative: str, *, continuity: bool
) -> float:
    """P-value from the normal approximation, variance = sum of squared midranks / 4."""
    changes = np.asarray(changes)
    ranks = midranks(changes, zeros)
    if not ranks.any():
        return 1.0
    away = ranks[changes > 0].sum() - ranks.sum() / 2
    step = {"two_sided": np.sign(away), "greater": 1, "less": -1}[alternative] / 2
    z = (away - (step if continuity else 0)) / np.sqrt((ranks**2).sum() / 4)
    if alternative == "two_sided":
        return float(2 * stats.norm.sf(abs(z)))
    return float(stats.norm.sf(z) if alternative == "greater" else stats.norm.cdf(z))


def is_exact(informative: int, analysis: Analysis) -> bool:
    """Tell whether a p-value is exact for this many informative pairs."""
    if analysis.p_value == "auto":
        return informative <= analysis.exact_limit
    return analysis.p_value != "asymptotic"


def signed_rank_p(changes: ArrayLike, analysis: Analysis) -> float:
    """Signed-rank test with all its options."""
    changes = np.asarray(changes)
    if is_exact(np.count_nonzero(changes), analysis):
        return exact_signed_rank(changes, analysis.zeros, analysis.alternative)
    return normal_signed_rank(
        changes, analysis.zeros, analysis.alternative, continuity=analysis.continuity
    )


def sign_flip_p(changes: ArrayLike, analysis: Analysis) -> float:
    """Sign-flip test: all signs written out, or the normal distribution of the sum."""
    changes = np.asarray(changes)
    if is_exact(np.count_nonzero(changes), analysis) or not changes.any():
        return exact_by_signs(changes, np.abs(changes), analysis.alternative)
    z = changes.sum() / np.sqrt((changes.astype(float) ** 2).sum())
    return tails(float(stats.norm.cdf(z)), float(stats.norm.sf(z)), analysis.alternative)


def sign_p(changes: ArrayLike, analysis: Analysis) -> float:
    """Sign test with all its options, from SciPy's binomial and normal distributions."""
    changes = np.asarray(changes)
    rises, falls = int((changes > 0).sum()), int((changes < 0).sum())
    if rises + falls == 0:
        return 1.0
    if not is_exact(rises + falls, analysis):
        z = (rises - falls) / np.sqrt(rises + falls)
        return tails(float(stats.norm.cdf(z)), float(stats.norm.sf(z)), analysis.alternative)
    fair = stats.binom(rises + falls, 0.5)
    own = fair.pmf(rises) / 2 if analysis.p_value == "mid_p" else 0
    lower, upper = fair.cdf(rises) - own, fair.sf(rises - 1) - own
    return tails(float(lower), float(upper), analysis.alternative)


def mcnemar_p(changes: ArrayLike, analysis: Analysis) -> float:
    """McNemar's test of changes of success: statsmodels two-sided, SciPy on one side."""
    changes = np.asarray(changes)
    rises, falls = int((changes > 0).sum()), int((changes < 0).sum())
    if rises == falls and analysis.alternative == "two_sided":
        return 1.0  # where statsmodels corrects a difference of 0 to one of -1
    exact = is_exact(rises + falls, analysis)
    if analysis.alternative == "two_sided":
        table = [[0, rises], [falls, 0]]
        found = mcnemar(table, exact=exact, correction=analysis.continuity and not exact)
        own = stats.binom.pmf(rises, rises + falls, 0.5) if analysis.p_value == "mid_p" else 0
        return float(found.pvalue - own)
    more, fewer = (rises, falls) if analysis.alternative == "greater" else (falls, rises)
    if rises + falls == 0:
        return 1.0
    if exact:
        upper = stats.binomtest(more, more + fewer, alternative="greater").pvalue
        own = stats.binom.pmf(more, more + fewer, 0.5) if analysis.p_value == "mid_p" else 0
        return float(upper - own / 2)
    step = 1 if analysis.continuity else 0
    return float(stats.norm.sf((more - fewer - step) / np.sqrt(more + fewer)))


def paired_t_p(changes: ArrayLike, analysis: Analysis) -> float:
    """Paired t test by SciPy, with its undefined cases as the design document sets them."""
    changes = np.asarray(changes, dtype=float)
    if len(changes) < 2 or not changes.any():
        return 1.0
    if np.ptp(changes) == 0:
        upper = 0.0 if changes[0] > 0 else 1.0
        return tails(1 - upper, upper, analysis.alternative)
    side = analysis.alternative.replace("_", "-")
    return float(stats.ttest_1samp(changes, 0, alternative=side).pvalue)


REFERENCES: dict[str, Callable[[ArrayLike, Analysis], float]] = {
    "signed_rank": signed_rank_p,
    "sign": sign_p,
    "mcnemar": mcnemar_p,
    "sign_flip": sign_flip_p,
    "paired_t": paired_t_p,
}
"""An independent p-value for every registered test, by its name."""
