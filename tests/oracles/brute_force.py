"""Power from every sample written out, with p-values and directions by definition."""

import numpy as np

from oracles.enumeration import changes_of, count_vectors, weights
from oracles.paired import REFERENCES, ROUNDING, midranks
from sim.study import Analysis


def balance(changes: np.ndarray, analysis: Analysis) -> float:
    """Difference between the rises' and the falls' scores: above 0 where the test points up."""
    if analysis.test in ("sign", "mcnemar"):
        return float(np.sign(changes).sum())
    if analysis.test == "signed_rank":
        ranks = midranks(changes, analysis.zeros)
        return float(ranks[changes > 0].sum() - ranks[changes < 0].sum())
    return float(changes.sum())


def power_and_win(pmf: np.ndarray, n: int, analysis: Analysis) -> tuple[float, float]:
    """P(p <= alpha), and that on the stated side, over all multisets of n changes."""
    counts = count_vectors(n, len(pmf))
    samples = changes_of(counts)
    chance = weights(counts, np.asarray(pmf))
    reference = REFERENCES[analysis.test]
    level = analysis.alpha + ROUNDING  # SciPy's binomial is an ulp off at dyadic p-values
    rejected = np.array([reference(sample, analysis) <= level for sample in samples])
    side = -1 if analysis.alternative == "less" else 1
    onside = np.array([side * balance(sample, analysis) > 0 for sample in samples])
    return float(chance @ rejected), float(chance @ (rejected & onside))
