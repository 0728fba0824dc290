"""Statsmodels' cumulative logit model, with its starting values and working covariance.

``python tests/oracles/ordinal_gee.py`` writes tests/data/ordinal_gee_reference.jsonl.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from scipy.stats import t as student

DATA = Path(__file__).parent.parent / "data" / "ordinal_gee_reference.jsonl"
STEEP = (
    {(1, 3): 11, (1, 5): 26, (2, 2): 1, (4, 3): 2},
    {(3, 5): 1, (6, 1): 21, (6, 4): 17, (6, 5): 1},
    {(2, 5): 1, (4, 1): 12, (5, 1): 1, (6, 1): 5, (6, 6): 21},
    {(3, 2): 1, (4, 6): 12, (5, 1): 26, (5, 5): 1},
)
"""People by scores before and after, for which whole steps of scoring lead away."""


def fit_by_statsmodels(pairs: np.ndarray) -> tuple[float, float, float]:
    """Estimate, robust error and two-sided p by t; NaN and 1 where statsmodels gives none."""
    from statsmodels.genmod.generalized_estimating_equations import OrdinalGEE
    from statsmodels.tools.sm_exceptions import ModelWarning

    people = len(pairs)
    time, person = np.tile([[0.0], [1.0]], (people, 1)), np.repeat(np.arange(people), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", ModelWarning)  # no convergence, a singular matrix
        try:
            fit = OrdinalGEE(pairs.reshape(-1), time, person).fit()
            estimate, error = float(fit.params.iloc[-1]), float(fit.bse.iloc[-1])
        except (ArithmeticError, ValueError, ModelWarning):
            return np.nan, np.nan, 1.0
    freedom = people - len(np.unique(pairs))
    return estimate, error, float(2 * student.sf(abs(estimate / error), freedom))


def random_pairs(number: int, seed: int) -> list[np.ndarray]:
    """Scores (n, 2) of 6 to 60 people on 2 to 11 points, uneven; not separated, two to spare."""
    rng, kept = np.random.default_rng(seed), []
    while len(kept) < number:
        people, points = int(rng.integers(6, 61)), int(rng.integers(2, 12))
        latent = rng.standard_normal((people, 1)) + rng.standard_normal((people, 2))
        latent[:, 1] += rng.normal()
        pairs = 1 + np.searchsorted(np.sort(rng.normal(0, 1.5, points - 1)), latent)
        before, after = pairs.T
        overlap = after.min() < before.max() and after.max() > before.min()
        if overlap and people >= len(np.unique(pairs)) + 2 and (before != after).any():
            kept.append(pairs)
    return kept


def main() -> None:
    """Write what statsmodels gives for the steep tables and for random scores."""
    steep = [np.repeat(list(table), list(table.values()), axis=0) for table in STEEP]
    with DATA.open("w") as file:
        for pairs in [*steep, *random_pairs(36, 4)]:
            estimate, error, pvalue = fit_by_statsmodels(pairs)
            before, after = pairs.T.tolist()
            row = {"before": before, "after": after, "estimate": estimate}
            file.write(json.dumps(row | {"standard_error": error, "p_two_sided": pvalue}) + "\n")


if __name__ == "__main__":
    main()
