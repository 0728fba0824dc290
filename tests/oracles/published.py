"""Published comparisons by definition: all multisets of pairs, p from SciPy or from all signs."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations_with_replacement, product
from math import ceil
from statistics import fmean, median, quantiles

import numpy as np
from scipy import stats

Scores = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]
CLOSE = 1e-9


def all_multisets(n: int, points: int) -> list[Pairs]:
    """List every multiset of n (before, after) pairs."""
    cells = list(product(range(1, points + 1), repeat=2))
    return list(combinations_with_replacement(cells, n))


def quartile_definitions(scores: Sequence[int], upper: bool) -> list[float]:  # noqa: FBT001
    """Give the quartile of types 7, 6 and 2 of Hyndman and Fan (1996)."""
    ordered, place = sorted(scores), 2 if upper else 0
    share = len(ordered) * (0.75 if upper else 0.25)
    if share == int(share):
        second = (ordered[int(share) - 1] + ordered[int(share)]) / 2
    else:
        second = float(ordered[ceil(share) - 1])
    return [
        quantiles(ordered, n=4, method="inclusive")[place],
        quantiles(ordered, n=4, method="exclusive")[place],
        second,
    ]


SUMMARIES: dict[str, Callable[[Sequence[int]], list[float]]] = {
    "median": lambda scores: [median(scores)],
    "mean": lambda scores: [fmean(scores)],
    "q1": lambda scores: quartile_definitions(scores, False),
    "q3": lambda scores: quartile_definitions(scores, True),
}


def prints_number(value: float, text: str, rounding: str) -> bool:
    """Tell whether a value can have been printed as a text."""
    half = 0.0 if rounding == "exact" else 0.5 / 10 ** len(text.partition(".")[2])
    return abs(value - float(text)) <= half + CLOSE


def prints_p(p: float, text: str) -> bool:
    """Tell whether a p-value can have been printed as a text."""
    if text == "not significant":
        return p > 0.05
    if text.startswith("<"):
        return p < float(text[1:])
    if text.startswith(">"):
        return p > float(text[1:])
    return prints_number(p, text, "rounded")


def prints_summaries(scores: Sequence[int], stated: dict[str, str], rounding: str) -> bool:
    """Tell whether scores can have been summarised so."""
    return all(
        any(prints_number(value, text, rounding) for value in SUMMARIES[name](scores))
        for name, text in stated.items()
    )


def by_all_signs(changes: Scores, *, pratt: bool) -> float:
    """Exact signed-rank p: all signs of the changes that are not zero, written out."""
    kept = [change for change in changes if pratt or change]
    if not any(kept):
        return 1.0
    ranks = stats.rankdata(np.abs(kept))
    moving = [(rank, change) for rank, change in zip(ranks, kept, strict=True) if change]
    seen = sum(rank for rank, change in moving if change > 0)
    sums = [
        sum(rank for (rank, _), up in zip(moving, signs, strict=True) if up)
        for signs in product((False, True), repeat=len(moving))
    ]
    lower = sum(own <= seen + CLOSE for own in sums) / len(sums)
    upper = sum(own >= seen - CLOSE for own in sums) / len(sums)
    return min(1.0, 2 * min(lower, upper))


def scipy_wilcoxon(changes: Scores, zeros: str, *, correction: bool = False) -> float:
    """Signed-rank p by SciPy's normal approximation."""
    if not any(changes):
        return 1.0
    found = stats.wilcoxon(changes, zero_method=zeros, correction=correction, method="asymptotic")
    return float(found.pvalue)


def scipy_sign(changes: Scores) -> float:
    """Sign test's p by SciPy's binomial test."""
    rises, falls = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    return float(stats.binomtest(rises, rises + falls).pvalue) if rises + falls else 1.0


def scipy_t(changes: Scores) -> float:
    """Paired t test's p by SciPy; constant changes leave it nothing to estimate."""
    if len(set(changes)) == 1:
        return 0.0 if changes[0] else 1.0
    return float(stats.ttest_rel(changes, np.zeros(len(changes))).pvalue)


@cache
def mann_whitney_p(pre: Scores, post: Scores) -> float:
    """Mann-Whitney p by SciPy's normal approximation, without continuity correction."""
    if len({*pre, *post}) == 1:
        return 1.0
    found = stats.mannwhitneyu(pre, post, method="asymptotic", use_continuity=False)
    return float(found.pvalue)


PAIRED: dict[str, Callable[[Scores], float]] = {
    "signed_rank_asymptotic": cache(lambda changes: scipy_wilcoxon(changes, "wilcox")),
    "signed_rank_continuity": cache(
        lambda changes: scipy_wilcoxon(changes, "wilcox", correction=True)
    ),
    "signed_rank_exact": cache(lambda changes: by_all_signs(changes, pratt=False)),
    "pratt_asymptotic": cache(lambda changes: scipy_wilcoxon(changes, "pratt")),
    "pratt_exact": cache(lambda changes: by_all_signs(changes, pratt=True)),
    "sign": cache(scipy_sign),
    "paired_t": cache(scipy_t),
}


def p_of(test: str, pairs: Pairs) -> float:
    """P-value of a multiset of pairs under a candidate test."""
    if test == "mann_whitney":
        return mann_whitney_p(*(tuple(sorted(scores)) for scores in zip(*pairs, strict=True)))
    return PAIRED[test](tuple(sorted(post - pre for pre, post in pairs)))
